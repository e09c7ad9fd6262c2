"""Rows of studies, their cases and their log of events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Event, Image, Rendition, Study
from app.domain.errors import NotFound
from app.domain.sampling import DrawnCase, Stratum


def study_by_slug(session: Session, slug: str, *, lock: bool = False) -> Study:
    """The study, or NotFound; with `lock` nobody else changes it before this one commits."""
    query = select(Study).where(Study.slug == slug)
    study = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if study is None:
        raise NotFound(f"There is no study {slug!r}; the studies page lists what there is.")
    return study


def study_by_id(session: Session, study_id: int) -> Study:
    """The study with that id, which must exist."""
    return session.get_one(Study, study_id)


def all_studies(session: Session) -> Sequence[Study]:
    """Every study, newest first."""
    return session.scalars(select(Study).order_by(Study.id.desc())).all()


def slug_is_taken(session: Session, slug: str) -> bool:
    """Whether a study has that slug."""
    return session.scalar(select(func.count()).where(Study.slug == slug)) != 0


def bank_counts(session: Session) -> dict[Stratum, int]:
    """How many images each arm holds of each condition."""
    rows = session.execute(
        select(Arm.key, Image.condition, func.count())
        .join(Image, Image.arm_id == Arm.id)
        .group_by(Arm.key, Image.condition)
        .order_by(Arm.key, Image.condition)
    )
    return {(arm, condition): count for arm, condition, count in rows}


def bank_images(session: Session, arms: Sequence[str], size: int) -> dict[Stratum, list[str]]:
    """The digests of the images that have a rendition of `size`, by arm and condition."""
    rows = session.execute(
        select(Arm.key, Image.condition, Image.sha256)
        .join(Image, Image.arm_id == Arm.id)
        .join(Rendition, Rendition.image_id == Image.id)
        .where(Arm.key.in_(arms), Rendition.size == size)
    )
    images: dict[Stratum, list[str]] = {}
    for arm, condition, sha256 in rows:
        images.setdefault((arm, condition), []).append(sha256)
    return images


def arms_by_key(session: Session, keys: Sequence[str] | None = None) -> dict[str, Arm]:
    """The arms of the bank (all of them unless `keys` names some), real ones first."""
    query = select(Arm).order_by(Arm.kind, Arm.key)
    if keys is not None:
        query = query.where(Arm.key.in_(keys))
    return {arm.key: arm for arm in session.scalars(query)}


def shared_renditions(session: Session, study: Study) -> Sequence[str]:
    """Digests of the pictures that stand for cases of more than one arm."""
    return session.scalars(
        select(Rendition.sha256)
        .join(Image, Image.id == Rendition.image_id)
        .join(Case, Case.image_id == Image.id)
        .where(Case.study_id == study.id)
        .group_by(Rendition.sha256)
        .having(func.count(Image.arm_id.distinct()) > 1)
        .order_by(Rendition.sha256)
    ).all()


def store_cases(session: Session, study: Study, drawn: Sequence[DrawnCase]) -> None:
    """Insert the drawn cases, each joined to its image by arm and digest."""
    ids = {
        (arm, sha256): image_id
        for arm, sha256, image_id in session.execute(
            select(Arm.key, Image.sha256, Image.id)
            .join(Image, Image.arm_id == Arm.id)
            .where(Arm.key.in_({case.stratum[0] for case in drawn}))
        )
    }
    session.execute(
        insert(Case),
        [
            {
                "study_id": study.id,
                "image_id": ids[case.stratum[0], case.image],
                "code": case.code,
                "is_practice": case.is_practice,
                "is_replicated": case.is_replicated,
            }
            for case in drawn
        ],
    )


def case_counts(session: Session, study: Study) -> dict[Stratum, int]:
    """Cases of an opened study by arm and condition, practice left out."""
    rows = session.execute(
        select(Arm.key, Image.condition, func.count())
        .join(Image, Image.arm_id == Arm.id)
        .join(Case, Case.image_id == Image.id)
        .where(Case.study_id == study.id, Case.is_practice.is_(False))
        .group_by(Arm.key, Image.condition)
    )
    return {(arm, condition): count for arm, condition, count in rows}


def record_event(
    session: Session,
    *,
    study: Study | None,
    actor: str,
    action: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append one line to the log: who did what to which study, and when."""
    session.add(
        Event(
            study_id=None if study is None else study.id,
            at=now,
            actor=actor,
            action=action,
            detail=dict(detail or {}),
        )
    )


def events_of(session: Session, study: Study) -> Sequence[Event]:
    """The study's log, oldest first."""
    return session.scalars(select(Event).where(Event.study_id == study.id).order_by(Event.id)).all()


def case_digest_lines(session: Session, study: Study) -> list[str]:
    """One line a case, by code: what the digest of a case set is made from."""
    rows = session.execute(
        select(Case.code, Arm.key, Arm.kind, Image.condition, Image.sha256, Case.is_replicated)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == study.id)
        .order_by(Case.code)
    )
    return [
        f"{code}\t{arm}\t{kind}\t{condition}\t{sha256}\t{int(replicated)}"
        for code, arm, kind, condition, sha256, replicated in rows
    ]
