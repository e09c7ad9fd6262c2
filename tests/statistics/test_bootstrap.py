"""What the two-way bootstrap promises, checked against resampled tables written out in full."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from textbook_agreement import ratings_with_gaps

from app.statistics.agreement.krippendorff import krippendorff_alpha
from app.statistics.agreement.resampled_alpha import resampled_alphas
from app.statistics.realness.resampled_auc import resampled_aucs
from app.statistics.table.ratings import Float
from app.statistics.variance.bootstrap import (
    percentile_interval,
    resampled_means,
    two_way_resamples,
)


def drawn(seed: int = 1, n: int = 20) -> Any:
    return two_way_resamples(5, {"real": 14, "M1": 12}, n_resamples=n, seed=seed)


def written_out(matrix: Float, readers: Float, cases: Float) -> Float:
    """The resampled table itself: a row per draw of a reader, a column per draw of a case."""
    rows = np.repeat(np.arange(matrix.shape[0]), readers.astype(int))
    columns = np.repeat(np.arange(matrix.shape[1]), cases.astype(int))
    return matrix[rows][:, columns]


def mean_of_defined(values: list[float]) -> float:
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def mean_by_loop(table: Float) -> float:
    return mean_of_defined([mean_of_defined(list(row)) for row in table])


def auc_by_loop(real: Float, synthetic: Float) -> float:
    aucs = []
    for r, s in zip(real, synthetic, strict=True):
        won = [(a > b) + (a == b) / 2 for a in r for b in s if not (math.isnan(a) or math.isnan(b))]
        aucs.append(mean_of_defined(won))
    return mean_of_defined(aucs)


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_means_are_those_of_the_resampled_tables(shift: float) -> None:
    matrix = ratings_with_gaps(seed=1) + shift
    resamples = drawn()
    means = resampled_means(matrix, resamples.readers, resamples.cases["real"])
    expected = [
        mean_by_loop(written_out(matrix, readers, cases))
        for readers, cases in zip(resamples.readers, resamples.cases["real"], strict=True)
    ]
    assert means == pytest.approx(expected, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("steps", [4, 400])
def test_aucs_are_those_of_the_resampled_tables(steps: int) -> None:
    # Few steps are counted by category, many are put in order.
    real = ratings_with_gaps(seed=2, steps=steps, missing=0.1)
    synthetic = ratings_with_gaps(seed=3, cases=12, steps=steps, missing=0.1)
    if steps == 400:
        # Away from the ends of the scale, where most ratings are the same.
        real, synthetic = (np.round(x + 9 * np.arange(x.shape[1])) for x in (real, synthetic))
    seen = np.concatenate((real[np.isfinite(real)], synthetic[np.isfinite(synthetic)]))
    assert (np.unique(seen).size > 64) == (steps == 400)
    resamples = drawn()
    areas = resampled_aucs(
        real, [synthetic], resamples.readers, resamples.cases["real"], [resamples.cases["M1"]]
    )[0]
    expected = [
        auc_by_loop(written_out(real, readers, zeros), written_out(synthetic, readers, ones))
        for readers, zeros, ones in zip(
            resamples.readers, resamples.cases["real"], resamples.cases["M1"], strict=True
        )
    ]
    assert areas == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_alpha_of_everything_drawn_once_is_that_of_the_study() -> None:
    matrix = ratings_with_gaps(seed=4)
    once = np.ones((1, 5), dtype=np.float32), np.ones((1, 14), dtype=np.float32)
    for metric in ("nominal", "ordinal", "interval"):
        alphas = resampled_alphas(matrix, *once, metrics=[metric])[metric]  # type: ignore[list-item,index]
        assert alphas[0] == pytest.approx(krippendorff_alpha(matrix, metric), rel=1e-5)  # type: ignore[arg-type]


def test_copies_of_a_reader_do_not_raise_agreement() -> None:
    # Ratings at random: alpha is 0, and would be well above it with self-pairs left in.
    matrix = np.random.default_rng(5).integers(1, 6, size=(6, 400)).astype(float)
    resamples = two_way_resamples(6, {"real": 400}, n_resamples=300, seed=6)
    for alphas in resampled_alphas(
        matrix, resamples.readers, resamples.cases["real"], metrics=("nominal", "interval")
    ).values():
        assert abs(np.nanmean(alphas)) < 0.01


def test_the_same_seed_draws_the_same() -> None:
    one, other = drawn(seed=7), drawn(seed=7)
    assert (one.readers == other.readers).all()
    assert (one.cases["M1"] == other.cases["M1"]).all()
    assert (one.readers != drawn(seed=8).readers).any()


def test_another_arm_leaves_the_draws_of_the_others_as_they_are() -> None:
    few = two_way_resamples(5, {"real": 14}, n_resamples=9, seed=9)
    more = two_way_resamples(5, {"M1": 12, "real": 14}, n_resamples=9, seed=9)
    assert (few.cases["real"] == more.cases["real"]).all()
    assert (few.readers == more.readers).all()


def test_each_is_drawn_once_on_average_with_the_spread_of_a_multinomial() -> None:
    counts = two_way_resamples(50, {}, n_resamples=4000, seed=10).readers
    assert (counts.sum(axis=1) == 50).all()
    assert counts.mean() == 1.0
    assert counts.var() == pytest.approx(1 - 1 / 50, rel=0.02)


def test_the_interval_holds_the_middle_of_the_replicates() -> None:
    interval = percentile_interval(0.5, np.linspace(0, 1, 1001), counts=(3, 4, 12))
    assert (interval.low, interval.high) == (pytest.approx(0.025), pytest.approx(0.975))
    assert interval.n_ratings == 12


def test_too_many_undefined_resamples_leave_no_interval() -> None:
    replicates = np.where(np.arange(100) < 30, np.nan, 0.5)
    assert percentile_interval(0.5, replicates).state == (
        "not estimable: undefined in 30 of 100 resamples"
    )
    assert percentile_interval(math.nan, np.full(5, 0.5)).state == (
        "not estimable: undefined in the study itself"
    )
