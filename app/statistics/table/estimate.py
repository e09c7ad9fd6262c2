"""The frozen result every estimator of this room returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypedDict

from app.domain.said import said

ESTIMATED = "estimated"
_NOT_ESTIMABLE = "not estimable: "


class EstimateJson(TypedDict):
    """What one estimate looks like in the JSON of an analysis."""

    estimate: float | None
    low: float | None
    high: float | None
    se: float | None
    df: float | None
    method: str
    n_readers: int
    n_cases: int
    n_ratings: int
    state: str
    caution: str


@dataclass(frozen=True)
class Estimate:
    """A point estimate with its interval, or the reason why there is none.

    Attributes
    ----------
    estimate, low, high : float or None
        Point estimate and confidence limits, in the unit of the estimand. ``low`` and ``high`` are
        None where a point estimate exists without an interval (``method`` says why).
    se : float or None
        Standard error of the estimate on the scale of the estimand.
    df : float or None
        Degrees of freedom of the t interval; None means that no t distribution was used.
    method : str
        How the interval was made, short enough for a table footnote.
    n_readers, n_cases, n_ratings : int
        What the estimate rests on: readers with a rating, cases with a rating, ratings.
    state : str
        ``"estimated"`` or ``"not estimable: why"``; then every number above is None.
    caution : str
        A clause that must stand beside the interval, such as how far it covers less than it
        states; empty for most.
    """

    estimate: float | None
    low: float | None
    high: float | None
    se: float | None
    df: float | None
    method: str
    n_readers: int
    n_cases: int
    n_ratings: int
    state: str = ESTIMATED
    caution: str = ""

    @property
    def is_estimated(self) -> bool:
        return self.state == ESTIMATED

    def to_json(self) -> EstimateJson:
        """The estimate as plain JSON values; what is not a finite number is None."""
        return {
            "estimate": _finite(self.estimate),
            "low": _finite(self.low),
            "high": _finite(self.high),
            "se": _finite(self.se),
            "df": _finite(self.df),
            "method": self.method,
            "n_readers": self.n_readers,
            "n_cases": self.n_cases,
            "n_ratings": self.n_ratings,
            "state": self.state,
            "caution": self.caution,
        }


def not_estimable(
    why: str, *, method: str = "", n_readers: int = 0, n_cases: int = 0, n_ratings: int = 0
) -> Estimate:
    """An estimate that could not be made, with the reason in one clause.

    >>> not_estimable("one reader").state
    'not estimable: one reader'
    """
    return Estimate(
        estimate=None,
        low=None,
        high=None,
        se=None,
        df=None,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
        state=_NOT_ESTIMABLE + why,
    )


def point_only(
    estimate: float, *, method: str, n_readers: int, n_cases: int, n_ratings: int
) -> Estimate:
    """A point estimate as it is before its interval is made, or where none can be."""
    return Estimate(
        estimate=estimate,
        low=None,
        high=None,
        se=None,
        df=None,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
    )


def without_interval(method: str, why_not: str) -> str:
    """The method of a point that has no interval, with the reason in one clause.

    >>> without_interval("two-way jackknife", "leaving one out changes nothing")
    'two-way jackknife; no interval: leaving one out changes nothing'
    """
    return said("{method}; no interval: {why_not}", method=method, why_not=why_not)


def _finite(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(value)
