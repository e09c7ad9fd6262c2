"""The chained record as rows: appended under the lock of its chain's head, never changed."""

import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    Table,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.db.blind.tables import Chain, Event, Rating
from app.db.sha256 import Sha256
from app.db.statements import Statement, Told, later, lock_next
from app.domain.record import (
    INSTALLATION,
    OUTGOING_ACTIONS,
    around_number,
    canonical,
    new_origin,
    new_salt,
)

# Plain tables: an event is written with every rating, and nothing of it is kept in the session.
_CHAINS = typing.cast(Table, Chain.__table__)
_EVENTS = typing.cast(Table, Event.__table__)
_RATINGS = typing.cast(Table, Rating.__table__)
# Nothing of it is needed: what follows in the same message sees the head as it then is.
_LOCK_HEAD = Statement(
    select(_CHAINS.c.id).where(_CHAINS.c.id == bindparam("of_chain")).with_for_update()
)
_RATING_SPOKEN_OF = (
    select(_RATINGS.c.id)
    .where(
        _RATINGS.c.presentation_id == bindparam("of_presentation"),
        _RATINGS.c.submission == bindparam("of_submission"),
    )
    .scalar_subquery()
)
_NUMBER = _CHAINS.c.length + 1
# What only the database knows in time, so that nobody waits for Python under the lock of the chain.
_BY_THE_DATABASE = {
    "number": _NUMBER,
    "rating_id": func.coalesce(bindparam("rating_id", type_=Integer), _RATING_SPOKEN_OF),
    "previous": _CHAINS.c.head,
    "hash": Sha256(
        _CHAINS.c.head
        + bindparam("before_number", type_=String)
        + cast(_NUMBER, String)
        + bindparam("after_number", type_=String)
    ),
}
_EVENT = {
    column.name: _BY_THE_DATABASE.get(column.name, bindparam(column.name, type_=column.type))
    for column in _EVENTS.c
    if column.name != "id"
}
# A chain that isn't there has no head, and an event without one is refused.
_ONE_CHAIN = (
    select(literal(1)).subquery("one").outerjoin(_CHAINS, _CHAINS.c.id == bindparam("of_chain"))
)
_INSERT_EVENT = Statement(
    insert(_EVENTS)
    .inline()
    .from_select(list(_EVENT), select(*_EVENT.values()).select_from(_ONE_CHAIN))
    .returning(_EVENTS.c.hash)
)
_MOVE_HEAD = Statement(
    update(_CHAINS)
    .where(_CHAINS.c.id == bindparam("of_chain"))
    .values(
        length=_NUMBER,
        head=select(_EVENTS.c.hash)
        .where(_EVENTS.c.chain_id == _CHAINS.c.id, _EVENTS.c.number == _NUMBER)
        .scalar_subquery(),
    )
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


def begin_chain(session: Session, study_id: int) -> None:
    """Give a study that has just been made its chain, before anything is recorded of it."""
    origin = new_origin()
    session.execute(
        insert(_CHAINS), [{"id": study_id, "origin": origin, "length": 0, "head": origin}]
    )


def append_event(session: Session, study_id: int | None, event: NewEvent) -> Told:
    """Append one event to a study's chain, or to the installation's; its hash is told."""
    return append_events(session, study_id, [event])[0]


def append_events(
    session: Session, study_id: int | None, events: Sequence[NewEvent]
) -> Sequence[Told]:
    """Append events to one chain, in the transaction of what they record; each tells its hash.

    The head's row is locked from here until the commit, so this comes last in a transaction. The
    order of locks is everywhere: reader, study, the study's chain, the installation's chain. The
    database itself puts an event behind the one before: it is sent with the commit, and nobody
    holds the head while they wait for an answer.
    """
    # What the events speak of is written before the others have to wait.
    session.flush()
    of_chain = {"of_chain": INSTALLATION if study_id is None else study_id}
    lock_next(session, _LOCK_HEAD, of_chain)
    told = []
    for event in events:
        detail, salt = json.loads(canonical(event.detail)), new_salt()
        before, after = around_number(event.at, event.actor, event.action, detail, salt)
        presentation_id, submission = event.rating or (None, None)
        values = {
            **of_chain,
            "chain_id": of_chain["of_chain"],
            "study_id": study_id,
            "at": event.at,
            "actor": event.actor,
            "action": event.action,
            "detail": detail,
            "rating_id": event.rating_id,
            "of_presentation": presentation_id,
            "of_submission": submission,
            "salt": salt,
            "before_number": f"\n{before}",
            "after_number": after,
        }
        told.append(later(session, _INSERT_EVENT, values))
        later(session, _MOVE_HEAD, of_chain)
    return told


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
