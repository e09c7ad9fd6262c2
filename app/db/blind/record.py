"""The chained record as rows: appended under the lock of its chain's head, never changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.db.blind.tables import Chain, Event, Rating
from app.db.statements import Statement, ask_one, later
from app.domain.record import (
    INSTALLATION,
    OUTGOING_ACTIONS,
    RecordedEvent,
    canonical,
    event_hash,
    new_origin,
    new_salt,
)

# Plain tables: an event is written with every rating, and nothing of it is kept in the session.
_CHAINS = cast(Table, Chain.__table__)
_EVENTS = cast(Table, Event.__table__)
_RATINGS = cast(Table, Rating.__table__)
_LOCKED_HEAD = Statement(
    select(_CHAINS.c.length, _CHAINS.c.head)
    .where(_CHAINS.c.id == bindparam("chain_id"))
    .with_for_update()
)
_RATING_SPOKEN_OF = (
    select(_RATINGS.c.id)
    .where(
        _RATINGS.c.presentation_id == bindparam("of_presentation"),
        _RATINGS.c.submission == bindparam("of_submission"),
    )
    .scalar_subquery()
)
_INSERT_EVENT = Statement(
    insert(_EVENTS)
    .inline()
    .values(
        {
            column.name: bindparam(column.name, type_=column.type)
            for column in _EVENTS.c
            if column.name not in ("id", "rating_id")
        }
        | {"rating_id": func.coalesce(bindparam("rating_id", type_=Integer), _RATING_SPOKEN_OF)}
    )
)
_MOVE_HEAD = Statement(
    update(_CHAINS)
    .where(_CHAINS.c.id == bindparam("chain_id"))
    .values(length=bindparam("new_length"), head=bindparam("new_head"))
)


@dataclass(frozen=True)
class NewEvent:
    """What is to be recorded.

    `rating_id` is the row that an answer's event speaks of; or `rating` names it by presentation
    and submission, before anybody has asked for its number.
    """

    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    rating_id: int | None = None
    rating: tuple[int, str] | None = None


def append_event(session: Session, study_id: int | None, event: NewEvent) -> str:
    """Append one event to a study's chain, or to the installation's; return the new head."""
    return append_events(session, study_id, [event])


def append_events(session: Session, study_id: int | None, events: Sequence[NewEvent]) -> str:
    """Append events to one chain, in the transaction of what they record; return the new head.

    The head's row is locked from here until the commit, so this comes last in a transaction. The
    order of locks is everywhere: reader, study, the study's chain, the installation's chain.
    """
    # What the events speak of is written before the others have to wait.
    session.flush()
    chain_id = INSTALLATION if study_id is None else study_id
    length, head = _locked(session, chain_id)
    for number, event in enumerate(events, start=length + 1):
        detail = json.loads(canonical(event.detail))
        recorded = RecordedEvent(number, event.at, event.actor, event.action, detail, new_salt())
        presentation_id, submission = event.rating or (None, None)
        values = {
            "chain_id": chain_id,
            "study_id": study_id,
            "number": number,
            "at": event.at,
            "actor": event.actor,
            "action": event.action,
            "detail": detail,
            "rating_id": event.rating_id,
            "of_presentation": presentation_id,
            "of_submission": submission,
            "salt": recorded.salt,
            "previous": head,
            "hash": (head := event_hash(head, recorded)),
        }
        later(session, _INSERT_EVENT, values)
    if events:
        new = {"chain_id": chain_id, "new_length": length + len(events), "new_head": head}
        later(session, _MOVE_HEAD, new)
    return head


def head_of(session: Session, study_id: int | None) -> str:
    """The hash of a chain's last event; empty for a study without a record."""
    chain_id = INSTALLATION if study_id is None else study_id
    head = session.execute(select(_CHAINS.c.head).where(_CHAINS.c.id == chain_id)).scalar()
    return str(head or "")


def head_of_contents(session: Session, study_id: int) -> str:
    """The head as it was when the study's contents last changed; empty without a record.

    Looks, exports and moves to another machine come after it, so that a moved study still exports
    the same bytes.
    """
    query = (
        select(_EVENTS.c.hash)
        .where(_EVENTS.c.chain_id == study_id, _EVENTS.c.action.not_in(OUTGOING_ACTIONS))
        .order_by(_EVENTS.c.number.desc())
        .limit(1)
    )
    return str(session.execute(query).scalar() or "")


def head_with(session: Session, rating_id: int) -> str:
    """The head as it was with the event of this rating; empty where there is none."""
    query = select(_EVENTS.c.hash).where(_EVENTS.c.rating_id == rating_id)
    return str(session.execute(query).scalar() or "")


def _locked(session: Session, chain_id: int) -> tuple[int, str]:
    """Length and head of a chain, nobody else's until the commit."""
    row = ask_one(session, _LOCKED_HEAD, {"chain_id": chain_id})
    if row is not None:
        return int(row[0]), str(row[1])
    # A study that this very transaction has made.
    origin = new_origin()
    session.execute(
        insert(_CHAINS), [{"id": chain_id, "origin": origin, "length": 0, "head": origin}]
    )
    return 0, origin
