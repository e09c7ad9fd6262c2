"""What one reader is shown: phases one after the other, sets, times, ends, all even and told."""

from collections import Counter
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.design.design import StudyDesign
from app.domain.sampling import draw_study
from app.domain.showings import Showing, showings_of
from tests.domain.banks import REAL, arm, bank, design, of_sets


def shown(
    study: StudyDesign, seed: str = "spread-1:7:R01", keys: tuple[str, ...] = ("real", "M0", "M1")
) -> tuple[tuple[Showing, ...], dict[str, str]]:
    """A reader's showings and the arm of every case."""
    drawn = draw_study(study, bank(keys, report="r{n}"), real_arms=REAL)
    cases = [one.case for one in drawn.cases]
    return showings_of(study, cases, drawn.sets, seed=seed), {c.code: c.arm for c in cases}


def test_positions_count_from_one_in_each_phase_and_practice() -> None:
    study = design(
        practice={"count": 3},
        phases=[
            {"key": "a", "end_questions": ["comment"], "questions": ["realism"]},
            {"key": "b", "questions": ["realism"]},
        ],
        questions=[{"measure": "realism"}, {"measure": "comment"}],
    )
    showings, _ = shown(study)
    parts = [
        (phase, practice, [one.position for one in group])
        for (phase, practice), group in groupby(
            showings, key=lambda one: (one.phase, one.is_practice)
        )
    ]
    assert parts == [
        (1, True, [1, 2, 3]),
        (1, False, list(range(1, 14))),
        (2, False, list(range(1, 13))),
    ]
    ends = [one for one in showings if one.is_phase_end]
    assert [(one.phase, one.position, one.cases) for one in ends] == [(1, 13, ())]


def test_cases_that_return_come_in_another_order() -> None:
    study = design(phases=[{"key": "a"}, {"key": "b", "cases": "same", "of": "a"}])
    showings, _ = shown(study)
    first, second = ([one.cases for one in showings if one.phase == n] for n in (1, 2))
    assert sorted(first) == sorted(second)
    assert first != second


def test_sets_return_as_they_were_in_other_slots() -> None:
    changes = of_sets(3)
    study = design(
        **changes,
        phases=[{"key": "a"}, {"key": "b", "cases": "part", "of": "a", "part_count": 2}],
    )
    showings, _ = shown(study)
    sets = {one.set_code: set(one.cases) for one in showings if one.phase == 1}
    again = [one for one in showings if one.phase == 2]
    assert len(again) == 2
    assert all(sets[one.set_code] == set(one.cases) for one in again)


@settings(max_examples=40, deadline=None)
@given(
    reader=st.integers(1, 999),
    times=st.lists(st.integers(30, 5000), min_size=1, max_size=4, unique=True),
    pictures=st.integers(1, 3),
)
def test_times_and_slots_are_dealt_evenly(reader: int, times: list[int], pictures: int) -> None:
    changes: dict[str, Any] = of_sets(pictures) if pictures > 1 else {}
    presentation = changes.pop("presentation", {}) | {"exposures_ms": times}
    study = design(
        **changes,
        presentation=presentation,
        arms=[arm(key, normal=5, abnormal=6) for key in ("real", "M0", "M1")],
    )
    showings, arm_of = shown(study, f"spread-1:7:R{reader}")
    piles: dict[Any, Counter[int | None]] = {}
    slots: Counter[tuple[str, int]] = Counter()
    for one in showings:
        arms = tuple(sorted(arm_of[code] for code in one.cases))
        for pile in ("all", arms):
            piles.setdefault(pile, Counter())[one.exposure_ms] += 1
        slots.update((arm_of[code], slot) for slot, code in enumerate(one.cases))
    for counts in piles.values():
        numbers = [counts[time] for time in times]
        # An arm's two strata are each even within one.
        assert max(numbers) - min(numbers) <= 2
    numbers = [piles["all"][time] for time in times]
    assert max(numbers) - min(numbers) <= 1
    for key in arm_of.values():
        at = [slots[key, slot] for slot in range(pictures)]
        assert max(at) - min(at) <= 1


def test_a_repeated_case_is_seen_as_long_again() -> None:
    study = design(
        presentation={"exposures_ms": [100, 500, 2000]},
        replicates={"count": 4, "minimum_lag": 2},
    )
    showings, _ = shown(study)
    times: dict[tuple[str, ...], set[int | None]] = {}
    for one in showings:
        times.setdefault(one.cases, set()).add(one.exposure_ms)
    assert len(showings) == 16
    assert all(len(one) == 1 for one in times.values())


def test_readers_see_the_same_film_for_different_times() -> None:
    study = design(presentation={"exposures_ms": [100, 500, 2000]})
    seen = {
        one.exposure_ms
        for number in range(20)
        for one in shown(study, f"spread-1:7:R{number}")[0]
        if one.cases == ("C0001",)
    }
    assert seen == {100, 500, 2000}


@pytest.mark.parametrize("pictures", [1, 2])
def test_it_is_the_same_for_the_same_seed(pictures: int) -> None:
    study = design(**(of_sets(2, "between_arms") if pictures == 2 else {}))
    assert shown(study) == shown(study)
    assert shown(study)[0] != shown(study, "spread-1:7:R02")[0]
