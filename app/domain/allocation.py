"""Which reader reads which cases: all, the block of their group, or a share dealt out evenly."""

import random
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from app.domain.design.design import StudyDesign
from app.domain.order import OrderedCase
from app.domain.said import said, said_many

Item = TypeVar("Item", bound=Hashable)
# An arm and a stratum.
Stratum = tuple[str, str]


def readers_needed(design: StudyDesign) -> int:
    """The fewest readers with whom every case is read as often as the design promises.

    One where all read everything, one a group in a split-plot study; with a quota as many as make
    `readers_per_case` readings of every case.
    """
    allocation = design.allocation
    if allocation.scheme == "split_plot":
        return allocation.groups
    if allocation.scheme == "quota":
        readings = design.case_count * allocation.readers_per_case
        return -(-readings // max(1, allocation.cases_per_reader))
    return 1


def too_few_readers(design: StudyDesign, invited: int) -> str:
    """A sentence where fewer readers are invited than are needed; empty where they suffice."""
    needed = readers_needed(design)
    if invited >= needed or design.allocation.scheme == "crossed":
        return ""
    who = said_many("{count} reader is invited", "{count} readers are invited", count=invited)
    if design.allocation.scheme == "split_plot":
        return said(
            "{who} and {needed} groups read different cases; invite at least {needed}.",
            who=who,
            needed=needed,
        )
    return said(
        "{who}, each reading {own} of {all} cases; invite at least {needed}, so that every case is "
        "read by {times}.",
        who=who,
        own=design.allocation.cases_per_reader,
        all=design.case_count,
        needed=needed,
        times=design.allocation.readers_per_case,
    )


def blocks_of(piles: Sequence[Sequence[Item]], groups: int, rng: random.Random) -> dict[Item, int]:
    """A block from 1 to `groups` for every item, each pile and all together even within one.

    Piles are arms and strata; the items of a pile are in a random order.
    """
    names = list(range(1, groups + 1))
    rng.shuffle(names)
    place = 0
    block_of: dict[Item, int] = {}
    for pile in piles:
        for item in pile:
            block_of[item] = names[place % groups]
            place += 1
    return block_of


def block_for_next(readers_in: Mapping[int, int], design: StudyDesign) -> int:
    """The block for the next reader: that of the fewest readers; `readers_in` counts them."""
    names = list(range(1, design.allocation.groups + 1))
    random.Random(f"groups-1:{design.seed}").shuffle(names)
    return min(names, key=lambda name: readers_in.get(name, 0))


def deal_cases(
    cases: Sequence[OrderedCase],
    coverage: Mapping[str, int],
    count: int,
    *,
    seed: int,
    arrival: int,
) -> frozenset[str]:
    """`count` cases for the reader who comes as number `arrival`: the least covered ones first.

    `coverage` is how often a case was or will be read. As long as nobody drops out no case is
    ahead of another by more than one, so the fewest readers suffice. Arms and strata follow one
    endless sequence in which each stands at its even share, so that what one reader gets is spread
    over them and so is what is left for the next; which case of an arm and stratum is taken is
    drawn anew. Same arguments, same cases.
    """
    rng = random.Random(f"quota-1:{seed}:{arrival}")
    piles: dict[Stratum, list[str]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: case.case):
        piles[case.arm, case.stratum].append(case.case)
    sequence = random.Random(f"quota-1:{seed}")
    offset = {key: sequence.random() for key in sorted(piles)}
    chosen: set[str] = set()
    for level in sorted({coverage.get(case.case, 0) for case in cases}):
        open_at: dict[Stratum, list[str]] = {}
        taken: dict[Stratum, int] = {}
        for key, pile in sorted(piles.items()):
            # Read at this level already, by others; what this reader took below is still to come.
            taken[key] = sum(coverage.get(case, 0) > level for case in pile)
            open_at[key] = [
                case for case in pile if coverage.get(case, 0) == level and case not in chosen
            ]
            rng.shuffle(open_at[key])
        while len(chosen) < count and any(open_at.values()):
            key = min(
                (key for key, pile in open_at.items() if pile),
                key=lambda key: (taken[key] + offset[key]) / len(piles[key]),
            )
            chosen.add(open_at[key].pop())
            taken[key] += 1
    return frozenset(chosen)
