"""Variance components of the latent realism, estimated from a pilot study's ratings.

Covariances of the ratings are turned into correlations of the latent realism behind them, as a
polychoric correlation is: a rating is a normal variable of variance 1 cut where the pilot's pooled
shares of ratings say. With g_t(c) the expected rating in arm t given a part c of variance rho,

    Cov(rating, rating') = E[g_t(c) g_t'(c)] - E[g_t(c)] E[g_t'(c)],

which rises with rho and is solved for it. Two readers' ratings of one case share the case; one
reader's ratings of two cases of an arm share reader and reader x arm; of two arms, the reader.

References
----------
Olsson U (1979), Psychometrika 44:443-460, doi:10.1007/BF02296207 (polychoric correlation);
Hillis SL (2014), Stat Med 33:330-360, doi:10.1002/sim.5926 (Obuchowski-Rockette components).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import optimize, special

from app.statistics.planning.simulation import LatentVariances
from app.statistics.table.ratings import Float, Measure, RatingsTable, StatisticsInputError
from app.statistics.variance.reader_means import reader_means

_HIGHEST = 0.98
_FEW_READERS = 5
_FEW_CASES = 20


@dataclass(frozen=True)
class PilotComponents:
    """Variance components with what they rest on.

    Attributes
    ----------
    components : LatentVariances
    measure : str
        The column they come from: ``realism``, ``score`` or ``judged_real``.
    n_readers, n_cases, n_ratings : int
    cautions : tuple of str
        Sentences: few readers or cases, a component that came out negative.
    """

    components: LatentVariances
    measure: Measure
    n_readers: int
    n_cases: int
    n_ratings: int
    cautions: tuple[str, ...]


def pilot_components(table: RatingsTable) -> PilotComponents:
    """Variance components from the first reads of a pilot.

    Parameters
    ----------
    table : RatingsTable
        Realism is used; without it score, else the verdict.

    Returns
    -------
    PilotComponents

    Raises
    ------
    StatisticsInputError
        Without a measure, with one reader, one arm, or no arm in which two readers shared two
        cases and used two categories.
    """
    measure = next((name for name in _MEASURES if table.has(name)), None)
    if measure is None:
        raise StatisticsInputError(
            "The pilot has no realism, score or verdict: give one of these columns."
        )
    if len(table.readers) < 2:
        raise StatisticsInputError(
            "The pilot has one reader: two or more are needed to see how readers differ."
        )
    if len(table.arms) < 2:
        raise StatisticsInputError(
            "The pilot has one arm: give real and synthetic images, to see how readers differ "
            "between arms."
        )
    arms = [
        correlated
        for arm in table.arms
        if (correlated := _arm(table.matrix(measure, arm))) is not None
    ]
    if len(arms) < 2:
        raise StatisticsInputError(
            f"The pilot's {measure.replace('_', ' ')} can't be used: in two arms or more, two "
            "readers must have rated two images in common and used more than one category."
        )
    case = _mean([_correlation(arm.between_readers, arm, arm) for arm in arms])
    within_arm = _mean([_correlation(arm.between_cases, arm, arm) for arm in arms])
    common = _mean(
        [_correlation(_shared(one, other), one, other) for one, other in combinations(arms, 2)]
    )
    cautions = _cautions(table, case, within_arm, common)
    within_arm = min(max(within_arm, 0.0), _HIGHEST)
    common = min(max(common, 0.0), within_arm)
    case = min(max(case, 0.0), _HIGHEST * (1.0 - within_arm))
    unit = 1.0 - within_arm
    first = table.replicate == 0
    return PilotComponents(
        components=LatentVariances(
            reader=common / unit, reader_by_arm=(within_arm - common) / unit, case=case / unit
        ),
        measure=measure,
        n_readers=len(table.readers),
        n_cases=sum(len(table.cases(arm)) for arm in table.arms),
        n_ratings=int(first.sum()),
        cautions=cautions,
    )


_MEASURES: tuple[Measure, ...] = ("realism", "score", "judged_real")


@dataclass(frozen=True)
class _Arm:
    """Moments of one arm's ratings, and the cuts of its pooled distribution."""

    means: Float  # (J,) of every reader, NaN where they rated none
    between_readers: float  # mean covariance of two readers' ratings of one case
    between_cases: float  # variance between readers beyond that of their finite samples of cases
    heights: Float  # (q - 1,) differences of neighbouring values
    cuts: Float  # (q - 1,) latent thresholds


def _arm(matrix: Float) -> _Arm | None:
    seen = np.isfinite(matrix)
    values, counts = np.unique(matrix[seen], return_counts=True)
    if values.size < 2:
        return None
    theta, covariance = reader_means(matrix)
    mask = seen.astype(np.float64)
    shared, n = mask @ mask.T, mask.sum(axis=1)
    pair = ~np.eye(n.size, dtype=bool) & (shared > 1) & np.isfinite(covariance)
    diagonal = np.diag(covariance)
    rated = np.isfinite(theta) & np.isfinite(diagonal)
    if not pair.any() or rated.sum() < 2:
        return None
    of_one_case = covariance[pair] * np.outer(n, n)[pair] / shared[pair]
    sampling = float(diagonal[rated].mean() - covariance[pair].mean())
    return _Arm(
        means=theta,
        between_readers=float(of_one_case.mean()),
        between_cases=float(theta[rated].var(ddof=1)) - sampling,
        heights=np.diff(values),
        cuts=-special.ndtri(1.0 - np.cumsum(counts)[:-1] / counts.sum()),
    )


def _shared(one: _Arm, other: _Arm) -> float:
    """Covariance over readers of their means in two arms, whose images are all different."""
    both = np.isfinite(one.means) & np.isfinite(other.means)
    if both.sum() < 2:
        return math.nan
    return float(np.cov(one.means[both], other.means[both])[0, 1])


def _correlation(covariance: float, one: _Arm, other: _Arm) -> float:
    """Latent correlation behind a covariance of ratings; negative where the covariance is."""
    if math.isnan(covariance):
        return math.nan
    if covariance <= 0.0:
        return min(covariance, -1e-12)

    def miss(rho: float) -> float:
        return rating_covariance(rho, one.cuts, one.heights, other.cuts, other.heights) - covariance

    return _HIGHEST if miss(_HIGHEST) <= 0 else float(optimize.brentq(miss, 0.0, _HIGHEST))


def rating_covariance(
    rho: float, cuts: Float, heights: Float, other_cuts: Float, other_heights: Float
) -> float:
    """Covariance of two ratings whose latent normal variables are correlated by rho >= 0.

    Parameters
    ----------
    rho : float
        From 0 to below 1.
    cuts, other_cuts : (q - 1,) arrays of float
        Thresholds of the two ratings on a standard normal scale.
    heights, other_heights : (q - 1,) arrays of float
        By how much the rating rises at each.

    Examples
    --------
    Two halves cut at the median have the covariance arcsin(rho) / (2 pi) (Sheppard 1899):

    >>> import math, numpy as np
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> round(rating_covariance(0.5, zero, one, zero, one) * 2 * math.pi / math.asin(0.5), 4)
    1.0
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    weights = weights / weights.sum()
    scale = math.sqrt(1.0 - rho)
    shared = math.sqrt(rho) * nodes[:, None]
    one = special.ndtr((shared - cuts) / scale) @ heights
    other = special.ndtr((shared - other_cuts) / scale) @ other_heights
    return float(weights @ (one * other) - (weights @ one) * (weights @ other))


def _mean(values: Sequence[float]) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return float(np.mean(finite)) if finite else 0.0


def _cautions(
    table: RatingsTable, case: float, within_arm: float, common: float
) -> tuple[str, ...]:
    sentences = []
    if len(table.readers) < _FEW_READERS:
        sentences.append(
            f"The pilot has {len(table.readers)} readers: how much readers differ is known only "
            "roughly; plan with larger reader variances beside it."
        )
    fewest = min(len(table.cases(arm)) for arm in table.arms)
    if fewest < _FEW_CASES:
        sentences.append(
            f"The pilot has {fewest} images in its smallest arm: the case variance is known only "
            "roughly."
        )
    named = {"case": case, "reader": common, "reader by arm": within_arm - max(common, 0.0)}
    negative = [name for name, value in named.items() if value <= 0.0]
    if negative:
        sentences.append(
            f"The pilot's estimate of the {' and the '.join(negative)} variance is not above 0 "
            "and was set to 0, which is optimistic; state one, or pilot with more readers and "
            "images."
        )
    return tuple(sentences)
