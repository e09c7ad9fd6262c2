"""A classifier two-sample test: how well a machine tells an arm's images from real ones.

What readers are asked, asked of a program: a logistic regression on features learns from four
fifths of the images which are real, and says it of the last fifth. Where it can't, the area under
its ROC curve is one half. It stands beside what readers can tell: a machine that sees a difference
which no reader sees still tells of a fault.

Lopez-Paz D, Oquab M. Revisiting classifier two-sample tests. ICLR 2017,
doi:10.48550/arXiv.1610.06545.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FOLDS = 5
REPEATS = 3
MINIMUM_IMAGES = 10
"""In each set: two of them in every fold."""

Z = 1.959963984540054
"""Of 95 % intervals."""

WIDER: float = (1 + FOLDS / (FOLDS - 1)) ** 0.5
"""By how much intervals are longer than those of independent images: models of different folds
share most of what they learnt from. Nadeau C, Bengio Y. Inference for the generalization error.
Mach Learn 2003, doi:10.1023/A:1024068626366, with a test part a quarter of the training part."""


@dataclass(frozen=True)
class ToldApart:
    """What a classifier tells, with 95 % intervals over images like these.

    `accuracy` is the mean of the shares of real and of synthetic images that it names rightly, so
    that one half is chance however many there are of each.
    """

    auc: float
    auc_low: float
    auc_high: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    n_reference: int
    n_images: int
    folds: int


def told_apart(reference: Array, images: Array, *, seed: int = 0) -> ToldApart | None:
    """Cross-validate a ridge-penalised logistic regression; None with fewer than 10 in a set.

    The penalty grows with the number of features (C = 1/d), so that many weak features weigh as
    much together as few. The AUC counts pairs of one fold only: scores of different folds have
    different origins, and pooling them pulls the AUC of sets that do not differ below one half.
    Figures are means over three ways of parting the images.

    Parameters
    ----------
    reference, images : (m, d) and (n, d), of real and of synthetic images
    """
    m, n = len(reference), len(images)
    if min(m, n) < MINIMUM_IMAGES:
        return None
    scores, folds = _out_of_fold(np.concatenate([reference, images]), m, seed)
    real, synthetic = scores[:, :m], scores[:, m:]
    within = folds[:, :m, None] == folds[:, None, m:]
    higher, equal = synthetic[:, None] > real[..., None], synthetic[:, None] == real[..., None]
    auc = float((higher + 0.5 * equal)[within].mean())
    low, high = auc_interval(auc, m, n)
    shares = (float((real < 0).mean()), float((synthetic >= 0).mean()))
    accuracy, accuracy_low, accuracy_high = _mean_share(shares, (m, n))
    return ToldApart(auc, low, high, accuracy, accuracy_low, accuracy_high, m, n, FOLDS)


def auc_interval(auc: float, m: int, n: int) -> tuple[float, float]:
    r"""Return the 95 % score interval of a cross-validated area under the ROC curve.

    The limits solve :math:`|\theta - \hat\theta| = z \sqrt{V(\theta)}` with

    .. math:: V(\theta) = \frac{\theta (1 - \theta)}{mn}
        \left(1 + n^* \frac{1 - \theta}{2 - \theta} + n^* \frac{\theta}{1 + \theta}\right),
        \quad n^* = \frac{m + n}{2} - 1

    and z longer by `WIDER`. At an area of 1, where DeLong's interval is a point, it has a lower
    limit too.

    Newcombe RG. Confidence intervals for an effect size measure based on the Mann-Whitney
    statistic. Part 2, method 5. Stat Med 2006, doi:10.1002/sim.2324.
    """
    from scipy.optimize import brentq

    larger = (m + n) / 2 - 1

    def distance(theta: float) -> float:
        spread = 1 + larger * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        deviation = float(np.sqrt(theta * (1 - theta) * spread / (m * n)))
        return abs(theta - auc) - Z * WIDER * deviation

    return _limit(brentq, distance, auc, 0.0), _limit(brentq, distance, auc, 1.0)


def _limit(
    root: Callable[..., float], distance: Callable[[float], float], auc: float, end: float
) -> float:
    # The deviation is nought at the end itself, so a limit lies before it unless the area does.
    # Next to an area of 0 or 1 the distance is negative, and the root away from it is the limit.
    if auc == end:
        return end
    near = auc + 1e-9 * (end - auc)
    return float(root(distance, near, end))


def wilson(share: float, n: int, z: float = Z) -> tuple[float, float]:
    """Return the score interval of a share of n, 95 % unless another quantile is given.

    Wilson EB. J Am Stat Assoc 1927, doi:10.1080/01621459.1927.10502953.
    """
    centre = share + z**2 / (2 * n)
    reach = z * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)))
    return (centre - reach) / (1 + z**2 / n), (centre + reach) / (1 + z**2 / n)


def _mean_share(shares: tuple[float, float], counts: tuple[int, int]) -> tuple[float, float, float]:
    """Return the mean of two independent shares and its interval from theirs (MOVER).

    Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach.
    Stat Med 2008, doi:10.1002/sim.3095.
    """
    limits = [wilson(share, n, Z * WIDER) for share, n in zip(shares, counts, strict=True)]
    below = hypot(*(share - low for share, (low, _) in zip(shares, limits, strict=True))) / 2
    above = hypot(*(high - share for share, (_, high) in zip(shares, limits, strict=True))) / 2
    mean = sum(shares) / 2
    return mean, mean - below, mean + above


def _out_of_fold(features: Array, m: int, seed: int) -> tuple[Array, NDArray[np.int64]]:
    """Return each image's score by the models that did not see it, above 0 for synthetic.

    Returns
    -------
    (repeats, m + n) scores, and the fold that each image was in
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    is_synthetic = np.arange(len(features)) >= m
    scores = np.zeros((REPEATS, len(features)))
    folds = np.zeros((REPEATS, len(features)), dtype=np.int64)
    rows = _rotated(features)
    for repeat in range(REPEATS):
        parts = StratifiedKFold(FOLDS, shuffle=True, random_state=seed + repeat)
        for fold, (known, unseen) in enumerate(parts.split(rows, is_synthetic)):
            model = LogisticRegression(
                C=1 / features.shape[1], class_weight="balanced", max_iter=1000
            )
            model.fit(rows[known], is_synthetic[known])
            scores[repeat, unseen] = model.decision_function(rows[unseen])
            folds[repeat, unseen] = fold
    return scores, folds


def _rotated(features: Array) -> Array:
    """Scale features, and turn them so that there are no more than images.

    A ridge penalty does not see the turn, and what no image has weighs nothing.
    """
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    kept = spread > 1e-8 * max(float(spread.max(initial=0.0)), 1e-300)
    scaled = centred[:, kept] / spread[kept]
    left, values, _ = np.linalg.svd(scaled, full_matrices=False)
    rotated: Array = left * values
    return rotated
