"""Readers weighted by precision: metafor's numbers, the main figure for equal weights, coverage."""

import numpy as np
import pytest

from app.statistics.analysis import analyse
from app.statistics.table.estimate import Estimate
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.precision import precision_weights, weighted_by_precision
from app.statistics.variance.reader_means import reader_means
from tests.report.ratings import simulated_table

# Thirteen trials of the BCG vaccine: log risk ratios and their variances (hedges_weights.R).
BCG = np.array(
    [
        *(-0.88931133, -1.58538866, -1.34807315, -1.44155119, -0.21754732, -0.78611559),
        *(-1.62089822, 0.01195233, -0.46941765, -1.37134480, -0.33935883, 0.44591340, -0.01731395),
    ]
)
BCG_VARIANCES = np.array(
    [
        *(0.32558477, 0.19458112, 0.41536797, 0.02001003, 0.05121017, 0.00690562, 0.22301725),
        *(0.00396158, 0.05643421, 0.07302479, 0.01241221, 0.53250585, 0.07140466),
    ]
)


def test_the_weights_are_those_of_metafor() -> None:
    weights, between = precision_weights(BCG, BCG_VARIANCES)
    assert between == pytest.approx(0.32856386, abs=1e-7)
    assert float(weights @ BCG) == pytest.approx(-0.71587859, abs=1e-7)
    variance = float((weights**2 * (between + BCG_VARIANCES)).sum())
    assert variance**0.5 == pytest.approx(0.18327999, abs=1e-7)


def realism(rng: np.random.Generator, readers: int, cases: int, spread: float = 0.1) -> np.ndarray:
    return np.clip(
        0.6
        + spread * rng.standard_normal((readers, 1))
        + 0.1 * rng.standard_normal((1, cases))
        + 0.15 * rng.standard_normal((readers, cases)),
        0.001,
        0.999,
    )


@pytest.mark.parametrize("target", ["readers_and_cases", "readers", "cases"])
def test_with_complete_ratings_it_is_the_main_figure(target: str) -> None:
    matrix = realism(np.random.default_rng(3), 6, 40)
    settings = AnalysisSettings(generalise_to=target)  # type: ignore[arg-type]
    theta, covariance = reader_means(matrix)
    main = averaged_over_readers(
        theta, covariance, [matrix], settings, scale="logit", what="the mean"
    )
    weighted = weighted_by_precision(theta, covariance, [matrix], settings, scale="logit")
    for one, other in ((main, weighted),):
        assert other.estimate == pytest.approx(one.estimate)
        assert other.low == pytest.approx(one.low)
        assert other.high == pytest.approx(one.high)
        assert other.df == pytest.approx(one.df)


def test_who_read_little_weighs_little() -> None:
    matrix = realism(np.random.default_rng(4), 5, 60, spread=0.0)
    matrix[4] += 0.3
    matrix[4, 4:] = np.nan
    theta, covariance = reader_means(matrix)
    settings = AnalysisSettings(generalise_to="cases")
    weighted = weighted_by_precision(theta, covariance, [matrix], settings)
    equal = float(theta.mean())
    of_the_others = float(theta[:4].mean())
    assert weighted.estimate is not None
    assert abs(weighted.estimate - of_the_others) < 0.2 * abs(equal - of_the_others)


def test_intervals_cover_where_readers_read_unequal_numbers_of_images() -> None:
    rng = np.random.default_rng(6)
    settings, covered, known = AnalysisSettings(), 0, 0
    for _ in range(400):
        matrix = realism(rng, 6, 60)
        for reader, read in enumerate((60, 60, 40, 20, 10, 6)):
            matrix[reader, rng.permutation(60)[read:]] = np.nan
        one = weighted_by_precision(*reader_means(matrix), [matrix], settings, scale="logit")
        if one.low is not None and one.high is not None:
            known += 1
            covered += one.low <= 0.6 <= one.high
    assert known == 400
    assert 0.92 <= covered / known <= 0.98


def test_a_reader_who_says_one_thing_of_all_images_does_not_take_all_the_weight() -> None:
    matrix = realism(np.random.default_rng(7), 4, 30)
    matrix[0] = 0.9
    theta, covariance = reader_means(matrix)
    one = weighted_by_precision(
        theta, covariance, [matrix], AnalysisSettings(generalise_to="cases")
    )
    assert one.estimate == pytest.approx(float(theta.mean()))


def test_no_variance_gives_a_point_and_the_reason() -> None:
    matrix = np.full((3, 8), 1.0)
    one = weighted_by_precision(*reader_means(matrix), [matrix], AnalysisSettings(), scale="logit")
    assert one.estimate == 1.0
    assert one.low is None
    assert "no interval" in one.method


@pytest.mark.parametrize("readers", [1, 2, 5])
def test_every_analysis_has_it_for_one_reader_and_more(readers: int) -> None:
    analysis = analyse(simulated_table(readers=readers), settings=AnalysisSettings(model=False))
    for name, arm in analysis.arms.items():
        figures = arm.families["precision_weighted"]
        assert set(figures) == {"auc", "deception_rate", "realism_mean"}
        for key, main in (("deception_rate", ("deception", "rate")),):
            one, other = figures[key], arm.families[main[0]][main[1]]
            assert isinstance(one, Estimate)
            assert isinstance(other, Estimate)
            assert one.estimate == pytest.approx(other.estimate)
        auc = figures["auc"]
        assert isinstance(auc, Estimate)
        assert (auc.estimate is None) == (name == "real")
