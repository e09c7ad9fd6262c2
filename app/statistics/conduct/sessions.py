"""Sittings and washout: how often readers sat down, for how long, and how long they waited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

_DAY = 86_400.0
_MINUTE = 60.0


@dataclass(frozen=True)
class Reading:
    """One reading: when it was shown and sent, in which sitting and phase, of which case."""

    reader: str
    phase: int
    session: int
    case: str
    replicate: int
    shown_at: datetime | None
    submitted_at: datetime


@dataclass(frozen=True)
class Spread:
    """Least, median and most of some readers' numbers; all None where there is none."""

    least: float | None
    median: float | None
    most: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of some numbers."""
        if not values:
            return cls(None, None, None)
        return cls(min(values), float(median(values)), max(values))


@dataclass(frozen=True)
class PhaseSittings:
    """The sittings of one phase, over readers.

    Attributes
    ----------
    phase : int
    readers : int
    sittings : Spread
        Sittings of a reader.
    minutes : Spread
        Length of a sitting, from the first picture shown to the last answer sent.
    readings : Spread
        Readings in a sitting.
    washout_days : Spread
        From a reader's last answer in the phase before to the first picture of this one; None in
        the first phase.
    planned_washout_days : int
    too_early : tuple of str
        Readers whose washout was shorter than planned.
    """

    phase: int
    readers: int
    sittings: Spread
    minutes: Spread
    readings: Spread
    washout_days: Spread
    planned_washout_days: int
    too_early: tuple[str, ...]


@dataclass(frozen=True)
class Sittings:
    """Sittings of every phase, and days from the first to the repeated reading of a case."""

    phases: tuple[PhaseSittings, ...] = ()
    days_to_repeat: Spread = field(default_factory=lambda: Spread.of(()))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def sittings(readings: Sequence[Reading], washout_days: Mapping[int, int]) -> Sittings:
    """Sittings and washout of some readings.

    Parameters
    ----------
    readings : sequence of Reading
        Those that count, of people.
    washout_days : mapping of phase to int
        Days that the design keeps between a phase and the one before it.
    """
    by_phase: dict[int, dict[str, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for reading in readings:
        by_phase[reading.phase][reading.reader].append(reading)
    return Sittings(
        tuple(_phase(number, by_phase, washout_days.get(number, 0)) for number in sorted(by_phase)),
        Spread.of(_days_to_repeat(readings)),
    )


def _phase(
    number: int, by_phase: Mapping[int, Mapping[str, list[Reading]]], planned: int
) -> PhaseSittings:
    counts, minutes, sizes = [], [], []
    waited: dict[str, float] = {}
    for reader, own in by_phase[number].items():
        sat: dict[int, list[Reading]] = defaultdict(list)
        for reading in own:
            sat[reading.session].append(reading)
        counts.append(float(len(sat)))
        for one in sat.values():
            sizes.append(float(len(one)))
            length = max(r.submitted_at for r in one) - min(_begun(r) for r in one)
            minutes.append(length.total_seconds() / _MINUTE)
        before = [
            reading.submitted_at
            for earlier, readers in by_phase.items()
            if earlier < number
            for reading in readers.get(reader, ())
        ]
        if before:
            waited[reader] = (min(map(_begun, own)) - max(before)).total_seconds() / _DAY
    return PhaseSittings(
        phase=number,
        readers=len(by_phase[number]),
        sittings=Spread.of(counts),
        minutes=Spread.of(minutes),
        readings=Spread.of(sizes),
        washout_days=Spread.of(list(waited.values())),
        planned_washout_days=planned,
        too_early=tuple(sorted(reader for reader, days in waited.items() if days < planned)),
    )


def _begun(reading: Reading) -> datetime:
    return reading.shown_at or reading.submitted_at


def _days_to_repeat(readings: Sequence[Reading]) -> list[float]:
    first = {
        (reading.reader, reading.phase, reading.case): reading.submitted_at
        for reading in readings
        if reading.replicate == 0
    }
    return [
        (reading.submitted_at - first[key]).total_seconds() / _DAY
        for reading in readings
        if reading.replicate > 0
        for key in [(reading.reader, reading.phase, reading.case)]
        if key in first
    ]
