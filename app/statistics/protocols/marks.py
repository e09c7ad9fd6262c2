"""Marks on films: how many films have any, and how many marks a film has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MarkCounts:
    """Marks in one group of readings. Descriptive: readings are pooled.

    `with_marks` counts answered readings with at least one mark, `marks` all marks in them.
    """

    asked: int
    answered: int
    with_marks: int
    marks: int


def mark_counts(readings: Sequence[int | None]) -> MarkCounts:
    """Count marks over readings.

    Parameters
    ----------
    readings : sequence of int or None
        Marks of each reading; 0 where the reader said that there are none, None where the
        question was left open.

    Examples
    --------
    >>> mark_counts([2, 0, None])
    MarkCounts(asked=3, answered=2, with_marks=1, marks=2)
    """
    given = [count for count in readings if count is not None]
    return MarkCounts(len(readings), len(given), sum(count > 0 for count in given), sum(given))
