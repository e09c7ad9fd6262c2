"""Two-way jackknife: an interval for a statistic of readers and cases, both of them samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float
from app.statistics.table.settings import GENERALISATIONS, Generalisation


@dataclass(frozen=True)
class JackknifeInput:
    """A statistic and its values with one reader, or one case, left out.

    Attributes
    ----------
    estimate : float
        NaN where undefined.
    without_reader : (J,) array
        Of the readers with ratings; NaN where undefined.
    without_case : (K,) array
        Of the cases with ratings.
    """

    estimate: float
    without_reader: Float
    without_case: Float


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
) -> Estimate:
    """Estimate with the interval of the two-way jackknife.

    With V_R the jackknife variance over readers and V_C that over cases::

        SE^2 = V_R + V_C     df = (V_R + V_C)^2 / (V_R^2 / (J - 1) + V_C^2 / (K - 1))

    and estimate +- t(df) SE, cut off at the ends of the scale. The sum counts the part of the
    residual that both ways share twice, so the interval errs on the wide side. "These readers only"
    uses V_C alone, "these images only" V_R alone. With fewer readers than a jackknife over readers
    needs the interval is over cases for these readers only, and its method says so.

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

    References
    ----------
    Arvesen JN (1969), Ann Math Stat 40:2076-2100, doi:10.1214/aoms/1177697287 (jackknife of
    U-statistics); Satterthwaite FE (1946), Biometrics 2:110-114, doi:10.2307/3002019.
    """
    readers, cases, ratings = counts
    prefix = f"{note}; " if note else ""
    if not math.isfinite(values.estimate):
        return not_estimable(
            why_undefined,
            method=f"{prefix}two-way jackknife",
            n_readers=readers,
            n_cases=cases,
            n_ratings=ratings,
        )
    too_few = values.without_reader.size < fewest_readers
    target: Generalisation = "cases" if too_few else generalise_to
    over_readers = jackknife_variance(values.without_reader) if target != "cases" else 0.0
    over_cases = jackknife_variance(values.without_case) if target != "readers" else 0.0
    way = {"readers_and_cases": "two-way jackknife", "readers": "jackknife over readers"}.get(
        target, "jackknife over cases"
    )
    method = f"{prefix}{way}, {GENERALISATIONS[target]}"
    if too_few and generalise_to != "cases":
        method += " (too few readers to speak for others)"
    low: float | None = None
    high: float | None = None
    df: float | None = None
    error: float | None = None
    variance = over_readers + over_cases
    if math.isnan(variance):
        method += "; no interval: undefined when one reader or case is left out"
    elif variance <= 1e-20:
        method += "; no interval: leaving one out changes nothing"
    else:
        error = math.sqrt(variance)
        pieces = []
        if target != "cases":
            pieces.append(over_readers**2 / (values.without_reader.size - 1))
        if target != "readers":
            pieces.append(over_cases**2 / (values.without_case.size - 1))
        df = variance**2 / sum(pieces)
        half = float(stats.t.ppf(0.5 + level / 2.0, df)) * error
        low = max(bounds[0], values.estimate - half)
        high = min(bounds[1], values.estimate + half)
    return Estimate(
        estimate=values.estimate,
        low=low,
        high=high,
        se=error,
        df=df,
        method=method,
        n_readers=readers,
        n_cases=cases,
        n_ratings=ratings,
    )
