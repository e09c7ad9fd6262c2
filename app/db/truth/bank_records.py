"""What the bank records of its images, for whoever writes a design over it."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import Image, Rendition
from app.db.truth.bank_contents import arms_by_key, bank_images
from app.domain.bank_image import image_record
from app.domain.candidates import Stratum

# Images an arm that are looked at for the keys of its records.
_SAMPLE = 20


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
            keys |= dict.fromkeys(sorted(image_record(provenance, "")))
    return list(keys)


def counts_by_key(session: Session, key: str, *, size: int) -> dict[Stratum, int]:
    """How many images each arm holds of each value of `key`, as a draw counts them.

    Images without a rendition of `size` pixels and those that say nothing under `key` are left out.
    """
    images = bank_images(session, list(arms_by_key(session)), size)
    return Counter((image.arm, text) for image in images if (text := image.text(key)))
