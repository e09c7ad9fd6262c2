"""A study's design as far as reading may know it; the whole of it does not leave this module."""

from datetime import date

from app.db.blind.tables import Study
from app.domain.blinding import BlindedDesign, blinded_design
from app.domain.design.reading import design_from_json


def blinded_design_of(study: Study) -> BlindedDesign:
    """What the study's readers may know of its design."""
    return blinded_design(design_from_json(study.design))


def closing_day_of(study: Study) -> date | None:
    """The last day of reading, in UTC; None where the design names none."""
    # Most designs name none, and this is asked with every page.
    return design_from_json(study.design).closes_on if '"closes_on"' in study.design else None
