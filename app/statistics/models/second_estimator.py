"""The figures of the conclusions once more, from one hierarchical model of all ratings.

An ordinal probit model with crossed random readers, cases, and readers by arm. It is told nothing
that the figures by reader are not told, and weighs ratings where those weigh readers: where both
agree the figure does not hang on the way it was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from app.domain.said import said
from app.statistics.models.cumulative_link import (
    CumulativeLinkFit,
    NoFit,
    fit_cumulative_link,
)
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int, Measure, RatingsTable, Strings
from app.statistics.table.settings import AnalysisSettings

KEYS = ("auc_realism", "realism_shift", "deception_rate", "d_prime")
MOST_RATINGS = 50_000
MOST_STEPS_OF_SCALE = 11
METHOD = said("ordinal probit mixed model (Laplace)")


@dataclass(frozen=True)
class _Fitted:
    """A fit, or why there is none, with what its parts mean."""

    fit: CumulativeLinkFit | None
    why_not: str
    arms: tuple[str, ...]  # of the fixed effects, in their order; real is the reference
    has_cases: bool
    n_readers: int
    counts: Mapping[str, tuple[int, int, int]]  # an arm's readers, cases, ratings


def second_estimator(
    table: RatingsTable, settings: AnalysisSettings
) -> dict[str, dict[str, Estimate]]:
    """The model's figures of every arm.

    Parameters
    ----------
    table : RatingsTable
        First readings count; realism on at most 11 steps.
    settings : AnalysisSettings
        ``level`` is used.

    Returns
    -------
    mapping of arm to mapping of key to Estimate
        ``auc_realism``: chance that a real image is rated more realistic than the arm's, averaged
        over readers, ``Phi(-beta / sqrt(2 (1 + v_case) + 2 v_reader_arm))``. ``realism_shift``:
        beta, the arm's place against real in standard deviations of one reader's noise.
        ``deception_rate``: share judged real over readers and cases. ``d_prime``: of the average
        reader, in standard deviations over images, ``beta / sqrt(1 + v_case)``.
        Intervals by the delta method, t with (J - 1)(A - 1) degrees of freedom, for readers like
        these and images like these whatever the target of the other figures is.

    References
    ----------
    Rabe-Hesketh S, Skrondal A (2012), Multilevel and Longitudinal Modeling Using Stata, 3rd ed.,
    chapters 10, 11 (probabilities averaged over normal random effects of a probit model).
    """
    realism = _fitted(table, "realism")
    verdict = _fitted(table, "verdict")
    return {
        arm: {
            "auc_realism": _figure(realism, arm, settings, _auc, is_share=True),
            "realism_shift": _figure(realism, arm, settings, _shift),
            "deception_rate": _figure(
                verdict, arm, settings, _judged_real, is_share=True, of_difference=False
            ),
            "d_prime": _figure(verdict, arm, settings, _d_prime),
        }
        for arm in table.arms
    }


def _fitted(table: RatingsTable, measure: Measure) -> _Fitted:
    synthetic = table.synthetic_arms
    keep = (table.replicate == 0) & np.isfinite(getattr(table, measure))
    reader, arm, answer = table.reader[keep], table.arm[keep], getattr(table, measure)[keep]
    case = np.char.add(np.char.add(arm, "\n"), table.case[keep])
    # Several real arms are one reference, as for every other figure against real.
    arm = np.where(np.isin(arm, table.real_arms), "", arm)
    present = tuple(name for name in synthetic if np.any(arm == name))
    counts = {
        name: (
            int(np.unique(reader[rows]).size),
            int(np.unique(case[rows]).size),
            int(rows.sum()),
        )
        for name in table.arms
        for rows in [arm == ("" if name in table.real_arms else name)]
    }
    # With one rating a case, a case can't be told from the noise of a reading.
    has_cases = np.unique(case).size < case.size
    why_not = _why_not(table, measure, answer, arm)
    fit = None
    if not why_not:
        fit = _fit(reader, case if has_cases else None, arm, answer, present)
        if fit is None:
            why_not = said(
                "an arm, a reader or a case has all its ratings at one end of the "
                "scale, so that the model has no finite answer"
            )
    return _Fitted(
        fit=fit,
        why_not=why_not,
        arms=present,
        has_cases=has_cases,
        n_readers=int(np.unique(reader).size),
        counts=counts,
    )


def _fit(
    reader: Strings, case: Strings | None, arm: Strings, answer: Float, arms: tuple[str, ...]
) -> CumulativeLinkFit | None:
    """The fit; None where the model has no finite answer."""

    def codes(names: NDArray[Any]) -> Int:
        return np.unique(names, return_inverse=True)[1].astype(np.int64).ravel()

    readers, of_arm = codes(reader), codes(arm)
    several = readers.max() > 0
    try:
        fit = fit_cumulative_link(
            codes(answer),
            (arm[:, None] == np.array(arms)[None, :]).astype(np.float64),
            case=None if case is None else codes(case),
            factors=[readers, readers * (len(arms) + 1) + of_arm] if several else [],
        )
    except NoFit:
        return None
    return fit if fit.is_estimable and np.isfinite(fit.covariance).all() else None


def _why_not(table: RatingsTable, measure: Measure, answer: Float, arm: Strings) -> str:
    if answer.size == 0:
        return said("the ratings have no {measure}", measure=measure)
    if table.has_clusters:
        return said("the model takes images as independent, and some of these belong together")
    if not np.any(arm == "") or np.all(arm == ""):
        return said("the model needs a real arm and a synthetic one")
    if answer.size > MOST_RATINGS:
        return said(
            "the model is left out above {most_ratings} ratings, where it takes minutes",
            most_ratings=MOST_RATINGS,
        )
    steps = np.unique(answer).size
    if steps == 1:
        return said("all ratings are the same")
    if steps > MOST_STEPS_OF_SCALE:
        return said(
            "the scale has {steps} steps, the model takes at most {most_steps_of_scale}",
            steps=steps,
            most_steps_of_scale=MOST_STEPS_OF_SCALE,
        )
    return ""


def _figure(
    fitted: _Fitted,
    arm: str,
    settings: AnalysisSettings,
    make: Callable[[_Parts], tuple[float, Float]],
    *,
    is_share: bool = False,
    of_difference: bool = True,
) -> Estimate:
    """One figure of an arm; `make` gives it with its gradient, a share as its normal quantile."""
    readers, cases, ratings = fitted.counts[arm]
    place = fitted.arms.index(arm) if arm in fitted.arms else None
    if fitted.fit is None or ratings == 0:
        return not_estimable(
            fitted.why_not or said("no ratings"),
            n_readers=readers,
            n_cases=cases,
            n_ratings=ratings,
        )
    if place is None and of_difference:
        return not_estimable(
            said("this is the real arm"), n_readers=readers, n_cases=cases, n_ratings=ratings
        )
    value, gradient = make(_Parts(fitted, fitted.fit, place))
    se = math.sqrt(float(gradient @ fitted.fit.covariance @ gradient))
    steps = fitted.n_readers - 1
    df = steps * len(fitted.arms) if of_difference else steps
    reach = se * float(stats.t.ppf(0.5 + settings.level / 2.0, df or math.inf))
    low, high = value - reach, value + reach
    if is_share:
        se *= float(stats.norm.pdf(value))
        value, low, high = (float(special.ndtr(end)) for end in (value, low, high))
    whom = (
        said("readers like these, images like these")
        if df
        else said("this reader, images like these")
    )
    return Estimate(
        estimate=value,
        low=low,
        high=high,
        se=se,
        df=float(df) if df else None,
        method=said("{method}, {whom}", method=METHOD, whom=whom),
        n_readers=readers,
        n_cases=cases,
        n_ratings=ratings,
    )


class _Parts:
    """The estimates of a fit by what they mean, for one arm (None: the real one)."""

    def __init__(self, fitted: _Fitted, fit: CumulativeLinkFit, arm: int | None) -> None:
        self._size = fit.covariance.shape[0]
        self._beta_at = None if arm is None else fit.thresholds.size + arm
        self._variance_at = fit.thresholds.size + fit.beta.size
        self._cases = int(fitted.has_cases)
        variances = list(fit.variances)
        self.beta = 0.0 if arm is None else float(fit.beta[arm])
        self.threshold = float(fit.thresholds[0])
        self.case_variance = float(variances.pop(0)) if fitted.has_cases else 0.0
        self.reader_variance = float(variances[0]) if variances else 0.0
        self.reader_arm_variance = float(variances[1]) if variances else 0.0

    def gradient(
        self,
        *,
        threshold: float = 0.0,
        beta: float = 0.0,
        case: float = 0.0,
        reader: float = 0.0,
        reader_arm: float = 0.0,
    ) -> Float:
        """Derivatives at their places among the fit's parameters."""
        gradient = np.zeros(self._size)
        gradient[0] = threshold
        if self._beta_at is not None:
            gradient[self._beta_at] = beta
        if self._cases:
            gradient[self._variance_at] = case
        of_readers = gradient[self._variance_at + self._cases :]
        if of_readers.size:
            of_readers[:] = reader, reader_arm
        return gradient


def _auc(parts: _Parts) -> tuple[float, Float]:
    spread = math.sqrt(2.0 * (1.0 + parts.case_variance + parts.reader_arm_variance))
    by_variance = parts.beta / spread**3
    return -parts.beta / spread, parts.gradient(
        beta=-1.0 / spread, case=by_variance, reader_arm=by_variance
    )


def _shift(parts: _Parts) -> tuple[float, Float]:
    return parts.beta, parts.gradient(beta=1.0)


def _judged_real(parts: _Parts) -> tuple[float, Float]:
    spread = math.sqrt(
        1.0 + parts.case_variance + parts.reader_variance + parts.reader_arm_variance
    )
    above = parts.threshold - parts.beta
    by_variance = -0.5 * above / spread**3
    return above / spread, parts.gradient(
        threshold=1.0 / spread,
        beta=-1.0 / spread,
        case=by_variance,
        reader=by_variance,
        reader_arm=by_variance,
    )


def _d_prime(parts: _Parts) -> tuple[float, Float]:
    spread = math.sqrt(1.0 + parts.case_variance)
    return parts.beta / spread, parts.gradient(
        beta=1.0 / spread, case=-0.5 * parts.beta / spread**3
    )
