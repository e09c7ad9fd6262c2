"""Drawing a study's cases from the bank: seeded, per arm and stratum."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.design.design import StudyDesign
from app.domain.errors import BadDesign

# An arm and a class of its cases that is drawn separately.
Stratum = tuple[str, str]


@dataclass(frozen=True)
class DrawnCase:
    """One image chosen as a case; `code` tells nothing of its arm or its place in the bank."""

    image: str
    code: str
    stratum: Stratum
    is_practice: bool
    is_replicated: bool


def draw_cases(design: StudyDesign, bank: Mapping[Stratum, Sequence[str]]) -> tuple[DrawnCase, ...]:
    """Choose the cases of `design` from `bank` (image digests by arm and stratum).

    The same seed and the same images give the same cases whatever the order of `bank`.
    Practice cases come from images that are left over, dealt out over the arms in turn;
    replicated cases are spread over arms and strata alike. Raises BadDesign where the
    bank holds too few.
    """
    rng = random.Random(f"draw-1:{design.seed}")
    chosen: dict[Stratum, list[str]] = {}
    left: dict[Stratum, list[str]] = {}
    for plan in design.arms:
        for name in design.strata:
            stratum = (plan.arm, name)
            images = sorted(bank.get(stratum, ()))
            wanted = plan.count(name)
            if wanted > len(images):
                raise BadDesign(
                    f"arms.{plan.arm}",
                    f"{wanted} {name} images are asked for and the bank holds "
                    f"{len(images)}; lower the number or import more",
                )
            rng.shuffle(images)
            chosen[stratum], left[stratum] = images[:wanted], images[wanted:]
    practice = _deal(left, design.practice.count, rng)
    if len(practice) < design.practice.count:
        raise BadDesign(
            "practice.count",
            f"{design.practice.count} practice cases are asked for and "
            f"{len(practice)} images of these arms are left over; lower it or import more",
        )
    replicated = set(_deal(chosen, design.replicates.count, rng))
    drawn = [(stratum, image) for stratum, images in chosen.items() for image in images]
    # Shuffled before they are numbered, so that a code can't tell the arm.
    rng.shuffle(drawn)
    cases = [
        DrawnCase(image, f"C{number:04d}", stratum, False, (stratum, image) in replicated)
        for number, (stratum, image) in enumerate(drawn, start=1)
    ]
    cases += [
        DrawnCase(image, f"P{number:04d}", stratum, True, False)
        for number, (stratum, image) in enumerate(practice, start=1)
    ]
    return tuple(cases)


def _deal(
    piles: Mapping[Stratum, Sequence[str]], count: int, rng: random.Random
) -> list[tuple[Stratum, str]]:
    """Take up to `count` images, one from each pile in turn, the piles in a random order."""
    order = [stratum for stratum, images in piles.items() if images]
    rng.shuffle(order)
    dealt: list[tuple[Stratum, str]] = []
    for depth in range(max((len(images) for images in piles.values()), default=0)):
        for stratum in order:
            if len(dealt) == count:
                return dealt
            if depth < len(piles[stratum]):
                dealt.append((stratum, piles[stratum][depth]))
    return dealt
