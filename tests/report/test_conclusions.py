"""What the report says of an arm, and what it never says."""

import re

from app.report.words.conclusions import arm_sentences
from app.statistics.analysis import analyse
from app.statistics.table.ratings import ratings_table
from tests.report.ratings import simulated_analysis, simulated_table


def test_a_plain_arm_is_called_distinguishable_with_its_auc_and_the_real_rate_beside() -> None:
    m0, _ = arm_sentences(simulated_analysis(), {"M0": "M0: untouched"})
    assert m0.label == "M0: untouched"
    assert m0.state == "distinguishable"
    assert re.search(r"AUC 0\.\d\d from realism \(95% interval 0\.\d\d to \d\.\d\d\)", m0.text)
    assert re.search(r"Judged real: \d+% .* against \d+% \(\d+ to \d+%\) of the real ones", m0.text)


def test_an_arm_like_real_is_equivalent_only_within_the_margin() -> None:
    wide = arm_sentences(simulated_analysis(cases=60, readers=8, margin=0.2), {})[1]
    narrow = arm_sentences(simulated_analysis(cases=60, readers=8, margin=0.001), {})[1]
    assert wide.heading == "Equivalent to real within ±0.2"
    assert "lies inside the margin of 0.30 to 0.70" in wide.text
    assert narrow.heading == "Inconclusive"
    assert "neither a difference from real nor equivalence is shown" in narrow.text


def test_no_arm_is_ever_called_indistinguishable() -> None:
    for margin in (0.001, 0.1, 0.4):
        for sentence in arm_sentences(simulated_analysis(margin=margin), {}):
            assert "indistinguishable" not in (sentence.heading + sentence.text).lower()
            assert "no significant" not in sentence.text


def test_one_reader_has_no_conclusion_but_a_reason() -> None:
    for sentence in arm_sentences(analyse(simulated_table(readers=1)), {}):
        assert sentence.state == "inconclusive"
        assert "reader" in sentence.text


def test_without_a_real_arm_it_says_so() -> None:
    analysis = analyse(
        ratings_table(
            reader=["R1", "R2"] * 3,
            case=["a", "a", "b", "b", "c", "c"],
            arm=["M0"] * 6,
            truth=["synthetic"] * 6,
            verdict=[0, 1, 0, 1, 1, 1],
        )
    )
    (sentence,) = arm_sentences(analysis, {})
    assert "there is no real arm" in sentence.text
    assert sentence.text.rstrip().endswith(".")
