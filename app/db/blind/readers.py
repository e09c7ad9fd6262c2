"""Rows of readers, their links and their sittings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.db.blind.reader_row import ReaderKey
from app.db.blind.tables import Presentation, Rating, Reader, ReadingSession, Study
from app.db.statements import Asked, Row, Statement, ask, later
from app.domain.grey_steps import GreySteps, with_check
from app.domain.sittings import LONGEST_PAUSE

_SITTINGS = cast(Table, ReadingSession.__table__)
# Made once, since they are asked with every page. The design is long and mostly known already.
_READER = (
    select(Reader)
    .where(Reader.id == bindparam("reader_id"))
    .options(joinedload(Reader.study).defer(Study.design))
)
# As the row is after the wait, whatever this session knew of it.
_READER_LOCKED = _READER.with_for_update(of=Reader).execution_options(populate_existing=True)
_LAST_SITTING = Statement(
    select(_SITTINGS.c.id, _SITTINGS.c.number, _SITTINGS.c.last_active_at)
    .where(_SITTINGS.c.reader_id == bindparam("reader_id"))
    .order_by(_SITTINGS.c.number.desc())
    .limit(1)
)
_GO_ON = Statement(
    update(_SITTINGS)
    .where(_SITTINGS.c.id == bindparam("of_sitting"))
    .values(last_active_at=bindparam("now"))
)


class Sitting(NamedTuple):
    """A sitting's row and its 1-based number; `is_new` where it began just now."""

    id: int
    number: int
    is_new: bool


@dataclass(frozen=True)
class ReaderProgress:
    """How far one reader has come; nothing of what they answered."""

    reader: Reader
    rated: int
    total: int
    last_active_at: datetime | None


def readers_of(session: Session, study: Study) -> Sequence[Reader]:
    """The study's readers by code."""
    return session.scalars(
        select(Reader).where(Reader.study_id == study.id).order_by(Reader.id)
    ).all()


def reader_by_code(session: Session, study: Study, code: str) -> Reader | None:
    """One reader of a study."""
    return session.scalars(
        select(Reader).where(Reader.study_id == study.id, Reader.code == code)
    ).one_or_none()


def reader_by_token_hash(session: Session, token_hash: str) -> Reader | None:
    """The reader whose personal link has this hash, locked: openings are taken in turn."""
    return session.scalars(
        select(Reader)
        .where(Reader.token_hash == token_hash)
        .options(joinedload(Reader.study))
        .with_for_update(of=Reader)
    ).one_or_none()


def reader_by_id(session: Session, reader_id: int, *, lock: bool = False) -> Reader | None:
    """One reader with their study; with `lock` their requests are taken one after another."""
    query = _READER_LOCKED if lock else _READER
    return session.scalars(query, {"reader_id": reader_id}).one_or_none()


def reader_by_number(session: Session, reader_id: int) -> Reader:
    """A reader who is known to be there, as an object that can be changed."""
    return session.scalars(_READER, {"reader_id": reader_id}).one()


def start_session(session: Session, reader: ReaderKey, now: datetime) -> ReadingSession:
    """Begin a new sitting; the reader must be locked, so that its number is free."""
    number = session.scalar(
        select(func.coalesce(func.max(ReadingSession.number), 0)).where(
            ReadingSession.reader_id == reader.id
        )
    )
    sitting = ReadingSession(
        reader_id=reader.id, number=(number or 0) + 1, started_at=now, last_active_at=now
    )
    session.add(sitting)
    session.flush()
    return sitting


def asks_sitting(reader_id: int) -> Asked:
    """The question for a reader's last sitting, which `continue_sitting` takes up."""
    return _LAST_SITTING, {"reader_id": reader_id}


def continue_sitting(
    session: Session, reader: ReaderKey, now: datetime, last: Sequence[Row] | None = None
) -> Sitting:
    """The sitting that goes on, active now, or a new one after a long pause.

    `last` is the answer to `asks_sitting`, where it is known; the reader must be locked.
    """
    if last is None:
        (last,) = ask(session, asks_sitting(reader.id))
    for sitting_id, number, last_active_at in last:
        if last_active_at >= now - LONGEST_PAUSE:
            later(session, _GO_ON, {"of_sitting": sitting_id, "now": now})
            return Sitting(sitting_id, number, is_new=False)
    begun = start_session(session, reader, now)
    return Sitting(begun.id, begun.number, is_new=True)


def add_check(session: Session, sitting_id: int, check: GreySteps) -> str:
    """Add a grey-step check to those of a sitting; return all of them, as they are stored."""
    sitting = session.get_one(ReadingSession, sitting_id)
    sitting.grey_steps = with_check(sitting.grey_steps, check)
    return sitting.grey_steps


def stored_profile(reader: Reader) -> tuple[str | int | None, ...]:
    """What a reader said of themselves, in the order in which the record digests it."""
    return (
        reader.role,
        reader.specialty,
        reader.years_experience,
        reader.reading_frequency,
        reader.display,
        reader.ambient_light,
    )


def check_holds_until(session: Session, reader: ReaderKey) -> datetime | None:
    """Until when the grey-step check of the reader's sitting holds; None where it has none."""
    sitting = session.execute(
        select(_SITTINGS.c.grey_steps, _SITTINGS.c.last_active_at)
        .where(_SITTINGS.c.reader_id == reader.id)
        .order_by(_SITTINGS.c.number.desc())
        .limit(1)
    ).one_or_none()
    if sitting is None or sitting.grey_steps is None:
        return None
    last_active_at: datetime = sitting.last_active_at
    return last_active_at + LONGEST_PAUSE


def progress_of_readers(session: Session, study: Study) -> Sequence[ReaderProgress]:
    """Every reader's count of rated cases, practice left out, and last activity."""
    totals = _counts(session, study, rated=False)
    rated = _counts(session, study, rated=True)
    active = dict(
        session.execute(
            select(ReadingSession.reader_id, func.max(ReadingSession.last_active_at))
            .join(Reader, Reader.id == ReadingSession.reader_id)
            .where(Reader.study_id == study.id)
            .group_by(ReadingSession.reader_id)
        ).all()
    )
    return [
        ReaderProgress(
            reader, rated.get(reader.id, 0), totals.get(reader.id, 0), active.get(reader.id)
        )
        for reader in readers_of(session, study)
    ]


def _counts(session: Session, study: Study, *, rated: bool) -> dict[int, int]:
    query = (
        select(Presentation.reader_id, func.count(Presentation.id))
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(
            Reader.study_id == study.id,
            Presentation.is_practice.is_(False),
            Presentation.is_phase_end.is_(False),
        )
        .group_by(Presentation.reader_id)
    )
    if rated:
        query = query.join(
            Rating, (Rating.presentation_id == Presentation.id) & Rating.is_first.is_(True)
        )
    return dict(session.execute(query).all())
