"""The presentation order of one reader: spread, limited in runs, replicates far apart."""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.domain.errors import BadDesign
from app.domain.said import said

ALGORITHM = "spread-1"


@dataclass(frozen=True)
class OrderedCase:
    """A case as the order sees it: `arm` and `stratum` only to be spread evenly."""

    case: str
    arm: str
    stratum: str


@dataclass(frozen=True)
class Slot:
    """One place of an order: a case, shown for the first time (0) or again (1)."""

    case: str
    replicate: int


def reader_seed(study_seed: int, reader_code: str) -> str:
    """The seed of one reader's order, kept beside the stored order so that it can be redone."""
    return f"{ALGORITHM}:{study_seed}:{reader_code}"


def presentation_order(
    cases: Sequence[OrderedCase],
    *,
    seed: str,
    replicated: Collection[str] = (),
    minimum_lag: int = 1,
    longest_run: int = 3,
) -> tuple[Slot, ...]:
    """The order in which one reader sees `cases`, the replicated ones twice.

    Each arm x stratum stratum of n cases is shuffled and its i-th case placed at a uniformly
    drawn point of the i-th n-th of the session, so every stretch of the session holds nearly its
    share of every stratum, and no place is predictable. Replicates are then inserted at a drawn
    position at least `minimum_lag` after the first showing, and runs of one arm longer than
    `longest_run` are broken by swaps with the nearest case that fits; where one arm outnumbers
    the others they get as short as such swaps can make them. Same arguments, same order.

    Raises BadDesign where the replicates can't be kept that far apart.
    """
    rng = random.Random(seed)
    arm_of = {item.case: item.arm for item in cases}
    slots = [Slot(item.case, 0) for item in _spread(cases, rng)]
    if replicated:
        _bring_forward(slots, replicated, minimum_lag)
        again = [slot.case for slot in slots if slot.case in replicated]
        rng.shuffle(again)
        for case in again:
            earliest = slots.index(Slot(case, 0)) + minimum_lag
            slots.insert(rng.randint(earliest, len(slots)), Slot(case, 1))
    _break_runs(slots, arm_of, longest_run, minimum_lag)
    return tuple(slots)


def _spread(cases: Sequence[OrderedCase], rng: random.Random) -> list[OrderedCase]:
    strata: dict[tuple[str, str], list[OrderedCase]] = defaultdict(list)
    for item in sorted(cases, key=lambda item: item.case):
        strata[item.arm, item.stratum].append(item)
    placed: list[tuple[float, OrderedCase]] = []
    for _, members in sorted(strata.items()):
        rng.shuffle(members)
        placed += [
            ((rank + rng.random()) / len(members), item) for rank, item in enumerate(members)
        ]
    return [item for _, item in sorted(placed, key=lambda pair: pair[0])]


def _bring_forward(slots: list[Slot], replicated: Collection[str], minimum_lag: int) -> None:
    """Swap replicated cases that stand too late with earlier ones that are shown only once."""
    last = len(slots) - minimum_lag
    early_once = [i for i, slot in enumerate(slots) if i <= last and slot.case not in replicated]
    for place in range(max(last + 1, 0), len(slots)):
        if slots[place].case in replicated:
            if not early_once:
                raise BadDesign(
                    "replicates",
                    said(
                        "{n_replicated} replicates can't be kept {minimum_lag} positions apart in "
                        "{n_slots} cases; lower the count or the lag",
                        n_replicated=len(replicated),
                        minimum_lag=minimum_lag,
                        n_slots=len(slots),
                    ),
                )
            other = early_once.pop()
            slots[place], slots[other] = slots[other], slots[place]


def _break_runs(
    slots: list[Slot], arm_of: dict[str, str], longest_run: int, minimum_lag: int
) -> None:
    arms = [arm_of[slot.case] for slot in slots]
    most = max(arms.count(arm) for arm in set(arms)) if arms else 0
    others = len(arms) - most
    # With `most` of one arm and `others` between them no run can be shorter than this.
    limit = max(longest_run, -(-most // (others + 1)))
    for _ in range(4 * len(slots)):
        run = _long_run(arms, limit)
        if run is None:
            return
        first, length = run
        # Strictly where that is possible, else halve the run: swaps can then go on.
        if not _break_at(slots, arms, first + limit, limit, minimum_lag) and not _break_at(
            slots, arms, first + length // 2, length - 1, minimum_lag
        ):
            return


def _break_at(slots: list[Slot], arms: list[str], place: int, limit: int, minimum_lag: int) -> bool:
    """Swap `place` with the nearest case of another arm that leaves no run above `limit`."""
    for other in sorted(range(len(slots)), key=lambda i: abs(i - place)):
        if arms[other] == arms[place]:
            continue
        _swap(slots, arms, place, other)
        if (
            _fits(arms, place, limit)
            and _fits(arms, other, limit)
            and _lags_kept(slots, minimum_lag)
        ):
            return True
        _swap(slots, arms, place, other)
    return False


def _swap(slots: list[Slot], arms: list[str], one: int, other: int) -> None:
    slots[one], slots[other] = slots[other], slots[one]
    arms[one], arms[other] = arms[other], arms[one]


def _long_run(arms: Sequence[str], limit: int) -> tuple[int, int] | None:
    """First place and length of the first run that is longer than `limit`."""
    place = 0
    for _, members in groupby(arms):
        length = len(list(members))
        if length > limit:
            return place, length
        place += length
    return None


def _fits(arms: Sequence[str], place: int, limit: int) -> bool:
    first = last = place
    while first > 0 and arms[first - 1] == arms[place]:
        first -= 1
    while last + 1 < len(arms) and arms[last + 1] == arms[place]:
        last += 1
    return last - first + 1 <= limit


def _lags_kept(slots: Sequence[Slot], minimum_lag: int) -> bool:
    first = {slot.case: place for place, slot in enumerate(slots) if slot.replicate == 0}
    return all(
        place - first[slot.case] >= minimum_lag
        for place, slot in enumerate(slots)
        if slot.replicate == 1
    )
