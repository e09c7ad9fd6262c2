"""What the intra-reader family promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from textbook_agreement import (
    BLAND_ALTMAN_1986_FIRST,
    BLAND_ALTMAN_1986_SECOND,
    LANDIS_KOCH_1977,
    from_table,
)

from app.statistics.agreement.intra_reader import ESTIMANDS, intra_reader, reader_repeats
from app.statistics.agreement.kappa import pairwise_kappa
from app.statistics.table.ratings import Float

STEPS = (1.0, 2.0, 3.0, 4.0, 5.0)


def repeats(seed: int = 1, readers: int = 5, cases: int = 12) -> tuple[Float, Float]:
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(readers, cases))
    one, two = (
        np.digitize(latent + rng.normal(size=latent.shape) * 0.4, (-1.5, -0.5, 0.5, 1.5)) + 1.0
        for _ in range(2)
    )
    two[rng.random(two.shape) < 0.4] = np.nan
    return one, two


def test_it_matches_bland_and_altman_1986() -> None:
    steps = np.unique(np.vstack((BLAND_ALTMAN_1986_FIRST, BLAND_ALTMAN_1986_SECOND))).tolist()
    estimates = intra_reader(
        BLAND_ALTMAN_1986_FIRST, BLAND_ALTMAN_1986_SECOND, kind="realism", categories=steps
    )
    assert estimates["within_subject_sd"].estimate == pytest.approx(15.3066690579, abs=1e-8)
    assert estimates["repeatability_coefficient"].estimate == pytest.approx(42.4271423708, abs=1e-6)
    differences = BLAND_ALTMAN_1986_SECOND - BLAND_ALTMAN_1986_FIRST
    spread = 1.959963984540054 * differences.std(ddof=1)
    assert estimates["limit_of_agreement_high"].estimate == pytest.approx(
        differences.mean() + spread
    )
    assert estimates["limit_of_agreement_low"].estimate == pytest.approx(
        differences.mean() - spread
    )
    assert "these readers only" in estimates["bias"].method


def test_kappa_is_the_mean_of_the_readers_own_kappas() -> None:
    one, two = repeats()
    both = np.isfinite(one) & np.isfinite(two)
    own = [
        pairwise_kappa(np.array([one[j, both[j]], two[j, both[j]]]), STEPS)[0, 1] for j in range(5)
    ]
    estimates = intra_reader(one, two, kind="realism", categories=STEPS)
    assert estimates["kappa"].estimate == pytest.approx(np.mean(own))


def test_the_interval_is_that_of_the_study_with_one_left_out() -> None:
    one, two = repeats(seed=2)

    def of(name: str, first: Float, second: Float) -> float:
        estimate = intra_reader(first, second, kind="realism", categories=STEPS)[name].estimate
        assert estimate is not None
        return estimate

    estimates = intra_reader(one, two, kind="realism", categories=STEPS)
    cases = np.flatnonzero((np.isfinite(one) & np.isfinite(two)).any(axis=0))
    for name in ESTIMANDS["realism"]:
        readers = [of(name, np.delete(one, j, axis=0), np.delete(two, j, axis=0)) for j in range(5)]
        left = [of(name, np.delete(one, k, axis=1), np.delete(two, k, axis=1)) for k in cases]
        variance = (4 / 5) * np.var(readers) * 5 + (1 - 1 / cases.size) * np.var(left) * cases.size
        assert estimates[name].se == pytest.approx(math.sqrt(variance)), name


def test_limits_of_agreement_hold_the_differences_of_readers_with_biases() -> None:
    rng = np.random.default_rng(3)
    one = rng.normal(size=(200, 40))
    two = one + rng.normal(size=(200, 1)) * 0.5 + rng.normal(size=(200, 40)) * 0.8
    estimates = intra_reader(one, two, kind="realism", categories=np.unique((one, two)).tolist())
    width = estimates["limit_of_agreement_high"].estimate
    assert width is not None
    assert width == pytest.approx(1.96 * math.hypot(0.5, 0.8), rel=0.05)


def test_first_reads_without_a_second_do_not_count() -> None:
    one, two = repeats(seed=4)
    more = np.hstack((one, np.full((5, 3), 5.0)))
    estimates = intra_reader(
        more, np.hstack((two, np.full((5, 3), np.nan))), kind="realism", categories=STEPS
    )
    assert estimates == intra_reader(one, two, kind="realism", categories=STEPS)


def test_verdicts_have_kappa_but_no_differences() -> None:
    one, two = (np.where(np.isnan(reads), np.nan, reads > 3) for reads in repeats(seed=5))
    estimates = intra_reader(one, two, kind="verdict", categories=(0.0, 1.0))
    assert tuple(estimates) == ESTIMANDS["verdict"]
    assert estimates["kappa"].is_estimated


def test_no_repeats_says_so() -> None:
    one = np.ones((3, 4))
    estimates = intra_reader(one, np.full((3, 4), np.nan), kind="realism", categories=STEPS)
    assert {estimate.state for estimate in estimates.values()} == {
        "not estimable: no case was read twice by a reader"
    }


def test_one_category_leaves_kappa_without_a_value() -> None:
    estimates = intra_reader(np.ones((3, 4)), np.ones((3, 4)), kind="realism", categories=STEPS)
    assert estimates["kappa"].state == (
        "not estimable: no reader used two categories on the cases read twice"
    )
    assert estimates["within_subject_sd"].estimate == 0.0
    assert estimates["within_subject_sd"].low is None


def test_one_repeat_a_reader_leaves_the_limits_without_a_value() -> None:
    one = np.array([[1.0, 2], [3, 4]])
    two = np.array([[1.0, np.nan], [np.nan, 5]])
    estimates = intra_reader(one, two, kind="realism", categories=STEPS)
    assert estimates["limit_of_agreement_low"].state == (
        "not estimable: no reader has two cases read twice"
    )
    assert estimates["bias"].estimate == pytest.approx(0.5)


def test_readers_one_by_one_carry_the_large_sample_error_of_kappa() -> None:
    one, two = from_table(LANDIS_KOCH_1977)
    repeats = reader_repeats(one[None], two[None], categories=(1, 2, 3, 4))
    # R vcd::Kappa on the same table.
    assert repeats.kappa[0] == pytest.approx(0.2965165675, abs=1e-9)
    assert repeats.kappa_se[0] == pytest.approx(0.07850387067, abs=1e-9)
    assert repeats.kappa_quadratic_se[0] == pytest.approx(0.07873187381, abs=1e-9)
    assert repeats.n[0] == 69
