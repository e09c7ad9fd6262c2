"""How many images of each arm came how far: into the bank, into a study, before a reader."""

from sqlalchemy import ColumnElement, Select, distinct, func, or_, select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Presentation, Rating, Reader, ShownCase, Study


def images_in_bank(session: Session, arms: list[str]) -> dict[str, int]:
    """Images of each arm in the bank, by the arm's key; an arm without any is left out."""
    query = (
        select(Arm.key, func.count())
        .join(Image, Image.arm_id == Arm.id)
        .where(Arm.key.in_(arms))
        .group_by(Arm.key)
    )
    return _counts(session, query)


def images_drawn(session: Session, study: Study) -> dict[str, int]:
    """Images of each arm among the study's cases, practice left out."""
    return _counts(session, _of_cases(study, func.count()))


def images_shown(session: Session, study: Study) -> dict[str, int]:
    """Of these, the images on a page that was served to a reader who has not left.

    Simulated readers and machines are served no page: what they have answered counts as shown.
    """
    query = _read(study).outerjoin(Rating, Rating.presentation_id == Presentation.id)
    was_seen = or_(Presentation.first_shown_at.is_not(None), Rating.id.is_not(None))
    return _counts(session, query.where(was_seen))


def images_answered(session: Session, study: Study) -> dict[str, int]:
    """Of these, the images of which a reader who has not left has said something."""
    query = _read(study).join(Rating, Rating.presentation_id == Presentation.id)
    return _counts(session, query.where(Rating.is_first.is_(True)))


def _of_cases(study: Study, what: ColumnElement[int]) -> Select[str, int]:
    return (
        select(Arm.key, what)
        .select_from(Case)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == study.id, Case.is_practice.is_(False))
        .group_by(Arm.key)
    )


def _read(study: Study) -> Select[str, int]:
    return (
        _of_cases(study, func.count(distinct(Case.id)))
        .join(ShownCase, ShownCase.case_id == Case.id)
        .join(Presentation, Presentation.id == ShownCase.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(
            Presentation.is_practice.is_(False),
            Reader.withdrawn_at.is_(None),
            Reader.erased_at.is_(None),
        )
    )


def _counts(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {arm: int(count) for arm, count in session.execute(query)}
