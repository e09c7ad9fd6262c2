"""What the bank records of its images, for protocols that ask for more than a condition."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Image, Rendition
from app.db.truth.bank_contents import arms_by_key
from app.domain.design.arm_choice import HeldArm
from app.domain.design.record_keys import record_text

# Provenance may be long; only a piece of the bank is in memory at a time.
_PIECE = 500
# Images an arm that are looked at for the keys of its records.
_SAMPLE = 20


def held_arms(session: Session, keys: Collection[str], *, size: int) -> list[HeldArm]:
    """Every arm, real ones first, with the texts under `keys` of its images.

    Images without a rendition of `size` pixels can't be shown and are left out.
    """
    query = (
        select(Arm.key, Image.condition, Image.provenance)
        .join(Image, Image.arm_id == Arm.id)
        .join(Rendition, (Rendition.image_id == Image.id) & (Rendition.size == size))
        .order_by(Image.id)
        .execution_options(yield_per=_PIECE)
    )
    records: dict[str, list[dict[str, str]]] = {}
    for arm, condition, provenance in session.execute(query):
        whole = {**provenance, "condition": condition}
        texts = {key: record_text(whole, key) for key in keys}
        records.setdefault(arm, []).append(texts)
    return [
        HeldArm(key, arm.kind, records.get(key, [])) for key, arm in arms_by_key(session).items()
    ]


def rendition_sizes(session: Session) -> list[int]:
    """The sizes of pictures that the bank holds, in pixels, that of most images first."""
    query = (
        select(Rendition.size)
        .group_by(Rendition.size)
        .order_by(func.count().desc(), Rendition.size.desc())
    )
    return list(session.scalars(query))


def keys_of_records(session: Session) -> list[str]:
    """Keys that the bank's records have, condition first: of some images of every arm."""
    keys = {"condition": None}
    for arm in arms_by_key(session).values():
        query = select(Image.provenance).where(Image.arm_id == arm.id).order_by(Image.id)
        for provenance in session.scalars(query.limit(_SAMPLE)):
            keys |= dict.fromkeys(sorted(provenance))
    return list(keys)
