"""Sets: every combination of arms equally often, and every arm equally often in every slot."""

import random
from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.sets import SetMaker
from app.domain.slots import slots_of


@settings(max_examples=60, deadline=None)
@given(
    arms=st.integers(2, 6),
    pictures=st.integers(2, 6),
    count=st.integers(1, 15),
    seed=st.integers(0, 10**6),
)
def test_every_combination_comes_equally_often(
    arms: int, pictures: int, count: int, seed: int
) -> None:
    pictures = min(arms, pictures)
    keys = [f"M{number}" for number in range(arms)]
    maker = SetMaker(pictures, "between_arms", (), random.Random(seed))
    piles = {"": {key: [(key, number) for number in range(count)] for key in keys}}
    sets = maker.make(piles, dict.fromkeys(keys, count))
    assert len(sets) == arms * count // pictures
    members = [item for one in sets for item in one]
    assert len(set(members)) == len(members)
    assert all(len({arm for arm, _ in one}) == pictures for one in sets)
    met = [maker.met[one] for one in combinations(keys, pictures)]
    assert max(met) - min(met) <= 1


@settings(max_examples=40, deadline=None)
@given(per_arm=st.integers(1, 8), arms=st.integers(2, 5), seed=st.integers(0, 10**6))
def test_one_real_picture_stands_among_different_synthetic_ones(
    per_arm: int, arms: int, seed: int
) -> None:
    keys = [f"M{number}" for number in range(arms)]
    wanted = {"real": per_arm * arms, **dict.fromkeys(keys, per_arm)}
    maker = SetMaker(2, "one_real", {"real"}, random.Random(seed))
    sets = maker.make(
        {"": {key: [(key, n) for n in range(count)] for key, count in wanted.items()}}, wanted
    )
    assert len(sets) == per_arm * arms
    assert all(sum(arm == "real" for arm, _ in one) == 1 for one in sets)
    assert Counter(arm for one in sets for arm, _ in one) == wanted


def test_scarce_values_go_to_the_arm_that_needs_them() -> None:
    """M1 has images at a third of the values only; pairs elsewhere must be made with M0."""
    values = {f"v{number:02d}": {"real": [number], "M0": [number]} for number in range(30)}
    for number in range(10):
        values[f"v{number:02d}"]["M1"] = [number]
    maker = SetMaker(2, "one_real", {"real"}, random.Random(3))
    sets = maker.make(values, {"real": 30, "M0": 20, "M1": 10})
    assert len(sets) == 30
    assert all(len(set(members)) == 1 for members in sets)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), pictures=st.integers(2, 6), seed=st.integers(0, 10**6))
def test_every_arm_stands_equally_often_in_every_slot(
    data: st.DataObject, pictures: int, seed: int
) -> None:
    arms = [f"M{number}" for number in range(pictures + 2)]
    sets = data.draw(
        st.lists(
            st.permutations(arms).map(lambda one: tuple(one[:pictures])), min_size=1, max_size=40
        )
    )
    orders = slots_of(sets, random.Random(seed))
    assert orders == slots_of(sets, random.Random(seed))
    at: Counter[tuple[str, int]] = Counter()
    for members, order in zip(sets, orders, strict=True):
        assert sorted(order) == list(range(pictures))
        at.update((members[member], slot) for slot, member in enumerate(order))
    for arm in arms:
        numbers = [at[arm, slot] for slot in range(pictures)]
        assert max(numbers) - min(numbers) <= 1


def test_slots_can_not_be_predicted() -> None:
    """Over seeds the first picture of the first set is each member about equally often."""
    sets = [("A", "B", "C")] * 6
    first = Counter(slots_of(sets, random.Random(seed))[0][0] for seed in range(600))
    assert all(150 < first[member] < 250 for member in range(3))
    orders = Counter(slots_of(sets, random.Random(seed))[0] for seed in range(600))
    assert len(orders) == 6
