"""Rows of the bank: arms, images and their renditions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

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
    notes: tuple[Sequence[Any], ...] = ()
    fingerprint: str | None = None


@dataclass(frozen=True)
class StoredPicture:
    """An image by what a reader sees of it."""

    arm: str
    condition: str
    source_file: str
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


def same_pictures(
    session: Session, renditions: Collection[str], *, size: int
) -> list[StoredPicture]:
    """The images, of any arm, whose rendition of `size` pixels is one of these, oldest first."""
    rows = session.execute(
        select(Arm.key, Image.condition, Image.source_file, Rendition.sha256)
        .join(Image, Image.arm_id == Arm.id)
        .join(Rendition, Rendition.image_id == Image.id)
        .where(Rendition.size == size, Rendition.sha256.in_(renditions))
        .order_by(Image.id)
    )
    return [StoredPicture(*row) for row in rows]


def fingerprints(session: Session) -> list[tuple[int, str]]:
    """Image id and fingerprint of every image that has one, in the order of the ids."""
    rows = session.execute(
        select(Image.id, Image.fingerprint)
        .where(Image.fingerprint.is_not(None))
        .order_by(Image.id)
        .execution_options(yield_per=10_000)
    )
    return [(image, fingerprint) for image, fingerprint in rows if fingerprint]


def same_rendition_pairs(
    session: Session, pairs: Collection[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Those of the pairs of image ids whose renditions of some size are the very same."""
    digests: dict[int, set[tuple[int, str]]] = {}
    ids = sorted({image for pair in pairs for image in pair})
    for start in range(0, len(ids), 1000):
        rows = session.execute(
            select(Rendition.image_id, Rendition.size, Rendition.sha256).where(
                Rendition.image_id.in_(ids[start : start + 1000])
            )
        )
        for image, size, sha256 in rows:
            digests.setdefault(image, set()).add((size, sha256))
    return {
        (one, other) for one, other in pairs if digests.get(one, set()) & digests.get(other, set())
    }


def images_named(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Arm, source file and condition of images, by id."""
    rows = session.execute(
        select(Image.id, Arm.key, Image.source_file, Image.condition)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Image.id.in_(ids))
    )
    return {image: (arm, file, condition) for image, arm, file, condition in rows}


def last_image(session: Session) -> int:
    """The highest image id there is; 0 in an empty bank."""
    return session.scalar(select(func.max(Image.id))) or 0


def same_pictures_of_arm(session: Session, arm: str) -> list[tuple[str, str, str]]:
    """(file, other arm, other file) for images of `arm` whose rendition another image has too.

    A pair within the arm is named once.
    """
    mine, theirs = aliased(Rendition), aliased(Rendition)
    one, other, their_arm = aliased(Image), aliased(Image), aliased(Arm)
    rows = session.execute(
        select(one.source_file, their_arm.key, other.source_file, one.id, other.id)
        .join(Arm, Arm.id == one.arm_id)
        .join(mine, mine.image_id == one.id)
        .join(theirs, (theirs.sha256 == mine.sha256) & (theirs.size == mine.size))
        .join(other, other.id == theirs.image_id)
        .join(their_arm, their_arm.id == other.arm_id)
        .where(Arm.key == arm, other.id != one.id)
        .where((other.arm_id != one.arm_id) | (other.id < one.id))
        .order_by(one.id, other.id)
        .distinct()
    )
    return [(file, key, other_file) for file, key, other_file, _, _ in rows]


def note_kinds(session: Session, arms: Collection[str]) -> dict[str, list[str]]:
    """The kinds of notes of all images of these arms, each once an image."""
    rows = session.execute(
        select(Arm.key, Image.notes)
        .join(Image, Image.arm_id == Arm.id)
        .where(Arm.key.in_(arms), Image.notes.is_not(None))
    )
    kinds: dict[str, list[str]] = {}
    for arm, notes in rows:
        kinds.setdefault(arm, []).extend({kind for kind, *_ in notes or ()})
    return kinds


def notes_of_arm(session: Session, arm: str) -> list[tuple[str, list[Any] | None]]:
    """Source file and notes of each image of an arm; None where they weren't kept."""
    rows = session.execute(
        select(Image.source_file, Image.notes)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Arm.key == arm)
        .order_by(Image.id)
    )
    return [(file, notes) for file, notes in rows]


def resolutions_of(session: Session, size: int) -> set[int | None]:
    """What the detail of renditions of `size` pixels is limited to; None stands for no limit."""
    return set(
        session.scalars(select(Rendition.resolution).where(Rendition.size == size).distinct())
    )


def renditions_to_make(session: Session, from_size: int, size: int) -> list[tuple[int, str]]:
    """Images with a rendition of `from_size` and none of `size`: id and digest of the former."""
    have = select(Rendition.image_id).where(Rendition.size == size)
    rows = session.execute(
        select(Rendition.image_id, Rendition.sha256)
        .where(Rendition.size == from_size, Rendition.image_id.not_in(have))
        .order_by(Rendition.image_id)
    )
    return [(image, sha256) for image, sha256 in rows]


def store_images(
    session: Session,
    images: Iterable[NewImage],
    *,
    size: int,
    now: datetime,
    resolution: int | None = None,
) -> None:
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
                "notes": [list(note) for note in image.notes],
                "fingerprint": image.fingerprint,
                "imported_at": now,
            }
            for image in images
        ],
    ).all()
    store_renditions(
        session,
        {image_id: image.rendition for image_id, image in zip(ids, images, strict=True)},
        size=size,
        resolution=resolution,
    )


def store_renditions(
    session: Session, renditions: Mapping[int, str], *, size: int, resolution: int | None = None
) -> None:
    """Insert renditions of `size` pixels, image id to digest."""
    if renditions:
        session.execute(
            insert(Rendition),
            [
                {
                    "image_id": image_id,
                    "size": size,
                    "resolution": resolution,
                    "sha256": sha256,
                }
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
