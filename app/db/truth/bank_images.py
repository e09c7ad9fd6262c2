"""Rows of the bank: arms, images and their renditions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from app.db.tables import Arm, Image, Rendition


@dataclass(frozen=True)
class StoredImage:
    """An image that is in the bank, with the digest of its rendition at the size asked for."""

    id: int
    condition: str
    provenance: dict[str, Any]
    rendition: str | None


@dataclass(frozen=True)
class NewImage:
    """An image to be stored, with its rendition."""

    arm: str
    sha256: str
    condition: str
    source_file: str
    width: int
    height: int
    provenance: Mapping[str, Any]
    rendition: str


def lock_arms(session: Session) -> None:
    """Let no other import write until this transaction ends; whoever reads goes on.

    The table and not its rows, since two imports may be the first to bring an arm.
    """
    # On SQLite whoever writes has the whole file.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE arms IN SHARE ROW EXCLUSIVE MODE"))


def stored_arms(session: Session, keys: Collection[str]) -> dict[str, Arm]:
    """Those of the arms that are there."""
    query = select(Arm).where(Arm.key.in_(keys)).order_by(Arm.id)
    return {arm.key: arm for arm in session.scalars(query)}


def store_arm(session: Session, key: str, values: Mapping[str, Any], *, now: datetime) -> None:
    """Insert the arm or refresh what is said of it; `values` are columns of `Arm`."""
    arm = stored_arms(session, [key]).get(key)
    if arm is None:
        session.add(Arm(key=key, imported_at=now, **values))
        session.flush()
        return
    for column, value in values.items():
        setattr(arm, column, value)


def stored_images(
    session: Session, digests: Collection[tuple[str, str]], *, size: int
) -> dict[tuple[str, str], StoredImage]:
    """Those of the (arm, sha256) pairs that are there, with their rendition of `size` pixels."""
    rows = session.execute(
        select(
            Arm.key,
            Image.sha256,
            Image.id,
            Image.condition,
            Image.provenance,
            Rendition.sha256,
        )
        .join(Arm, Arm.id == Image.arm_id)
        .outerjoin(Rendition, (Rendition.image_id == Image.id) & (Rendition.size == size))
        .where(Image.sha256.in_({sha256 for _, sha256 in digests}))
    )
    return {
        (arm, sha256): StoredImage(image_id, condition, provenance, rendition)
        for arm, sha256, image_id, condition, provenance, rendition in rows
        if (arm, sha256) in digests
    }


def store_images(session: Session, images: Iterable[NewImage], *, size: int, now: datetime) -> None:
    """Insert images that are not there and their renditions of `size` pixels."""
    images = list(images)
    if not images:
        return
    arm_ids = {
        key: arm.id for key, arm in stored_arms(session, {image.arm for image in images}).items()
    }
    ids = session.scalars(
        insert(Image).returning(Image.id, sort_by_parameter_order=True),
        [
            {
                "arm_id": arm_ids[image.arm],
                "sha256": image.sha256,
                "condition": image.condition,
                "source_file": image.source_file,
                "width": image.width,
                "height": image.height,
                "provenance": dict(image.provenance),
                "imported_at": now,
            }
            for image in images
        ],
    ).all()
    store_renditions(
        session,
        {image_id: image.rendition for image_id, image in zip(ids, images, strict=True)},
        size=size,
    )


def store_renditions(session: Session, renditions: Mapping[int, str], *, size: int) -> None:
    """Insert renditions of `size` pixels, image id to digest."""
    if renditions:
        session.execute(
            insert(Rendition),
            [
                {"image_id": image_id, "size": size, "sha256": sha256}
                for image_id, sha256 in renditions.items()
            ],
        )


def refresh_provenance(session: Session, provenance: Mapping[int, Mapping[str, Any]]) -> None:
    """Replace the provenance of images, by id."""
    if provenance:
        session.execute(
            update(Image),
            [{"id": image_id, "provenance": dict(value)} for image_id, value in provenance.items()],
        )
