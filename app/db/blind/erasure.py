"""Erasing a reader: a tombstone in place of every rating, nothing personal left.

The record stays as it is. It has the seal of every rating, which the tombstone keeps beside it, and
a reader's code; what the seal was made of is gone, random names included, so that nobody can find
the answers by trying.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.append_only import gate_open_to_erase
from app.db.blind.record import NewEvent
from app.db.blind.tables import (
    Answer,
    Event,
    Presentation,
    Rating,
    Reader,
    ReadingSession,
    ShownCase,
)
from app.domain.blinding import link_token, new_submission, opaque_token, token_hash
from app.domain.record import ERASED, tombstones_digest

# What readers said of themselves; their link, label and times are dealt with apart.
PERSONAL: Final = (
    "role",
    "specialty",
    "years_experience",
    "reading_frequency",
    "display",
    "ambient_light",
    "seal_salt",
    "profiled_at",
    "began_at",
    "finished_at",
)


@dataclass(frozen=True)
class Erased:
    """How many ratings became tombstones, and the event that the record gets of it."""

    ratings: int
    event: NewEvent


def erase_reader_rows(session: Session, reader: Reader, *, now: datetime, actor: str) -> Erased:
    """Put tombstones in place of a reader's ratings and remove what is personal.

    The reader must be locked. The event is for the caller to append, last in the transaction.
    """
    ratings = session.scalars(
        select(Rating)
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .where(Presentation.reader_id == reader.id)
        .order_by(Rating.id)
    ).all()
    seals = _seals(session, [rating.id for rating in ratings])
    with gate_open_to_erase(session.connection()):
        session.execute(
            delete(Answer).where(Answer.rating_id.in_([rating.id for rating in ratings]))
        )
        for rating in ratings:
            _bury(rating, seals.get(rating.id, ""), now)
        session.flush()
    _forget_showings(session, reader, now)
    _forget_person(reader, now)
    session.flush()
    kept = [rating.tombstone or "" for rating in ratings]
    detail = {
        "reader": reader.code,
        "ratings": len(ratings),
        "tombstones_sha256": tombstones_digest(kept),
    }
    return Erased(len(ratings), NewEvent(now, actor, ERASED, detail))


def _seals(session: Session, rating_ids: list[int]) -> dict[int, str]:
    """The seal that the record has of each rating."""
    rows: Any = session.execute(
        select(Event.rating_id, Event.detail).where(Event.rating_id.in_(rating_ids))
    )
    return {rating_id: str(detail.get("seal", "")) for rating_id, detail in rows}


def _bury(rating: Rating, seal: str, now: datetime) -> None:
    rating.tombstone = seal
    # Another random name: the seal was made with the old one.
    rating.submission = new_submission(0)
    rating.submitted_at = now
    rating.shown_at = rating.reading_time_ms = rating.hidden_time_ms = None
    rating.reason = rating.viewing = None


def _forget_showings(session: Session, reader: Reader, now: datetime) -> None:
    presentations = session.scalars(
        select(Presentation).where(Presentation.reader_id == reader.id)
    ).all()
    for one in presentations:
        one.token = opaque_token()
        one.first_shown_at = one.shown_at = one.feedback_seen_at = one.exposed_at = None
    session.execute(
        update(ShownCase)
        .where(ShownCase.presentation_id.in_([one.id for one in presentations]))
        .values(exposed_at=None)
    )
    session.execute(
        update(ReadingSession)
        .where(ReadingSession.reader_id == reader.id)
        .values(started_at=now, last_active_at=now, grey_steps=None)
    )


def _forget_person(reader: Reader, now: datetime) -> None:
    for name in PERSONAL:
        setattr(reader, name, None)
    reader.label = ""
    # Of a token that nobody was ever given.
    reader.token_hash = token_hash(link_token())
    reader.revoked_at = reader.revoked_at or now
    reader.erased_at = now
