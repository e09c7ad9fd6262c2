"""The pictures that stand for images, with what is known of them; readers' pages can't get here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db.code_points import by_code_point
from app.db.tables import Arm, Case, Image, PhaseReference, Rendition, Study


@dataclass(frozen=True)
class PictureRow:
    """One image and its rendition; `width` and `height` are the source's, in pixels.

    `record` is what the bank says of the image, its condition included; `fingerprint` is empty
    where none was kept.
    """

    arm: str
    image: str
    rendition: str
    image_id: int
    width: int
    height: int
    source_file: str
    record: Mapping[str, Any] = field(compare=False, repr=False)
    fingerprint: str = field(repr=False)

    @property
    def longer_side(self) -> int:
        """Of the source, in pixels."""
        return max(self.width, self.height)


def pictures_of_images(
    session: Session, arms: Sequence[str], images: Sequence[str], size: int
) -> list[PictureRow]:
    """Images of these arms with these digests that have a rendition of `size` pixels."""
    return _pictures(session, size, Arm.key.in_(arms), Image.sha256.in_(images))


def pictures_of_study(session: Session, study: Study, size: int) -> list[PictureRow]:
    """Those of all cases of a frozen study, practice included."""
    cases = select(Case.image_id).where(Case.study_id == study.id)
    return _pictures(session, size, Image.id.in_(cases))


def pictures_of_cases(session: Session, study: Study, size: int) -> list[PictureRow]:
    """Those of a frozen study's cases, practice left out."""
    cases = select(Case.image_id).where(Case.study_id == study.id, Case.is_practice.is_(False))
    return _pictures(session, size, Image.id.in_(cases))


def references_of_images(session: Session, image_ids: Sequence[int], size: int) -> dict[int, str]:
    """The digest of the rendition of `size` pixels of each image, by id."""
    rows = session.execute(
        select(Rendition.image_id, Rendition.sha256).where(
            Rendition.image_id.in_(image_ids), Rendition.size == size
        )
    )
    return dict(rows.all())


def reference_images(session: Session, study: Study) -> dict[int, int]:
    """The image that each phase of a frozen study compares its cases with, by phase."""
    rows = session.execute(
        select(PhaseReference.phase, PhaseReference.image_id).where(
            PhaseReference.study_id == study.id
        )
    )
    return dict(rows.all())


def _pictures(session: Session, size: int, *which: ColumnElement[bool]) -> list[PictureRow]:
    rows = session.execute(
        select(Arm.key, Rendition.sha256, Image)
        .join(Image, Image.arm_id == Arm.id)
        .join(Rendition, Rendition.image_id == Image.id)
        .where(Rendition.size == size, *which)
        .order_by(by_code_point(Arm.key), Image.sha256)
    )
    return [
        PictureRow(
            arm=arm,
            image=image.sha256,
            rendition=rendition,
            image_id=image.id,
            width=image.width,
            height=image.height,
            source_file=image.source_file,
            record={**image.provenance, "condition": image.condition},
            fingerprint=image.fingerprint or "",
        )
        for arm, rendition, image in rows
    ]
