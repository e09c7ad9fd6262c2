"""Which pictures are shown together: one real among synthetic ones, or each of another arm."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any, TypeVar

from app.domain.design.design import Composition

Item = TypeVar("Item")
# Value that the members of a set share, arm, items of that arm.
Piles = Mapping[str, Mapping[str, Sequence[Item]]]
Arms = tuple[str, ...]

# Choosing greedily now and then ends in an uneven count of company; of some tries one is even.
_TRIES = 20
# Combinations that are weighed one by one; beyond it a random one of those that fit is taken.
_MOST_WEIGHED = 200


@dataclass
class SetMaker:
    """Makes sets of `pictures` items, each of another arm; remembers how often arms met.

    With more arms than pictures every combination of arms comes equally often, within one, where
    the arms have equally many cases, and as evenly as the numbers allow where they have not.
    """

    pictures: int
    composition: Composition
    real_arms: Collection[str]
    rng: random.Random
    met: Counter[Arms] = field(default_factory=Counter)

    def make(self, piles: Piles[Item], wanted: Mapping[str, int]) -> list[tuple[Item, ...]]:
        """Sets whose members share a value, from value to arm to items, `wanted` cases an arm.

        No item comes twice and no arm more often than wanted; what fits into no set is left.
        """
        held = {
            value: {arm: len(items) for arm, items in arms.items()} for value, arms in piles.items()
        }
        plans = [
            _Attempt(self, held, wanted, random.Random(self.rng.random())) for _ in range(_TRIES)
        ]
        best = max(plans, key=lambda plan: (len(plan.sets), -self._unevenness(plan.met, wanted)))
        self.met = best.met
        stacks = {
            value: {arm: list(items) for arm, items in arms.items()}
            for value, arms in piles.items()
        }
        return [tuple(stacks[value][arm].pop() for arm in arms) for value, arms in best.sets]

    def _unevenness(self, met: Counter[Arms], wanted: Mapping[str, int]) -> int:
        arms = sorted(arm for arm, count in wanted.items() if count)
        if comb(len(arms), min(self.pictures, len(arms))) > _MOST_WEIGHED:
            counts = list(met.values())
        else:
            counts = [met[one] for one in combinations(arms, self.pictures) if self._is_legal(one)]
        return max(counts, default=0) - min(counts, default=0)

    def _is_legal(self, arms: Arms) -> bool:
        real = sum(arm in self.real_arms for arm in arms)
        return self.composition == "between_arms" or real == 1


class _Attempt:
    """One way through all values: the arms of each set, always those with most cases to place."""

    def __init__(
        self,
        maker: SetMaker,
        held: Mapping[str, Mapping[str, int]],
        wanted: Mapping[str, int],
        rng: random.Random,
    ) -> None:
        self.sets: list[tuple[str, Arms]] = []
        self.met = maker.met.copy()
        self._maker = maker
        self._rng = rng
        self._quota = dict(wanted)
        # Images of an arm at this value and those to come.
        self._reach = Counter[str]()
        for pile in held.values():
            self._reach.update(pile)
        values = sorted(held)
        rng.shuffle(values)
        for value in values:
            self._sets_at(value, dict(held[value]))

    def _sets_at(self, value: str, pile: dict[str, int]) -> None:
        while (arms := self._choose(pile)) is not None:
            for arm in arms:
                pile[arm] -= 1
                self._quota[arm] -= 1
                self._reach[arm] -= 1
            # Members are named in a fixed order; where they stand is drawn for each reader.
            self.sets.append((value, tuple(sorted(arms))))
            self.met[tuple(sorted(arms))] += 1
        self._reach.subtract(pile)

    def _choose(self, pile: Mapping[str, int]) -> Arms | None:
        fit = [arm for arm in sorted(pile) if pile[arm] and self._quota.get(arm, 0) > 0]
        if self._maker.composition == "between_arms":
            return self._neediest(fit, self._maker.pictures, ())
        real_arms = self._maker.real_arms
        real = self._neediest([arm for arm in fit if arm in real_arms], 1, ())
        if real is None:
            return None
        others = [arm for arm in fit if arm not in real_arms]
        return self._neediest(others, self._maker.pictures - 1, real)

    def _neediest(self, arms: Sequence[str], count: int, chosen: Arms) -> Arms | None:
        """`count` arms to stand beside `chosen`; of equals those that have met least often."""
        if len(arms) < count:
            return None
        ranked = sorted(arms, key=self._need, reverse=True)
        last = self._need(ranked[count - 1])
        sure = [arm for arm in ranked if self._need(arm) > last]
        tied = [arm for arm in ranked if self._need(arm) == last]
        more = count - len(sure)
        if comb(len(tied), more) > _MOST_WEIGHED:
            return (*chosen, *sure, *self._rng.sample(tied, more))
        choices = [(*chosen, *sure, *rest) for rest in combinations(tied, more)]
        self._rng.shuffle(choices)
        return min(choices, key=lambda choice: self.met[tuple(sorted(choice))])

    def _need(self, arm: str) -> Any:
        # First whoever runs out of images at the values to come, then whoever has most cases left.
        return self._quota[arm] / self._reach[arm], self._quota[arm]
