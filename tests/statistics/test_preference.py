"""Preferences: Bradley-Terry with ties, over readers and sets, and ranks."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from app.statistics.protocols.davidson import Choice, fit_davidson, is_connected
from app.statistics.protocols.preference import preference
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.sides import SideChoice
from app.statistics.table.settings import AnalysisSettings
from benchmarks.choice_studies import preferred
from tests.two_lengths import least_covered, lengths

HERE = Path(__file__).parent


def _fits() -> list[dict[str, str]]:
    with (HERE / "paired_comparisons.csv").open() as lines:
        return list(csv.DictReader(lines))


def _choices(text: str) -> tuple[list[Choice], list[float]]:
    """Answers as the file has them: ``0 1:3 2 1`` is three for 0, two for 1, one tie."""
    choices, times = [], []
    for part in text.split("|"):
        arms, counts = (tuple(int(x) for x in half.split()) for half in part.split(":"))
        for place, count in enumerate(counts):
            if count:
                choices.append(Choice(arms, place if place < len(arms) else None))
                times.append(float(count))
    return choices, times


@pytest.mark.parametrize("row", _fits(), ids=lambda row: row["name"])
def test_the_fit_is_that_of_r(row: dict[str, str]) -> None:
    strengths = np.array([float(x) for x in row["strengths"].split()])
    choices, times = _choices(row["answers"])
    fit = fit_davidson(choices, len(strengths), np.array(times))
    assert fit.strengths == pytest.approx(strengths, abs=1e-5)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(
        np.array([float(x) for x in row["se"].split()]), abs=1e-5
    )
    assert fit.log_likelihood == pytest.approx(float(row["log_likelihood"]), abs=1e-6)
    if row["log_tie"]:
        assert fit.log_tie == pytest.approx(float(row["log_tie"]), abs=1e-5)
    else:
        assert fit.log_tie is None
    assert not fit.is_bounded


def test_every_kind_of_answers_was_fitted_by_r() -> None:
    names = {row["name"] for row in _fits()}
    assert {"CEMS", "baseball", "random1", "random8"} <= names
    assert any(len(row["answers"].split(":")[0].split()) > 2 for row in _fits())


def test_influences_are_what_leaving_an_answer_out_moves() -> None:
    readings = preferred({"A": 0.5, "B": 0.0, "C": -0.5}, readers=4, sets_a_pair=40, tie=0.5)
    choices = [
        Choice(
            tuple("ABC".index(arm) for arm in row.side.arms),
            row.side.chosen - 1 if row.side.chosen else None,
        )
        for row in readings.rows
    ]
    whole = fit_davidson(choices, 3)
    without = fit_davidson(choices[1:], 3)
    moved = whole.strengths - without.strengths
    assert whole.influence[0] == pytest.approx(moved, rel=0.05, abs=1e-5)


def test_an_arm_that_won_everything_has_a_bounded_point_and_says_so() -> None:
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("A", "B"), (), 1))
        for j in range(3)
        for k in range(5)
    ]
    result = preference(SetReadings(tuple(rows)), AnalysisSettings())
    assert result is not None
    assert result.is_bounded
    best = result.arms[0]
    assert best.arm == "A"
    # 15 + 1/2 wins to 1/2.
    assert best.strength.estimate == pytest.approx(math.log(31) / 2)
    assert best.strength.low is None
    assert "no bound" in best.strength.method
    assert (best.best_rank, best.worst_rank) == (1, 2)


def test_nothing_but_ties_is_no_ranking() -> None:
    rows = [SetReading("R1", f"S{k}", SideChoice(("A", "B"), (), 0)) for k in range(5)]
    result = preference(SetReadings(tuple(rows)), AnalysisSettings())
    assert result is not None
    assert [one.strength.estimate for one in result.arms] == pytest.approx([0.0, 0.0])
    assert [one.rank for one in result.arms] == [1, 1]
    assert "nobody preferred" in result.arms[0].strength.method


def test_arms_never_compared_are_not_told_apart() -> None:
    choices = [Choice((0, 1), 0), Choice((0, 1), 1), Choice((2, 3), 0), Choice((2, 3), 1)]
    assert not is_connected(choices, 4)
    assert fit_davidson(choices, 4).strengths == pytest.approx([0.0] * 4)


def test_one_arm_is_no_comparison() -> None:
    rows = [SetReading("R1", "S1", SideChoice(("A", "A"), (), 1))]
    assert preference(SetReadings(tuple(rows)), AnalysisSettings()) is None


def test_readers_weigh_equally() -> None:
    diligent = [
        SetReading("R1", f"S{k}", SideChoice(("A", "B"), (), 1 if k % 4 else 2)) for k in range(40)
    ]
    brief = [
        SetReading("R2", f"S{k}", SideChoice(("A", "B"), (), 2 if k % 4 else 1)) for k in range(4)
    ]
    result = preference(SetReadings((*diligent, *brief)), AnalysisSettings())
    assert result is not None
    assert result.pairs[0].chance.estimate == pytest.approx(0.5)


def test_one_reader_and_two_readers_have_intervals() -> None:
    for readers in (1, 2):
        readings = preferred({"A": 1.0, "B": 0.0}, readers=readers, sets_a_pair=40)
        result = preference(readings, AnalysisSettings())
        assert result is not None
        chance = result.pairs[0].chance
        assert chance.low is not None
        assert chance.high is not None
        speaks_for_others = "random readers, random cases" in chance.method
        assert speaks_for_others == (readers > 1)


def test_p_and_interval_agree_and_ranks_follow_holm() -> None:
    for seed in range(10):
        readings = preferred(
            {"A": 0.6, "B": 0.2, "C": 0.0, "D": -0.4}, readers=4, sets_a_pair=10, tie=0.4, seed=seed
        )
        result = preference(readings, AnalysisSettings())
        assert result is not None
        for pair in result.pairs:
            assert pair.p_value is not None
            assert pair.p_holm is not None
            assert pair.chance.low is not None
            assert pair.chance.high is not None
            assert (pair.p_value < 0.05) == (not pair.chance.low <= 0.5 <= pair.chance.high)
        for arm in result.arms:
            assert arm.best_rank <= arm.rank <= arm.worst_rank


@pytest.mark.parametrize("studies", lengths(50, 200))
@pytest.mark.parametrize("readers", [3, 6])
def test_intervals_cover_over_readers_and_sets(readers: int, studies: int) -> None:
    strengths = {"A": 0.5, "B": 0.0, "C": -0.5}
    covered = {"told": 0, "ranks": 0}
    true = _true_chance(1.0, of_readers=0.5, of_sets=0.8)
    for seed in range(studies):
        readings = preferred(
            strengths,
            readers=readers,
            sets_a_pair=12,
            of_readers=0.5 / math.sqrt(2),
            of_sets=0.8,
            seed=seed,
        )
        result = preference(readings, AnalysisSettings())
        assert result is not None
        pair = next(one for one in result.pairs if {one.arm, one.against} == {"A", "C"})
        low, high = pair.chance.low or 0.0, pair.chance.high or 1.0
        if pair.arm == "C":
            low, high = 1 - high, 1 - low
        covered["told"] += low <= true <= high
        places = {one.arm: one for one in result.arms}
        covered["ranks"] += all(
            places[arm].best_rank <= rank <= places[arm].worst_rank
            for rank, arm in enumerate("ABC", start=1)
        )
    assert least_covered(studies, 0.90) <= covered["told"] / studies
    assert studies < 200 or covered["told"] / studies <= 0.995
    assert covered["ranks"] / studies >= least_covered(studies, 0.95)


def _true_chance(difference: float, *, of_readers: float, of_sets: float) -> float:
    """Chance of the stronger arm, over readers and sets whose differences are normal."""
    z, weights = np.polynomial.hermite_e.hermegauss(60)
    sd = math.sqrt(of_readers**2 + of_sets**2)
    return float((weights / (1 + np.exp(-difference - sd * z))).sum() / weights.sum())
