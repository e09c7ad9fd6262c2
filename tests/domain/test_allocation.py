"""Allocation: who reads what, evenly, whoever comes and whoever stays away."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.allocation import block_for_next, deal_cases, readers_needed, too_few_readers
from app.domain.order import OrderedCase
from tests.domain.banks import design


def quota(each: int, times: int) -> dict[str, object]:
    return {"scheme": "quota", "cases_per_reader": each, "readers_per_case": times}


@settings(max_examples=80, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=8),
    share=st.floats(0.05, 1.0),
    times=st.integers(1, 5),
    seed=st.integers(0, 10**6),
)
def test_the_fewest_readers_suffice_and_each_gets_an_even_share(
    sizes: list[int], share: float, times: int, seed: int
) -> None:
    cases = [
        OrderedCase(f"{pile}-{number}", f"arm{pile % 4}", f"stratum{pile // 4}")
        for pile, size in enumerate(sizes)
        for number in range(size)
    ]
    each = max(1, round(share * len(cases)))
    pile_of = {case.case: (case.arm, case.stratum) for case in cases}
    held = Counter(pile_of.values())
    covered: Counter[str] = Counter()
    for arrival in range(-(-len(cases) * times // each)):
        dealt = deal_cases(cases, covered, each, seed=seed, arrival=arrival)
        assert dealt == deal_cases(cases[::-1], covered, each, seed=seed, arrival=arrival)
        assert len(dealt) == each
        covered.update(dealt)
        counts = [covered[case.case] for case in cases]
        assert max(counts) - min(counts) <= 1
        got = Counter(pile_of[case] for case in dealt)
        assert all(abs(got[pile] - each * held[pile] / len(cases)) <= 2 for pile in held)
    assert min(covered[case.case] for case in cases) >= times


def test_cases_of_somebody_who_dropped_out_come_first() -> None:
    cases = [OrderedCase(f"c{number}", "M0", "normal") for number in range(10)]
    covered = {f"c{number}": 1 for number in range(7)}
    assert deal_cases(cases, covered, 3, seed=1, arrival=5) == {"c7", "c8", "c9"}


def test_readers_do_not_all_get_the_same() -> None:
    cases = [OrderedCase(f"c{number}", "M0", "normal") for number in range(10)]
    assert len({deal_cases(cases, {}, 3, seed=1, arrival=arrival) for arrival in range(30)}) > 20


def test_readers_join_the_smallest_group() -> None:
    study = design(allocation={"scheme": "split_plot", "groups": 3})
    joined: Counter[int] = Counter()
    for _ in range(7):
        joined[block_for_next(joined, study)] += 1
    assert sorted(joined.values()) == [2, 2, 3]
    assert block_for_next({1: 4, 2: 1, 3: 4}, study) == 2


@pytest.mark.parametrize(
    ("allocation", "needed"),
    [
        ({"scheme": "crossed"}, 1),
        ({"scheme": "split_plot", "groups": 3}, 3),
        (quota(4, 3), 9),
        (quota(5, 3), 8),
        (quota(12, 3), 3),
    ],
)
def test_how_many_readers_are_needed(allocation: dict[str, object], needed: int) -> None:
    study = design(allocation=allocation)
    assert readers_needed(study) == needed
    assert too_few_readers(study, needed) == ""
    if allocation["scheme"] != "crossed":
        assert f"at least {needed}" in too_few_readers(study, needed - 1)
