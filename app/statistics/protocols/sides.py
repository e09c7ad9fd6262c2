"""Which of several pictures was chosen: by arm, by place, and how often rightly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SideChoice:
    """One reading: the arms shown in their places, first place first, and the place chosen.

    `chosen` is 1-based, 0 for a tie, None where the question was left open; `real` holds the
    1-based places of real pictures.
    """

    arms: tuple[str, ...]
    real: tuple[int, ...]
    chosen: int | None


@dataclass(frozen=True)
class SideCounts:
    """How often pictures were shown and chosen. Descriptive: readings are pooled.

    Attributes
    ----------
    asked, answered, ties : int
    shown, chosen : mapping of arm to int
        Readings that showed the arm, answered ones alone, and those in which it was chosen.
    chosen_by_place : tuple of int
        Readings in which each place was chosen, the first place first.
    correct : int or None
        Readings in which a real picture was chosen; None where some reading showed none.
    chance : float or None
        Share expected of guessing: the mean over readings of real pictures / pictures.
    """

    asked: int
    answered: int
    ties: int
    shown: Mapping[str, int]
    chosen: Mapping[str, int]
    chosen_by_place: tuple[int, ...]
    correct: int | None
    chance: float | None


def side_counts(readings: Sequence[SideChoice]) -> SideCounts:
    """Count choices over readings.

    Parameters
    ----------
    readings : sequence of SideChoice

    Returns
    -------
    SideCounts

    Examples
    --------
    >>> left_is_real = SideChoice(("real", "M1"), real=(1,), chosen=2)
    >>> right_is_real = SideChoice(("M1", "real"), real=(2,), chosen=2)
    >>> counts = side_counts([left_is_real, right_is_real])
    >>> counts.correct, counts.chance, dict(counts.chosen)
    (1, 0.5, {'real': 1, 'M1': 1})
    """
    given = [reading for reading in readings if reading.chosen is not None]
    arms = list(dict.fromkeys(arm for reading in readings for arm in reading.arms))
    places = max((len(reading.arms) for reading in readings), default=0)
    chosen = dict.fromkeys(arms, 0)
    by_place = [0] * places
    for reading in given:
        if reading.chosen:
            chosen[reading.arms[reading.chosen - 1]] += 1
            by_place[reading.chosen - 1] += 1
    has_real = bool(readings) and all(reading.real for reading in readings)
    return SideCounts(
        asked=len(readings),
        answered=len(given),
        ties=sum(reading.chosen == 0 for reading in given),
        shown={arm: sum(arm in reading.arms for reading in given) for arm in arms},
        chosen=chosen,
        chosen_by_place=tuple(by_place),
        correct=sum(reading.chosen in reading.real for reading in given) if has_real else None,
        chance=(
            sum(len(reading.real) / len(reading.arms) for reading in readings) / len(readings)
            if has_real
            else None
        ),
    )
