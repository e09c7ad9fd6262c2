"""Readers, their sittings and their times as rows, compared with the study's record.

What is older than the events that speak of it is not compared: a reader who came before has a
profile and sittings, and no event of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.blind.readers import stored_profile
from app.db.tables import Reader, Study
from app.db.truth.recorded_readers import StoredSitting, served_ratings, stored_sittings
from app.domain.record import (
    AGREED,
    ANSWERED,
    CORRECTED,
    DISPLAY_CHECKED,
    INVITED,
    PROFILED,
    SITTING_ACTIONS,
    SITTING_BEGUN,
    RecordedEvent,
    check_digest,
    profile_digest,
)


@dataclass(frozen=True)
class RecordedReaders:
    """A study's readers by code, without those who were erased, and its unbroken events."""

    session: Session
    study: Study
    readers: Mapping[str, Reader]
    events: Sequence[RecordedEvent]

    def of(self, *actions: str) -> Iterator[tuple[Reader, RecordedEvent]]:
        """The events that name one of these readers, in their order."""
        for event in self.events:
            code = str(event.detail.get("reader"))
            if event.action in actions and code in self.readers:
                yield self.readers[code], event


def profile_breaks(recorded: RecordedReaders) -> Iterator[str]:
    """Profiles that are not those that were given."""
    given = {reader.code: (reader, event) for reader, event in recorded.of(PROFILED)}
    for code, (reader, event) in given.items():
        if reader.profiled_at is None or reader.seal_salt is None:
            yield f"The profile of {code} is gone; event {event.number} recorded it."
            continue
        now = profile_digest(reader.seal_salt, stored_profile(reader), reader.profiled_at)
        if now != event.detail.get("profile_sha256"):
            yield f"The profile of {code} was changed: it is not the one of event {event.number}."


def time_breaks(recorded: RecordedReaders) -> Iterator[str]:
    """Times of inviting, agreeing and finishing that are not those of their events."""
    for event in recorded.events:
        if event.action == INVITED:
            for code in event.detail.get("readers", ()):
                reader = recorded.readers.get(str(code))
                if reader is not None and reader.invited_at != event.at:
                    yield _other_time(reader, "was invited", reader.invited_at, event)
    for reader, event in recorded.of(AGREED):
        if reader.consented_at not in (None, event.at):
            yield _other_time(reader, "agreed", reader.consented_at, event)
    last = {reader.code: (reader, event) for reader, event in recorded.of(ANSWERED)}
    for reader, event in last.values():
        if reader.finished_at not in (None, event.at) and reader.kind == "human":
            yield _other_time(reader, "finished", reader.finished_at, event)


def sitting_breaks(recorded: RecordedReaders) -> Iterator[str]:
    """Sittings that were added, dropped, moved in time, or given another check of the display."""
    stored = {
        (one.reader, one.number): one
        for one in stored_sittings(recorded.session, recorded.study)
        if one.reader in recorded.readers
    }
    begun: dict[tuple[str, int], RecordedEvent] = {}
    touched: dict[tuple[str, int], RecordedEvent] = {}
    checked: dict[tuple[str, int], RecordedEvent] = {}
    for reader, event in recorded.of(*SITTING_ACTIONS, ANSWERED, CORRECTED):
        if "sitting" not in event.detail:
            continue
        key = (reader.code, int(event.detail["sitting"]))
        touched[key] = event
        if event.action == SITTING_BEGUN:
            begun[key] = event
        elif event.action == DISPLAY_CHECKED:
            checked[key] = event
    for key, event in touched.items():
        yield from _sitting(
            recorded.readers[key[0]], stored.get(key), begun.get(key), event, checked.get(key)
        )
    first = {code: min(number for one, number in begun if one == code) for code, _ in begun}
    for code, number in stored:
        if number > first.get(code, number) and (code, number) not in begun:
            yield f"The sitting {number} of {code} is not in the record."


def _sitting(
    reader: Reader,
    stored: StoredSitting | None,
    begun: RecordedEvent | None,
    touched: RecordedEvent,
    checked: RecordedEvent | None,
) -> Iterator[str]:
    where = f"sitting {touched.detail['sitting']} of {reader.code}"
    if stored is None:
        yield f"The {where}, event {touched.number}, is gone."
        return
    if begun is not None and stored.started_at != begun.at:
        yield (
            f"The {where} says that it began at {stored.started_at}, but by event {begun.number} "
            f"it was at {begun.at}."
        )
    if stored.last_active_at != touched.at:
        yield (
            f"The {where} says that it was last active at {stored.last_active_at}, but by event "
            f"{touched.number} it was at {touched.at}."
        )
    if checked is not None:
        now = check_digest(reader.seal_salt or "", stored.grey_steps)
        if now != checked.detail.get("checks_sha256"):
            yield (
                f"The check of the display in {where} was changed: it is not the one of event "
                f"{checked.number}."
            )
    elif begun is not None and stored.grey_steps is not None:
        yield f"The {where} has a check of the display that the record doesn't know."


def served_breaks(recorded: RecordedReaders) -> Iterator[str]:
    """Times of serving that were changed, and ratings that moved to another sitting."""
    said = {
        str(event.detail["rating"]): event
        for _, event in recorded.of(ANSWERED, CORRECTED)
        if "served" in event.detail
    }
    for one in served_ratings(recorded.session, recorded.study):
        event = said.get(one.name)
        if event is None:
            continue
        if one.served != event.detail["served"]:
            yield (
                f"When the case of rating {one.name} of {one.reader} was served or its picture "
                f"sent was changed since event {event.number}."
            )
        if one.sitting != event.detail["sitting"]:
            yield (
                f"The rating {one.name} of {one.reader} is in sitting {one.sitting}, but by event "
                f"{event.number} it is of sitting {event.detail['sitting']}."
            )


def _other_time(reader: Reader, what: str, stored: object, event: RecordedEvent) -> str:
    return (
        f"{reader.code} {what} at {stored} by the study, but by event {event.number} it was at "
        f"{event.at}."
    )
