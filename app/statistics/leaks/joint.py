"""All measures of the pictures together: a classifier that never saw the picture it judges."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.statistics.realness.auc import reader_aucs
from app.statistics.realness.separation import TELLING_AUC, TELLING_P
from app.statistics.table.ratings import Float
from app.statistics.variance.interval import limits

Labels = NDArray[np.int64]
Folds = list[tuple[NDArray[np.int64], NDArray[np.int64]]]
FEWEST: Final = 5
"""Pictures of each kind, below which nothing is fitted."""
_FOLDS: Final = 5
_MOST_PERMUTATIONS: Final = 199
# So many permutations that do as well are enough to know that p is not small.
_ENOUGH: Final = 10
_AT_ONCE: Final = 25
_STEPS: Final = 25
_SEED: Final = 20260


@dataclass(frozen=True)
class JointSeparation:
    """How well all measures together tell synthetic pictures from real ones.

    Attributes
    ----------
    auc : float
        Of the scores that each picture got from a model fitted to the other folds; below one half
        where the measures tell nothing.
    low, high : float or None
        95 % limits by DeLong on the logit scale; None where the AUC is 0 or 1.
    p : float
        Share of relabellings that do as well, one-sided.
    permutations : int
        How many relabellings were tried.
    scores : (K0 + K1,) array of float
        Log odds that a picture is synthetic, real ones first.
    """

    auc: float
    low: float | None
    high: float | None
    p: float
    permutations: int
    scores: Float = field(repr=False, compare=False)

    @property
    def is_telling(self) -> bool:
        """Whether the AUC is 0.80 or more, and more than relabelling would give."""
        return self.auc >= TELLING_AUC and self.p <= TELLING_P


def joint_separation(
    real: Float, synthetic: Float, *, level: float = 0.95
) -> JointSeparation | None:
    """Tell synthetic pictures from real ones by all measures, cross-validated.

    Parameters
    ----------
    real, synthetic : (K0, M), (K1, M) arrays of float
        The M measures of every picture, without missing values.
    level : float
        Of the interval.

    Returns
    -------
    JointSeparation or None
        None with fewer than 5 pictures of either kind. Logistic regression with a ridge penalty
        (C = 1) and balanced classes on ranks turned to standard scores, in five stratified folds;
        p by relabelling pictures, stopped once ten relabellings did as well (Besag J, Clifford P
        (1991), Biometrika 78:301-304, doi:10.1093/biomet/78.2.301).

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988), Biometrics 44:837-845, doi:10.2307/2531595.
    """
    if min(len(real), len(synthetic)) < FEWEST:
        return None
    values = _standardised(np.concatenate((real, synthetic)))
    labels = np.repeat([0, 1], [len(real), len(synthetic)])
    folds = folds_of(labels)
    scores = out_of_fold(values, labels, folds)
    observed = _auc(scores, labels)
    p, tried = _permutation_p(values, labels, folds, observed)
    low, high = _limits(scores, labels, level)
    return JointSeparation(observed, low, high, p, tried, scores)


def _standardised(values: Float) -> Float:
    """Columns by rank, so that one odd picture has no lever; labels play no part."""
    order = values.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable").astype(np.float64)
    for column in range(values.shape[1]):
        _, places, counts = np.unique(values[:, column], return_inverse=True, return_counts=True)
        sums = np.bincount(places, weights=order[:, column])
        order[:, column] = (sums / counts)[places]
    spread = order.std(axis=0)
    standardised: Float = (order - order.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return standardised


def out_of_fold(values: Float, labels: Labels, folds: Folds) -> Float:
    """Every picture's score, (n,), by a logistic model of the folds that it is not in."""
    # The library takes a second to come in, which most commands don't need.
    from sklearn.linear_model import LogisticRegression

    scores = np.zeros(len(labels))
    for kept, judged in folds:
        model = LogisticRegression(C=1.0, class_weight="balanced", solver="newton-cholesky")
        model.fit(values[kept], labels[kept])
        scores[judged] = model.decision_function(values[judged])
    return scores


def folds_of(labels: Labels) -> Folds:
    """The pictures' places in folds with as many of each label, always the same ones."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
    return list(folds.split(np.zeros(len(labels)), labels))


def _permutation_p(
    values: Float, labels: Labels, folds: Folds, observed: float
) -> tuple[float, int]:
    """Pictures are dealt anew to the labels, whose folds stay as they are."""
    rng = np.random.default_rng(_SEED)
    as_good = tried = 0
    while tried < _MOST_PERMUTATIONS:
        dealt = [rng.permutation(len(labels)) for _ in range(_AT_ONCE)]
        for scores in relabelled_scores(values[np.array(dealt)], labels, folds):
            tried += 1
            as_good += _auc(scores, labels) >= observed
            if as_good == _ENOUGH:
                return as_good / tried, tried
            if tried == _MOST_PERMUTATIONS:
                break
    return (as_good + 1) / (tried + 1), tried


def relabelled_scores(values: Float, labels: Labels, folds: Folds) -> Float:
    """Scores of many data sets at once, (P, K) from values of shape (P, K, M).

    The very model of `out_of_fold`, fitted by Newton's method side by side: the library takes
    some milliseconds a fit, and a thousand fits are made.
    """
    ones = np.ones((*values.shape[:2], 1))
    rows = np.concatenate((values, ones), axis=2)
    scores = np.zeros(values.shape[:2])
    penalty = np.diag(np.append(np.ones(values.shape[2]), 0.0))
    for kept, judged in folds:
        known, given = rows[:, kept], labels[kept]
        weight = len(given) / (2 * np.bincount(given))[given]
        coefficients = np.zeros((len(values), rows.shape[2]))
        for _ in range(_STEPS):
            likely = expit(np.einsum("pkm,pm->pk", known, coefficients))
            slope = np.einsum("pkm,pk->pm", known, weight * (likely - given))
            slope += coefficients @ penalty
            bend = (known * (weight * likely * (1 - likely))[..., None]).transpose(0, 2, 1) @ known
            step = np.linalg.solve(bend + penalty, slope[..., None])[..., 0]
            coefficients -= step
            if np.abs(step).max() < 1e-6:
                break
        scores[:, judged] = np.einsum("pkm,pm->pk", rows[:, judged], coefficients)
    return scores


def _auc(scores: Float, labels: Labels) -> float:
    order = np.unique(scores, return_inverse=True)[1]
    counts = np.bincount(order)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[order]
    ones = int(labels.sum())
    zeros = len(labels) - ones
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _limits(scores: Float, labels: Labels, level: float) -> tuple[float | None, float | None]:
    theta, covariance = reader_aucs(
        -scores[labels == 0][None, :], -scores[labels == 1][None, :], method="delong"
    )
    auc, variance = float(theta[0]), float(covariance[0, 0])
    if not 0 < auc < 1 or variance <= 0:
        return None, None
    return limits(auc, math.sqrt(variance), math.inf, level=level, scale="logit")
