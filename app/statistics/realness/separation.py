"""How well one number of the images themselves tells synthetic from real, no reader involved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from app.statistics.realness.auc import reader_aucs
from app.statistics.table.ratings import Float
from app.statistics.variance.interval import limits

# Why these: docs/decisions/0066-the-leak-audit.md.
TELLING_AUC = 0.80
TELLING_P = 0.01


@dataclass(frozen=True)
class Separation:
    """AUC of a measure between an arm's images and real ones, whichever way it points.

    Attributes
    ----------
    auc : float
        0.5 to 1: 0.5 tells nothing, 1 tells every synthetic image from every real one.
    low, high : float or None
        95 % limits over images as a sample; None where all images are on one side or one kind has
        fewer than two.
    synthetic_is : str
        ``"lower"``, ``"higher"``, or ``"alike"`` at an AUC of exactly 0.5.
    p : float
        Two-sided Mann-Whitney.
    """

    auc: float
    low: float | None
    high: float | None
    synthetic_is: Literal["lower", "higher", "alike"]
    p: float

    @property
    def is_telling(self) -> bool:
        """Whether the AUC is 0.80 or more, and more than chance would give so few images."""
        return self.auc >= TELLING_AUC and self.p <= TELLING_P


def separation(real: Float, synthetic: Float, *, level: float = 0.95) -> Separation | None:
    """Tell synthetic images from real ones by one measure.

    Parameters
    ----------
    real, synthetic : (K0,), (K1,) arrays of float
        The measure of every image, without missing values.
    level : float
        Of the interval.

    Returns
    -------
    Separation or None
        None without images of either kind. The AUC is P(X > Y) + P(X = Y) / 2 with X and Y drawn
        from the kinds, taken the way it exceeds one half; the interval is DeLong's on the logit
        scale. Both ways being tried, the AUC of equal arms lies a little above one half.

    References
    ----------
    Mann HB, Whitney DR (1947), Ann Math Statist 18:50-60, doi:10.1214/aoms/1177730491;
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988), Biometrics 44:837-845, doi:10.2307/2531595.

    Examples
    --------
    >>> import numpy as np
    >>> apart = separation(np.array([5.0, 6.0, 7.0, 8.0]), np.array([1.0, 2.0, 3.0, 5.0]))
    >>> round(apart.auc, 3), apart.synthetic_is
    (0.969, 'lower')
    """
    if not real.size or not synthetic.size:
        return None
    theta, covariance = reader_aucs(real[None, :], synthetic[None, :], method="delong")
    above, variance = float(theta[0]), float(covariance[0, 0])
    auc = max(above, 1.0 - above)
    low = high = None
    if auc < 1.0 and variance > 0.0:
        low, high = limits(auc, math.sqrt(variance), math.inf, level=level, scale="logit")
    constant = np.unique(np.concatenate((real, synthetic))).size == 1
    return Separation(
        auc=auc,
        low=low,
        high=high,
        synthetic_is="alike" if above == 0.5 else "lower" if above > 0.5 else "higher",
        p=1.0 if constant else float(stats.mannwhitneyu(real, synthetic).pvalue),
    )
