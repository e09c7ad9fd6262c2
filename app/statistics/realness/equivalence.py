"""Three verdicts on an arm: distinguishable, equivalent within a margin, or inconclusive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from app.statistics.table.ratings import Float
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import limits
from app.statistics.variance.obuchowski_rockette import single_arm

VerdictState = Literal["distinguishable", "equivalent", "inconclusive"]


@dataclass(frozen=True)
class Verdict:
    """Verdict on one arm against real.

    Attributes
    ----------
    state : str
        ``distinguishable``: the interval of the AUC excludes 0.5. ``equivalent``: it does not, and
        the interval of level 1 - 2 alpha lies inside 0.5 +- margin. ``inconclusive``: neither.
    measure : str
        ``auc_realism``, ``auc_confidence`` or ``auc_score``.
    margin : float
    p_difference : float or None
        Two-sided p value of AUC = 0.5. It is made on the AUC scale, as MRMC software does; the
        interval on the logit scale is a little wider towards 0.5, so that a p value just under
        alpha may come with an interval that holds 0.5: the interval decides.
    p_equivalence : float or None
        Larger of the two one-sided p values of |AUC - 0.5| >= margin (TOST).
    low, high : float or None
        Interval of the equivalence test, of level 1 - 2 alpha, on the AUC scale.
    within_margin : bool
        Whether the equivalence test rejects; may be true of a distinguishable arm, which is then
        told apart by less than the margin.
    why : str
        What the verdict rests on when there are no p values or they come from elsewhere.
    """

    state: VerdictState
    measure: str
    margin: float
    p_difference: float | None
    p_equivalence: float | None
    low: float | None = None
    high: float | None = None
    within_margin: bool = False
    why: str = ""

    def to_json(self) -> dict[str, str | float | bool | None]:
        return {
            "state": self.state,
            "measure": self.measure,
            "margin": self.margin,
            "p_difference": self.p_difference,
            "p_equivalence": self.p_equivalence,
            "low": self.low,
            "high": self.high,
            "within_margin": self.within_margin,
            "why": self.why,
        }


def difference_p_value(estimate: float, se: float, df: float) -> float:
    """Two-sided p value of AUC = 0.5, from t = (AUC - 0.5) / SE.

    Parameters
    ----------
    estimate, se : float
        AUC and its standard error.
    df : float
        ``math.inf`` for a normal test.

    Examples
    --------
    The Van Dyke data, treatment 1, as analysed by R's MRMCaov:

    >>> f"{difference_p_value(0.897037037, 0.033173596959, 12.7446475981):.3e}"
    '2.661e-08'
    """
    return 2.0 * float(stats.t.sf(abs(estimate - 0.5) / se, df))


def equivalence_p_value(estimate: float, se: float, df: float, *, margin: float) -> float:
    """p value of the two one-sided tests of |AUC - 0.5| >= margin.

    Below alpha exactly when the interval AUC +- t SE of level 1 - 2 alpha lies inside
    0.5 +- margin. This interval is made on the AUC scale: on the logit scale, whose slope grows
    away from 0.5, the test rejects 5.3 % at a nominal 5 % (docs/decisions/0022).

    Parameters
    ----------
    estimate, se, df
        As in :func:`difference_p_value`.
    margin : float
        Between 0 and 0.5.

    References
    ----------
    Schuirmann DJ (1987), J Pharmacokinet Biopharm 15:657-680, doi:10.1007/BF01068419.

    Examples
    --------
    >>> round(equivalence_p_value(0.53, 0.02, 20, margin=0.10), 4)
    0.0011
    """
    return max(
        float(stats.t.sf((estimate - 0.5 + margin) / se, df)),
        float(stats.t.cdf((estimate - 0.5 - margin) / se, df)),
    )


def equivalence_verdict(
    theta: Float,
    covariance: Float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    *,
    measure: str = "auc_realism",
) -> Verdict:
    """Verdict on the AUC of an arm against real.

    Parameters
    ----------
    theta : (J,) array of float
        AUC of every reader.
    covariance : (J, J) array of float
        Covariance of these AUCs over cases.
    matrices : [(J, K0), (J, K1)] arrays of float
        Ratings of the real and the synthetic cases.
    settings : AnalysisSettings
    measure : str

    Returns
    -------
    Verdict
        When every reader separates the arms completely there is no standard error. The chance that
        the best single reader does so with images that are alike, 2 / C(n0 + n1, n1), is then the
        p value of the difference.
    """
    alpha = 1.0 - settings.level
    arm = single_arm(theta, covariance, generalise_to=settings.generalise_to)
    if arm.n_readers and arm.estimate in (0.0, 1.0):
        p_value = _complete_separation(theta, matrices)
        return Verdict(
            state="distinguishable" if p_value < alpha else "inconclusive",
            measure=measure,
            margin=settings.margin,
            p_difference=p_value,
            p_equivalence=1.0,
            why="every reader separates the arms completely; exact permutation test of one reader",
        )
    if arm.why_not is not None:
        return Verdict(
            state="inconclusive",
            measure=measure,
            margin=settings.margin,
            p_difference=None,
            p_equivalence=None,
            why=f"the AUC is not estimable: {arm.why_not}",
        )
    p_difference = difference_p_value(arm.estimate, arm.se, arm.df)
    # The verdict goes by the interval that is reported, so that a reader never sees them disagree.
    reported = limits(arm.estimate, arm.se, arm.df, level=settings.level, scale="logit")
    p_equivalence = equivalence_p_value(arm.estimate, arm.se, arm.df, margin=settings.margin)
    low, high = limits(arm.estimate, arm.se, arm.df, level=1.0 - 2.0 * alpha)
    within = p_equivalence < alpha
    state: VerdictState = "inconclusive"
    if reported[0] > 0.5 or reported[1] < 0.5:
        state = "distinguishable"
    elif within:
        state = "equivalent"
    return Verdict(
        state=state,
        measure=measure,
        margin=settings.margin,
        p_difference=p_difference,
        p_equivalence=p_equivalence,
        low=low,
        high=high,
        within_margin=within,
    )


def _complete_separation(theta: Float, matrices: Sequence[Float]) -> float:
    real, synthetic = (np.isfinite(matrix).sum(axis=1) for matrix in matrices)
    rated = np.isfinite(theta)
    orders = max(
        math.comb(int(a) + int(b), int(b))
        for a, b in zip(real[rated], synthetic[rated], strict=True)
    )
    return min(1.0, 2.0 / orders)
