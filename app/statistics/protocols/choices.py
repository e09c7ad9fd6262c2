"""What protocols beside the single picture come to: sets, phases, noticing, exposure. One call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from app.statistics.protocols.exposure import (
    ExposureCurve,
    exposure_of_sets,
    exposure_of_verdicts,
)
from app.statistics.protocols.forced_choice import ForcedChoice, forced_choice
from app.statistics.protocols.noticed import Noticed, noticed
from app.statistics.protocols.phases import PhaseFigure, phase_figures
from app.statistics.protocols.place_bias import PlaceBias, place_bias
from app.statistics.protocols.preference import Preference, preference
from app.statistics.protocols.set_choices import SetReadings
from app.statistics.protocols.single_readings import PhaseFacts, SingleReadings
from app.statistics.table.settings import AnalysisSettings

SetMeasure = Literal["find_the_real", "preference"]


@dataclass(frozen=True)
class AskedOfSets:
    """One question about several pictures, in one phase."""

    question: str
    measure: SetMeasure
    phase: PhaseFacts
    readings: SetReadings


@dataclass(frozen=True)
class AskedAtEnd:
    """Whether each reader noticed anything, asked at the end of a phase; None = left open."""

    question: str
    phase: PhaseFacts
    by_reader: Mapping[str, bool | None]


@dataclass(frozen=True)
class ProtocolAnswers:
    """First readings of people, sorted by what they can be used for.

    `singles` are those of studies in phases or with exposures; other studies have the analysis by
    arm. `labels` names questions as readers were asked them.
    """

    sets: tuple[AskedOfSets, ...] = ()
    ends: tuple[AskedAtEnd, ...] = ()
    singles: tuple[SingleReadings, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SetFigures:
    """What one question about sets comes to; one of `forced` and `preferred` is there."""

    question: str
    phase: PhaseFacts
    readers: tuple[str, ...]
    sets: int
    forced: tuple[ForcedChoice, ...]
    preferred: Preference | None
    places: PlaceBias | None
    left_out: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "phase": self.phase.key,
            "n_readers": len(self.readers),
            "n_sets": self.sets,
            "left_out_readers": list(self.left_out),
            "found": [one.to_json() for one in self.forced],
            "preferred": None if self.preferred is None else self.preferred.to_json(),
            "places": None if self.places is None else self.places.to_json(),
        }


@dataclass(frozen=True)
class ExposureFigures:
    """Accuracy by exposure in one question and phase."""

    question: str
    phase: PhaseFacts
    curves: tuple[ExposureCurve, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "phase": self.phase.key,
            "curves": [curve.to_json() for curve in self.curves],
        }


@dataclass(frozen=True)
class ChoiceFigures:
    """Result of :func:`analyse_choices`; every part may be empty."""

    settings: AnalysisSettings
    sets: tuple[SetFigures, ...]
    noticed: tuple[Noticed, ...]
    phases: tuple[PhaseFigure, ...]
    exposure: tuple[ExposureFigures, ...]
    labels: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether the protocol asked for none of this."""
        return not (self.sets or self.noticed or self.phases or self.exposure)

    @property
    def of_sets(self) -> tuple[str, ...]:
        """Keys of the questions about sets."""
        return tuple(one.question for one in self.sets)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; schema in docs/statistics.md."""
        return {
            "sets": [one.to_json() for one in self.sets],
            "noticed": [one.to_json() for one in self.noticed],
            "phases": [one.to_json() for one in self.phases],
            "exposure": [one.to_json() for one in self.exposure],
        }


def analyse_choices(answers: ProtocolAnswers, settings: AnalysisSettings) -> ChoiceFigures:
    """Figures of every question about sets, of noticing, between phases and by exposure.

    Readers with fewer answers to a question than `settings.least_answered` of the median reader's
    are left out of it, as in the analysis by arm.

    Parameters
    ----------
    answers : ProtocolAnswers
    settings : AnalysisSettings
    """
    singles = [_who_count(one, settings) for one in answers.singles]
    exposure = [
        ExposureFigures(one.question, one.phase, exposure_of_verdicts(one, settings))
        for one in singles
    ]
    for asked in answers.sets:
        if asked.measure == "find_the_real":
            curves = exposure_of_sets(asked.readings, settings)
            exposure.append(ExposureFigures(asked.question, asked.phase, curves))
    return ChoiceFigures(
        settings=settings,
        sets=tuple(_of_sets(asked, settings) for asked in answers.sets if asked.readings.rows),
        noticed=tuple(
            noticed(asked.question, asked.phase, asked.by_reader, settings)
            for asked in answers.ends
        ),
        phases=phase_figures(singles, settings),
        exposure=tuple(one for one in exposure if one.curves),
        labels=answers.labels,
    )


def _of_sets(asked: AskedOfSets, settings: AnalysisSettings) -> SetFigures:
    answered = asked.readings.only(lambda row: row.side.chosen is not None)
    left_out = near_empty([row.reader for row in answered.rows], settings.least_answered)
    readings = asked.readings.only(lambda row: row.reader not in left_out)
    forced: tuple[ForcedChoice, ...] = ()
    preferred = None
    if asked.measure == "find_the_real":
        of_size = [forced_choice(one, settings) for one in readings.by_size()]
        forced = tuple(one for one in of_size if one is not None)
    else:
        preferred = preference(readings, settings)
    return SetFigures(
        question=asked.question,
        phase=asked.phase,
        readers=readings.readers,
        sets=len(readings.cases),
        forced=forced,
        preferred=preferred,
        places=place_bias(readings, settings),
        left_out=left_out,
    )


def _who_count(readings: SingleReadings, settings: AnalysisSettings) -> SingleReadings:
    left_out = near_empty(readings.reader, settings.least_answered)
    if not left_out:
        return readings
    keep = [n for n, reader in enumerate(readings.reader) if reader not in left_out]

    def kept(column: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(column[n] for n in keep)

    return replace(
        readings,
        reader=kept(readings.reader),
        case=kept(readings.case),
        arm=kept(readings.arm),
        truth=kept(readings.truth),
        cluster=kept(readings.cluster),
        value=kept(readings.value),
        exposure_ms=kept(readings.exposure_ms),
    )


def near_empty(readers: Sequence[str], least_share: float) -> tuple[str, ...]:
    """Readers with fewer answers than a share of the median reader's.

    Parameters
    ----------
    readers : sequence of str
        The reader of every answer.
    least_share : float
        0 leaves nobody out.

    Examples
    --------
    >>> near_empty(["A"] * 10 + ["B"] * 10 + ["C"], 0.2)
    ('C',)
    """
    counts = Counter(readers)
    if not counts:
        return ()
    least = least_share * float(np.median(list(counts.values())))
    return tuple(sorted(reader for reader, count in counts.items() if count < least))
