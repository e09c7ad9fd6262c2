"""The leak audit of a study's pictures: what tells its arms apart without a look at anatomy."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.bank.leak_audit import file_fault
from app.bank.picture_measures import audit_measures_of, pixels_of
from app.bank.remedies import Remedies, remedied
from app.bank.store import RenditionStore
from app.db.studies import study_by_slug
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.bank_images import note_kinds
from app.domain.design.reading import design_from_json
from app.domain.errors import NotFound
from app.domain.said import said
from app.films.notes import counted
from app.steps.audited_set import AuditedCase, audited_set
from app.steps.kept_verdict import acknowledgement
from app.steps.picture_audit import (
    ArmPictures,
    ArmToAudit,
    LookedAt,
    PictureAudit,
    picture_audit,
)
from app.steps.remedied_sizes import remedies_of_size

__all__ = [
    "ArmPictures",
    "PictureAudit",
    "audit_pictures",
    "audit_remedied",
    "picture_of_case",
]


def audit_pictures(session: Session, store: RenditionStore, slug: str) -> PictureAudit:
    """Audit the cases of a study; of a draft those that opening would draw.

    Raises BadDesign where a draft can't be drawn from the bank.
    """
    return _audit(session, store, slug, Remedies())


def _audit(session: Session, store: RenditionStore, slug: str, remedies: Remedies) -> PictureAudit:
    study = study_by_slug(session, slug)
    design = design_from_json(study.design)
    audited = audited_set(session, study, design)
    faults, pictures = _look_at(audited.cases, store, audited.size, remedies)
    keys = [plan.arm for plan in design.arms]
    kinds = note_kinds(session, keys)
    arms = [
        ArmToAudit(key, arm.label, arm.kind, arm.grey_mapping, counted(kinds.get(key, ())))
        for key, arm in arms_by_key(session, keys).items()
    ]
    said, marks = acknowledgement(session, study)
    made = picture_audit(audited.size, arms, pictures, faults, audited.sha256)
    before = remedies_of_size(session, audited.size)
    done = "" if before is None else str(before[1])
    return replace(made, acknowledged=said, acknowledged_marks=marks, remedies=done)


def audit_remedied(
    session: Session, store: RenditionStore, slug: str, remedies: Remedies
) -> PictureAudit:
    """The same cases as they would look after remedies that are applied to all arms alike.

    Raises BadDesign where a draft can't be drawn, BadInput for remedies that can't be used.
    """
    design = design_from_json(study_by_slug(session, slug).design)
    remedies.check(design.rendition_size)
    return _audit(session, store, slug, remedies)


def picture_of_case(session: Session, store: RenditionStore, slug: str, code: str) -> bytes:
    """The PNG of a case of a study, or of those that opening would draw, for the audit's page.

    Raises NotFound for a code that no case has, BadDesign where a draft can't be drawn.
    """
    study = study_by_slug(session, slug)
    for one in audited_set(session, study, design_from_json(study.design)).cases:
        if one.case.code == code:
            return store.read(one.picture.rendition)
    raise NotFound(said("The study {slug} has no case {code!r}.", slug=slug, code=code))


def _look_at(
    cases: Sequence[AuditedCase], store: RenditionStore, size: int, remedies: Remedies
) -> tuple[list[str], list[LookedAt]]:
    """Sentences on files that are not as they should be, and every picture with its measures."""
    faults, pictures = [], []
    for one in cases:
        row, measures = one.picture, None
        try:
            data = store.read(row.rendition)
        except NotFound:
            fault = "is not there"
        else:
            fault = file_fault(data, row.rendition, size)
            # Of practice cases the file counts and not how they look: nobody is rated by them.
            if not fault and not one.case.is_practice:
                pixels = pixels_of(data)
                if not remedies.is_empty:
                    pixels = remedied(pixels, remedies, size)
                measures = audit_measures_of(pixels)
        if fault:
            faults.append(f"The rendition {row.rendition[:12]} of arm {row.arm} {fault}.")
        pictures.append(
            LookedAt(
                one.case.code,
                row.arm,
                row.rendition,
                row.longer_side,
                row.record,
                row.fingerprint,
                measures,
                one.case.is_practice,
            )
        )
    return faults, pictures
