"""Realism, deception, detection, discrimination, time, drift: what each figure promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from simulated_readers import study

from app.statistics.conduct.drift import drift, reader_slopes
from app.statistics.conduct.time import time
from app.statistics.realness.deception import deception
from app.statistics.realness.detection import detection, reader_detection
from app.statistics.realness.discrimination import AUC_FROM, auc_figures, discrimination, roc_curves
from app.statistics.realness.realism import (
    distribution,
    mean_realism,
    median_realism,
    realism,
    top2box,
)
from app.statistics.table.constant_readers import constant_readers
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

DEFAULT = AnalysisSettings()
NAN = np.nan


def number(estimate: Estimate) -> float:
    assert estimate.is_estimated, estimate.state
    assert estimate.estimate is not None
    return estimate.estimate


def test_readers_weigh_equally_however_many_images_they_rated() -> None:
    matrix = np.array([[1.0, 2.0, 3.0, 2.0], [4.0, 5.0, NAN, NAN]])
    assert number(mean_realism(matrix, DEFAULT, bounds=(1, 5))) == pytest.approx((2.0 + 4.5) / 2)


def test_the_interval_of_mean_realism_stays_on_the_scale() -> None:
    matrix = np.array([[5.0, 5, 5, 4, 5], [5, 4, 5, 5, 5], [5, 5, 5, 5, 3]])
    mean = mean_realism(matrix, DEFAULT, bounds=(1, 5))
    assert mean.low is not None
    assert mean.high is not None
    assert 1 < mean.low < number(mean) < mean.high < 5


def test_the_median_is_that_of_the_reader_averaged_distribution() -> None:
    matrix = np.array([[1.0, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 1, 3, 3, 5]])
    median = median_realism(matrix, DEFAULT)
    assert number(median) == 3
    assert median.low is not None
    assert median.high is not None
    assert median.low <= 3 <= median.high


def test_the_median_between_two_steps_is_their_middle() -> None:
    matrix = np.array([[1.0, 2, 3, 4], [1, 2, 3, 4]])
    assert number(median_realism(matrix, DEFAULT)) == 2.5


@pytest.mark.parametrize("studies", lengths(80, 400))
def test_the_interval_of_the_median_covers_the_population_median(studies: int) -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(studies):
        latent = (
            0.25 * rng.standard_normal((6, 1))
            + 0.6 * rng.standard_normal((1, 40))
            + 0.8 * rng.standard_normal((6, 40))
        )
        median = median_realism(latent, DEFAULT)
        covered += median.low <= 0 <= median.high  # type: ignore[operator]
    assert least_covered(studies, 0.92) <= covered / studies
    assert studies < 400 or covered / studies <= 0.98


def test_top2box_is_the_share_of_the_two_highest_steps_of_the_scale() -> None:
    matrix = np.array([[5.0, 4, 3, 2], [4, 1, 3, 2]])
    share = top2box(matrix, (1.0, 2.0, 3.0, 4.0, 5.0), DEFAULT)
    assert number(share) == pytest.approx((0.5 + 0.25) / 2)


def test_top2box_needs_a_scale_of_steps() -> None:
    scale = tuple(float(step) for step in range(101))
    share = top2box(np.array([[5.0, 80.0]]), scale, DEFAULT)
    assert (
        share.state == "not estimable: top-2-box needs a scale of 3 to 11 steps, this one has 101"
    )


def test_the_distribution_counts_unused_steps_too() -> None:
    shares = distribution(study(), "real")
    assert [step.category for step in shares] == [1, 2, 3, 4, 5]
    assert sum(step.count for step in shares) == 5 * 12
    assert sum(step.share or 0.0 for step in shares) == pytest.approx(1.0)


def test_hits_are_synthetic_images_called_synthetic() -> None:
    readers = reader_detection(
        real=np.array([[1.0, 0, 0, 0]]), synthetic=np.array([[1.0, 1, 0, NAN]])
    )
    assert readers.hit_rate[0] == pytest.approx(2 / 3)
    assert readers.false_alarm_rate[0] == pytest.approx(1 / 4)
    assert readers.accuracy[0] == pytest.approx(5 / 7)
    assert readers.balanced_accuracy[0] == pytest.approx((2 / 3 + 3 / 4) / 2)


def test_a_lean_towards_real_is_a_positive_criterion() -> None:
    readers = reader_detection(real=np.zeros((1, 20)), synthetic=np.array([[1.0] * 8 + [0.0] * 12]))
    assert readers.sensitivity.criterion[0] > 0
    assert readers.sensitivity.d_prime[0] > 0


def test_figures_of_detection_agree_with_each_other() -> None:
    table = study(missing=0.1)
    rates = detection(table, "M1", DEFAULT)
    hit, alarm = number(rates["hit_rate"]), number(rates["false_alarm_rate"])
    assert number(rates["balanced_accuracy"]) == pytest.approx((hit + 1 - alarm) / 2)
    fooled = deception(table, "M1", DEFAULT)
    assert number(fooled["rate"]) == pytest.approx(1 - hit)
    assert number(fooled["hype_infinity"]) == pytest.approx(1 - (hit + 1 - alarm) / 2)
    assert number(deception(table, "real", DEFAULT)["rate"]) == pytest.approx(1 - alarm)


KEYS_OF_DETECTION = ("accuracy", "balanced_accuracy", "d_prime", "criterion")


@pytest.fixture(scope="module")
def many_studies() -> dict[str, tuple[list[float], list[float]]]:
    """Estimates and squared standard errors of each figure in 600 studies of 6 readers."""
    rng = np.random.default_rng(6)
    made: dict[str, tuple[list[float], list[float]]] = {key: ([], []) for key in KEYS_OF_DETECTION}
    for _ in range(600):
        shift = 0.25 * rng.standard_normal((6, 1))
        real, synthetic = (
            (
                mean
                + shift
                + 0.2 * rng.standard_normal((6, 1))
                + 0.6 * rng.standard_normal((1, 50))
                + 0.8 * rng.standard_normal((6, 50))
                < 0
            ).astype(float)
            for mean in (0.8, -0.2)
        )
        detected = reader_detection(real, synthetic)
        for key, (estimates, errors) in made.items():
            theta, covariance = detected.figure(key)
            estimates.append(theta.mean())
            errors.append(theta.var(ddof=1) / 6 + max(covariance[~np.eye(6, dtype=bool)].mean(), 0))
    return made


@pytest.mark.parametrize("key", KEYS_OF_DETECTION)
def test_its_standard_errors_are_those_seen_over_many_studies(
    many_studies: dict[str, tuple[list[float], list[float]]], key: str
) -> None:
    estimates, errors = many_studies[key]
    assert math.sqrt(np.mean(errors)) == pytest.approx(np.std(estimates, ddof=1), rel=0.12)


def test_an_arm_less_real_than_real_has_an_auc_above_a_half() -> None:
    table = study(cases=30)
    figures = {key: auc_figures(table, key, DEFAULT) for key in AUC_FROM}
    aucs = discrimination(table, "M1", DEFAULT, figures)
    for key in ("auc_realism", "auc_confidence", "auc_score"):
        assert number(aucs[key]) > 0.8
    assert aucs["auc_realism"].n_cases == 60
    assert aucs["auc_realism"].n_ratings == 300


def test_the_area_under_each_roc_curve_is_the_readers_auc() -> None:
    table = study(missing=0.1)
    curves = roc_curves(table, "M0", "realism")
    figures = auc_figures(table, "auc_realism", DEFAULT)
    assert figures is not None
    for j, reader in enumerate(table.readers):
        curve = curves[reader]
        area = np.trapezoid(curve.hit_rate, curve.false_alarm_rate)
        assert area == pytest.approx(figures.theta[0, j])
    assert curves[""].hit_rate[-1] == 1
    assert np.all(np.diff(curves[""].hit_rate) >= -1e-12)


def test_the_average_roc_curve_has_the_average_area() -> None:
    table = study(cases=40)
    curves = roc_curves(table, "M0", "score")
    areas = [
        np.trapezoid(curve.hit_rate, curve.false_alarm_rate)
        for reader, curve in curves.items()
        if reader
    ]
    average = np.trapezoid(curves[""].hit_rate, curves[""].false_alarm_rate)
    assert average == pytest.approx(np.mean(areas), abs=0.01)


def test_times_are_averaged_as_logarithms() -> None:
    table = ratings_table(
        reader=["a", "a", "b", "b"],
        case=["1", "2", "1", "2"],
        arm=["real"] * 4,
        truth=["real"] * 4,
        reading_time_ms=[1000, 4000, 2000, 16000],
    )
    geometric_mean = time(table, "real", DEFAULT)["geometric_mean_ms"]
    assert number(geometric_mean) == pytest.approx(math.sqrt(math.sqrt(1000 * 4000 * 2000 * 16000)))


def test_the_time_ratio_is_that_of_the_geometric_means() -> None:
    table = study()
    arm, real = (number(time(table, name, DEFAULT)["geometric_mean_ms"]) for name in ("M0", "real"))
    assert number(time(table, "M0", DEFAULT)["ratio_to_real"]) == pytest.approx(arm / real)


def test_slopes_are_least_squares_per_reader() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random((3, 15)), rng.random((3, 15))
    y[0, 4] = NAN
    theta, _ = reader_slopes(x, y)
    for j in range(3):
        seen = np.isfinite(y[j])
        assert theta[j] == pytest.approx(np.polyfit(x[j, seen], y[j, seen], 1)[0])


def test_drift_finds_a_reader_who_learns() -> None:
    position = np.tile(np.arange(1.0, 41.0), 4)
    reader = np.repeat(["a", "b", "c", "d"], 40)
    rng = np.random.default_rng(3)
    table = ratings_table(
        reader=[str(name) for name in reader],
        case=[str(int(k)) for k in position],
        arm=["M0"] * 160,
        truth=["synthetic"] * 160,
        position=position,
        verdict=(rng.random(160) < 0.1 + 0.02 * position).astype(float),
        realism=3 + 0 * position,
    )
    slopes = drift(table, "M0", DEFAULT)
    slope = slopes["accuracy_slope"]
    assert number(slope) == pytest.approx(0.2, abs=0.08)
    assert slope.low is not None
    assert slope.low > 0
    assert slopes["log_time_slope"].state == "not estimable: the ratings have no reading_time_ms"
    assert (slopes["realism_slope"].estimate, slopes["realism_slope"].low) == (0.0, None)
    assert "no interval: the variance" in slopes["realism_slope"].method


def test_a_missing_column_is_named() -> None:
    table = ratings_table(reader=["a"], case=["1"], arm=["real"], truth=["real"], score=[3])
    assert realism(table, "real", DEFAULT)["mean"].state == (
        "not estimable: the ratings have no realism"
    )
    assert deception(table, "real", DEFAULT)["rate"].state == (
        "not estimable: the ratings have no verdict"
    )
    assert drift(table, "real", DEFAULT)["realism_slope"].state == (
        "not estimable: the ratings have no position"
    )


def test_a_reader_of_one_rating_is_a_caution_beside_mean_realism() -> None:
    rng = np.random.default_rng(2)
    ratings = np.clip(np.round(3 + rng.normal(size=(4, 12))), 1, 5)
    plain = mean_realism(ratings, AnalysisSettings(), bounds=(1.0, 5.0))
    assert plain.caution == ""
    ratings[2] = 5.0
    mean = mean_realism(ratings, AnalysisSettings(), bounds=(1.0, 5.0))
    assert mean.caution.startswith("1 of 4 readers gave every image the same rating")
    own = mean_realism(ratings, AnalysisSettings(generalise_to="cases"), bounds=(1.0, 5.0))
    assert own.caution == ""
    # Four images are too few to call a reader constant.
    ratings[2, 4:] = np.nan
    assert constant_readers(ratings) == 0
