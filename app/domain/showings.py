"""All that one reader is shown, in order: practice, the phases, and the questions at their ends."""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.dealing import deal, spread_over
from app.domain.design.design import StudyDesign
from app.domain.order import OrderedCase, presentation_order
from app.domain.order import Slot as Place
from app.domain.slots import slots_of
from app.domain.study_cases import StudyCase, StudySet, Unit, units_of


@dataclass(frozen=True)
class Showing:
    """One presentation to be stored.

    `position` is 1-based within practice and within a phase. `cases` are codes, slot by slot, and
    none at the end of a phase; `set_code` is empty where one picture is shown. `exposure_ms` is
    None where the reader looks as long as they like.
    """

    phase: int
    position: int
    cases: tuple[str, ...] = ()
    set_code: str = ""
    replicate: int = 0
    is_practice: bool = False
    is_phase_end: bool = False
    exposure_ms: int | None = None


def showings_of(
    design: StudyDesign,
    cases: Sequence[StudyCase],
    sets: Sequence[StudySet],
    *,
    seed: str,
) -> tuple[Showing, ...]:
    """What a reader is shown of the cases and sets that are theirs; same arguments, same order.

    In each phase cases are spread and limited in runs as `presentation_order` says. In sets every
    arm stands in each slot equally often, within one. Times of exposure are dealt evenly over arms
    and strata; a replicate gets the time of its first showing. Raises BadDesign where replicates
    can't be kept apart.
    """
    shown = _practice(design, cases, seed)
    arm_of = {case.code: case.arm for case in cases}
    for number, phase in enumerate(design.phases, start=1):
        units = units_of(design, number, cases, sets)
        # Phase 1 has the reader's own seed, so that older orders can be redone.
        phase_seed = seed if number == 1 else f"{seed}:phase{number}"
        replicated = _replicated(design, cases, phase_seed) if number == 1 else ()
        places = presentation_order(
            [OrderedCase(unit.code, unit.arm, unit.stratum) for unit in units],
            seed=phase_seed,
            replicated=replicated,
            minimum_lag=design.replicates.minimum_lag,
            longest_run=design.longest_run,
        )
        in_slots = _in_slots(units, arm_of, phase_seed)
        exposures = _exposures(units, phase.presentation.exposures_ms, phase_seed)
        shown += _phase(number, places, in_slots, exposures)
        if phase.end_questions:
            shown.append(Showing(number, len(places) + 1, is_phase_end=True))
    return tuple(shown)


def _practice(design: StudyDesign, cases: Sequence[StudyCase], seed: str) -> list[Showing]:
    practice = sorted(case.code for case in cases if case.is_practice)
    random.Random(f"practice:{seed}").shuffle(practice)
    times = list(design.phases[0].presentation.exposures_ms)
    random.Random(f"practice-exposures-1:{seed}").shuffle(times)
    return [
        Showing(
            1,
            number,
            (code,),
            is_practice=True,
            exposure_ms=times[number % len(times)] if times else None,
        )
        for number, code in enumerate(practice, start=1)
    ]


def _replicated(design: StudyDesign, cases: Sequence[StudyCase], seed: str) -> Collection[str]:
    """Marked when the cases were drawn, but with a quota chosen among those of the reader."""
    if design.allocation.scheme != "quota":
        return {case.code for case in cases if case.is_replicated}
    piles: dict[tuple[str, str], list[str]] = defaultdict(list)
    rng = random.Random(f"replicates-1:{seed}")
    for case in sorted(cases, key=lambda case: case.code):
        if case.phase == 1 and not case.is_practice:
            piles[case.arm, case.stratum].append(case.code)
    for _, pile in sorted(piles.items()):
        rng.shuffle(pile)
    dealt = deal(dict(sorted(piles.items())), design.replicates.count, rng)
    return {code for _, code in dealt}


def _in_slots(
    units: Sequence[Unit], arm_of: dict[str, str], seed: str
) -> dict[str, tuple[str, ...]]:
    several = [unit for unit in units if len(unit.cases) > 1]
    orders = slots_of(
        [[arm_of[code] for code in unit.cases] for unit in several],
        random.Random(f"slots-1:{seed}"),
    )
    placed = {unit.code: unit.cases for unit in units}
    for unit, order in zip(several, orders, strict=True):
        placed[unit.code] = tuple(unit.cases[member] for member in order)
    return placed


def _exposures(units: Sequence[Unit], times: Sequence[int], seed: str) -> dict[str, int]:
    if not times:
        return {}
    piles: dict[tuple[str, str], list[str]] = defaultdict(list)
    for unit in units:
        piles[unit.arm, unit.stratum].append(unit.code)
    return spread_over(dict(sorted(piles.items())), times, random.Random(f"exposures-1:{seed}"))


def _phase(
    number: int,
    places: Sequence[Place],
    in_slots: dict[str, tuple[str, ...]],
    exposures: dict[str, int],
) -> list[Showing]:
    return [
        Showing(
            number,
            position,
            in_slots[place.case],
            # A case shown alone is its own unit.
            set_code="" if in_slots[place.case] == (place.case,) else place.case,
            replicate=place.replicate,
            exposure_ms=exposures.get(place.case),
        )
        for position, place in enumerate(places, start=1)
    ]
