"""What the bank holds for studies to be made of: its arms and their images."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Image, Rendition
from app.domain.bank_image import BankImage
from app.domain.candidates import Stratum


def arms_by_key(session: Session, keys: Sequence[str] | None = None) -> dict[str, Arm]:
    """The arms of the bank (all of them unless `keys` names some), real ones first."""
    query = select(Arm).order_by(Arm.kind, Arm.key)
    if keys is not None:
        query = query.where(Arm.key.in_(keys))
    return {arm.key: arm for arm in session.scalars(query)}


def bank_counts(session: Session) -> dict[Stratum, int]:
    """How many images each arm holds of each condition."""
    rows = session.execute(
        select(Arm.key, Image.condition, func.count())
        .join(Image, Image.arm_id == Arm.id)
        .group_by(Arm.key, Image.condition)
        .order_by(Arm.key, Image.condition)
    )
    return {(arm, condition): count for arm, condition, count in rows}


def images_named(session: Session, digits: str) -> dict[str, list[int]]:
    """The images whose SHA-256 begins with these digits: digest to ids, one an arm that has it."""
    rows = session.execute(
        select(Image.sha256, Image.id).where(Image.sha256.startswith(digits)).order_by(Image.id)
    )
    named: dict[str, list[int]] = {}
    for sha256, image_id in rows:
        named.setdefault(sha256, []).append(image_id)
    return named


def rendered(session: Session, image_ids: Sequence[int], size: int) -> Sequence[int]:
    """Those of the images that have a rendition of `size`, by id."""
    return session.scalars(
        select(Rendition.image_id)
        .where(Rendition.image_id.in_(image_ids), Rendition.size == size)
        .order_by(Rendition.image_id)
    ).all()


def bank_images(session: Session, arms: Sequence[str], size: int) -> list[BankImage]:
    """The images of these arms that have a rendition of `size`, with what the records say."""
    rows = session.execute(
        select(Arm.key, Image.sha256, Image.condition, Image.provenance)
        .join(Image, Image.arm_id == Arm.id)
        .join(Rendition, Rendition.image_id == Image.id)
        .where(Arm.key.in_(arms), Rendition.size == size)
        .order_by(Arm.key, Image.sha256)
    )
    return [
        BankImage(arm, sha256, {**provenance, "condition": condition})
        for arm, sha256, condition, provenance in rows
    ]
