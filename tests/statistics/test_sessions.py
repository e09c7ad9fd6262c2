"""Sittings, their lengths, and the days between phases."""

from datetime import UTC, datetime, timedelta

from app.statistics.conduct.sessions import Reading, sittings

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def reading(
    reader: str, phase: int, session: int, case: str, minutes: float, *, replicate: int = 0
) -> Reading:
    """One reading that takes a minute, begun so long after the start."""
    shown = START + timedelta(minutes=minutes)
    return Reading(reader, phase, session, case, replicate, shown, shown + timedelta(minutes=1))


DAY = 1440.0
STUDY = [
    reading("R1", 1, 1, "a", 0),
    reading("R1", 1, 1, "b", 4),
    reading("R1", 1, 2, "c", 600),
    reading("R1", 1, 2, "a", DAY, replicate=1),
    reading("R2", 1, 1, "a", 0),
    reading("R1", 2, 3, "a", DAY * 15),
    reading("R2", 2, 2, "a", DAY * 3),
]


def test_sittings_are_counted_and_measured_by_phase() -> None:
    first, second = sittings(STUDY, {1: 0, 2: 7}).phases
    assert (first.readers, second.readers) == (2, 2)
    assert (first.sittings.least, first.sittings.median, first.sittings.most) == (1, 1.5, 2)
    assert first.minutes.least == 1.0
    assert first.minutes.median == 5.0
    assert first.readings.most == 2
    assert first.washout_days.median is None
    assert first.too_early == ()


def test_the_washout_goes_from_the_last_answer_to_the_next_phases_first_picture() -> None:
    second = sittings(STUDY, {1: 0, 2: 7}).phases[1]
    minute = 1 / DAY
    assert abs((second.washout_days.least or 0) - (3 - minute)) < 1e-9
    assert abs((second.washout_days.most or 0) - (14 - minute)) < 1e-9
    assert second.planned_washout_days == 7
    assert second.too_early == ("R2",)


def test_a_repeated_case_comes_so_many_days_later() -> None:
    assert sittings(STUDY, {}).days_to_repeat.median == 1.0


def test_without_a_time_shown_a_reading_begins_when_it_was_sent() -> None:
    one = Reading("R1", 1, 1, "a", 0, None, START)
    [phase] = sittings([one], {}).phases
    assert phase.minutes.most == 0.0


def test_nothing_read_is_nothing_said() -> None:
    none = sittings([], {})
    assert none.phases == ()
    assert none.to_json()["days_to_repeat"] == {"least": None, "median": None, "most": None}
