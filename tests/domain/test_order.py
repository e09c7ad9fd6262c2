"""The presentation order: spread, limited in runs, replicates far apart, the same every time."""

from collections import Counter
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import BadDesign
from app.domain.order import OrderedCase, Slot, presentation_order, reader_seed


def cases(**counts: int) -> list[OrderedCase]:
    """`counts` cases of each condition of each arm."""
    return [
        OrderedCase(f"{arm}-{condition}-{number}", arm, condition)
        for arm, count in counts.items()
        for condition in ("normal", "abnormal")
        for number in range(count)
    ]


def arms_of(order: tuple[Slot, ...]) -> list[str]:
    return [slot.case.split("-")[0] for slot in order]


def test_it_is_the_same_for_the_same_seed_whatever_the_order_of_the_cases() -> None:
    many = cases(real=10, M0=10, M1=10)
    replicated = {many[3].case, many[20].case}
    order = presentation_order(many, seed="s", replicated=replicated, minimum_lag=15)
    again = presentation_order(
        list(reversed(many)), seed="s", replicated=replicated, minimum_lag=15
    )
    assert order == again


def test_readers_get_different_orders() -> None:
    many = cases(real=10, M1=10)
    orders = {
        presentation_order(many, seed=reader_seed(7, f"R{number:02d}")) for number in range(20)
    }
    assert len(orders) == 20


def test_it_keeps_its_promise_to_published_orders() -> None:
    """A stored order names its algorithm; this one must never be changed under that name."""
    order = presentation_order(cases(real=2, M1=2), seed="spread-1:7:R01")
    assert [slot.case for slot in order] == PUBLISHED


PUBLISHED = [
    "real-abnormal-1",
    "M1-normal-1",
    "M1-abnormal-0",
    "real-normal-0",
    "M1-abnormal-1",
    "real-normal-1",
    "M1-normal-0",
    "real-abnormal-0",
]


@settings(max_examples=150, deadline=None)
@given(
    counts=st.lists(st.integers(1, 12), min_size=2, max_size=6),
    seed=st.text(min_size=1, max_size=8),
    share=st.floats(0, 0.4),
    lag=st.integers(1, 30),
)
def test_it_shows_every_case_once_and_replicates_late_enough(
    counts: list[int], seed: str, share: float, lag: int
) -> None:
    many = cases(**{f"A{number}": count for number, count in enumerate(counts)})
    replicated = {item.case for item in many[: int(share * len(many))]}
    lag = max(1, min(lag, len(many) - len(replicated)))
    order = presentation_order(many, seed=seed, replicated=replicated, minimum_lag=lag)
    shown = Counter(slot.case for slot in order if slot.replicate == 0)
    assert shown == Counter(item.case for item in many)
    place = {slot: number for number, slot in enumerate(order)}
    again = [slot for slot in order if slot.replicate == 1]
    assert {slot.case for slot in again} == replicated
    assert len(again) == len(replicated)
    for slot in again:
        assert place[slot] - place[Slot(slot.case, 0)] >= lag


@pytest.mark.parametrize("seed", range(60))
def test_it_limits_runs_of_one_arm(seed: int) -> None:
    order = presentation_order(cases(real=15, M0=15), seed=str(seed), longest_run=3)
    runs = [len(list(run)) for _, run in groupby(arms_of(order))]
    assert max(runs) <= 3


def test_runs_of_an_arm_that_outnumbers_the_others_are_shortened() -> None:
    order = presentation_order(cases(real=20, M0=2), seed="x", longest_run=2)
    runs = [len(list(run)) for arm, run in groupby(arms_of(order)) if arm == "real"]
    assert max(runs) <= 12


@pytest.mark.parametrize("seed", range(20))
def test_every_stretch_holds_its_share_of_every_stratum(seed: int) -> None:
    order = presentation_order(cases(real=10, M0=10, M1=10), seed=str(seed))
    half = order[: len(order) // 2]
    strata = Counter(slot.case.rsplit("-", 1)[0] for slot in half)
    assert all(3 <= strata[stratum] <= 7 for stratum in strata)
    assert len(strata) == 6


def test_no_place_can_be_predicted() -> None:
    """The next arm is not told by the last one: no alternation, no fixed block."""
    followers: Counter[tuple[str, str]] = Counter()
    first: Counter[str] = Counter()
    for seed in range(300):
        arms = arms_of(presentation_order(cases(real=10, M0=10), seed=str(seed)))
        first[arms[0]] += 1
        followers.update(pairwise(arms))
    same = followers["real", "real"] + followers["M0", "M0"]
    assert 0.25 < same / followers.total() < 0.6
    assert 100 < first["real"] < 200


def test_it_refuses_replicates_that_can_not_be_kept_apart() -> None:
    many = cases(real=3)
    with pytest.raises(BadDesign, match="replicates"):
        presentation_order(many, seed="x", replicated={item.case for item in many}, minimum_lag=4)
