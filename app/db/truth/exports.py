"""The study's ratings and cases with everything a researcher needs beside them, streamed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from app.db.tables import (
    Arm,
    Case,
    Image,
    Presentation,
    Rating,
    Reader,
    ReadingSession,
    Rendition,
    ShownCase,
    Study,
)


def rating_rows(
    session: Session, study: Study, *, practice: bool = False
) -> Iterator[Row[*tuple[Any, ...]]]:
    """One row a rating, superseded ones included, by reader and position.

    Fields: reader, case, arm, condition, truth, replicate, position, session, realism, verdict,
    confidence, comment, shown_at, submitted_at, reading_time_ms, hidden_time_ms, superseded_by.
    """
    newer = aliased(Rating)
    query: Select[*tuple[Any, ...]] = (
        select(
            Reader.code.label("reader"),
            Case.code.label("case"),
            Arm.key.label("arm"),
            Image.condition,
            Arm.kind.label("truth"),
            Presentation.replicate,
            Presentation.position,
            ReadingSession.number.label("session"),
            Rating.realism,
            Rating.verdict,
            Rating.confidence,
            Rating.comment,
            Rating.shown_at,
            Rating.submitted_at,
            Rating.reading_time_ms,
            Rating.hidden_time_ms,
            newer.id.label("superseded_by"),
        )
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(ShownCase, (ShownCase.presentation_id == Presentation.id) & (ShownCase.slot == 1))
        .join(Case, Case.id == ShownCase.case_id)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .join(ReadingSession, ReadingSession.id == Rating.session_id)
        .outerjoin(newer, newer.supersedes_id == Rating.id)
        .where(Reader.study_id == study.id, Presentation.is_practice == practice)
        .order_by(Reader.code, Presentation.position, Rating.id)
        .execution_options(yield_per=500)
    )
    yield from session.execute(query)


def case_rows(session: Session, study: Study, size: int) -> Iterator[Row[*tuple[Any, ...]]]:
    """One row a case by code, practice left out, with its rendition of `size` pixels.

    Fields: case, arm, condition, truth, replicated, image_sha256, source_width, source_height,
    provenance, rendition.
    """
    query: Select[*tuple[Any, ...]] = (
        select(
            Case.code.label("case"),
            Arm.key.label("arm"),
            Image.condition,
            Arm.kind.label("truth"),
            Case.is_replicated.label("replicated"),
            Image.sha256.label("image_sha256"),
            Image.width.label("source_width"),
            Image.height.label("source_height"),
            Image.provenance,
            Rendition.sha256.label("rendition"),
        )
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .outerjoin(Rendition, (Rendition.image_id == Image.id) & (Rendition.size == size))
        .where(Case.study_id == study.id, Case.is_practice.is_(False))
        .order_by(Case.code)
        .execution_options(yield_per=500)
    )
    yield from session.execute(query)


def reader_rows(session: Session, study: Study) -> list[Reader]:
    """The study's readers by code, for their profiles."""
    return list(
        session.scalars(select(Reader).where(Reader.study_id == study.id).order_by(Reader.code))
    )
