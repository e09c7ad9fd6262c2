"""The study's cases with everything a researcher needs beside them, streamed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.db.tables import (
    Arm,
    Case,
    Image,
    Presentation,
    Rating,
    Reader,
    ReadingSession,
    Rendition,
    Study,
)
from app.domain.grey_steps import GreySteps, last_check


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


def has_reasons(session: Session, study: Study) -> bool:
    """Whether any reader of the study has said why they corrected a rating."""
    query = (
        select(Rating.id)
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(Reader.study_id == study.id, Rating.reason.is_not(None))
        .limit(1)
    )
    return session.scalar(query) is not None


def reader_rows(session: Session, study: Study) -> list[Reader]:
    """The study's readers by code, for their profiles."""
    return list(
        session.scalars(select(Reader).where(Reader.study_id == study.id).order_by(Reader.code))
    )


def grey_checks(session: Session, study: Study) -> dict[int, list[GreySteps]]:
    """The grey-step check that counts of each sitting that has one, by the reader's id."""
    rows = session.execute(
        select(ReadingSession.reader_id, ReadingSession.grey_steps)
        .join(Reader, Reader.id == ReadingSession.reader_id)
        .where(Reader.study_id == study.id, ReadingSession.grey_steps.is_not(None))
        .order_by(ReadingSession.reader_id, ReadingSession.number)
    )
    checks: dict[int, list[GreySteps]] = {}
    for reader_id, stored in rows:
        if (check := last_check(stored)) is not None:
            checks.setdefault(reader_id, []).append(check)
    return checks
