"""How the answers to one question are spread: counts of each, and for grades their centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Distribution:
    """Answers to one question in one group of readings. Descriptive: readings are pooled.

    Attributes
    ----------
    asked, answered : int
        Readings in which the question was asked, and those in which it was answered. What was
        not asked because of an earlier answer is in neither.
    counts : mapping of str to int
        Readings that gave each answer, every possible one listed. Where several may be given at
        once the counts add up to more than `answered`.
    mean, sd, median, low_quartile, high_quartile : float or None
        Of grades; None for answers that are no numbers, `sd` None below two. Quartiles by linear
        interpolation (Hyndman and Fan's type 7).
    """

    asked: int
    answered: int
    counts: Mapping[str, int]
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    low_quartile: float | None = None
    high_quartile: float | None = None

    @property
    def missing(self) -> int:
        """Readings in which the question was asked and left open."""
        return self.asked - self.answered

    def share(self, answer: str) -> float | None:
        """Share of the answered readings that gave `answer`; None where nobody answered."""
        return self.counts[answer] / self.answered if self.answered else None


def distribution_of_grades(
    grades: Sequence[int | None], points: Sequence[int], *, listed: bool = True
) -> Distribution:
    """The distribution of whole-number grades.

    Parameters
    ----------
    grades : sequence of int or None
        One a reading, None where the question was left open.
    points : sequence of int
        Every grade that can be given.
    listed : bool
        Whether every point is counted; a long slider is told by its centre alone.

    Returns
    -------
    Distribution

    Examples
    --------
    >>> spread = distribution_of_grades([4, 5, None, 4], range(1, 6))
    >>> spread.answered, spread.missing, spread.counts["4"], round(spread.mean, 3)
    (3, 1, 2, 4.333)
    """
    given = np.array([grade for grade in grades if grade is not None], dtype=np.float64)
    counts = (
        {str(point): int(np.count_nonzero(given == point)) for point in points} if listed else {}
    )
    if not given.size:
        return Distribution(len(grades), 0, counts)
    low, median, high = np.quantile(given, (0.25, 0.5, 0.75))
    return Distribution(
        asked=len(grades),
        answered=int(given.size),
        counts=counts,
        mean=float(given.mean()),
        sd=float(given.std(ddof=1)) if given.size > 1 else None,
        median=float(median),
        low_quartile=float(low),
        high_quartile=float(high),
    )


def distribution_of_words(
    answers: Sequence[Sequence[str] | None], words: Sequence[str], *, none: str = ""
) -> Distribution:
    """The distribution of chosen words.

    Parameters
    ----------
    answers : sequence of (sequence of str) or None
        The words of each reading; None where the question was left open.
    words : sequence of str
        Every word that can be chosen.
    none : str
        What an empty answer is counted under: the reader said that there is none.

    Returns
    -------
    Distribution

    Examples
    --------
    >>> spread = distribution_of_words([["rib"], [], None], ["rib", "grain"], none="none")
    >>> dict(spread.counts), spread.answered
    ({'rib': 1, 'grain': 0, 'none': 1}, 2)
    """
    given = [answer for answer in answers if answer is not None]
    counts = {word: sum(word in answer for answer in given) for word in words}
    if none:
        counts[none] = sum(not answer for answer in given)
    return Distribution(len(answers), len(given), counts)
