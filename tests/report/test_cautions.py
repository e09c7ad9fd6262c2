"""Warnings stand where their condition holds, and only there."""

import re

import numpy as np

from app.report.words.cautions import analysis_cautions
from app.statistics.analysis import analyse
from app.statistics.table.ratings import ratings_table
from tests.report.ratings import simulated_analysis


def leads(analysis: object) -> str:
    cautions = analysis_cautions(analysis, {})  # type: ignore[arg-type]
    return " ".join(f"{caution.lead} {caution.text}" for caution in cautions)


def test_it_says_whom_the_intervals_speak_for() -> None:
    assert "Readers like these 8" in leads(simulated_analysis(readers=8))
    few = leads(simulated_analysis(readers=3))
    assert "With 3 readers they are wide" in few
    assert "One reader says nothing about other readers" in leads(simulated_analysis(readers=1))


def test_a_rate_judged_real_stands_beside_the_real_rate_and_the_criterion() -> None:
    text = leads(simulated_analysis())
    assert "Real images were judged real at" in text
    assert "criterion c" in text
    assert "criterion c" not in leads(simulated_analysis(columns=("realism",)))


def test_the_kappa_paradox_is_named_where_it_happens() -> None:
    rng = np.random.default_rng(3)
    readers, cases = 5, 60
    verdict = (rng.random((readers, cases)) < 0.05).astype(float)
    rows = [(j, k) for j in range(readers) for k in range(cases)]
    analysis = analyse(
        ratings_table(
            reader=[f"R{j}" for j, _ in rows],
            case=[f"c{k}" for _, k in rows],
            arm=["real" if k < 30 else "M0" for _, k in rows],
            truth=["real" if k < 30 else "synthetic" for _, k in rows],
            verdict=[verdict[j, k] for j, k in rows],
        )
    )
    cautions = [
        caution for caution in analysis_cautions(analysis, {}) if caution.place == "agreement"
    ]
    assert len(cautions) == 1
    assert "real: 9" in cautions[0].text
    assert "PABAK" in cautions[0].text


def test_a_missing_column_says_in_words_what_it_takes_away() -> None:
    text = leads(simulated_analysis(columns=("verdict",)))
    assert "No realism was rated" in text
    assert "There is no order of reading: drift" in text
    assert "_" not in text
    assert not re.search(r"[a-z]\.[a-z]", text)
