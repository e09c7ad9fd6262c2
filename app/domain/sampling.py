"""Drawing a study's cases and sets from the bank: seeded, per arm and stratum."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.allocation import blocks_of
from app.domain.bank_image import BankImage
from app.domain.candidates import Candidates, Stratum
from app.domain.dealing import deal
from app.domain.design.design import Phase, StudyDesign
from app.domain.errors import BadDesign
from app.domain.matching import by_value, draw_matched, lacking
from app.domain.memorised import drawable, left_out_sentences
from app.domain.said import joined, said
from app.domain.sets import SetMaker
from app.domain.study_cases import (
    StudyCase,
    StudySet,
    origin_of_cases,
    origin_of_sets,
    units_of,
)

# Images that a refusal names; a few show what is wrong.
_NAMED = 5


@dataclass(frozen=True)
class DrawnCase:
    """A case of the study and the image that it is; `beside` is the text shown beside it."""

    case: StudyCase
    image: BankImage
    beside: str | None


@dataclass(frozen=True)
class Draw:
    """What opening a study freezes; `notes` are sentences on images that found no place.

    `left_out` counts, by arm, the images flagged as copies of training images that were not drawn
    from.
    """

    cases: tuple[DrawnCase, ...]
    sets: tuple[StudySet, ...]
    notes: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Phase:
    """What is drawn for one phase with new cases: images by arm and stratum, and their sets."""

    number: int
    images: dict[Stratum, list[BankImage]]
    sets: list[tuple[BankImage, ...]] = field(default_factory=list)


def draw_study(
    design: StudyDesign, bank: Sequence[BankImage], *, real_arms: Collection[str]
) -> Draw:
    """Choose the cases of `design` from `bank`, and which of them are shown together.

    The same seed and the same images give the same cases whatever the order of `bank`. A phase
    with new cases gets images of its own. Practice cases come from images that are left over,
    dealt out over the arms in turn; replicated cases are spread over arms and strata alike. Images
    flagged as copies of training images are left out, kept or apart as the design says. For an
    excluded image the last of its pile comes instead, and the rest stays as it is. Raises
    BadDesign where the bank holds too few, lacks a counterpart, a text that is to be shown, or an
    image picked by hand.
    """
    rng = random.Random(f"draw-1:{design.seed}")
    # What every picture is compared with is no case itself.
    compared_with = tuple(
        phase.presentation.reference for phase in design.phases if phase.presentation.reference
    )
    may_be_drawn = drawable(
        design, [image for image in bank if not image.sha256.startswith(compared_with)]
    )
    candidates = Candidates(design, may_be_drawn.images, rng, may_be_drawn.left_out)
    notes = left_out_sentences(may_be_drawn.left_out_of_arms)
    phases = [
        _draw_phase(design, number, candidates, real_arms, notes)
        for number, phase in enumerate(design.phases, start=1)
        if phase.cases == "new"
    ]
    practice = deal(candidates.left_over(), design.practice.count, rng)
    if len(practice) < design.practice.count:
        raise BadDesign(
            "practice.count",
            said(
                "{count} practice cases are asked for and {n_practice} images of these arms "
                "are left over; lower it or import more",
                count=design.practice.count,
                n_practice=len(practice),
            ),
        )
    blocks = {image: block for phase in phases for image, block in _blocks(design, phase).items()}
    replicated = _replicated(design, phases[0], blocks, rng)
    cases: list[DrawnCase] = []
    for phase in phases:
        drawn = [(key, image) for key, images in phase.images.items() for image in images]
        # Shuffled before they are numbered, so that a code can't tell the arm.
        shuffler = rng if phase.number == 1 else random.Random(f"{_seed(design, phase.number)}")
        shuffler.shuffle(drawn)
        for (arm, stratum), image in drawn:
            code = f"C{len(cases) + 1:04d}"
            block = blocks.get(image)
            case = StudyCase(code, arm, stratum, phase.number, block, False, image in replicated)
            cases.append(_with_text(design, case, image))
    for number, ((arm, stratum), image) in enumerate(practice, start=1):
        case = StudyCase(f"P{number:04d}", arm, stratum, is_practice=True)
        cases.append(_with_text(design, case, image))
    _check_texts(design, cases)
    sets = _all_sets(design, phases, cases, blocks, real_arms, notes)
    _check_parts(design, [one.case for one in cases], sets)
    return Draw(tuple(cases), sets, tuple(notes), may_be_drawn.left_out_of_arms)


def _seed(design: StudyDesign, number: int) -> str:
    return f"draw-1:{design.seed}:phase{number}"


def _draw_phase(
    design: StudyDesign,
    number: int,
    candidates: Candidates,
    real_arms: Collection[str],
    notes: list[str],
) -> _Phase:
    shown = design.phase(number).presentation
    rng = random.Random(f"match-1:{design.seed}:{number}")
    if shown.pictures > 1:
        maker = SetMaker(shown.pictures, shown.composition, real_arms, rng)
        return _draw_sets(design, number, candidates, maker, notes)
    if not design.matched_by:
        return _Phase(number, candidates.take(candidates.wanted))
    images: dict[Stratum, list[BankImage]] = {}
    for stratum in candidates.strata:
        drawn = draw_matched(
            stratum,
            candidates.piles_of(stratum),
            candidates.wanted_of(stratum),
            design.matched_by,
            rng,
        )
        images |= {(arm, stratum): one for arm, one in drawn.items()}
    candidates.remove(image for one in images.values() for image in one)
    return _Phase(number, candidates.in_order(images))


def _draw_sets(
    design: StudyDesign,
    number: int,
    candidates: Candidates,
    maker: SetMaker,
    notes: list[str],
) -> _Phase:
    """Sets of one stratum each, and the cases that they are made of."""
    drawn = _Phase(number, {})
    unplaced: Counter[str] = Counter()
    for stratum in candidates.strata:
        wanted = candidates.wanted_of(stratum)
        piles = candidates.piles_of(stratum)
        if design.matched_by:
            held = {arm: by_value(images, design.matched_by) for arm, images in piles.items()}
            sets = maker.make(_by_value_first(held), wanted)
            _ensure_matched(design, stratum, sets, held, wanted, maker)
        else:
            sets = maker.make(
                {"": {a: one[: wanted.get(a, 0)] for a, one in piles.items()}}, wanted
            )
        for members in sets:
            for image in members:
                drawn.images.setdefault((image.arm, stratum), []).append(image)
        drawn.sets += sets
        unplaced.update(wanted)
        unplaced.subtract(image.arm for members in sets for image in members)
    candidates.remove(image for one in drawn.images.values() for image in one)
    notes += _unplaced(design.phase(number), {arm: n for arm, n in unplaced.items() if n})
    if not drawn.sets:
        raise BadDesign(
            f"phases[{number}].presentation",
            said(
                "no set of {pictures} pictures can be made of these arms; with one real "
                "picture in each, the study needs a real arm and enough others",
                pictures=maker.pictures,
            ),
        )
    return replace(drawn, images=candidates.in_order(drawn.images))


def _ensure_matched(
    design: StudyDesign,
    stratum: str,
    sets: Sequence[tuple[BankImage, ...]],
    held: Mapping[str, Mapping[str, Sequence[BankImage]]],
    wanted: Mapping[str, int],
    maker: SetMaker,
) -> None:
    """Refuse where fewer sets share a value than the numbers of cases would make."""
    free = SetMaker(maker.pictures, maker.composition, maker.real_arms, random.Random(1))
    possible = free.make({"": {arm: range(count) for arm, count in wanted.items()}}, wanted)
    if len(sets) < len(possible):
        key = design.matched_by
        short = lacking({arm: held.get(arm, {}) for arm in wanted}, key) or said(
            "too few share one"
        )
        raise BadDesign(
            "matched_by",
            said(
                "{n_possible} sets of {stratum} cases that share {key} are asked for and "
                "{n_sets} can be made: {short}; ask for fewer or import the counterparts",
                n_possible=len(possible),
                stratum=stratum,
                key=key,
                n_sets=len(sets),
                short=short,
            ),
        )


def _by_value_first(
    held: Mapping[str, Mapping[str, Sequence[BankImage]]],
) -> dict[str, dict[str, Sequence[BankImage]]]:
    turned: dict[str, dict[str, Sequence[BankImage]]] = {}
    for arm, values in held.items():
        for value, images in values.items():
            turned.setdefault(value, {})[arm] = images
    return turned


def _unplaced(phase: Phase, left: Mapping[str, int]) -> list[str]:
    if not left:
        return []
    told = ", ".join(f"{count} of {arm}" for arm, count in left.items())
    return [
        f"{phase.title or phase.key}: cases that fit into no set of {phase.presentation.pictures} "
        f"pictures are not shown ({told})."
    ]


def _blocks(design: StudyDesign, phase: _Phase) -> dict[BankImage, int]:
    """The block of every image of a split-plot study; a set or matched images share one."""
    if design.allocation.scheme != "split_plot":
        return {}
    rng = random.Random(f"blocks-1:{design.seed}:{phase.number}")
    groups: dict[tuple[tuple[str, ...], str], list[tuple[BankImage, ...]]] = {}
    stratum_of = {image: key[1] for key, images in phase.images.items() for image in images}
    for members in phase.sets or _together(design, phase):
        arms = tuple(image.arm for image in members)
        groups.setdefault((arms, stratum_of[members[0]]), []).append(members)
    for _, pile in sorted(groups.items()):
        rng.shuffle(pile)
    piles = [pile for _, pile in sorted(groups.items())]
    block_of = blocks_of(piles, design.allocation.groups, rng)
    return {image: block for members, block in block_of.items() for image in members}


def _together(design: StudyDesign, phase: _Phase) -> list[tuple[BankImage, ...]]:
    """Images that stay in one block: matched ones, else each by itself."""
    if not design.matched_by:
        return [(image,) for images in phase.images.values() for image in images]
    ranks: dict[tuple[str, int], list[BankImage]] = {}
    for (_, stratum), images in phase.images.items():
        for rank, image in enumerate(images):
            ranks.setdefault((stratum, rank), []).append(image)
    return [tuple(images) for images in ranks.values()]


def _replicated(
    design: StudyDesign,
    phase: _Phase,
    blocks: Mapping[BankImage, int],
    rng: random.Random,
) -> set[BankImage]:
    """Cases shown twice: as many for each block; with a quota they are chosen for each reader."""
    count = 0 if design.allocation.scheme == "quota" else design.replicates.count
    chosen: set[BankImage] = set()
    every: list[int | None] = [*sorted(set(blocks.values()))]
    for block in every or [None]:
        piles = {
            key: [image for image in images if blocks.get(image) == block]
            for key, images in phase.images.items()
        }
        chosen |= {image for _, image in deal(piles, count, rng)}
    return chosen


def _with_text(design: StudyDesign, case: StudyCase, image: BankImage) -> DrawnCase:
    key = text_key(design, case.phase)
    return DrawnCase(case, image, image.text(key) if key else None)


def text_key(design: StudyDesign, origin: int) -> str:
    """The key of the text that stands beside the cases drawn for a phase; empty for none.

    Raises BadDesign where phases show different texts beside the same cases.
    """
    keys = {
        phase.presentation.beside
        for number, phase in enumerate(design.phases, start=1)
        if origin_of_cases(design, number) == origin and phase.presentation.beside
    }
    if len(keys) > 1:
        raise BadDesign(
            "phases",
            said(
                "show {names} beside the same cases; one text can stand beside a case, so "
                "give the phases new cases",
                names=joined(sorted(keys), said(" and ")),
            ),
        )
    return next(iter(keys), "")


def _check_texts(design: StudyDesign, cases: Sequence[DrawnCase]) -> None:
    silent = [one for one in cases if one.beside == ""]
    if silent:
        key = text_key(design, silent[0].case.phase)
        parts = [
            said("{image} of {arm}", image=one.image.sha256[:12], arm=one.image.arm)
            for one in silent[:_NAMED]
        ]
        if len(silent) > _NAMED:
            named = said(
                "{images} and {count} more", images=joined(parts, ", "), count=len(silent) - _NAMED
            )
        else:
            named = joined(parts, ", ")
        raise BadDesign(
            "presentation.beside",
            said(
                "{key} is to stand beside every case and the bank's records of {named} "
                "have none; import them with it",
                key=key,
                named=named,
            ),
        )


def _all_sets(
    design: StudyDesign,
    phases: Sequence[_Phase],
    cases: Sequence[DrawnCase],
    blocks: Mapping[BankImage, int],
    real_arms: Collection[str],
    notes: list[str],
) -> tuple[StudySet, ...]:
    """The sets of every phase that has its own, numbered in a random order."""
    code_of = {one.image: one.case.code for one in cases}
    sets: list[StudySet] = []
    for number, phase in enumerate(design.phases, start=1):
        if phase.presentation.pictures == 1 or origin_of_sets(design, number) != number:
            continue
        drawn = next((one for one in phases if one.number == number), None)
        if drawn is not None:
            made = [
                ((tuple(sorted(code_of[image] for image in members))), blocks.get(members[0]))
                for members in drawn.sets
            ]
        else:
            made = _sets_of_returning(design, number, cases, sets, real_arms, notes)
        random.Random(f"sets-1:{design.seed}:{number}").shuffle(made)
        sets += [
            StudySet(f"S{place:04d}", number, block, members)
            for place, (members, block) in enumerate(made, start=len(sets) + 1)
        ]
    return tuple(sets)


def _sets_of_returning(
    design: StudyDesign,
    number: int,
    cases: Sequence[DrawnCase],
    sets: Sequence[StudySet],
    real_arms: Collection[str],
    notes: list[str],
) -> list[tuple[tuple[str, ...], int | None]]:
    """Sets made of cases that an earlier phase shows singly or in other company."""
    phase = design.phase(number)
    # As this phase would show them one by one.
    single = replace(phase, presentation=replace(phase.presentation, pictures=1), cases="same")
    alone = replace(design, phases=(*design.phases[: number - 1], single))
    image_of = {one.case.code: one.image for one in cases}
    case_of = {one.case.code: one.case for one in cases}
    maker = SetMaker(
        phase.presentation.pictures,
        phase.presentation.composition,
        real_arms,
        random.Random(f"match-1:{design.seed}:{number}"),
    )
    made: list[tuple[tuple[str, ...], int | None]] = []
    left: Counter[str] = Counter()
    for block in sorted({one.case.block or 0 for one in cases if not one.case.is_practice}):
        theirs = [one.case for one in cases if (one.case.block or 0) == block]
        units = units_of(alone, number, theirs, [one for one in sets if (one.block or 0) == block])
        for stratum in sorted({unit.stratum for unit in units}):
            codes = [unit.code for unit in units if unit.stratum == stratum]
            maker.rng.shuffle(codes)
            piles: dict[str, dict[str, list[str]]] = {}
            for code in codes:
                value = image_of[code].text(design.matched_by) if design.matched_by else ""
                piles.setdefault(value, {}).setdefault(case_of[code].arm, []).append(code)
            wanted = Counter(case_of[code].arm for code in codes)
            together = maker.make(piles, wanted)
            made += [(tuple(sorted(members)), block or None) for members in together]
            left.update(wanted)
            left.subtract(case_of[code].arm for members in together for code in members)
    notes += _unplaced(phase, {arm: count for arm, count in left.items() if count})
    if not made:
        raise BadDesign(f"phases[{number}].presentation", said("no set can be made of these cases"))
    return made


def _check_parts(design: StudyDesign, cases: Sequence[StudyCase], sets: Sequence[StudySet]) -> None:
    for number, phase in enumerate(design.phases, start=1):
        if phase.cases != "part":
            continue
        for block in sorted({case.block or 0 for case in cases if not case.is_practice}):
            shown = len(
                units_of(
                    design,
                    number,
                    [case for case in cases if (case.block or 0) == block],
                    [one for one in sets if (one.block or 0) == block],
                )
            )
            if design.allocation.scheme == "quota":
                shown = min(shown, design.allocation.cases_per_reader)
            if shown < phase.part_count:
                raise BadDesign(
                    f"phases[{number}].part_count",
                    said(
                        "{part_count} cases are to return and a reader has {shown}",
                        part_count=phase.part_count,
                        shown=shown,
                    ),
                )
