"""What a design can be expected to say: many simulated answers as half-width and power."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.table.ratings import Float


@dataclass(frozen=True)
class Expected:
    """What a design can be expected to say on one question.

    Attributes
    ----------
    half_width : float or None
        Mean half-width of the interval over the studies in which there is one: at the settings'
        level (95 %), of the equivalence test's interval at 1 - 2 alpha (90 %).
    power : float
        Share of all studies that find what is there. deception: the rate differs from the real
        images' (contrast, p < alpha); accuracy: the interval excludes 0.5; auc: the conclusion is
        ``distinguishable``; equivalence: the conclusion is ``equivalent``; choice: the interval of
        the share correct excludes 1/m; share, noticed: the interval excludes the share it is held
        against; phases: the interval of the difference excludes 0. A study without an interval has
        found nothing.
    df : float or None
        Median degrees of freedom of the interval.
    not_estimable : float
        Share of studies without an interval.
    """

    half_width: float | None
    power: float
    df: float | None
    not_estimable: float


@dataclass(frozen=True)
class Answer:
    """One study's answer to one question; NaN where it has no interval."""

    half_width: float
    df: float
    is_yes: bool


def answer_of(low: float | None, high: float | None, df: float | None, is_yes: bool) -> Answer:
    """The answer that an interval gives."""
    width = math.nan if low is None or high is None else (high - low) / 2.0
    return Answer(width, math.nan if df is None else df, is_yes)


def excludes(low: float | None, high: float | None, value: float) -> bool:
    """Whether there is an interval and it excludes a value."""
    return low is not None and high is not None and (low > value or high < value)


def expected_of(answers: Sequence[Answer], weights: Sequence[float] | None = None) -> Expected:
    """Means over studies.

    Parameters
    ----------
    answers : sequence of Answer
    weights : sequence of float, optional
        How likely each is, summing to 1; all the same when left out.
    """
    chances = None if weights is None else np.array(weights)
    widths = np.array([answer.half_width for answer in answers])
    df = np.array([answer.df for answer in answers])
    seen, known = np.isfinite(widths), np.isfinite(df)

    def mean(values: Float, of: NDArray[np.bool_]) -> float:
        return float(np.average(values[of], weights=None if chances is None else chances[of]))

    everything = np.ones(widths.size, dtype=bool)
    return Expected(
        half_width=mean(widths, seen) if seen.any() else None,
        power=mean(np.array([float(answer.is_yes) for answer in answers]), everything),
        df=float(np.median(df[known])) if known.any() else None,
        not_estimable=mean((~seen).astype(np.float64), everything),
    )
