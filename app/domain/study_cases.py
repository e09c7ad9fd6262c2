"""The cases and sets of an opened study, and which of them each phase shows."""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.dealing import deal
from app.domain.design.design import StudyDesign


@dataclass(frozen=True)
class StudyCase:
    """One image of a study; `code` tells nothing of its arm or its place in the bank.

    `phase` is the one it was drawn for, `block` its group of cases in a split-plot study.
    """

    code: str
    arm: str
    stratum: str
    phase: int = 1
    block: int | None = None
    is_practice: bool = False
    is_replicated: bool = False


@dataclass(frozen=True)
class StudySet:
    """Cases shown together; `members` are their codes, in an order that means nothing."""

    code: str
    phase: int
    block: int | None
    members: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """What is shown at a time, a case or a set; `arm` joins the arms of a set's pictures."""

    code: str
    arm: str
    stratum: str
    cases: tuple[str, ...]


def origin_of_cases(design: StudyDesign, number: int) -> int:
    """The phase that the cases of a phase were drawn for; phases are numbered from 1."""
    phase = design.phase(number)
    return number if phase.cases == "new" else origin_of_cases(design, _source(design, number))


def origin_of_sets(design: StudyDesign, number: int) -> int:
    """The phase whose sets a phase shows: its own, or those of the phase whose cases return.

    Sets return as they are where both phases show as many pictures of the same composition;
    otherwise sets of its own are made of the cases.
    """
    if design.phase(number).cases == "new":
        return number
    source = _source(design, number)
    mine, theirs = (design.phase(one).presentation for one in (number, source))
    same = (mine.pictures, mine.composition) == (theirs.pictures, theirs.composition)
    return origin_of_sets(design, source) if same else number


def units_of(
    design: StudyDesign, number: int, cases: Sequence[StudyCase], sets: Sequence[StudySet]
) -> list[Unit]:
    """What phase `number` shows of these cases and sets, by code; practice is left out.

    A phase that shows part of an earlier one's takes `part_count` of them, spread over arms and
    strata, the same for all who read the same.
    """
    phase = design.phase(number)
    shown = sorted(_all_units(design, number, cases, sets), key=lambda unit: unit.code)
    if phase.cases == "part":
        rng = random.Random(f"part-1:{design.seed}:{number}")
        piles: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in shown:
            piles[unit.arm, unit.stratum].append(unit)
        for _, pile in sorted(piles.items()):
            rng.shuffle(pile)
        dealt = deal(dict(sorted(piles.items())), phase.part_count, rng)
        shown = [unit for _, unit in dealt]
    return sorted(shown, key=lambda unit: unit.code)


def _all_units(
    design: StudyDesign, number: int, cases: Sequence[StudyCase], sets: Sequence[StudySet]
) -> list[Unit]:
    phase = design.phase(number)
    by_code = {case.code: case for case in cases if not case.is_practice}
    if phase.presentation.pictures > 1:
        if origin_of_sets(design, number) != number:
            return units_of(design, _source(design, number), cases, sets)
        return [set_unit(one, by_code) for one in sets if one.phase == number]
    if phase.cases == "new":
        codes: Collection[str] = {case.code for case in by_code.values() if case.phase == number}
    else:
        source = units_of(design, _source(design, number), cases, sets)
        codes = {code for unit in source for code in unit.cases}
    return [
        Unit(code, case.arm, case.stratum, (code,))
        for code, case in by_code.items()
        if code in codes
    ]


def set_unit(one: StudySet, cases: dict[str, StudyCase]) -> Unit:
    """A set as what is shown at a time."""
    members = [cases[code] for code in one.members]
    return Unit(
        one.code,
        "+".join(sorted(case.arm for case in members)),
        "+".join(sorted({case.stratum for case in members})),
        one.members,
    )


def _source(design: StudyDesign, number: int) -> int:
    keys = [phase.key for phase in design.phases]
    return keys.index(design.phase(number).of) + 1
