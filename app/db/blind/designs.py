"""A study's design as far as reading may know it; the whole of it does not leave this module."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.db.blind.tables import Study
from app.domain.blinding import BlindedDesign, blinded_design
from app.domain.design.reading import design_from_json


@dataclass(frozen=True)
class _Read:
    blinded: BlindedDesign
    closes_on: date | None


# What was read of frozen designs, by their digests: it is asked for with every page, and a design
# that has a digest never changes. A draft has none yet and is read each time.
_MOST_KEPT: Final = 64
_kept: dict[str, _Read] = {}


def blinded_design_of(study: Study) -> BlindedDesign:
    """What the study's readers may know of its design."""
    return _read(study).blinded


def closing_day_of(study: Study) -> date | None:
    """The last day of reading, in UTC; None where the design names none."""
    return _read(study).closes_on


def _read(study: Study) -> _Read:
    digest = study.design_sha256
    known = _kept.get(digest) if digest else None
    if known is None:
        design = design_from_json(study.design)
        known = _Read(blinded_design(design), design.closes_on)
        if digest:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[digest] = known
    return known
