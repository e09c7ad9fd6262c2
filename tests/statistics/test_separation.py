"""A measure's AUC between arms, against scipy's Mann-Whitney and values worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from app.statistics.realness.separation import Separation, separation


def found(real: list[float], synthetic: list[float]) -> Separation:
    result = separation(np.array(real, float), np.array(synthetic, float))
    assert result is not None
    return result


@pytest.mark.parametrize("seed", range(5))
def test_the_auc_is_mann_whitneys_u_over_the_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    real, synthetic = rng.integers(0, 9, 17).astype(float), rng.integers(2, 12, 23).astype(float)
    test = stats.mannwhitneyu(synthetic, real)
    one = found(list(real), list(synthetic))
    share = float(test.statistic) / (17 * 23)
    assert one.auc == pytest.approx(max(share, 1 - share))
    assert one.synthetic_is == ("higher" if share > 0.5 else "lower")
    assert one.p == pytest.approx(float(test.pvalue))


def test_the_interval_is_delongs_on_the_logit_scale() -> None:
    # Placements by hand: real 1, 1, 1, 7/8 against synthetic 7/8, 1, 1, 1; both variances are
    # 1/256, so that SE^2 = (1/256 + 1/256) / 4, and logit(31/32) = ln 31.
    one = found([5, 6, 7, 8], [1, 2, 3, 5])
    assert one.auc == pytest.approx(31 / 32)
    half = stats.norm.ppf(0.975) * np.sqrt(2 / 256 / 4) / (31 / 32 / 32)
    assert one.low == pytest.approx(1 / (1 + np.exp(half) / 31))
    assert one.high == pytest.approx(1 / (1 + np.exp(-half) / 31))


def test_it_takes_whichever_way_tells_more() -> None:
    up, down = found([1, 2, 3, 5], [5, 6, 7, 8]), found([5, 6, 7, 8], [1, 2, 3, 5])
    assert (up.auc, up.low, up.high, up.p) == (down.auc, down.low, down.high, down.p)
    assert (up.synthetic_is, down.synthetic_is) == ("higher", "lower")


def test_all_on_one_side_has_no_interval_and_is_telling() -> None:
    one = found([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])
    assert (one.auc, one.low, one.high) == (1.0, None, None)
    assert one.is_telling


def test_so_few_that_chance_would_do_it_is_not_telling() -> None:
    one = found([1, 2], [3, 4])
    assert one.auc == 1.0
    assert not one.is_telling


def test_a_weak_difference_is_not_telling_however_certain() -> None:
    rng = np.random.default_rng(3)
    one = found(list(rng.normal(0, 1, 500)), list(rng.normal(0.7, 1, 500)))
    assert one.p < 1e-6
    assert not one.is_telling


def test_what_never_varies_tells_nothing() -> None:
    one = found([0.0] * 6, [0.0] * 9)
    assert (one.auc, one.low, one.synthetic_is, one.p) == (0.5, None, "alike", 1.0)


def test_without_either_kind_there_is_nothing_to_tell() -> None:
    assert separation(np.array([]), np.array([1.0])) is None
    assert separation(np.array([1.0]), np.array([])) is None
