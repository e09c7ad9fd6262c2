"""The cases that a leak audit is of: those a study has, or those that opening would draw."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Case, Study
from app.db.truth.cases import study_cases, study_sets
from app.db.truth.pictures import (
    PictureRow,
    pictures_of_images,
    pictures_of_study,
    reference_images,
    references_of_images,
)
from app.domain.design.design import StudyDesign
from app.domain.design.writing import digest
from app.domain.study_cases import StudyCase, StudySet
from app.steps.draw_cases import draw_of_design, references_of_design


@dataclass(frozen=True)
class AuditedCase:
    """A case with its picture; `beside` is the text shown beside it."""

    case: StudyCase
    beside: str | None
    picture: PictureRow


@dataclass(frozen=True)
class AuditedSet:
    """All cases of a study with their pictures, practice included, by code.

    `references` is, by phase, the image that its cases are compared with: its id and the digest of
    its rendition. `size` is the side of the pictures in pixels.
    """

    size: int
    cases: tuple[AuditedCase, ...]
    sets: tuple[StudySet, ...]
    references: Mapping[int, tuple[int, str]]

    @property
    def proper(self) -> tuple[AuditedCase, ...]:
        """The cases of the study proper, practice left out."""
        return tuple(one for one in self.cases if not one.case.is_practice)

    @property
    def sha256(self) -> str:
        """The digest of exactly these cases, sets and pictures; another picture makes another."""
        lines = [_line(one) for one in self.cases]
        lines += [
            f"set\t{one.code}\t{one.phase}\t{one.block or ''}\t{','.join(sorted(one.members))}"
            for one in sorted(self.sets, key=lambda one: one.code)
        ]
        lines += [
            f"reference\t{phase}\t{rendition}"
            for phase, (_, rendition) in sorted(self.references.items())
        ]
        return digest("\n".join([str(self.size), *lines]))


def _line(one: AuditedCase) -> str:
    case = one.case
    said = [
        case.code,
        case.arm,
        case.stratum,
        case.phase,
        case.block,
        case.is_practice,
        case.is_replicated,
        one.beside,
        one.picture.image,
        one.picture.rendition,
    ]
    return json.dumps(said, ensure_ascii=False)


def audited_set(session: Session, study: Study, design: StudyDesign) -> AuditedSet:
    """The cases of a study; of a draft those that opening would draw from the bank as it stands.

    Raises BadDesign where a draft can't be drawn.
    """
    if study.status == "draft":
        return _drawn(session, design)
    return frozen_set(session, study, design)


def _drawn(session: Session, design: StudyDesign) -> AuditedSet:
    draw = draw_of_design(session, design)
    size = design.rendition_size
    pictures = {
        (row.arm, row.image): row
        for row in pictures_of_images(
            session,
            [plan.arm for plan in design.arms],
            [one.image.sha256 for one in draw.cases],
            size,
        )
    }
    cases = [
        AuditedCase(one.case, one.beside, pictures[one.case.arm, one.image.sha256])
        for one in draw.cases
    ]
    references = references_of_design(session, design)
    return _set_of(session, size, cases, draw.sets, references)


def frozen_set(session: Session, study: Study, design: StudyDesign) -> AuditedSet:
    """The cases that are stored with a study, whatever its status."""
    size = design.rendition_size
    pictures = {row.image_id: row for row in pictures_of_study(session, study, size)}
    stored = {
        case.code: case for case in session.scalars(select(Case).where(Case.study_id == study.id))
    }
    cases = [
        AuditedCase(case, stored[case.code].beside, pictures[stored[case.code].image_id])
        for case in study_cases(session, study.id)
        if stored[case.code].image_id in pictures
    ]
    sets = tuple(study_sets(session, study.id))
    return _set_of(session, size, cases, sets, reference_images(session, study))


def _set_of(
    session: Session,
    size: int,
    cases: list[AuditedCase],
    sets: tuple[StudySet, ...],
    references: Mapping[int, int],
) -> AuditedSet:
    renditions = references_of_images(session, list(references.values()), size)
    return AuditedSet(
        size,
        tuple(sorted(cases, key=lambda one: one.case.code)),
        sets,
        {phase: (image, renditions.get(image, "")) for phase, image in references.items()},
    )
