"""Dealing out of piles in turn, so that what is dealt is spread evenly over them."""

import random
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Pile = TypeVar("Pile", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)


def deal(
    piles: Mapping[Pile, Sequence[Item]], count: int, rng: random.Random
) -> list[tuple[Pile, Item]]:
    """Take up to `count` items, one from each pile in turn, the piles in a random order."""
    order = [pile for pile, items in piles.items() if items]
    rng.shuffle(order)
    dealt: list[tuple[Pile, Item]] = []
    for depth in range(max((len(items) for items in piles.values()), default=0)):
        for pile in order:
            if len(dealt) == count:
                return dealt
            if depth < len(piles[pile]):
                dealt.append((pile, piles[pile][depth]))
    return dealt


def spread_over(
    piles: Mapping[Pile, Sequence[Item]], shares: Sequence[int], rng: random.Random
) -> dict[Item, int]:
    """One of `shares` to every item: each share equally often, within one, in all and in a pile.

    Piles are taken one after another and the shares go round through all of them.
    """
    turn = list(shares)
    rng.shuffle(turn)
    place = 0
    given: dict[Item, int] = {}
    for items in piles.values():
        shuffled = list(items)
        rng.shuffle(shuffled)
        for item in shuffled:
            given[item] = turn[place % len(turn)]
            place += 1
    return given
