"""Obuchowski-Rockette analysis of readers' figures of merit, with Hillis degrees of freedom.

A figure of merit theta_ij (arm i, reader j) is a mean, a rate or an AUC. Readers and cases are both
samples; the covariance of the figures over cases, given the readers, comes from
:mod:`app.statistics.variance.reader_means` or :mod:`app.statistics.realness.auc`.

Error alone gives the mean square of readers an expectation of Var - Cov2 (that of arm by reader
Var - Cov1 - Cov2 + Cov3), however alike the readers are. With three or four readers it often comes
out far below this by chance, which makes intervals too short (docs/decisions/0082). The product's
own intervals and tests therefore do not take it below ``LEAST_SHARE`` of that expectation; with
``least_share=0`` the functions give what MRMC software gives.

Split-plot studies: readers in groups, each with cases of its own. ``blocks`` tells every reader's
group (:mod:`app.statistics.variance.split_plot`); mean squares are then those within groups, with
J - G in place of J - 1 degrees of freedom, and covariances between groups count as what they are,
nought. With G groups of r readers this is the F test of Hillis (2014, mixed split-plot design),
MS(T) / (MS(TR(G)) + r max(Cov2 - Cov3, 0)).

Images in clusters: a covariance over few clusters is itself uncertain. ``case_df`` gives the part
of the variance over images its own degrees of freedom, and both parts go together by
Satterthwaite's rule; infinite, it leaves Hillis' degrees of freedom, and normal fixed readers.

References
----------
Obuchowski NA, Rockette HE (1995), Commun Stat Simul 24:285-308, doi:10.1080/03610919508813243;
Hillis SL (2007), Stat Med 26:596-619, doi:10.1002/sim.2532;
Hillis SL (2014), Stat Med 33:330-360, doi:10.1002/sim.5926;
Obuchowski NA, Gallas BD, Hillis SL (2012), Acad Radiol 19:1508-1517,
doi:10.1016/j.acra.2012.09.012 (split-plot designs);
Satterthwaite FE (1946), Biometrics 2:110-114, doi:10.2307/3002019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import Generalisation
from app.statistics.variance.split_plot import ReaderGroups

LEAST_SHARE = 0.5
# A variance so small is 0 and what rounding has left of it, as in the jackknife.
NO_VARIANCE = 1e-20
_ONE_CLUSTER = said("all images of an arm belong together, as one cluster")


@dataclass(frozen=True)
class SingleArm:
    """Reader-averaged figure of merit of one arm.

    ``df`` is ``math.inf`` when readers are fixed and images stand alone (normal interval).
    ``why_not`` names what keeps the variance from being estimated; then ``variance`` and ``df`` are
    NaN.
    """

    estimate: float
    variance: float
    df: float
    ms_reader: float
    error_variance: float
    cov2: float
    n_readers: int
    why_not: str | None = None

    @property
    def se(self) -> float:
        return math.sqrt(self.variance)


@dataclass(frozen=True)
class Difference:
    """Difference of the reader-averaged figures of merit of two arms, first minus second."""

    estimate: float
    variance: float
    df: float
    n_readers: int
    why_not: str | None = None

    @property
    def se(self) -> float:
        return math.sqrt(self.variance)

    @property
    def statistic(self) -> float:
        return self.estimate / self.se

    @property
    def p_value(self) -> float:
        return 2.0 * float(stats.t.sf(abs(self.statistic), self.df))


@dataclass(frozen=True)
class Components:
    """Variance components of the Obuchowski-Rockette model (may be negative)."""

    reader: float
    arm_by_reader: float
    error: float
    cov1: float
    cov2: float
    cov3: float


@dataclass(frozen=True)
class GlobalTest:
    """Test that all arms have the same figure of merit: F, or chi-square when readers are fixed.

    With fixed readers and images in clusters it is F again.
    """

    statistic: float
    df1: float
    df2: float
    p_value: float
    ms_arm: float
    ms_arm_by_reader: float
    cov2: float
    cov3: float
    denominator: float
    n_readers: int
    why_not: str | None = None


def single_arm(
    theta: Float,
    covariance: Float,
    *,
    generalise_to: Generalisation = "readers_and_cases",
    least_share: float = 0.0,
    blocks: Int | None = None,
    case_df: float = math.inf,
) -> SingleArm:
    """Mean figure of merit of the readers, its variance and degrees of freedom.

    ::

        random readers and cases  SE^2 = MS(R)/J + max(Cov2, 0)
                                  df   = (MS(R) + J max(Cov2, 0))^2 / (MS(R)^2 / (J - 1))
        these images only         SE^2 = MS(R)/J,                        df = J - 1
        these readers only        SE^2 = (Var + (J - 1) max(Cov2, 0))/J, normal
        readers in G groups       SE^2 = (MS(R(G)) + max(Cov2(G), 0) + (J - 1) max(Cov2, 0))/J,
                                  df   = (J SE^2)^2 / (MS(R(G))^2 / (J - G))

    R(G) is readers within groups, Cov2(G) that of readers of one group and Cov2 of any two.

    Parameters
    ----------
    theta : (J,) array of float
        Figures of merit; readers with NaN are left out.
    covariance : (J, J) array of float
        Their covariance over cases; NaN entries are left out of the means Var and Cov2.
    generalise_to : str
        Which of readers and cases are samples.
    least_share : float
        Random readers and cases: MS(R) is not taken below this share of Var - max(Cov2, 0).
    blocks : (J,) array of int, optional
        Group of every reader; None for one group.
    case_df : float
        Degrees of freedom of the covariance over clusters of images
        (:func:`~app.statistics.variance.clusters.cluster_df`); infinite without clusters.

    Returns
    -------
    SingleArm
    """
    keep = np.isfinite(theta)
    theta, covariance = theta[keep], covariance[np.ix_(keep, keep)]
    n = theta.size
    groups = ReaderGroups.of(None if blocks is None else blocks[keep], n)
    estimate = float(theta.mean()) if n else math.nan
    ms_reader = float((groups.residuals(theta) ** 2).sum()) / groups.df if n > 1 else math.nan
    error = _mean(np.diag(covariance))
    cov2 = _mean(covariance[~np.eye(n, dtype=bool)])
    why_not: str | None = None
    variance = df = math.nan
    if n == 0:
        why_not = said("no reader rated enough cases")
    elif generalise_to == "cases":
        # With one reader there is no Cov2, and none is needed.
        between = 0.0 if n == 1 else (n - 1) * max(cov2, 0.0)
        variance, df = (error + between) / n, case_df
    elif n == 1:
        why_not = said("one reader, who says nothing about other readers")
    elif generalise_to == "readers":
        variance, df = ms_reader / n, groups.df
    else:
        within = max(groups.within(covariance), 0.0)
        mean_square = _at_least(ms_reader, least_share, error - within)
        of_cases = within + (n - 1) * max(cov2, 0.0)
        total = mean_square + of_cases
        variance, df = total / n, _df_of_sum(mean_square, groups.df, of_cases, case_df)
    if why_not is None and math.isnan(variance):
        why_not = said("too few cases rated to estimate the variance over cases")
    elif why_not is None and variance <= NO_VARIANCE:
        why_not = said("the variance over readers and cases is estimated as zero")
    elif why_not is None and df <= 0:
        why_not = _ONE_CLUSTER
    if why_not is not None:
        variance = df = math.nan
    return SingleArm(estimate, variance, df, ms_reader, error, cov2, n, why_not)


def difference(
    theta: Float,
    covariance: Float,
    *,
    generalise_to: Generalisation = "readers_and_cases",
    least_share: float = 0.0,
    blocks: Int | None = None,
    case_df: float = math.inf,
) -> Difference:
    """Difference of two arms read by the same readers.

    ::

        random readers and cases  SE^2 = 2/J (MS(TR) + J max(Cov2 - Cov3, 0)),
                                  df   = (MS(TR) + J max(Cov2 - Cov3, 0))^2 / (MS(TR)^2 / (J - 1))
        these images only         SE^2 = 2/J MS(TR),                       df = J - 1
        these readers only        SE^2 = 2/J (Var - Cov1 + (J - 1) max(Cov2 - Cov3, 0)), normal

    Only the two arms enter, so that arms of unequal variance do not borrow each other's error.

    Parameters
    ----------
    theta : (2, J) array of float
        Readers with a NaN in either arm are left out.
    covariance : (2, J, 2, J) array of float
    generalise_to, least_share, blocks, case_df
        As in :func:`global_test`.

    Returns
    -------
    Difference
    """
    test = global_test(
        theta,
        covariance,
        generalise_to=generalise_to,
        least_share=least_share,
        blocks=blocks,
        case_df=case_df,
    )
    both = np.isfinite(theta).all(axis=0)
    estimate = float((theta[0, both] - theta[1, both]).mean()) if both.any() else math.nan
    if test.why_not is not None:
        return Difference(estimate, math.nan, math.nan, test.n_readers, test.why_not)
    variance = 2.0 / test.n_readers * test.denominator
    return Difference(estimate, variance, test.df2, test.n_readers)


def global_test(
    theta: Float,
    covariance: Float,
    *,
    generalise_to: Generalisation = "readers_and_cases",
    least_share: float = 0.0,
    blocks: Int | None = None,
    case_df: float = math.inf,
) -> GlobalTest:
    """Test of I >= 2 arms read by the same readers.

    ::

        random readers and cases  F = MS(T) / (MS(TR) + J max(Cov2 - Cov3, 0)),
                                  df2 = denominator^2 / (MS(TR)^2 / ((I - 1)(J - 1)))
        these images only         F = MS(T) / MS(TR), df2 = (I - 1)(J - 1)
        these readers only        X2 = (I - 1) MS(T) / (Var - Cov1 + (J - 1) max(Cov2 - Cov3, 0))
        readers in G groups       F = MS(T) / (MS(TR(G)) + max(Cov2(G) - Cov3(G), 0)
                                               + (J - 1) max(Cov2 - Cov3, 0)),
                                  df2 = denominator^2 / (MS(TR(G))^2 / ((I - 1)(J - G)))

    Parameters
    ----------
    theta : (I, J) array of float
        Readers with a NaN in any arm are left out.
    covariance : (I, J, I, J) array of float
    generalise_to : str
    least_share : float
        Random readers and cases: MS(TR) is not taken below this share of
        Var - Cov1 - max(Cov2 - Cov3, 0).
    blocks : (J,) array of int, optional
        Group of every reader; None for one group.
    case_df : float
        Degrees of freedom of the covariance over clusters of images
        (:func:`~app.statistics.variance.clusters.cluster_df`); infinite without clusters.

    Returns
    -------
    GlobalTest
        ``df2`` is ``math.inf`` for the chi-square test; ``statistic`` is then X2.
    """
    both = np.isfinite(theta).all(axis=0)
    theta = theta[:, both]
    covariance = covariance[:, both][:, :, :, both]
    arms, n = theta.shape
    groups = ReaderGroups.of(None if blocks is None else blocks[both], n)
    nothing = (math.nan,) * 9
    if arms < 2:
        return GlobalTest(*nothing, n, said("one arm"))
    if n == 0:
        return GlobalTest(*nothing, n, said("no reader rated enough cases of every arm"))
    if n == 1 and generalise_to != "cases":
        return GlobalTest(*nothing, n, said("one reader, who says nothing about other readers"))
    error, cov1, cov2, cov3 = _mean_covariances(covariance)
    ms_arm = n * float(theta.mean(axis=1).var(ddof=1))
    residual = groups.residuals(theta - theta.mean(axis=0))
    df_residual = (arms - 1.0) * groups.df
    ms_residual = float((residual**2).sum()) / df_residual if df_residual else math.nan
    between = 0.0 if n == 1 else max(cov2 - cov3, 0.0)
    df1 = arms - 1.0
    if generalise_to == "cases":
        denominator = error - cov1 + (n - 1) * between
        df2 = case_df
    elif generalise_to == "readers":
        denominator, df2 = ms_residual, df_residual
    else:
        within = between if groups.count == 1 else _within(groups, covariance)
        mean_square = _at_least(ms_residual, least_share, error - cov1 - within)
        of_cases = within + (n - 1) * between
        denominator = mean_square + of_cases
        df2 = _df_of_sum(mean_square, df_residual, of_cases, case_df)
    why_not = _why_no_test(denominator, df2)
    if why_not is not None:
        return GlobalTest(*nothing, n, why_not)
    statistic, p_value = _compared(
        ms_arm, denominator, df1, df2, are_readers_fixed=generalise_to == "cases"
    )
    return GlobalTest(statistic, df1, df2, p_value, ms_arm, ms_residual, cov2, cov3, denominator, n)


def _why_no_test(denominator: float, df2: float) -> str | None:
    if math.isnan(denominator):
        return said("too few cases rated to estimate the variance over cases")
    if denominator <= NO_VARIANCE:
        return said("the variance of the difference over readers and cases is zero")
    return _ONE_CLUSTER if df2 <= 0 else None


def _compared(
    ms_arm: float, denominator: float, df1: float, df2: float, *, are_readers_fixed: bool
) -> tuple[float, float]:
    """The statistic of a global test and its p value."""
    if are_readers_fixed and math.isinf(df2):
        statistic = df1 * ms_arm / denominator
        return statistic, float(stats.chi2.sf(statistic, df1))
    statistic = ms_arm / denominator
    if math.isinf(df2):
        # No reader interaction at all is a chi-square over df1.
        return statistic, float(stats.chi2.sf(statistic * df1, df1))
    return statistic, float(stats.f.sf(statistic, df1, df2))


def components(theta: Float, covariance: Float) -> Components:
    """Variance components: reader, arm x reader, error and the three covariances.

    Parameters
    ----------
    theta : (I, J) array of float
        I >= 2 arms, J >= 2 readers, without NaN.
    covariance : (I, J, I, J) array of float

    Returns
    -------
    Components
        reader = (MS(R) - MS(TR)) / I - Cov1 + Cov3;
        arm_by_reader = MS(TR) - Var + Cov1 + max(Cov2 - Cov3, 0).
    """
    arms, n = theta.shape
    error, cov1, cov2, cov3 = _mean_covariances(covariance)
    reader_means = theta.mean(axis=0)
    arm_means = theta.mean(axis=1)
    ms_reader = arms * float(reader_means.var(ddof=1))
    residual = theta - reader_means[None, :] - arm_means[:, None] + theta.mean()
    ms_residual = float((residual**2).sum()) / ((arms - 1) * (n - 1))
    return Components(
        reader=(ms_reader - ms_residual) / arms - cov1 + cov3,
        arm_by_reader=ms_residual - error + cov1 + max(cov2 - cov3, 0.0),
        error=error,
        cov1=cov1,
        cov2=cov2,
        cov3=cov3,
    )


def _at_least(mean_square: float, share: float, expected: float) -> float:
    """The mean square, or a share of what error alone leads to expect; NaN stays NaN."""
    if share == 0.0 or math.isnan(expected):
        return mean_square
    return mean_square if math.isnan(mean_square) else max(mean_square, share * expected)


def _within(groups: ReaderGroups, covariance: Float) -> float:
    """Cov2 - Cov3 of readers of one group, not below 0."""
    arms = covariance.shape[0]
    same = [groups.within(covariance[i, :, i]) for i in range(arms)]
    other = [groups.within(covariance[i, :, k]) for i in range(arms) for k in range(arms) if i != k]
    return max(float(np.mean(same)) - float(np.mean(other)), 0.0)


def _df_of_sum(mean_square: float, df: float, of_cases: float, case_df: float) -> float:
    """Degrees of freedom of mean square + part over cases: Hillis' for an infinite `case_df`."""
    if case_df <= 0:
        return 0.0
    pieces = (mean_square**2 / df if mean_square > 0 else 0.0) + of_cases**2 / case_df
    return (mean_square + of_cases) ** 2 / pieces if pieces > 0 else math.inf


def _mean_covariances(covariance: Float) -> tuple[float, float, float, float]:
    """Var, Cov1 (same reader, other arm), Cov2 (same arm, other reader), Cov3 (both other)."""
    arms, n = covariance.shape[:2]
    same_arm = np.eye(arms, dtype=bool)[:, None, :, None]
    same_reader = np.eye(n, dtype=bool)[None, :, None, :]
    shape = covariance.shape
    return (
        _mean(covariance[np.broadcast_to(same_arm & same_reader, shape)]),
        _mean(covariance[np.broadcast_to(~same_arm & same_reader, shape)]),
        _mean(covariance[np.broadcast_to(same_arm & ~same_reader, shape)]),
        _mean(covariance[np.broadcast_to(~same_arm & ~same_reader, shape)]),
    )


def _mean(values: Float) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else math.nan
