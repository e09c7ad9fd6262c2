"""Contrasts between arms."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_readers import study

from app.statistics.analysis import analyse
from app.statistics.realness.contrasts import cliffs_delta, friedman, holm
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import lengths

DEFAULT = AnalysisSettings()
# No contrast is made of the model, which takes longest.
WITHOUT_MODEL = AnalysisSettings(model=False)


def test_every_pair_of_arms_is_contrasted_with_the_real_one_first() -> None:
    pairs = [
        (pair.arm, pair.against)
        for pair in analyse(study(), settings=WITHOUT_MODEL).contrasts.pairs
        if pair.measure == "deception.rate"
    ]
    assert pairs == [("M0", "real"), ("M1", "real"), ("M1", "M0")]


def test_a_contrast_is_the_difference_of_the_reported_figures() -> None:
    analysis = analyse(study(missing=0.1), settings=WITHOUT_MODEL)
    for pair in analysis.contrasts.pairs:
        family, key = pair.measure.split(".")
        one, other = (
            analysis.arms[arm].families[family][key].estimate  # type: ignore[union-attr]
            for arm in (pair.arm, pair.against)
        )
        expected = one / other if family == "time" else one - other
        assert pair.estimate == pytest.approx(expected)
        assert pair.low < pair.estimate < pair.high  # type: ignore[operator]


@pytest.mark.parametrize("studies", lengths(3, 5))
def test_the_p_value_is_below_alpha_exactly_when_the_interval_excludes_no_difference(
    studies: int,
) -> None:
    for seed in range(studies):
        for pair in analyse(study(shift=0.4, seed=seed), settings=WITHOUT_MODEL).contrasts.pairs:
            none = 1.0 if pair.measure.startswith("time") else 0.0
            excluded = pair.low > none or pair.high < none  # type: ignore[operator]
            assert (pair.p_value < 0.05) == excluded  # type: ignore[operator]


def test_holm_adjusts_within_a_measure() -> None:
    pairs = [
        p
        for p in analyse(study(), settings=WITHOUT_MODEL).contrasts.pairs
        if p.measure == "realism.mean"
    ]
    assert [p.p_holm for p in pairs] == pytest.approx(holm([p.p_value for p in pairs]))
    assert all(p.p_holm >= p.p_value for p in pairs)  # type: ignore[operator]


def test_holm_leaves_out_what_was_not_tested() -> None:
    assert holm([None, 0.03, 0.02]) == [None, pytest.approx(0.04), pytest.approx(0.04)]
    assert holm([]) == []
    assert holm([None]) == [None]


def test_holm_never_exceeds_one() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_cliffs_delta_counts_pairs_within_readers() -> None:
    one = np.array([[3.0, 4, 5, 2], [2, 2, 4, 3]])
    other = np.array([[1.0, 3, 3, 2], [2, 1, 1, 4]])
    signs = np.sign(one[:, :, None] - other[:, None, :])
    assert cliffs_delta(one, other, DEFAULT).estimate == pytest.approx(signs.mean())


def test_cliffs_delta_stays_between_its_ends() -> None:
    delta = cliffs_delta(
        np.array([[5.0, 4, 4], [5, 5, 3]]), np.array([[1.0, 2, 4], [2, 1, 3]]), DEFAULT
    )
    assert -1 < delta.low < delta.estimate < delta.high < 1  # type: ignore[operator]


def test_friedman_needs_three_arms_and_two_readers() -> None:
    assert friedman(np.ones((2, 5))).state == "not estimable: fewer than three arms"
    assert friedman(np.ones((3, 1))).state == (
        "not estimable: fewer than two readers with all arms"
    )
    assert friedman(np.ones((3, 4))).state == (
        "not estimable: every reader gives all arms the same mean"
    )
