"""The next step follows from the stored facts alone; phases lead one way."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.journey import Place, Progress, Step

NOW = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)


def case(position: int, phase: int = 1) -> Place:
    return Place(phase, is_practice=False, is_phase_end=False, position=position)


def practice(position: int) -> Place:
    return Place(1, is_practice=True, is_phase_end=False, position=position)


def end(position: int, phase: int = 1) -> Place:
    return Place(phase, is_practice=False, is_phase_end=True, position=position)


READING = Progress(
    has_consented=True,
    has_profile=True,
    has_begun=True,
    due=case(1),
    last=None,
    last_rated_at=None,
    phase_begun=1,
    tells_truth=False,
    feedback_is_due=False,
    washout_days=0,
    break_every=10,
    break_taken_after=0,
)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"has_consented": False, "has_profile": False, "has_begun": False}, Step.CONSENT),
        ({"has_profile": False, "has_begun": False}, Step.PROFILE),
        ({"has_begun": False, "due": None}, Step.INSTRUCTIONS),
        ({"feedback_is_due": True, "due": case(11)}, Step.FEEDBACK),
        ({}, Step.CASE),
        ({"due": practice(1), "phase_begun": 0}, Step.CASE),
        ({"due": case(1), "phase_begun": 0}, Step.PHASE),
        ({"due": case(10)}, Step.CASE),
        ({"due": case(11)}, Step.BREAK),
        ({"due": case(11), "break_taken_after": 10}, Step.CASE),
        ({"due": case(21), "break_taken_after": 10}, Step.BREAK),
        ({"due": case(11), "break_every": 0}, Step.CASE),
        ({"due": practice(11)}, Step.CASE),
        ({"due": end(11)}, Step.CASE),
        ({"due": case(1, phase=2)}, Step.PHASE),
        ({"due": case(1, phase=2), "phase_begun": 2}, Step.CASE),
        ({"due": case(11, phase=2), "phase_begun": 2}, Step.BREAK),
        ({"due": None}, Step.THANKS),
    ],
)
def test_the_next_step(changes: dict[str, Any], step: Step) -> None:
    assert replace(READING, **changes).step(NOW) is step


@pytest.mark.parametrize(
    ("last_rated_at", "days", "ready_on"),
    [
        # Never less than the days asked for, and the day named holds for all of it.
        (datetime(2026, 12, 1, 9, 30, tzinfo=UTC), 7, date(2026, 12, 9)),
        (datetime(2026, 12, 1, 0, 0, tzinfo=UTC), 7, date(2026, 12, 8)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 1, date(2027, 1, 2)),
    ],
)
def test_a_washout_names_the_first_day_on_which_the_next_phase_may_begin(
    last_rated_at: datetime, days: int, ready_on: date
) -> None:
    waiting = replace(READING, due=case(1, phase=2), last_rated_at=last_rated_at, washout_days=days)
    assert waiting.ready_on == ready_on
    midnight = datetime(ready_on.year, ready_on.month, ready_on.day, tzinfo=UTC)
    assert waiting.step(midnight) is Step.PHASE
    assert waiting.step(midnight - timedelta(seconds=1)) is Step.WAIT


def test_a_phase_that_was_begun_waits_no_more() -> None:
    begun = replace(
        READING, due=case(2, phase=2), phase_begun=2, last_rated_at=NOW, washout_days=30
    )
    assert begun.ready_on is None
    assert begun.step(NOW) is Step.CASE


@pytest.mark.parametrize(
    ("changes", "can_go_back"),
    [
        ({}, False),
        ({"due": case(2), "last": case(1)}, True),
        ({"due": end(13), "last": case(12)}, True),
        # Once the questions at the end are answered.
        ({"due": None, "last": end(13)}, False),
        ({"due": None, "last": case(12)}, True),
        # The introduction of the next phase may tell what this one kept back.
        ({"due": case(1, phase=2), "last": case(12)}, False),
        ({"due": case(1, phase=2), "last": end(13)}, False),
        ({"due": case(1), "last": practice(2)}, True),
        ({"due": case(1), "last": practice(2), "tells_truth": True}, False),
    ],
)
def test_going_back_stays_within_a_phase(changes: dict[str, Any], can_go_back: bool) -> None:
    assert replace(READING, **changes).can_go_back is can_go_back


def test_the_display_is_checked_before_a_film_and_not_before_questions() -> None:
    waiting = replace(READING, due=case(3), needs_check=True)
    assert waiting.step(NOW) is Step.DISPLAY
    assert replace(waiting, check_holds=NOW).step(NOW) is Step.CASE
    later = NOW + timedelta(seconds=1)
    assert replace(waiting, check_holds=NOW).step(later) is Step.DISPLAY
    assert replace(waiting, due=practice(1)).step(NOW) is Step.DISPLAY
    assert replace(waiting, due=end(3)).step(NOW) is Step.CASE
    assert replace(waiting, needs_check=False).step(NOW) is Step.CASE
