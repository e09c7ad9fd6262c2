"""Renditions of another size, made from those that are there by the same remedies for all arms."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.bank.picture_measures import pixels_of
from app.bank.remedies import Remedies, remedied
from app.bank.rendition import LARGEST_SIZE, SMALLEST_SIZE, encode_png
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.studies import record_event, study_by_slug
from app.db.truth.bank_images import lock_arms, renditions_to_make, resolutions_of, store_renditions
from app.domain.design.design import RemedyPlan, StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.errors import BadInput, Refused
from app.domain.record import REMEDIED
from app.domain.said import said
from app.steps.remedied_sizes import remedies_of_size

_BATCH = 200


def remedy_pictures(
    database: Database,
    store: RenditionStore,
    *,
    from_size: int,
    size: int,
    remedies: Remedies,
    now: datetime,
    actor: str,
) -> int:
    """Make renditions of `size` pixels of all images that have one of `from_size`; how many.

    All arms are treated alike, and a design takes these pictures by its `rendition_size`. Done
    again, images imported since get theirs. Raises BadInput for sizes or remedies that can't be
    used, Refused where renditions of `size` were made otherwise, NotFound for a missing file.
    """
    _check(from_size, size, remedies)
    made = 0
    with database.reading() as session:
        is_first = _ensure_alike(session, from_size, size, remedies)
        todo = renditions_to_make(session, from_size, size)
    if not todo:
        if is_first:
            raise Refused(
                said(
                    "No image has a rendition of {from_size} pixels; import with --size.",
                    from_size=from_size,
                )
            )
        return 0
    for start in range(0, len(todo), _BATCH):
        digests = _make(store, todo[start : start + _BATCH], remedies, size)
        with database.writing() as session:
            lock_arms(session)
            _ensure_alike(session, from_size, size, remedies)
            there = {image for image, _ in renditions_to_make(session, from_size, size)}
            store_renditions(
                session, {image: sha for image, sha in digests.items() if image in there}, size=size
            )
            made += len(digests)
            if start == 0:
                detail = {"from_size": from_size, "size": size, **asdict(remedies)}
                record_event(
                    session, study=None, actor=actor, action=REMEDIED, now=now, detail=detail
                )
    return made


def remedy_as_designed(
    database: Database, store: RenditionStore, slug: str, *, now: datetime, actor: str
) -> int:
    """Make the pictures that a study's design makes from others, where there are none; how many.

    Nothing for a design without remedies. Raises what `remedy_pictures` does, NotFound for a slug
    that no study has.
    """
    with database.reading() as session:
        design = design_from_json(study_by_slug(session, slug).design)
    plan = design.remedies
    if not plan.is_any:
        return 0
    return remedy_pictures(
        database,
        store,
        from_size=plan.made_from,
        size=design.rendition_size,
        remedies=Remedies(plan.crop_margin, plan.grey_range, plan.resolution or None),
        now=now,
        actor=actor,
    )


def design_with_remedies(session: Session, slug: str, remedies: Remedies) -> StudyDesign:
    """The design of a study with remedies, its pictures made from those that it has now.

    They get a size of their own: the next below in which there are none yet, or only such as were
    made in this very way. Raises Refused for a design that has remedies already, BadInput for
    remedies that can't be used.
    """
    design = design_from_json(study_by_slug(session, slug).design)
    if design.remedies.is_any:
        raise Refused(said("This design has remedies already; change them on its own page."))
    made_from = design.rendition_size
    remedies.check(made_from)
    below, above = range(made_from - 4, SMALLEST_SIZE - 1, -4), range(made_from + 4, 4096, 4)
    size = next(
        (one for one in (*below, *above) if _is_free_for(session, one, (made_from, remedies))),
        None,
    )
    if size is None:
        raise Refused(said("Every size has pictures already; name a free one in the design."))
    plan = RemedyPlan(
        made_from, remedies.crop_margin, remedies.grey_range, remedies.resolution or 0
    )
    return replace(design, rendition_size=size, remedies=plan)


def _is_free_for(session: Session, size: int, wanted: tuple[int, Remedies]) -> bool:
    made = remedies_of_size(session, size)
    return made == wanted or (made is None and not resolutions_of(session, size))


def _check(from_size: int, size: int, remedies: Remedies) -> None:
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE or size == from_size:
        raise BadInput(
            said(
                "The new size must be from {smallest_size} to {largest_size} and another than "
                "{from_size}, not {size}.",
                smallest_size=SMALLEST_SIZE,
                largest_size=LARGEST_SIZE,
                from_size=from_size,
                size=size,
            )
        )
    remedies.check(from_size)


def _ensure_alike(session: Session, from_size: int, size: int, remedies: Remedies) -> bool:
    """Whether there are none of `size` yet; raises Refused where they were made otherwise."""
    before = remedies_of_size(session, size)
    if before is None:
        if resolutions_of(session, size):
            raise Refused(
                said("Renditions of {size} pixels were imported; name another size.", size=size)
            )
        return True
    if before != (from_size, remedies):
        raise Refused(
            said(
                "Renditions of {size} pixels were made from {before} with other remedies "
                "({before2}); name another size.",
                size=size,
                before=before[0],
                before2=before[1],
            )
        )
    return False


def _make(
    store: RenditionStore, todo: Sequence[tuple[int, str]], remedies: Remedies, size: int
) -> dict[int, str]:
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pictures = pool.map(partial(_picture, store, remedies, size), (sha for _, sha in todo))
        digests = {image: store.put(png) for (image, _), png in zip(todo, pictures, strict=True)}
    store.sync()
    return digests


def _picture(store: RenditionStore, remedies: Remedies, size: int, sha256: str) -> bytes:
    return encode_png(remedied(pixels_of(store.read(sha256)), remedies, size))
