"""What the bank holds for studies to be made of: its arms and their images."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from app.db.code_points import by_code_point
from app.db.tables import Arm, Image, Rendition
from app.domain.bank_image import BankImage, image_record, record_text
from app.domain.candidates import Stratum
from app.domain.memorised import is_memorised


def arms_by_key(session: Session, keys: Sequence[str] | None = None) -> dict[str, Arm]:
    """The arms of the bank (all of them unless `keys` names some), real ones first."""
    query = select(Arm).order_by(Arm.kind, by_code_point(Arm.key))
    if keys is not None:
        query = query.where(Arm.key.in_(keys))
    return {arm.key: arm for arm in session.scalars(query)}


def bank_counts(session: Session) -> dict[Stratum, int]:
    """How many images each arm holds of each condition."""
    rows = session.execute(
        select(Arm.key, Image.condition, func.count())
        .join(Image, Image.arm_id == Arm.id)
        .group_by(Arm.key, Image.condition)
        .order_by(by_code_point(Arm.key), Image.condition)
    )
    return {(arm, condition): count for arm, condition, count in rows}


def flagged_counts(
    session: Session, key: str = "condition", *, size: int | None = None
) -> dict[Stratum, int]:
    """How many images of each arm the bank flags as memorised, by what is recorded under `key`.

    With a `size` in pixels, only images that have a rendition of it.
    """
    query = (
        select(Arm.key, Image.condition, Image.provenance)
        .join(Image, Image.arm_id == Arm.id)
        # Looked for as text first, so that only few records are read: a flag is a plain true,
        # which the one database has no way to tell from a 1.
        .where(cast(Image.provenance, Text).like('%"memorised": true%'))
    )
    if size is not None:
        query = query.join(Rendition, Rendition.image_id == Image.id).where(Rendition.size == size)
    return Counter(
        (arm, record_text(image_record(provenance, condition).get(key)))
        for arm, condition, provenance in session.execute(query)
        if is_memorised(provenance)
    )


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
        .order_by(by_code_point(Arm.key), Image.sha256)
    )
    return [
        BankImage(arm, sha256, image_record(provenance, condition))
        for arm, sha256, condition, provenance in rows
    ]
