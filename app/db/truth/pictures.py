"""The pictures that stand for images, with the size they came in; readers' pages can't get here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Rendition, Study


@dataclass(frozen=True)
class PictureRow:
    """One image and its rendition; `longer_side` is the source's, in pixels."""

    arm: str
    image: str
    rendition: str
    longer_side: int


def pictures_of_arms(session: Session, arms: Sequence[str], size: int) -> list[PictureRow]:
    """Every image of these arms that has a rendition of `size` pixels."""
    return _pictures(session, size, Arm.key.in_(arms))


def pictures_of_cases(session: Session, study: Study, size: int) -> list[PictureRow]:
    """Those of a frozen study's cases, practice left out."""
    cases = select(Case.image_id).where(Case.study_id == study.id, Case.is_practice.is_(False))
    return _pictures(session, size, Image.id.in_(cases))


def _pictures(session: Session, size: int, which: ColumnElement[bool]) -> list[PictureRow]:
    rows = session.execute(
        select(Arm.key, Image.sha256, Rendition.sha256, Image.width, Image.height)
        .join(Image, Image.arm_id == Arm.id)
        .join(Rendition, Rendition.image_id == Image.id)
        .where(Rendition.size == size, which)
        .order_by(Arm.key, Image.sha256)
    )
    return [
        PictureRow(arm, image, rendition, max(width, height))
        for arm, image, rendition, width, height in rows
    ]
