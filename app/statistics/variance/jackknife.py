"""Two-way jackknife: an interval for a statistic of readers and cases, both of them samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable, point_only, without_interval
from app.statistics.table.ratings import Float
from app.statistics.table.settings import GENERALISATIONS, Generalisation

JackknifeScale = Literal["identity", "fisher", "complement"]


@dataclass(frozen=True)
class JackknifeInput:
    """A statistic and its values with one reader, one case, or one of each left out.

    Attributes
    ----------
    estimate : float
        NaN where undefined.
    without_reader : (J,) array
        Of the readers with ratings; NaN where undefined.
    without_case : (K,) array
        Of the cases with ratings.
    without_both : (J, K) array or None
        With reader j and case k left out; None where nobody has worked it out.
    """

    estimate: float
    without_reader: Float
    without_case: Float
    without_both: Float | None = None


@dataclass(frozen=True)
class IntervalRule:
    """How an interval is made of jackknife variances.

    Attributes
    ----------
    scale : str
        On which estimate +- t SE is made: ``"identity"``; ``"fisher"``, log((1 + theta) /
        (1 - theta)), for coefficients from -1 to 1; ``"complement"``, -log(1 - theta), for
        coefficients whose chance-corrected disagreement 1 - theta is a ratio.
    least_share : float
        The readers' part is not taken below this share of V_R.
    """

    scale: JackknifeScale = "identity"
    least_share: float = 0.0


@dataclass(frozen=True)
class _Spread:
    """Variance of a statistic, its degrees of freedom and what to say about them."""

    variance: float
    df: float
    remark: str


def jackknife_variance(left_out: Float) -> float:
    """(n - 1) / n times the sum of squared deviations of leave-one-out values from their mean.

    References
    ----------
    Efron B, Stein C (1981), Ann Stat 9:586-596, doi:10.1214/aos/1176345462.

    Examples
    --------
    For a mean it is the squared standard error of the mean:

    >>> x = np.array([1.0, 2.0, 4.0, 5.0])
    >>> left_out = (x.sum() - x) / 3
    >>> math.isclose(jackknife_variance(left_out), x.var(ddof=1) / 4)
    True
    """
    n = left_out.size
    if n < 2 or not np.isfinite(left_out).all():
        return math.nan
    return float((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())


def interaction_variance(without_both: Float) -> float:
    """V_RC = (J - 1)(K - 1) / (J K) times the sum of squares of the doubly centred values.

    The part of a statistic's variance that belongs to single readings, which the jackknife over
    readers and the one over cases both count.

    Parameters
    ----------
    without_both : (J, K) array of float

    Examples
    --------
    For a mean of independent residuals it is their variance over J K:

    >>> x = np.array([[1.0, 2.0, 4.0], [2.0, 0.0, 1.0]])
    >>> j, k = x.shape
    >>> left = np.array([[np.delete(np.delete(x, a, 0), b, 1).mean() for b in range(k)]
    ...                  for a in range(j)])
    >>> residual = x - x.mean(0) - x.mean(1)[:, None] + x.mean()
    >>> math.isclose(interaction_variance(left), (residual**2).sum() / 2 / 6)
    True
    """
    readers, cases = without_both.shape
    if readers < 2 or cases < 2 or not np.isfinite(without_both).all():
        return math.nan
    centred = (
        without_both
        - without_both.mean(axis=0)
        - without_both.mean(axis=1, keepdims=True)
        + without_both.mean()
    )
    return float((readers - 1) * (cases - 1) / (readers * cases) * (centred**2).sum())


def two_way_estimate(
    values: JackknifeInput,
    counts: tuple[int, int, int],
    *,
    why_undefined: str,
    level: float = 0.95,
    generalise_to: Generalisation = "readers_and_cases",
    bounds: tuple[float, float] = (-math.inf, 1.0),
    note: str = "",
    fewest_readers: int = 3,
    rule: IntervalRule | None = None,
) -> Estimate:
    """Estimate with the interval of the two-way jackknife.

    With V_R the jackknife variance over readers, V_C that over cases, V_RC that of single readings
    (:func:`interaction_variance`) and f the rule's least share::

        T    = max(V_R - V_RC, f V_R)
        SE^2 = V_C + T        df = (V_C + T)^2 / (T^2 / (J - 1) + V_C^2 / (K - 1))

    and estimate +- t(df) SE on the rule's scale, cut off at the ends of the statistic's own. V_R
    and V_C both hold the noise of single readings, which may count once: V_RC takes it out of V_R.
    Without the values it needs T = V_R, an interval on the wide side. "These readers only" uses V_C
    alone, "these images only" V_R alone. With fewer readers than a jackknife over readers needs the
    interval is over cases for these readers only, and its method says so.

    Parameters
    ----------
    values : JackknifeInput
    counts : (int, int, int)
        Readers, cases and ratings the estimate rests on.
    why_undefined : str
        The reason to give when the estimate is undefined.
    level : float
    generalise_to : str
    bounds : (float, float)
        Ends of the scale of the statistic.
    note : str
        What to say in ``method`` before the interval, such as the weights.
    fewest_readers : int
        Readers a jackknife over readers needs: three for agreement, which takes two.
    rule : IntervalRule, optional
        Identity scale and no least share when left out.

    References
    ----------
    Arvesen JN (1969), Ann Math Stat 40:2076-2100, doi:10.1214/aoms/1177697287 (jackknife of
    U-statistics); Hoeffding W (1948), Ann Math Stat 19:293-325, doi:10.1214/aoms/1177730196, and
    Efron B, Stein C (1981), Ann Stat 9:586-596, doi:10.1214/aos/1176345462 (what the one-way
    jackknives count twice); Satterthwaite FE (1946), Biometrics 2:110-114, doi:10.2307/3002019.
    """
    readers, cases, ratings = counts
    prefix = said("{note}; ", note=note) if note else ""
    if not math.isfinite(values.estimate):
        return not_estimable(
            why_undefined,
            method=said("{prefix}two-way jackknife", prefix=prefix),
            n_readers=readers,
            n_cases=cases,
            n_ratings=ratings,
        )
    rule = rule or IntervalRule()
    target, way = _target(values.without_reader.size < fewest_readers, generalise_to)
    point = point_only(
        values.estimate,
        method=f"{prefix}{way}",
        n_readers=readers,
        n_cases=cases,
        n_ratings=ratings,
    )
    return _with_interval(point, _spread(values, target, rule), rule.scale, level, bounds)


def _target(are_too_few: bool, generalise_to: Generalisation) -> tuple[Generalisation, str]:
    """Whom the interval can speak for with these readers, and how it is made, in words."""
    target: Generalisation = "cases" if are_too_few else generalise_to
    way = {
        "readers_and_cases": said("two-way jackknife"),
        "readers": said("jackknife over readers"),
    }.get(target, "jackknife over cases")
    words = said("{way}, {generalisations}", way=way, generalisations=GENERALISATIONS[target])
    if are_too_few and generalise_to != "cases":
        words += said(" (too few readers to speak for others)")
    return target, words


def _with_interval(
    point: Estimate,
    spread: _Spread,
    scale: JackknifeScale,
    level: float,
    bounds: tuple[float, float],
) -> Estimate:
    """The point with its limits, or with the reason in its method why it has none."""
    estimate = point.estimate or 0.0
    why = ""
    if math.isnan(spread.variance):
        why = said("undefined when one reader or case is left out")
    elif spread.variance <= 1e-20:
        why = said("leaving one out changes nothing")
    elif not _is_inside(estimate, scale):
        why = said("the estimate is at the end of its scale")
    if why:
        return replace(point, method=without_interval(point.method, why))
    error = math.sqrt(spread.variance)
    half = float(stats.t.ppf(0.5 + level / 2.0, spread.df)) * error
    low, high = _limits(estimate, half, scale)
    return replace(
        point,
        low=max(bounds[0], low),
        high=min(bounds[1], high),
        se=error,
        df=spread.df,
        method=point.method + spread.remark,
    )


def _spread(values: JackknifeInput, target: Generalisation, rule: IntervalRule) -> _Spread:
    df_reader, df_case = values.without_reader.size - 1.0, values.without_case.size - 1.0
    if target == "cases":
        return _Spread(jackknife_variance(values.without_case), df_case, "")
    over_readers = jackknife_variance(values.without_reader)
    if target == "readers":
        return _Spread(over_readers, df_reader, "")
    over_cases = jackknife_variance(values.without_case)
    if values.without_both is None:
        return _sum_of(over_readers, over_cases, df_reader, df_case, "")
    shared = interaction_variance(values.without_both)
    remark: str
    if math.isnan(shared):
        remark = said(
            "; on the wide side: undefined when a reader and a case are left out together"
        )
        return _sum_of(over_readers, over_cases, df_reader, df_case, remark)
    of_readers = max(over_readers - shared, rule.least_share * over_readers)
    remark = said("; readers differ by no more than chance") if over_readers <= shared else ""
    return _sum_of(of_readers, over_cases, df_reader, df_case, remark)


def _sum_of(
    of_readers: float, of_cases: float, df_reader: float, df_case: float, remark: str
) -> _Spread:
    variance = of_readers + of_cases
    if math.isnan(variance):
        return _Spread(math.nan, math.nan, "")
    pieces = of_readers**2 / df_reader + of_cases**2 / df_case
    return _Spread(variance, variance**2 / pieces if pieces > 0.0 else math.nan, remark)


def _is_inside(estimate: float, scale: JackknifeScale) -> bool:
    """Whether the scale has a finite place and slope at the estimate."""
    if scale == "fisher":
        return -1.0 < estimate < 1.0
    return scale == "identity" or estimate < 1.0


def _limits(estimate: float, half: float, scale: JackknifeScale) -> tuple[float, float]:
    """estimate +- half, the half-width carried to the scale by its slope and back."""
    if scale == "fisher":
        centre = math.atanh(estimate)
        half = half / (1.0 - estimate**2)
        return math.tanh(centre - half), math.tanh(centre + half)
    if scale == "complement":
        left = 1.0 - estimate
        # exp(700) is near the largest double; a limit beyond it is the end of any scale.
        factor = math.exp(min(half / left, 700.0))
        return 1.0 - left * factor, 1.0 - left / factor
    return estimate - half, estimate + half
