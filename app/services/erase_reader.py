"""Erasing a reader who asks for it, at any time in a study's life."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.erasure import erase_reader_rows
from app.db.blind.readers import reader_by_code, reader_by_id
from app.db.blind.record import append_events
from app.db.studies import study_by_slug
from app.db.tables import Reader
from app.domain.errors import NotFound, Refused
from app.domain.said import said


@dataclass(frozen=True)
class ReaderToErase:
    """Whom it would concern; `label` is the investigator's own note."""

    code: str
    label: str
    status: str


def reader_to_erase(session: Session, slug: str, code: str) -> ReaderToErase:
    """The reader, looked up before anything is done. Raises what `erase_reader` raises."""
    reader = _reader(session, slug, code)
    return ReaderToErase(reader.code, reader.label, reader.study.status)


def erase_reader(session: Session, slug: str, code: str, *, now: datetime, actor: str) -> int:
    """Erase a reader's answers, profile, label and link; return how many ratings it were.

    A tombstone with the record's own digest stays of each rating, so the record holds as before.
    Raises NotFound for a code that no person has, Refused for who is erased already.
    """
    reader = _reader(session, slug, code)
    reader_by_id(session, reader.id, lock=True)
    session.refresh(reader)
    _ensure_there(reader)
    study_by_slug(session, slug, lock=True)
    erased = erase_reader_rows(session, reader, now=now, actor=actor)
    append_events(session, reader.study_id, [erased.event])
    return erased.ratings


def _reader(session: Session, slug: str, code: str) -> Reader:
    reader = reader_by_code(session, study_by_slug(session, slug), code)
    if reader is None or reader.kind != "human":
        raise NotFound(
            said("The study {slug} has no reader {code!r} who is a person.", slug=slug, code=code)
        )
    _ensure_there(reader)
    return reader


def _ensure_there(reader: Reader) -> None:
    if reader.erased_at is not None:
        raise Refused(
            said("{code} was erased already; nothing of theirs is left.", code=reader.code)
        )
