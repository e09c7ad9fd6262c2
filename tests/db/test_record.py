"""Events are chained by their hashes: one chain a study, one for the installation."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.db.blind.record import NewEvent, append_event, append_events, head_of
from app.db.tables import Chain, Event, Reader, Study
from app.domain.record import (
    ANSWERED,
    AUDITED,
    INSTALLATION,
    LAID_OUT,
    RecordedEvent,
    canonical,
    event_hash,
    rating_seal,
)
from app.services.invite_readers import invite_readers
from app.services.rehearse_study import rehearse_study
from tests.studies import NOW, House


def chain_of(house: House, study_id: int | None) -> list[Event]:
    with house.database.reading() as session:
        chain_id = study_id or INSTALLATION
        query = select(Event).where(Event.chain_id == chain_id).order_by(Event.number)
        return list(session.scalars(query))


def recomputed(house: House, study_id: int | None) -> str:
    """The head that the events come to."""
    with house.database.reading() as session:
        head = session.get_one(Chain, study_id or INSTALLATION).origin
    for number, event in enumerate(chain_of(house, study_id), start=1):
        assert (event.number, event.previous) == (number, head)
        plain = RecordedEvent(
            event.number, event.at, event.actor, event.action, event.detail, event.salt
        )
        head = event_hash(head, plain)
        assert event.hash == head
    return head


def test_the_hash_of_an_event_is_this_and_no_other() -> None:
    """Written down, so that another program can check a record."""
    moment = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    event = RecordedEvent(2, moment, "Å", "closed", {"b": [1, None], "a": 0.1}, "00ff")
    text = (
        'ab\n{"action":"closed","actor":"\\u00c5","at":"2026-11-24T09:30:00.000000+00:00",'
        '"detail":{"a":0.1,"b":[1,null]},"number":2,"salt":"00ff"}'
    )
    assert event_hash("ab", event) == hashlib.sha256(text.encode()).hexdigest()


def test_every_study_has_a_chain_and_so_has_the_installation(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    with house.database.reading() as session:
        heads = {None: head_of(session, None), 1: head_of(session, 1)}
    assert [event.action for event in chain_of(house, None)] == ["imported"]
    assert [event.action for event in chain_of(house, 1)] == [
        "created",
        AUDITED,
        "opened",
        LAID_OUT,
        "invited",
        "closed",
    ]
    assert {study: recomputed(house, study) for study in heads} == heads


def test_every_rating_has_its_event_however_it_came(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        made = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test")
    answered = [event for event in chain_of(house, 2) if event.action == ANSWERED]
    assert len(answered) == made.ratings == len({event.rating_id for event in answered})
    assert {event.detail["reader"] for event in answered} == {"S01", "S02"}
    recomputed(house, 2)


def test_those_who_write_at_once_are_put_in_one_line(house: House) -> None:
    house.draft()
    together = threading.Barrier(8)

    def write(number: int) -> None:
        together.wait()
        for turn in range(5):
            with house.database.writing() as session:
                detail = {"turn": turn, "by": number}
                append_event(session, 1, NewEvent(NOW, "test", "tried", detail))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert len(chain_of(house, 1)) == 41
    with house.database.reading() as session:
        assert recomputed(house, 1) == head_of(session, 1)


def test_what_is_rolled_back_leaves_no_event(house: House) -> None:
    house.draft()

    def fail() -> None:
        with house.database.writing() as session:
            append_event(session, 1, NewEvent(NOW, "test", "tried"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [event.action for event in chain_of(house, 1)] == ["created"]
    with house.database.writing() as session:
        before = head_of(session, 1)
        append_events(session, 1, [])
        assert head_of(session, 1) == before


def test_events_that_come_at_once_follow_each_other_and_tell_their_hashes(house: House) -> None:
    house.draft()
    with house.database.writing() as session:
        told = append_events(
            session, 1, [NewEvent(NOW, f"Å{number}", "tried") for number in range(3)]
        )
        session.commit()
    events = chain_of(house, 1)
    assert [event.actor for event in events[1:]] == ["Å0", "Å1", "Å2"]
    assert [one.rows for one in told] == [[(event.hash,)] for event in events[1:]]
    with house.database.reading() as session:
        assert recomputed(house, 1) == head_of(session, 1) == events[-1].hash


def test_an_event_of_what_has_no_chain_is_refused(house: House) -> None:
    house.draft()
    with house.database.writing() as session:
        session.add(Study(slug="bare", title="Bare", design="{}", created_at=NOW))
        session.flush()
        bare = session.scalars(select(Study.id).where(Study.slug == "bare")).one()
    with pytest.raises(IntegrityError), house.database.writing() as session:
        append_event(session, bare, NewEvent(NOW, "test", "tried"))
    assert chain_of(house, bare) == []


def test_the_same_events_give_another_head_each_time(house: House) -> None:
    """What a head stands for can't be tried out: equal events have unequal hashes."""
    for _ in range(2):
        house.draft()
    one, other = (chain_of(house, study)[0] for study in (1, 2))
    assert (one.at, one.actor, one.action) == (other.at, other.actor, other.action)
    assert one.hash != other.hash
    assert one.salt != other.salt


def test_a_detail_is_hashed_as_the_database_gives_it_back(house: House) -> None:
    house.draft()
    odd = {
        "text": "ü\u2028\x7f",
        "nothing": None,
        "many": [1.5, True, {"b": 1}],
        "keys": {10: 1, 9: 2},
    }
    with house.database.writing() as session:
        append_event(session, 1, NewEvent(NOW, "test", "tried", odd))
    kept = odd | {"keys": {"10": 1, "9": 2}}
    assert canonical(chain_of(house, 1)[-1].detail) == canonical(kept)
    recomputed(house, 1)


def test_a_seal_is_another_for_whatever_is_changed() -> None:
    row: dict[str, Any] = {
        "token": "t",
        "submission": "0.s",
        "supersedes": None,
        "answers": {"realism": "4"},
        "reason": None,
        "shown_at": NOW,
        "submitted_at": NOW,
        "reading_time_ms": 900,
        "hidden_time_ms": 0,
        "viewing": None,
    }
    changes: dict[str, Any] = {
        "token": "u",
        "submission": "1.s",
        "supersedes": "0.s",
        "answers": {"realism": "5"},
        "reason": "a slip",
        "shown_at": None,
        "submitted_at": NOW + timedelta(microseconds=1),
        "reading_time_ms": None,
        "hidden_time_ms": 1,
        "viewing": '{"width":1440}',
    }
    seals = {rating_seal(**row | {name: value}) for name, value in changes.items()}
    assert len(seals | {rating_seal(**row)}) == len(changes) + 1


def test_who_is_in_the_record_is_a_code(house: House) -> None:
    """A private label of a reader is nowhere in it."""
    slug = house.draft()
    with house.database.writing() as session:
        invite_readers(session, slug, count=1, labels=["Dr Who"], now=NOW, actor="test")
    assert "Who" not in canonical([event.detail for event in chain_of(house, 1)])
    with house.database.reading() as session:
        assert session.scalars(select(Reader.label)).one() == "Dr Who"
