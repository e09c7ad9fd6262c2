"""A study's design as far as reading may know it; the whole of it does not leave this module."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.blind.reader_row import ReaderRow
from app.db.blind.tables import Study
from app.domain.blinding import BlindedDesign, blinded_design
from app.domain.design.reading import design_from_json


@dataclass(frozen=True)
class ReadDesign:
    """What reading is told of a design: for the reader, and the last day of reading in UTC."""

    blinded: BlindedDesign
    closes_on: date | None


# What was read of frozen designs, by their digests: it is asked for with every page, and a design
# that has a digest never changes. A draft has none yet and is read each time.
_MOST_KEPT: Final = 64
_kept: dict[str, ReadDesign] = {}


def blinded_design_of(study: Study) -> BlindedDesign:
    """What the study's readers may know of its design."""
    return _read(study.design_sha256, lambda: study.design).blinded


def closing_day_of(study: Study) -> date | None:
    """The last day of reading, in UTC, moved or as the design has it; None where it names none."""
    return study.last_day or _read(study.design_sha256, lambda: study.design).closes_on


def design_at_desk(session: Session, reader: ReaderRow) -> ReadDesign:
    """The design of the reader's study; its long text is fetched where it is not known."""
    return _read(
        reader.design_sha256,
        lambda: session.execute(
            select(Study.design).where(Study.id == reader.study_id)
        ).scalar_one(),
    )


def _read(digest: str | None, stored: Callable[[], str]) -> ReadDesign:
    known = _kept.get(digest) if digest else None
    if known is None:
        design = design_from_json(stored())
        known = ReadDesign(blinded_design(design), design.closes_on)
        if digest:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[digest] = known
    return known
