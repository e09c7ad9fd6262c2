"""Differences between arms: contrasts with Holm, a global test, Cliff's delta, Friedman."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.table.estimate import ESTIMATED, Estimate, not_estimable, without_interval
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_df, clustered_means, in_clusters
from app.statistics.variance.interval import (
    Scale,
    averaged_over_readers,
    limits,
    whom_it_speaks_for,
)
from app.statistics.variance.obuchowski_rockette import (
    LEAST_SHARE,
    Difference,
    GlobalTest,
    difference,
    global_test,
)
from app.statistics.variance.reader_means import reader_means
from app.statistics.variance.split_plot import in_groups, reader_blocks


@dataclass(frozen=True)
class ArmFigures:
    """A figure of merit of several arms for the same readers.

    Attributes
    ----------
    measure : str
        Key of the estimand, such as ``"deception.rate"``.
    arms : tuple of str
    theta : (I, J) array of float
        NaN where a reader has no figure.
    covariance : (I, J, I, J) array of float
        Over cases.
    scale : str
        ``"log"`` when theta is a mean of logarithms: contrasts are then ratios.
    largest : float
        Size of the largest difference the measure allows; limits of a contrast are cut there.
    blocks : (J,) array of int or None
        Group of every reader, where groups read cases of their own.
    case_dfs : (I,) tuple of float or None
        Degrees of freedom of the variance of every arm over clusters of its images; None where
        each image stands alone.
    """

    measure: str
    arms: tuple[str, ...]
    theta: Float
    covariance: Float
    scale: Scale = "identity"
    largest: float = math.inf
    blocks: Int | None = None
    case_dfs: tuple[float, ...] | None = None

    def case_df(self, places: Sequence[int]) -> float:
        """Of a comparison of some arms: the fewest of any."""
        return math.inf if self.case_dfs is None else min(self.case_dfs[i] for i in places)


@dataclass(frozen=True)
class Contrast:
    """One arm against another: ``estimate`` = arm minus against (a ratio for times)."""

    measure: str
    arm: str
    against: str
    estimate: float | None
    low: float | None
    high: float | None
    se: float | None
    df: float | None
    statistic: float | None
    p_value: float | None
    p_holm: float | None
    n_readers: int
    method: str
    state: str = ESTIMATED
    cliffs_delta: Estimate | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "arm": self.arm,
            "against": self.against,
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "se": self.se,
            "df": self.df,
            "statistic": self.statistic,
            "p": self.p_value,
            "p_holm": self.p_holm,
            "n_readers": self.n_readers,
            "method": self.method,
            "state": self.state,
            "cliffs_delta": None if self.cliffs_delta is None else self.cliffs_delta.to_json(),
        }


@dataclass(frozen=True)
class Friedman:
    """Friedman test on reader means; ``state`` says why when there is none."""

    statistic: float | None
    df: int | None
    p_value: float | None
    n_readers: int
    state: str = ESTIMATED

    def to_json(self) -> dict[str, Any]:
        return {
            "statistic": self.statistic,
            "df": self.df,
            "p": self.p_value,
            "n_readers": self.n_readers,
            "state": self.state,
        }


def independent_arms(
    measure: str,
    arms: Sequence[str],
    readers_of_arm: Sequence[tuple[Float, Float]],
    *,
    scale: Scale = "identity",
    largest: float = math.inf,
    blocks: Int | None = None,
    case_dfs: tuple[float, ...] | None = None,
) -> ArmFigures:
    """Join arms whose images are all different, so that they share readers and no covariance.

    Parameters
    ----------
    measure, arms, scale, largest, blocks, case_dfs
        As in :class:`ArmFigures`.
    readers_of_arm : sequence of ((J,) array, (J, J) array)
        Figures of merit and covariance of every arm.
    """
    n_arms = len(arms)
    n = readers_of_arm[0][0].size if n_arms else 0
    covariance = np.zeros((n_arms, n, n_arms, n))
    for i, (_, block) in enumerate(readers_of_arm):
        covariance[i, :, i, :] = block
    theta = np.array([theta for theta, _ in readers_of_arm]).reshape(n_arms, n)
    return ArmFigures(measure, tuple(arms), theta, covariance, scale, largest, blocks, case_dfs)


def arms_of_means(
    measure: str,
    arms: Sequence[str],
    matrices: Sequence[Float],
    clusters: Sequence[Int] | None = None,
    *,
    scale: Scale = "identity",
    largest: float = math.inf,
) -> ArmFigures:
    """Reader means of arms, whose images are different ones but may share clusters.

    Parameters
    ----------
    measure, arms, scale, largest
        As in :class:`ArmFigures`.
    matrices : sequence of (J, K_i) arrays of float
        Ratings of every arm.
    clusters : sequence of (K_i,) arrays of int, optional
        Counted through over the arms; arms that share clusters covary.
    """
    blocks = reader_blocks(matrices)
    if clusters is None:
        independent = independent_arms(
            measure, arms, [reader_means(one) for one in matrices], scale=scale, largest=largest
        )
        return replace(independent, blocks=blocks)
    theta, covariance = clustered_means(matrices, clusters)
    return ArmFigures(
        measure,
        tuple(arms),
        theta,
        _with_no_ratings_apart(covariance),
        scale,
        largest,
        blocks,
        tuple(
            cluster_df([matrix], [codes]) for matrix, codes in zip(matrices, clusters, strict=True)
        ),
    )


def _with_no_ratings_apart(covariance: Float) -> Float:
    """Between arms an undefined covariance is 0: a reader without ratings of one has none."""
    arms = covariance.shape[0]
    for one in range(arms):
        for other in range(arms):
            if one != other:
                covariance[one, :, other, :] = np.nan_to_num(covariance[one, :, other, :])
    return covariance


def compare_two_arms(
    figures: ArmFigures, arm: str, against: str, settings: AnalysisSettings
) -> Difference:
    """Difference ``arm`` minus ``against`` of the reader-averaged figures, from these arms only.

    One reader's difference is held against images like these, for this reader.
    """
    chosen = [figures.arms.index(arm), figures.arms.index(against)]
    theta = figures.theta[chosen]
    target, _ = whom_it_speaks_for(_readers_of_all(theta), settings.generalise_to)
    return difference(
        theta,
        figures.covariance[chosen][:, :, chosen],
        generalise_to=target,
        least_share=LEAST_SHARE,
        blocks=figures.blocks,
        case_df=figures.case_df(chosen),
    )


def pairwise(figures: ArmFigures, settings: AnalysisSettings) -> tuple[Contrast, ...]:
    """All pairs of arms, p values adjusted by Holm over the pairs of this measure.

    The interval is theta_a - theta_b +- t SE on the scale of the measure (for times: of the
    logarithm, giving a ratio), cut at the largest difference the measure allows. Each pair uses the
    data of its two arms only.

    References
    ----------
    Holm S (1979), Scand J Stat 6:65-70.
    """
    contrasts = [
        _contrast(figures, figures.arms[j], figures.arms[i], settings)
        for i in range(len(figures.arms))
        for j in range(i + 1, len(figures.arms))
    ]
    adjusted = holm([contrast.p_value for contrast in contrasts])
    return tuple(
        replace(contrast, p_holm=p) for contrast, p in zip(contrasts, adjusted, strict=True)
    )


def all_arms(figures: ArmFigures, settings: AnalysisSettings) -> GlobalTest:
    """Global test that every arm has the same figure of merit."""
    target, _ = whom_it_speaks_for(_readers_of_all(figures.theta), settings.generalise_to)
    return global_test(
        figures.theta,
        figures.covariance,
        generalise_to=target,
        least_share=LEAST_SHARE,
        blocks=figures.blocks,
        case_df=figures.case_df(range(len(figures.arms))),
    )


def global_to_json(test: GlobalTest) -> dict[str, Any]:
    """``{statistic, df1, df2, p, n_readers, state}``; ``df2`` None means chi-square."""
    failed = test.why_not is not None
    return {
        "statistic": None if failed else test.statistic,
        "df1": None if failed else test.df1,
        "df2": None if failed or math.isinf(test.df2) else test.df2,
        "p": None if failed else test.p_value,
        "n_readers": test.n_readers,
        "state": said("not estimable: {why_not}", why_not=test.why_not) if failed else ESTIMATED,
    }


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm-adjusted p values; what is None stays None and doesn't count.

    The i-th smallest of m becomes the largest of (m - k + 1) p_(k) over k <= i, at most 1.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.0005, 0.04, 0.03, 0.2])]
    [0.002, 0.09, 0.09, 0.2]
    """
    known = np.array([p for p in p_values if p is not None])
    order = np.argsort(known, kind="stable")
    stepped = np.maximum.accumulate(known[order] * np.arange(known.size, 0, -1))
    adjusted = np.empty(known.size)
    adjusted[order] = np.minimum(stepped, 1.0)
    left = iter(adjusted)
    return [None if p is None else float(next(left)) for p in p_values]


def cliffs_delta(
    one: Float,
    other: Float,
    settings: AnalysisSettings,
    clusters: tuple[Int, Int] | None = None,
) -> Estimate:
    """Cliff's delta P(one > other) - P(one < other), per reader and averaged.

    delta = 2 AUC - 1, with the interval of the AUC carried over: 0 = no difference, 1 = every
    rating of the first arm is above every rating of the second.

    Parameters
    ----------
    one, other : (J, K1), (J, K2) arrays of float
        Ratings of the same readers.
    settings : AnalysisSettings
    clusters : ((K1,) array, (K2,) array) of int, optional
        Of the images, counted through.

    References
    ----------
    Cliff N (1993), Psychol Bull 114:494-509, doi:10.1037/0033-2909.114.3.494.
    """
    thetas, covariances = reader_aucs_of_arms(
        one,
        [other],
        method=settings.covariance,
        clusters=None if clusters is None else (clusters[0], [clusters[1]]),
    )
    theta, covariance = thetas[0], covariances[0, :, 0]
    auc = averaged_over_readers(
        theta,
        covariance,
        [one, other],
        settings,
        scale="logit",
        what=said("the share of pairs"),
        clusters=clusters,
    )
    if auc.estimate is None:
        return auc
    return replace(
        auc,
        estimate=2.0 * auc.estimate - 1.0,
        low=None if auc.low is None else 2.0 * auc.low - 1.0,
        high=None if auc.high is None else 2.0 * auc.high - 1.0,
        se=None if auc.se is None else 2.0 * auc.se,
    )


def friedman(theta: Float) -> Friedman:
    """Friedman test of reader means, tie-corrected; secondary to the global F.

    Parameters
    ----------
    theta : (I, J) array of float
        Arms x readers; readers with a NaN are left out.

    References
    ----------
    Friedman M (1937), J Am Stat Assoc 32:675-701, doi:10.1080/01621459.1937.10503522.
    """
    complete = theta[:, np.isfinite(theta).all(axis=0)]
    arms, n = complete.shape
    if arms < 3:
        return _no_friedman(n, said("fewer than three arms"))
    if n < 2:
        return _no_friedman(n, said("fewer than two readers with all arms"))
    if np.all(complete == complete[0]):
        return _no_friedman(n, said("every reader gives all arms the same mean"))
    statistic, p_value = stats.friedmanchisquare(*complete)
    return Friedman(float(statistic), arms - 1, float(p_value), n)


def _no_friedman(n_readers: int, why: str) -> Friedman:
    return Friedman(None, None, None, n_readers, not_estimable(why).state)


def _readers_of_all(theta: Float) -> int:
    """Readers with a figure in every arm of (I, J)."""
    return int(np.isfinite(theta).all(axis=0).sum())


def _contrast(figures: ArmFigures, arm: str, against: str, settings: AnalysisSettings) -> Contrast:
    difference = compare_two_arms(figures, arm, against, settings)
    target, whom = whom_it_speaks_for(difference.n_readers, settings.generalise_to)
    method = said("Obuchowski-Rockette, {whom}", whom=whom)
    if figures.scale == "log":
        method += said(", ratio")
    method += in_clusters(figures.case_dfs, target) + in_groups(figures.blocks)
    if difference.why_not is not None:
        known = math.isfinite(difference.estimate)
        estimate = math.exp(difference.estimate) if figures.scale == "log" else difference.estimate
        return Contrast(
            figures.measure,
            arm,
            against,
            estimate if known else None,
            *(None,) * 7,
            n_readers=difference.n_readers,
            method=without_interval(method, difference.why_not) if known else method,
            state=ESTIMATED if known else not_estimable(difference.why_not).state,
        )
    low, high = limits(
        difference.estimate, difference.se, difference.df, level=settings.level, scale=figures.scale
    )
    estimate, se = difference.estimate, difference.se
    if figures.scale == "identity":
        low, high = max(low, -figures.largest), min(high, figures.largest)
    if figures.scale == "log":
        estimate = math.exp(difference.estimate)
        se = estimate * difference.se
    return Contrast(
        measure=figures.measure,
        arm=arm,
        against=against,
        estimate=estimate,
        low=low,
        high=high,
        se=se,
        df=None if math.isinf(difference.df) else difference.df,
        statistic=difference.statistic,
        p_value=difference.p_value,
        p_holm=None,
        n_readers=difference.n_readers,
        method=method,
    )
