"""Rows that lay out a study for one reader, and what a fair allocation must know of the others."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, insert, select
from sqlalchemy.orm import Session

from app.db.blind.record import NewEvent, append_event
from app.db.tables import (
    Case,
    CaseSet,
    Presentation,
    Rating,
    Reader,
    ReadingSession,
    ShownCase,
    Study,
)
from app.domain.blinding import opaque_token
from app.domain.record import LAID_OUT, SERVER, ShownRow, order_digest
from app.domain.showings import Showing


def lock_study(session: Session, study_id: int) -> None:
    """Let no other reader of the study be dealt cases until this transaction ends."""
    # SQLite has one writer at a time anyway.
    session.execute(select(Study.id).where(Study.id == study_id).with_for_update())


def is_laid_out(session: Session, reader: Reader) -> bool:
    """Whether the reader has presentations already."""
    query = select(Presentation.id).where(Presentation.reader_id == reader.id).limit(1)
    return session.scalar(query) is not None


def store_showings(
    session: Session, reader: Reader, showings: Sequence[Showing], *, now: datetime
) -> None:
    """Insert a reader's presentations, each under a token of its own that tells nothing.

    The record gets a digest of them, so that no case can stand for another later.
    """
    case_ids = dict(
        session.execute(select(Case.code, Case.id).where(Case.study_id == reader.study_id)).all()
    )
    set_ids = dict(
        session.execute(
            select(CaseSet.code, CaseSet.id).where(CaseSet.study_id == reader.study_id)
        ).all()
    )
    tokens = [opaque_token() for _ in showings]
    session.execute(
        insert(Presentation),
        [
            {
                "reader_id": reader.id,
                "token": token,
                "phase": showing.phase,
                "is_practice": showing.is_practice,
                "is_phase_end": showing.is_phase_end,
                "position": showing.position,
                "replicate": showing.replicate,
                "set_id": set_ids[showing.set_code] if showing.set_code else None,
                "exposure_ms": showing.exposure_ms,
            }
            for token, showing in zip(tokens, showings, strict=True)
        ],
    )
    ids = dict(
        session.execute(
            select(Presentation.token, Presentation.id).where(Presentation.reader_id == reader.id)
        ).all()
    )
    session.execute(
        insert(ShownCase),
        [
            {"presentation_id": ids[token], "slot": slot, "case_id": case_ids[code]}
            for token, showing in zip(tokens, showings, strict=True)
            for slot, code in enumerate(showing.cases, start=1)
        ],
    )
    order = _order(tokens, showings)
    detail = {"reader": reader.code, "order_sha256": order}
    append_event(session, reader.study_id, NewEvent(now, SERVER, LAID_OUT, detail))


def _order(tokens: Sequence[str], showings: Sequence[Showing]) -> str:
    return order_digest(
        [
            ShownRow(
                token,
                showing.phase,
                showing.is_practice,
                showing.is_phase_end,
                showing.position,
                showing.replicate,
                showing.exposure_ms,
                showing.cases,
            )
            for token, showing in zip(tokens, showings, strict=True)
        ]
    )


def arrivals(session: Session, study_id: int) -> int:
    """How many readers have their presentations already, machines left out."""
    laid_out = select(Presentation.reader_id).distinct()
    return (
        session.scalar(
            select(func.count(Reader.id)).where(
                Reader.study_id == study_id, Reader.kind != "machine", Reader.id.in_(laid_out)
            )
        )
        or 0
    )


def readers_in_blocks(session: Session, study_id: int) -> dict[int, int]:
    """Readers a block, those left out whose link was withdrawn before they had finished."""
    rows = session.execute(
        select(Reader.block, func.count(Reader.id))
        .where(
            Reader.study_id == study_id,
            Reader.block.is_not(None),
            Reader.revoked_at.is_(None) | Reader.finished_at.is_not(None),
            Reader.withdrawn_at.is_(None),
            Reader.erased_at.is_(None),
        )
        .group_by(Reader.block)
    )
    return {block: count for block, count in rows if block is not None}


def coverage(
    session: Session, study_id: int, *, now: datetime, dropout_days: int
) -> dict[str, int]:
    """How often each case was or will be read in the phase it was drawn for, by code.

    Counted are first ratings, whoever made them, and presentations still open of readers who may
    be expected to go on: link not withdrawn, and seen within `dropout_days`. Machines don't count,
    nor does who has withdrawn or was erased.
    """
    since = now - timedelta(days=dropout_days)
    seen = func.coalesce(
        select(func.max(ReadingSession.last_active_at))
        .where(ReadingSession.reader_id == Reader.id)
        .correlate(Reader)
        .scalar_subquery(),
        Reader.began_at,
        now,
    )
    going_on = Reader.revoked_at.is_(None) & (seen >= since)
    counts = func.sum(case((Rating.id.is_not(None) | going_on, 1), else_=0))
    rows = session.execute(
        select(Case.code, counts)
        .join(ShownCase, ShownCase.case_id == Case.id)
        .join(Presentation, Presentation.id == ShownCase.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .outerjoin(Rating, (Rating.presentation_id == Presentation.id) & Rating.is_first.is_(True))
        .where(
            Case.study_id == study_id,
            Reader.kind != "machine",
            Reader.withdrawn_at.is_(None),
            Reader.erased_at.is_(None),
            Presentation.is_practice.is_(False),
            Presentation.phase == Case.phase,
            Presentation.replicate == 0,
        )
        .group_by(Case.code)
    )
    return {code: int(count) for code, count in rows}


def presentation_ids(session: Session, reader: Reader) -> dict[tuple[int, int], int]:
    """The ids of a reader's presentations by phase and position, practice left out."""
    rows = session.execute(
        select(Presentation.phase, Presentation.position, Presentation.id).where(
            Presentation.reader_id == reader.id, Presentation.is_practice.is_(False)
        )
    )
    return {(phase, position): row_id for phase, position, row_id in rows}
