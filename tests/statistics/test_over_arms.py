"""Conclusions on several arms: adjusted, withheld where foregone, and who counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from simulated_readers import columns

from app.statistics.analysis import analyse
from app.statistics.realness.assay import AssaySensitivity
from app.statistics.realness.equivalence import Conclusion
from app.statistics.realness.over_arms import conclusions_over_arms
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings

CLEAR = AssaySensitivity(0.3, (), 0.1)
TIED = AssaySensitivity(0.9, (), 0.9)


def single(difference: float, equivalence: float, *, less_real: bool = True) -> Conclusion:
    state = "distinguishable" if difference < 0.05 else "inconclusive"
    if difference >= 0.05 and equivalence < 0.05:
        state = "equivalent"
    return Conclusion(
        state=state,  # type: ignore[arg-type]
        measure="auc_realism",
        margin=0.1,
        p_difference=difference,
        p_equivalence=equivalence,
        low=0.4,
        high=0.6,
        within_margin=equivalence < 0.05,
        is_less_real=less_real,
    )


def states(
    arms: dict[str, Conclusion], assay: AssaySensitivity = CLEAR, **settings: Any
) -> dict[str, str]:
    together = conclusions_over_arms(arms, dict.fromkeys(arms, assay), AnalysisSettings(**settings))
    return {name: one.state for name, one in together.items()}


def test_six_arms_are_adjusted_by_holm_and_the_raw_values_stay() -> None:
    arms = {f"M{k}": single(p, 1.0) for k, p in enumerate((0.008, 0.02, 0.03, 0.2, 0.5, 0.9))}
    together = conclusions_over_arms(arms, {}, AnalysisSettings())
    assert [one.state for one in together.values()].count("distinguishable") == 1
    assert together["M0"].p_difference_adjusted == pytest.approx(0.048)
    assert together["M1"].p_difference_adjusted == pytest.approx(0.1)
    assert (together["M1"].p_difference, together["M1"].n_adjusted_for) == (0.02, 6)
    assert states(arms, adjustment="none")["M2"] == "distinguishable"


def test_equivalence_is_adjusted_too() -> None:
    arms = {"M1": single(0.6, 0.03), "M2": single(0.7, 0.04)}
    assert states(arms) == {"M1": "inconclusive", "M2": "inconclusive"}
    assert states(arms, adjustment="none") == {"M1": "equivalent", "M2": "equivalent"}


def test_an_arm_whose_interval_excludes_a_half_is_never_equivalent() -> None:
    arms = {"M1": single(0.04, 0.001), "M2": single(0.6, 0.001)}
    assert states(arms) == {"M1": "inconclusive", "M2": "equivalent"}


def test_the_primary_arm_is_not_adjusted() -> None:
    arms = {"M1": single(0.04, 1.0), "M2": single(0.04, 1.0), "M3": single(0.5, 1.0)}
    assert states(arms, primary_arm="M1") == {
        "M1": "distinguishable",
        "M2": "inconclusive",
        "M3": "inconclusive",
    }


def test_equivalence_needs_the_positive_control_to_be_told_from_real() -> None:
    good = single(0.6, 0.001)
    told, missed = single(0.01, 1.0), single(0.4, 1.0)
    turned = single(0.01, 1.0, less_real=False)
    assert states({"M1": good, "bad": told}, positive_controls=("bad",))["M1"] == "equivalent"
    for control in (missed, turned):
        together = conclusions_over_arms(
            {"M1": good, "bad": control}, {}, AnalysisSettings(positive_controls=("bad",))
        )
        assert together["M1"].state == "inconclusive"
        assert "positive control bad was not told from real" in together["M1"].withheld


def test_equivalence_through_ties_alone_is_withheld() -> None:
    arms = {"M1": single(0.6, 0.001)}
    assert states(arms, TIED) == {"M1": "inconclusive"}
    assert states(arms, replace(TIED, tie_share=0.79)) == {"M1": "equivalent"}


def test_a_study_at_the_top_of_its_scale_finds_nothing_equivalent() -> None:
    """Nearly every image gets the top step: no images could have been told apart."""
    rng = np.random.default_rng(5)
    told = columns(arms=("real", "M1"), readers=5, cases=30, shift=0.0)
    top = [5.0 if rng.random() < 0.97 else 4.0 for _ in told["realism"]]
    analysis = analyse(ratings_table(**{**told, "realism": top}, realism_min=1, realism_max=5))
    conclusion = analysis.arms["M1"].conclusion
    assert conclusion is not None
    assert conclusion.within_margin
    assert conclusion.state == "inconclusive"
    assert "the same rating to 9" in conclusion.withheld


def with_a_reader_of_few(least: float) -> tuple[RatingsTable, Any]:
    told = columns(readers=4, cases=20)
    for name, value in (
        ("reader", "late"),
        ("case", "M1-000"),
        ("arm", "M1"),
        ("truth", "synthetic"),
    ):
        told[name].append(value)
    for name in set(told) - {"reader", "case", "arm", "truth"}:
        told[name].append(0.0 if name == "verdict" else 5.0)
    table = ratings_table(**told)
    return table, analyse(table, settings=AnalysisSettings(least_answered=least))


def test_a_reader_with_one_rating_is_left_out_and_named() -> None:
    whole, analysis = with_a_reader_of_few(0.2)
    assert analysis.left_out == {"late": 1}
    assert analysis.to_json()["settings"]["left_out_readers"] == {"late": 1}
    assert "late" not in analysis.readers
    without = analyse(whole.select_readers(whole.readers[:4]))
    rate = analysis.arms["M1"].families["deception"]["rate"]
    assert rate == without.arms["M1"].families["deception"]["rate"]


def test_nobody_is_left_out_where_that_is_asked_for() -> None:
    _, analysis = with_a_reader_of_few(0.0)
    assert analysis.left_out == {}
    assert analysis.arms["M1"].n_readers == 5


@pytest.mark.parametrize(
    "settings",
    [{"positive_controls": ("real",)}, {"primary_arm": "M9"}],
    ids=["control", "primary"],
)
def test_an_arm_that_is_not_there_is_refused_by_name(settings: dict[str, Any]) -> None:
    with pytest.raises(StatisticsInputError, match=r"There is no synthetic arm '(real|M9)'"):
        analyse(ratings_table(**columns()), settings=AnalysisSettings(**settings))


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"adjustment": "bonferroni"}, "use holm or none"), ({"least_answered": 1.0}, "below 1")],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(StatisticsInputError, match=words):
        AnalysisSettings(**settings)
