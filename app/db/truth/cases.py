"""A study's cases, each joined to its image and its arm."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Rendition, Study
from app.domain.sampling import DrawnCase, Stratum


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
