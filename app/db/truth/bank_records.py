"""What the bank records of its images, for protocols that ask for more than a condition."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Image, Rendition
from app.db.truth.bank_contents import arms_by_key
from app.domain.design.arm_choice import HeldArm
from app.domain.design.record_keys import record_text

# Provenance may be long; only a piece of the bank is in memory at a time.
_PIECE = 500


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
