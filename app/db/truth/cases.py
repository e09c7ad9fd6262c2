"""A study's cases and sets, each case joined to its image and its arm."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db.tables import (
    Arm,
    Case,
    CaseSet,
    CaseSetMember,
    Image,
    PhaseReference,
    Rendition,
    Study,
)
from app.domain.bank_image import image_record, record_text
from app.domain.candidates import Stratum
from app.domain.questions.question import Question
from app.domain.questions.reference import Reference, reference_of
from app.domain.sampling import Draw
from app.domain.study_cases import StudyCase, StudySet


def store_draw(session: Session, study: Study, draw: Draw) -> None:
    """Insert the drawn cases, each joined to its image by arm and digest, and their sets."""
    ids = {
        (arm, sha256): image_id
        for arm, sha256, image_id in session.execute(
            select(Arm.key, Image.sha256, Image.id)
            .join(Image, Image.arm_id == Arm.id)
            .where(Arm.key.in_({one.case.arm for one in draw.cases}))
        )
    }
    session.execute(
        insert(Case),
        [
            {
                "study_id": study.id,
                "image_id": ids[one.case.arm, one.image.sha256],
                "code": one.case.code,
                "is_practice": one.case.is_practice,
                "is_replicated": one.case.is_replicated,
                "stratum": one.case.stratum,
                "phase": one.case.phase,
                "block": one.case.block,
                "beside": one.beside,
            }
            for one in draw.cases
        ],
    )
    _store_sets(session, study, draw)


def _store_sets(session: Session, study: Study, draw: Draw) -> None:
    if not draw.sets:
        return
    session.execute(
        insert(CaseSet),
        [
            {"study_id": study.id, "code": one.code, "phase": one.phase, "block": one.block}
            for one in draw.sets
        ],
    )
    case_ids = dict(
        session.execute(select(Case.code, Case.id).where(Case.study_id == study.id)).all()
    )
    set_ids = dict(
        session.execute(select(CaseSet.code, CaseSet.id).where(CaseSet.study_id == study.id)).all()
    )
    session.execute(
        insert(CaseSetMember),
        [
            {"set_id": set_ids[one.code], "case_id": case_ids[code]}
            for one in draw.sets
            for code in one.members
        ],
    )


def store_references(session: Session, study: Study, images: Mapping[int, int]) -> None:
    """Insert the image that each phase compares its cases with, by phase."""
    session.add_all(
        PhaseReference(study_id=study.id, phase=phase, image_id=image_id)
        for phase, image_id in images.items()
    )


def study_references(session: Session, study: Study, size: int) -> dict[int, str]:
    """The digest of the rendition that each phase compares its cases with, by phase."""
    rows = session.execute(
        select(PhaseReference.phase, Rendition.sha256)
        .join(Rendition, Rendition.image_id == PhaseReference.image_id)
        .where(PhaseReference.study_id == study.id, Rendition.size == size)
        .order_by(PhaseReference.phase)
    )
    return dict(rows.all())


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
    """One line a case and one a set, by code: what the digest of a case set is made from.

    A case of a study with one phase, one block and no text has the line it always had. A picture
    that a phase compares its cases with has a line as well.
    """
    rows = session.execute(
        select(Case, Arm.key, Arm.kind, Image.condition, Image.sha256)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == study.id)
        .order_by(Case.code)
    )
    lines = [
        f"{case.code}\t{arm}\t{kind}\t{condition}\t{sha256}\t{int(case.is_replicated)}"
        + _more_of(case, condition)
        for case, arm, kind, condition, sha256 in rows
    ]
    lines += [
        f"{one.code}\t{one.phase}\t{one.block or ''}\t{','.join(one.members)}"
        for one in study_sets(session, study.id)
    ]
    references = session.execute(
        select(PhaseReference.phase, Image.sha256)
        .join(Image, Image.id == PhaseReference.image_id)
        .where(PhaseReference.study_id == study.id)
        .order_by(PhaseReference.phase)
    )
    return lines + [f"reference\t{phase}\t{sha256}" for phase, sha256 in references]


def _more_of(case: Case, condition: str) -> str:
    usual = (case.stratum, case.phase, case.block, case.beside) == (condition, 1, None, None)
    more = [case.stratum, case.phase, case.block, case.beside]
    return "" if usual else "\t" + json.dumps(more, ensure_ascii=False)


def study_cases(session: Session, study_id: int) -> list[StudyCase]:
    """Every case of a study, practice included, by code."""
    rows = session.execute(
        select(Case, Arm.key)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == study_id)
        .order_by(Case.code)
    )
    return [
        StudyCase(
            case.code,
            arm,
            case.stratum,
            case.phase,
            case.block,
            case.is_practice,
            case.is_replicated,
        )
        for case, arm in rows
    ]


def clusters_of_cases(session: Session, study: Study, key: str) -> dict[str, str]:
    """What the bank's records say under `key` of every case, by its code; empty where nothing."""
    query = (
        select(Case.code, Image.provenance, Image.condition)
        .join(Image, Image.id == Case.image_id)
        .where(Case.study_id == study.id)
    )
    return {
        code: record_text(image_record(provenance, condition).get(key))
        for code, provenance, condition in session.execute(query)
    }


def references_of_cases(
    session: Session, study: Study, questions: Sequence[Question]
) -> dict[str, dict[str, Reference | None]]:
    """The reference standard of every finding question, by the code of the case and its key."""
    findings = [question for question in questions if question.measure == "finding"]
    if not findings:
        return {}
    query = (
        select(Case.code, Image.provenance)
        .join(Image, Image.id == Case.image_id)
        .where(Case.study_id == study.id)
    )
    return {
        code: {question.key: reference_of(question, provenance) for question in findings}
        for code, provenance in session.execute(query)
    }


def study_sets(session: Session, study_id: int) -> list[StudySet]:
    """Every set of a study, by code."""
    rows = session.execute(
        select(CaseSet.code, CaseSet.phase, CaseSet.block, Case.code)
        .join(CaseSetMember, CaseSetMember.set_id == CaseSet.id)
        .join(Case, Case.id == CaseSetMember.case_id)
        .where(CaseSet.study_id == study_id)
        .order_by(CaseSet.code, Case.code)
    )
    sets: dict[str, StudySet] = {}
    for code, phase, block, member in rows:
        before = sets[code].members if code in sets else ()
        sets[code] = StudySet(code, phase, block, (*before, member))
    return list(sets.values())


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


def pictures_by_code(
    session: Session, study: Study, size: int
) -> dict[str, tuple[str, str | None]]:
    """The digest of each case's rendition of `size` pixels and the text beside it, by code."""
    rows = session.execute(
        select(Case.code, Rendition.sha256, Case.beside)
        .join(Rendition, Rendition.image_id == Case.image_id)
        .where(Case.study_id == study.id, Rendition.size == size)
    )
    return {code: (sha256, beside) for code, sha256, beside in rows}
