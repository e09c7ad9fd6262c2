"""Ties and constant readers draw an AUC to 0.5."""

import numpy as np
import pytest

from app.statistics.realness.assay import assay_sensitivity


@pytest.mark.parametrize("seed", range(20))
def test_the_auc_lies_within_what_the_ties_leave(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = int(rng.integers(1, 5))
    real = rng.integers(1, 1 + steps, (4, 9)).astype(float)
    synthetic = rng.integers(1, 1 + steps, (4, 7)).astype(float)
    real[rng.random(real.shape) < 0.2] = np.nan
    assay = assay_sensitivity(real, synthetic, ("A", "B", "C", "D"))
    pairs = [(r[np.isfinite(r), None], s[None, :]) for r, s in zip(real, synthetic, strict=True)]
    ties = float(np.mean([np.mean(r == s) for r, s in pairs]))
    auc = float(np.mean([np.mean(r > s) + np.mean(r == s) / 2 for r, s in pairs]))
    assert assay.tie_share == pytest.approx(ties)
    assert abs(auc - 0.5) <= assay.largest_difference + 1e-9


def test_a_reader_who_says_one_thing_of_everything_is_named() -> None:
    real = np.array([[5.0, 5, 5], [5, 4, np.nan], [np.nan, np.nan, np.nan]])
    synthetic = np.array([[5.0, 5], [5, 5], [4, 4]])
    assay = assay_sensitivity(real, synthetic, ("same", "varied", "half"))
    assert assay.constant_readers == ("same",)
    assert assay.tie_share == pytest.approx((1.0 + 0.5) / 2)
    assert assay.top_share == pytest.approx((1.0 + 0.5) / 2)


def test_without_both_kinds_nothing_is_tied() -> None:
    nothing = np.full((1, 2), np.nan)
    assay = assay_sensitivity(nothing, np.ones((1, 2)), ("A",))
    assert (assay.tie_share, assay.constant_readers, assay.largest_difference) == (None, (), 0.5)
