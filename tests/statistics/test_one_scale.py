"""Interval, p value and conclusion of one estimand never contradict each other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import pytest
from simulated_readers import study as ratings_of

from app.statistics.analysis import Analysis, analyse
from app.statistics.table.estimate import Estimate
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import some_now

# Few and many readers and images, near chance and near the ceiling, with and without gaps.
OF_EVERY_RUN = (0, 4, 5)
SEEDS = some_now(range(14), OF_EVERY_RUN)
# What has a range of its own; d' and c, slopes and differences of repeats have none.
RANGES = {
    "realism.mean": (1.0, 5.0),
    "realism.median": (1.0, 5.0),
    "realism.top2box": (0.0, 1.0),
    "deception.rate": (0.0, 1.0),
    "deception.hype_infinity": (0.0, 1.0),
    "detection.accuracy": (0.0, 1.0),
    "detection.balanced_accuracy": (0.0, 1.0),
    "detection.hit_rate": (0.0, 1.0),
    "detection.false_alarm_rate": (0.0, 1.0),
    "discrimination.auc_realism": (0.0, 1.0),
    "discrimination.auc_confidence": (0.0, 1.0),
    "discrimination.auc_score": (0.0, 1.0),
    "time.geometric_mean_ms": (0.0, math.inf),
    "time.ratio_to_real": (0.0, math.inf),
    **{
        f"agreement.{kind}.{name}": (0.0, 1.0) if name == "percent_agreement" else (-1.0, 1.0)
        for kind in ("realism", "verdict")
        for name in (
            "percent_agreement",
            "fleiss_kappa",
            "conger_kappa",
            "cohen_kappa_mean",
            "gwet_ac1",
            "gwet_ac2",
            "brennan_prediger",
            "krippendorff_alpha_nominal",
            "krippendorff_alpha_ordinal",
            "krippendorff_alpha_interval",
            "icc_1",
            "icc_a1",
            "icc_c1",
            "icc_ak",
            "kendall_w",
        )
    },
}


def study(seed: int, level: float) -> Analysis:
    """Studies of 3 to 6 readers, few or many images, near chance or near the ceiling, with gaps."""
    table = ratings_of(
        readers=3 + seed % 4,
        cases=(8, 20, 160)[seed % 3],
        shift=(0.0, 0.12, 0.3, 0.8, 2.2)[seed % 5],
        missing=(0.0, 0.2)[seed % 2],
        seed=100 + seed,
    )
    return analyse(table, settings=AnalysisSettings(level=level))


@cache
def at_both(seed: int) -> tuple[Analysis, Analysis]:
    """A study at 95 and at 90 %."""
    return study(seed, 0.95), study(seed, 0.90)


def estimates(analysis: Analysis) -> Iterator[tuple[str, str, Estimate]]:
    for name, arm in analysis.arms.items():
        for family, figures in arm.families.items():
            for key, figure in figures.items():
                if isinstance(figure, Estimate):
                    yield name, f"{family}.{key}", figure
                else:
                    for inner, estimate in figure.items():
                        yield name, f"{family}.{key}.{inner}", estimate


@pytest.mark.parametrize("seed", SEEDS)
def test_90_percent_lies_within_95_percent_within_the_range(seed: int) -> None:
    wide, narrow = at_both(seed)
    compared = 0
    for (arm, key, outer), (_, _, inner) in zip(estimates(wide), estimates(narrow), strict=True):
        if outer.low is None or outer.high is None:
            assert inner.low is None, (arm, key)
            continue
        assert inner.low is not None, (arm, key)
        assert inner.high is not None, (arm, key)
        assert outer.estimate is not None, (arm, key)
        least, most = RANGES.get(key, (-math.inf, math.inf))
        ends = (least, outer.low, inner.low, outer.estimate, inner.high, outer.high, most)
        slack = [end + 1e-9 for end in ends[1:]]
        assert all(a <= b for a, b in zip(ends, slack, strict=False)), (arm, key, ends)
        compared += key in RANGES
    assert compared > 40


@pytest.mark.parametrize("seed", SEEDS)
def test_the_conclusions_p_value_is_small_exactly_when_the_interval_excludes_a_half(
    seed: int,
) -> None:
    for analysis, alpha in zip(at_both(seed), (0.05, 0.10), strict=True):
        for arm in analysis.arms.values():
            conclusion = arm.conclusion
            if conclusion is None or conclusion.low is None or conclusion.p_difference is None:
                continue
            auc = arm.families["discrimination"][conclusion.measure]
            assert isinstance(auc, Estimate)
            assert auc.low is not None
            assert auc.high is not None
            excluded = auc.low > 0.5 or auc.high < 0.5
            assert (conclusion.p_difference < alpha) == excluded
            # With several arms the state rests on the p value adjusted for their number.
            adjusted = conclusion.p_difference_adjusted
            assert adjusted is not None
            assert adjusted >= conclusion.p_difference
            assert (conclusion.state == "distinguishable") == (adjusted < alpha)
            if conclusion.n_adjusted_for == 1:
                assert (conclusion.state == "distinguishable") == excluded


@pytest.mark.parametrize("seed", SEEDS)
def test_the_equivalence_test_its_interval_and_the_reported_interval_agree(
    seed: int,
) -> None:
    wide, narrow = at_both(seed)
    for name, arm in wide.arms.items():
        conclusion = arm.conclusion
        if conclusion is None or conclusion.low is None or conclusion.high is None:
            continue
        inside = (
            conclusion.low > 0.5 - conclusion.margin and conclusion.high < 0.5 + conclusion.margin
        )
        assert conclusion.p_equivalence is not None
        assert (conclusion.p_equivalence < 0.05) == inside == conclusion.within_margin
        # The interval of the equivalence test is the one a 90 % analysis reports.
        auc = narrow.arms[name].families["discrimination"][conclusion.measure]
        assert isinstance(auc, Estimate)
        assert (conclusion.low, conclusion.high) == pytest.approx((auc.low, auc.high))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_contrasts_p_value_is_small_exactly_when_its_interval_excludes_no_difference(
    seed: int,
) -> None:
    largest = {"realism.mean": 4.0, "deception.rate": 1.0, "time.geometric_mean_ms": math.inf}
    for pair in at_both(seed)[0].contrasts.pairs:
        if pair.low is None or pair.high is None or pair.p_value is None:
            continue
        nothing = 1.0 if pair.measure.startswith("time") else 0.0
        assert (pair.p_value < 0.05) == (pair.low > nothing or pair.high < nothing)
        most = largest.get(pair.measure, 1.0)
        assert -most <= pair.low <= pair.high <= most


def test_the_studies_of_every_run_hold_every_conclusion() -> None:
    states = [
        arm.conclusion.state
        for seed in OF_EVERY_RUN
        for arm in at_both(seed)[0].arms.values()
        if arm.conclusion is not None
    ]
    assert {"distinguishable", "inconclusive", "equivalent"} == set(states)
