"""Accuracy by exposure: the curve against R's, when it is withheld, what its intervals cover."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from app.statistics.protocols import psychometric
from app.statistics.protocols.exposure import exposure_of_sets, exposure_of_verdicts
from app.statistics.protocols.psychometric import Trials, fit_psychometric, maximise
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.sides import SideChoice
from app.statistics.table.settings import AnalysisSettings
from benchmarks.choice_studies import timed_verdicts
from tests.two_lengths import least_covered, lengths

HERE = Path(__file__).parent
DURATIONS = (50.0, 100.0, 200.0, 400.0, 800.0)


def _fits() -> list[dict[str, str]]:
    with (HERE / "psychometric.csv").open() as lines:
        return list(csv.DictReader(lines))


def _trials(exposure: list[float], right: list[int], total: list[int]) -> Trials:
    correct, shown = [], []
    for ms, good, n in zip(exposure, right, total, strict=True):
        correct += [1.0] * good + [0.0] * (n - good)
        shown += [ms] * n
    codes = np.arange(len(correct))
    return Trials(codes % 4, codes, np.array(shown), np.array(correct), np.ones(len(correct)))


@pytest.mark.parametrize("row", _fits(), ids=lambda row: f"{row['by']}-{row['right']}")
def test_the_curve_is_that_of_r(row: dict[str, str]) -> None:
    right, total = ([int(x) for x in row[key].split()] for key in ("right", "all"))
    trials = _trials([float(x) for x in row["exposure_ms"].split()], right, total)
    place, slope, lapse, likely = maximise(
        trials, 1.0 / int(row["m"]), fits_lapse=row["by"] == "optim"
    )
    # R's optim works with differences for a gradient and may stop a little below the maximum.
    assert likely == pytest.approx(float(row["log_likelihood"]), abs=5e-5)
    assert likely > float(row["log_likelihood"]) - 1e-6
    assert place == pytest.approx(float(row["place"]), abs=2e-3)
    assert slope == pytest.approx(float(row["slope"]), rel=1e-2)
    assert lapse == pytest.approx(float(row["lapse"]), abs=2e-3)


def test_both_kinds_of_fit_were_made_by_r() -> None:
    assert {row["by"] for row in _fits()} == {"glm", "optim"}
    assert any(float(row["lapse"]) > 0.001 for row in _fits())


def test_points_are_the_balanced_accuracy_of_each_duration() -> None:
    readings = timed_verdicts(readers=4, cases=40, durations=DURATIONS, seed=2)
    (curve,) = exposure_of_verdicts(readings, AnalysisSettings())
    assert [ms for ms, _ in curve.points] == list(DURATIONS)
    rows = list(
        zip(readings.reader, readings.truth, readings.value, readings.exposure_ms, strict=True)
    )
    per_reader = []
    for reader in readings.readers:
        hits = [v for r, t, v, ms in rows if (r, t, ms) == (reader, "synthetic", 200.0)]
        alarms = [v for r, t, v, ms in rows if (r, t, ms) == (reader, "real", 200.0)]
        per_reader.append((np.mean(hits) + 1 - np.mean(alarms)) / 2)
    assert dict(curve.points)[200.0].share.estimate == pytest.approx(np.mean(per_reader))
    assert curve.fit.why_not == ""
    assert curve.fit.threshold_ms.low is not None


@pytest.mark.parametrize("studies", lengths(20, 60))
def test_the_threshold_is_found_again_and_covered(studies: int) -> None:
    covered, estimates = 0, []
    for seed in range(studies):
        readings = timed_verdicts(readers=6, cases=60, durations=DURATIONS, seed=seed)
        (curve,) = exposure_of_verdicts(readings, AnalysisSettings())
        threshold = curve.fit.threshold_ms
        assert threshold.estimate is not None, curve.fit.why_not
        assert threshold.low is not None
        assert threshold.high is not None
        estimates.append(threshold.estimate)
        covered += threshold.low <= 150.0 <= threshold.high
    assert np.median(estimates) == pytest.approx(150.0, rel=0.15)
    assert covered / studies >= least_covered(studies, 0.88)


def test_readers_who_lean_do_not_look_accurate() -> None:
    readings = timed_verdicts(readers=3, cases=40, durations=DURATIONS, seed=3)
    always = replace(readings, value=(1.0,) * len(readings.value))
    (curve,) = exposure_of_verdicts(always, AnalysisSettings())
    assert {point.share.estimate for _, point in curve.points} == {0.5}
    assert "does not rise" in curve.fit.why_not


@pytest.mark.parametrize(
    ("exposure", "right", "total", "why"),
    [
        ([100.0, 400.0], [20, 38], [40, 40], "2 durations"),
        ([100.0, 200.0, 400.0], [20, 21, 20], [40, 40, 40], "does not rise"),
        ([100.0, 200.0, 400.0], [38, 30, 20], [40, 40, 40], "does not rise"),
        ([100.0, 200.0, 400.0], [40, 40, 40], [40, 40, 40], "every answer was right"),
        ([100.0, 200.0, 400.0], [20, 40, 40], [40, 40, 40], "jumps between"),
        ([100.0, 200.0, 400.0], [72, 76, 80], [80, 80, 80], "below the shortest"),
    ],
)
def test_a_curve_that_cannot_be_estimated_is_withheld_with_the_reason(
    exposure: list[float], right: list[int], total: list[int], why: str
) -> None:
    fit = fit_psychometric(
        _trials(exposure, right, total), 0.5, (4, sum(total), sum(total)), AnalysisSettings()
    )
    assert why in fit.why_not
    assert fit.threshold_ms.estimate is None
    with pytest.raises(ValueError, match="no curve"):
        fit.share_at(np.array([100.0]))


def test_sets_rise_from_one_in_m() -> None:
    rng = np.random.default_rng(5)
    arms, rows = ("real", "M1", "M1", "M1"), []
    for j in range(5):
        for k in range(60):
            ms = DURATIONS[(j + k) % 5]
            share = 0.25 + 0.75 * special.ndtr(3 * (np.log10(ms) - math.log10(200)))
            side = SideChoice(arms, (1,), 1 if rng.random() < share else 2)
            rows.append(SetReading(f"R{j}", f"S{k}", side, exposure_ms=ms))
    (curve,) = exposure_of_sets(SetReadings(tuple(rows)), AnalysisSettings())
    assert curve.fit.guess == 0.25
    assert curve.fit.threshold_ms.estimate == pytest.approx(200.0, rel=0.3)
    assert curve.points[0][1].chance == 0.25


def test_one_reader_has_points_and_a_curve() -> None:
    readings = timed_verdicts(readers=1, cases=200, durations=DURATIONS, seed=4)
    (curve,) = exposure_of_verdicts(readings, AnalysisSettings())
    assert all(point.share.estimate is not None for _, point in curve.points)
    assert "these readers only" in curve.fit.threshold_ms.method


def test_untimed_readings_have_no_curve() -> None:
    readings = timed_verdicts(readers=2, cases=10, durations=(math.nan,), seed=1)
    assert exposure_of_verdicts(readings, AnalysisSettings()) == ()


def test_answers_that_leave_the_curve_open_are_no_error() -> None:
    # Guessing at three durations and a rise at the last: place, slope and lapse rate are one
    # number, and their information has no inverse but what rounding makes of it.
    trials = _trials([100.0, 200.0, 400.0, 800.0], [20, 20, 20, 36], [40] * 4)
    beta = np.array([2.84934556, 26.40983696, 0.07395674])

    assert psychometric._influence(trials, 0.5, beta, fits_lapse=True) is None
    fit = fit_psychometric(trials, 0.5, (4, 160, 160), AnalysisSettings())
    assert "do not fix the threshold" in fit.why_not
