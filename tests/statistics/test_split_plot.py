"""Readers in groups with cases of their own: formulas by hand, and what they promise by simulation.

MRMCaov knows cases nested in single readers but no groups of readers, and iMRMC is in no archive
that these tests can reach; so the formulas of Hillis (2014) and of Obuchowski, Gallas and Hillis
(2012) are written out here once more, sum by sum, and the variances are held against those of many
simulated studies.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from app.report.words.methods import analysis_methods
from app.statistics.analysis import analyse
from app.statistics.planning.simulation import Scenario, simulate_studies, solve
from app.statistics.realness.auc import reader_aucs, reader_aucs_of_arms
from app.statistics.realness.contrasts import arms_of_means, pairwise
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.bootstrap import Strata, resampled_means, two_way_resamples
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.obuchowski_rockette import difference, global_test, single_arm
from app.statistics.variance.reader_means import reader_means
from app.statistics.variance.split_plot import ReaderGroups, reader_blocks
from tests.two_lengths import least_covered, lengths

GROUPS = np.array([0, 0, 0, 1, 1, 1])


def split(matrix: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """The ratings of readers who read only every G-th case, by their group."""
    kept = matrix.astype(float).copy()
    groups = int(blocks.max()) + 1
    for j, block in enumerate(blocks):
        kept[..., j, np.arange(matrix.shape[-1]) % groups != block] = np.nan
    return kept


def figures(arms: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """AUCs of six readers in two groups, and their covariance over cases."""
    rng = np.random.default_rng(seed)
    matrices = [
        split(np.round(2.0 * rng.standard_normal((6, 24)) + shift), GROUPS)
        for shift in (1.0, *([0.0] * arms))
    ]
    theta, covariance = reader_aucs_of_arms(matrices[0], matrices[1:], method="unbiased")
    return theta, covariance


@pytest.mark.parametrize("seed", range(3))
def test_the_f_test_is_hillis_for_a_split_plot(seed: int) -> None:
    arms, group_size = 3, 3
    theta, covariance = figures(arms, seed)
    readers = range(6)
    same_group = [[GROUPS[j] == GROUPS[k] for k in readers] for j in readers]
    pairs = [(j, k) for j in readers for k in readers if j != k and same_group[j][k]]
    cov2 = np.mean([covariance[i, j, i, k] for i in range(arms) for j, k in pairs])
    cov3 = np.mean(
        [
            covariance[i, j, m, k]
            for i in range(arms)
            for m in range(arms)
            if i != m
            for j, k in pairs
        ]
    )
    square = 0.0
    for i in range(arms):
        for j in readers:
            mates = [k for k in readers if same_group[j][k]]
            square += (
                theta[i, j] - theta[:, j].mean() - theta[i, mates].mean() + theta[:, mates].mean()
            ) ** 2
    df = (arms - 1) * (6 - 2)
    mean_square = square / df
    denominator = mean_square + group_size * max(cov2 - cov3, 0.0)
    ms_arm = 6 * theta.mean(axis=1).var(ddof=1)
    test = global_test(theta, covariance, blocks=GROUPS)
    assert test.statistic == pytest.approx(ms_arm / denominator)
    assert test.df2 == pytest.approx(denominator**2 / (mean_square**2 / df))
    assert test.p_value == pytest.approx(float(stats.f.sf(test.statistic, 2, test.df2)))


@pytest.mark.parametrize("seed", range(3))
def test_one_arm_has_the_mean_square_within_groups(seed: int) -> None:
    theta, covariance = (part[0] for part in figures(1, seed))
    covariance = covariance[:, 0]
    within = [theta[group == GROUPS].var(ddof=1) * 2 for group in (0, 1)]
    mean_square = sum(within) / 4.0
    pairs = [(j, k) for j in range(6) for k in range(6) if j != k and GROUPS[j] == GROUPS[k]]
    cov2 = np.mean([covariance[j, k] for j, k in pairs])
    arm = single_arm(theta, covariance, blocks=GROUPS)
    variance = (mean_square + 3 * max(cov2, 0.0)) / 6
    assert arm.variance == pytest.approx(variance)
    assert arm.df == pytest.approx((6 * variance) ** 2 / (mean_square**2 / 4))


def test_between_groups_nothing_covaries() -> None:
    _, covariance = figures(2, 1)
    assert np.abs(covariance[:, :3, :, 3:]).max() < 1e-12


def test_a_reader_with_cases_of_their_own_is_nobodys_group() -> None:
    """Cases nested in readers (MRMCaov): F = MS(T)/MS(TR) with (I - 1)(J - 1) degrees."""
    rng = np.random.default_rng(4)
    alone = np.arange(4)
    matrices = [split(np.round(2 * rng.standard_normal((4, 40)) + s), alone) for s in (1, 0, 0)]
    theta, covariance = reader_aucs_of_arms(matrices[0], matrices[1:], method="unbiased")
    # The real cases are shared by the two arms of one reader alone.
    assert np.abs(covariance[:, 0, :, 1:]).max() < 1e-12
    test = global_test(theta, covariance, blocks=reader_blocks(matrices))
    paired = stats.ttest_rel(theta[0], theta[1])
    assert test.statistic == pytest.approx(paired.statistic**2)
    assert test.df2 == pytest.approx(3.0)
    assert test.p_value == pytest.approx(paired.pvalue)


def test_groups_are_told_by_the_cases_that_readers_share() -> None:
    rng = np.random.default_rng(5)
    whole = rng.standard_normal((6, 12))
    assert reader_blocks([whole]).tolist() == [0] * 6
    assert reader_blocks([split(whole, GROUPS)]).tolist() == GROUPS.tolist()
    chained = np.full((3, 4), np.nan)
    chained[0, :2], chained[1, 1:3], chained[2, 2:] = 1.0, 1.0, 1.0
    assert reader_blocks([chained]).tolist() == [0, 0, 0]
    # Sharing a case of one arm is enough.
    assert reader_blocks([split(whole, GROUPS), whole]).tolist() == [0] * 6


def test_groups_of_unequal_size_weigh_by_their_degrees_of_freedom() -> None:
    groups = ReaderGroups.of(np.array([7, 7, 7, 2]), 4)
    assert (groups.count, groups.df) == (2, 2.0)
    theta = np.array([0.1, 0.4, 0.7, 5.0])
    assert groups.residuals(theta) == pytest.approx([-0.3, 0.0, 0.3, 0.0])


def test_the_method_says_the_groups() -> None:
    rng = np.random.default_rng(6)
    arms = [split(rng.integers(1, 6, (6, 24)), GROUPS) for _ in range(2)]
    theta, covariance = reader_means(arms[0])
    mean = averaged_over_readers(theta, covariance, [arms[0]], AnalysisSettings(), what="mean")
    assert mean.method.endswith("readers in 2 groups")
    [contrast] = pairwise(arms_of_means("m", ("a", "b"), arms), AnalysisSettings())
    assert contrast.method.endswith("readers in 2 groups")


@pytest.mark.parametrize("studies", lengths(150, 500))
@pytest.mark.parametrize("readers", [4, 6])
def test_intervals_and_tests_keep_their_promise(readers: int, studies: int) -> None:
    """Two groups of readers, 60 cases an arm; the null is true of the contrast."""
    model = solve(Scenario(auc=0.7, equivalence_auc=0.5))
    rng = np.random.default_rng(readers + 2)
    made = simulate_studies(model, readers=readers, cases=60, studies=studies, rng=rng)
    blocks = np.arange(readers) // (readers // 2)
    settings = AnalysisSettings()
    covered = rejected = 0
    variances, estimates = [], []
    for study in range(studies):
        real, told, alike = (
            split(arm[study], blocks) for arm in (made.real, made.detected, made.equivalent)
        )
        theta, covariance = reader_aucs(real, told, method="unbiased")
        auc = averaged_over_readers(
            theta, covariance, [real, told], settings, scale="logit", what="AUC"
        )
        assert auc.low is not None
        assert auc.high is not None
        covered += auc.low <= 0.7 <= auc.high
        arm = single_arm(theta, covariance, blocks=blocks)
        estimates.append(arm.estimate)
        variances.append(arm.variance)
        means = [reader_means(one) for one in (real, alike)]
        both = np.zeros((2, readers, 2, readers))
        both[0, :, 0], both[1, :, 1] = means[0][1], means[1][1]
        test = difference(
            np.array([mean for mean, _ in means]), both, least_share=0.5, blocks=blocks
        )
        rejected += test.p_value < 0.05
    assert least_covered(studies, 0.92) <= covered / studies
    assert studies < 500 or covered / studies <= 0.99
    assert rejected / studies <= (0.085 if studies >= 500 else 0.12)
    # A variance of n draws has a standard error of sqrt(2 / n) of itself.
    assert np.mean(variances) == pytest.approx(
        np.var(estimates), rel=0.15 if studies >= 500 else 0.35
    )
    assert math.isfinite(float(np.mean(variances)))


def test_the_bootstrap_draws_readers_within_groups_and_cases_within_blocks() -> None:
    cases = np.arange(20) % 2
    strata = Strata(GROUPS, {"arm": np.arange(20)}, {"arm": cases})
    drawn = two_way_resamples(6, {"arm": 20}, n_resamples=200, seed=3, strata=strata)
    for group in (0, 1):
        assert (drawn.cases["arm"][:, cases == group].sum(axis=1) == 10).all()
        assert (drawn.drawn_readers[:, group == GROUPS].sum(axis=1) == 3).all()
        assert drawn.readers[:, group == GROUPS].sum(axis=1) == pytest.approx(3.0)
    # Two of three drawn, each weighing one and a half.
    assert set(np.unique(drawn.readers).tolist()) == {0.0, 1.5, 3.0}
    assert strata.words == ", readers within 2 groups"


def test_the_bootstrap_has_the_spread_of_readers_of_small_groups() -> None:
    """Readers who differ and images that do not: the variance within groups over J."""
    leaning = np.array([1.0, 2.0, 4.0, 8.0])
    blocks = np.array([0, 0, 1, 1])
    matrix = split(np.repeat(leaning[:, None], 12, axis=1), blocks)
    strata = Strata(blocks, {"arm": np.arange(12)}, {"arm": np.arange(12) % 2})
    drawn = two_way_resamples(4, {"arm": 12}, n_resamples=4000, seed=4, strata=strata)
    replicates = resampled_means(matrix, drawn.readers, drawn.cases["arm"])
    within = (leaning[:2].var(ddof=1) + leaning[2:].var(ddof=1)) / 2
    assert np.var(replicates) == pytest.approx(within / 4, rel=0.08)


def test_an_analysis_tells_its_bootstrap_the_groups() -> None:
    rng = np.random.default_rng(7)
    rows = [
        (f"R{j}", f"{arm}{k:02d}", arm, k % 2 == GROUPS[j])
        for j in range(6)
        for arm in ("real", "M1")
        for k in range(24)
    ]
    rows = [row for row in rows if row[3]]
    table = ratings_table(
        reader=[row[0] for row in rows],
        case=[row[1] for row in rows],
        arm=[row[2] for row in rows],
        truth=["real" if row[2] == "real" else "synthetic" for row in rows],
        realism=rng.integers(1, 6, len(rows)).astype(float),
        realism_min=1,
        realism_max=5,
    )
    analysis = analyse(table, settings=AnalysisSettings(model=False, bootstrap=300))
    mean = analysis.arms["M1"].families["bootstrap"]["realism.mean"]
    assert isinstance(mean, Estimate)
    assert mean.method.endswith("readers within 2 groups")
    core = analysis.arms["M1"].families["realism"]["mean"]
    assert isinstance(core, Estimate)
    assert mean.se is not None
    assert core.se is not None
    assert 0.7 < mean.se / core.se < 1.8
    text = " ".join(words for _, words in analysis_methods(analysis).paragraphs)
    assert "within the groups of readers who read the same images" in text
