"""Three conclusions on an arm: distinguishable, equivalent within a margin, or inconclusive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from app.domain.said import said
from app.statistics.realness.assay import AssaySensitivity
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_df
from app.statistics.variance.exact_bound import bound_of_all, fewest_trials, p_value_of_all
from app.statistics.variance.interval import Scale, limits, t_against
from app.statistics.variance.obuchowski_rockette import LEAST_SHARE, SingleArm, single_arm
from app.statistics.variance.split_plot import reader_blocks

ConclusionState = Literal["distinguishable", "equivalent", "inconclusive"]


@dataclass(frozen=True)
class Conclusion:
    """Conclusion on one arm against real.

    Attributes
    ----------
    state : str
        For one arm: ``distinguishable`` if the interval of the AUC excludes 0.5; ``equivalent`` if
        it does not, and the interval of level 1 - 2 alpha lies inside 0.5 +- margin; else
        ``inconclusive``. For several arms :mod:`app.statistics.realness.over_arms` decides anew.
    measure : str
        ``auc_realism``, ``auc_confidence`` or ``auc_score``.
    margin : float
    p_difference : float or None
        Two-sided p value of AUC = 0.5, on the logit scale like the interval: under alpha exactly
        when the interval excludes 0.5.
    p_equivalence : float or None
        Larger of the two one-sided p values of |AUC - 0.5| >= margin (TOST), on that scale too.
    low, high : float or None
        Interval of the equivalence test, of level 1 - 2 alpha, made like the reported one.
    within_margin : bool
        Whether the equivalence test rejects; may be true of a distinguishable arm, which is then
        told apart by less than the margin.
    why : str
        What the conclusion rests on when there are no p values or they come from elsewhere.
    p_difference_adjusted, p_equivalence_adjusted : float or None
        After adjustment for ``n_adjusted_for`` arms; the state rests on them.
    n_adjusted_for : int
        1: not adjusted.
    withheld : str
        Why the arm is not called equivalent although the test says so; empty for most.
    assay : AssaySensitivity or None
    is_less_real : bool or None
        Whether the AUC is above 0.5: the arm was rated less real than real images.
    """

    state: ConclusionState
    measure: str
    margin: float
    p_difference: float | None
    p_equivalence: float | None
    low: float | None = None
    high: float | None = None
    within_margin: bool = False
    why: str = ""
    p_difference_adjusted: float | None = None
    p_equivalence_adjusted: float | None = None
    n_adjusted_for: int = 1
    withheld: str = ""
    assay: AssaySensitivity | None = None
    is_less_real: bool | None = None

    def to_json(self) -> dict[str, object]:
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
            "p_difference_adjusted": self.p_difference_adjusted,
            "p_equivalence_adjusted": self.p_equivalence_adjusted,
            "n_adjusted_for": self.n_adjusted_for,
            "withheld": self.withheld,
            "assay": None if self.assay is None else dict(self.assay.to_json()),
        }


def difference_p_value(
    estimate: float, se: float, df: float, *, scale: Scale = "identity"
) -> float:
    """Two-sided p value of AUC = 0.5.

    Parameters
    ----------
    estimate, se : float
        AUC and its standard error.
    df : float
        ``math.inf`` for a normal test.
    scale : str
        ``"identity"``: t = (AUC - 0.5) / SE, as MRMC software prints it; ``"logit"``: as the
        product's intervals are made, logit(AUC) AUC (1 - AUC) / SE.

    Examples
    --------
    The Van Dyke data, treatment 1, as analysed by R's MRMCaov:

    >>> f"{difference_p_value(0.897037037, 0.033173596959, 12.7446475981):.3e}"
    '2.661e-08'
    """
    return 2.0 * float(stats.t.sf(abs(t_against(0.5, estimate, se, scale=scale)), df))


def equivalence_p_value(
    estimate: float, se: float, df: float, *, margin: float, scale: Scale = "identity"
) -> float:
    """p value of the two one-sided tests of |AUC - 0.5| >= margin.

    Below alpha exactly when the interval of level 1 - 2 alpha made on the same scale
    (:func:`~app.statistics.variance.interval.limits`) lies inside 0.5 +- margin.

    Parameters
    ----------
    estimate, se, df, scale
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
    above = t_against(0.5 - margin, estimate, se, scale=scale)
    below = t_against(0.5 + margin, estimate, se, scale=scale)
    return max(float(stats.t.sf(above, df)), float(stats.t.cdf(below, df)))


def equivalence_conclusion(
    theta: Float,
    covariance: Float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    *,
    measure: str = "auc_realism",
    clusters: Sequence[Int] | None = None,
) -> Conclusion:
    """Conclusion on the AUC of an arm against real.

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
    clusters : [(K0,), (K1,)] arrays of int, optional
        Clusters of these cases, counted through.

    Returns
    -------
    Conclusion
        When every reader separates the arms completely there is no standard error: the exact
        bound of the AUC decides (:mod:`app.statistics.variance.exact_bound`). One reader is no
        sample of readers and gets no conclusion on what readers can tell, unless the question is of
        this one.
    """
    arm = single_arm(
        theta,
        covariance,
        generalise_to=settings.generalise_to,
        least_share=LEAST_SHARE,
        blocks=reader_blocks(matrices),
        case_df=cluster_df(matrices, clusters),
    )
    if arm.n_readers == 1 and settings.generalise_to != "cases":
        return _without_test(
            measure, settings, said("one reader, who says nothing about other readers")
        )
    if arm.n_readers and arm.estimate in (0.0, 1.0):
        return _complete_separation(arm.estimate, matrices, settings, measure, clusters)
    if arm.why_not is not None:
        return _without_test(
            measure, settings, said("the AUC has no interval: {why_not}", why_not=arm.why_not)
        )
    return _tested(arm, settings, measure)


def _without_test(measure: str, settings: AnalysisSettings, why: str) -> Conclusion:
    return Conclusion("inconclusive", measure, settings.margin, None, None, why=why)


def _tested(arm: SingleArm, settings: AnalysisSettings, measure: str) -> Conclusion:
    """Conclusion on an AUC that has a standard error."""
    alpha = 1.0 - settings.level
    # One scale for the interval, both tests and the inner interval: they can't contradict.
    p_difference = difference_p_value(arm.estimate, arm.se, arm.df, scale="logit")
    p_equivalence = equivalence_p_value(
        arm.estimate, arm.se, arm.df, margin=settings.margin, scale="logit"
    )
    low, high = limits(arm.estimate, arm.se, arm.df, level=1.0 - 2.0 * alpha, scale="logit")
    within = p_equivalence < alpha
    state: ConclusionState = "inconclusive"
    if p_difference < alpha:
        state = "distinguishable"
    elif within:
        state = "equivalent"
    return Conclusion(
        state=state,
        measure=measure,
        margin=settings.margin,
        p_difference=p_difference,
        p_equivalence=p_equivalence,
        low=low,
        high=high,
        within_margin=within,
        is_less_real=arm.estimate > 0.5,
    )


def _complete_separation(
    auc: float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    measure: str,
    clusters: Sequence[Int] | None,
) -> Conclusion:
    """Conclusion by the exact bound where every reader separates the arms completely."""
    alpha = 1.0 - settings.level
    trials = fewest_trials(matrices, settings.generalise_to, clusters)
    pairs = said("pairs of images") if clusters is None else said("pairs of clusters of images")
    p_value = p_value_of_all(trials)
    bound = bound_of_all(trials, level=1.0 - 2.0 * alpha)
    return Conclusion(
        state="distinguishable" if p_value < alpha else "inconclusive",
        measure=measure,
        margin=settings.margin,
        p_difference=p_value,
        p_equivalence=1.0,
        low=bound if auc == 1.0 else 0.0,
        high=1.0 if auc == 1.0 else 1.0 - bound,
        is_less_real=auc == 1.0,
        why=said(
            "every reader separates the arms completely; exact test of {trials} {units}",
            trials=trials,
            units=said("readers") if settings.generalise_to == "readers" else pairs,
        ),
    )
