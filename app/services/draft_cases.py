"""The very cases that opening a draft would draw, looked at one by one, and one swapped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.studies import record_event, study_by_slug
from app.db.truth.bank_contents import arms_by_key
from app.domain.design.design import ExcludedImage, StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import ensure_draft
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadDesign, NotFound, Refused
from app.domain.excluded import with_excluded
from app.domain.record import DESIGN_CHANGED, UNBLINDED
from app.domain.said import said
from app.steps.audited_set import AuditedCase, AuditedSet, audited_set


@dataclass(frozen=True)
class CaseTruth:
    """What an unblinded view tells of a case."""

    arm: str
    arm_label: str
    kind: str
    stratum: str
    image_id: int
    source_file: str


@dataclass(frozen=True)
class LookedAtCase:
    """A case as it may be looked at; `truth` is None in a blinded view."""

    code: str
    is_practice: bool
    is_replicated: bool
    phase: int
    rendition: str
    beside: str | None
    truth: CaseTruth | None = field(repr=False)


@dataclass(frozen=True)
class LookedAtCases:
    """All cases of a study, or those that opening would draw.

    `sha256` is the digest of exactly these, so that a form can say which cases it was about.
    """

    cases: tuple[LookedAtCase, ...]
    excluded: tuple[ExcludedImage, ...]
    sha256: str


@dataclass(frozen=True)
class Swapped:
    """What a swap changed: the case, and how many other cases changed with it."""

    code: str
    others: int


def blinded_cases(session: Session, slug: str) -> LookedAtCases:
    """The cases without their arms. Raises BadDesign where a draft can't be drawn."""
    design, drawn = _cases_of(session, slug)
    return _looked_at(design, drawn, {})


def unblinded_cases(session: Session, slug: str, *, now: datetime, actor: str) -> LookedAtCases:
    """The cases with their arms; the record says who saw them, in this transaction.

    Raises Refused while the study is open, BadDesign where a draft can't be drawn.
    """
    study = study_by_slug(session, slug)
    if study.status == "open":
        raise Refused(
            said(
                "{slug} is open: its arms are hidden until it is closed, so that nobody can "
                "steer it.",
                slug=slug,
            )
        )
    design, drawn = _cases_of(session, slug)
    labels = {
        key: (arm.label, arm.kind)
        for key, arm in arms_by_key(session, [plan.arm for plan in design.arms]).items()
    }
    record_event(
        session,
        study=study,
        actor=actor,
        action=UNBLINDED,
        now=now,
        detail={"set_sha256": drawn.sha256},
    )
    return _looked_at(design, drawn, labels)


def swap_case(
    session: Session, slug: str, code: str, *, reason: str, seen: str, now: datetime, actor: str
) -> Swapped:
    """Set the image of one case aside, so that another is drawn in its place.

    `seen` is the digest of the cases that were looked at. Raises StudyFrozen once the study is
    opened, Refused where other cases would be drawn by now or the image was picked by hand,
    NotFound for a code that no case has, BadInput without a reason, BadDesign where the bank has
    nothing to put in its place; then nothing has changed.
    """
    study = study_by_slug(session, slug, lock=True)
    ensure_draft(study.status, said("a case"))
    design = design_from_json(study.design)
    before = audited_set(session, study, design)
    if before.sha256 != seen:
        raise Refused(
            said(
                "The design or the bank changed since you looked, so other cases would be drawn; "
                "nothing was swapped. Look at them once more."
            )
        )
    image = next((one.picture.image for one in before.cases if one.case.code == code), None)
    if image is None:
        raise NotFound(said("The study {slug} has no case {code!r}.", slug=slug, code=code))
    changed = with_excluded(design, image, reason)
    try:
        after = audited_set(session, study, changed)
    except BadDesign as error:
        raise Refused(
            said("{code} can't be swapped: {reason}.", code=code, reason=error.reason)
        ) from None
    study.design = design_to_json(changed)
    record_event(
        session,
        study=study,
        actor=actor,
        action=DESIGN_CHANGED,
        now=now,
        detail={
            "design_sha256": digest(study.design),
            "swapped": code,
            "image": image,
            "reason": changed.excluded[-1].reason,
        },
    )
    return Swapped(code, _others_changed(before, after, code))


def _others_changed(before: AuditedSet, after: AuditedSet, code: str) -> int:
    now = {one.case.code: one.picture.image for one in after.cases}
    return sum(
        now.get(one.case.code) != one.picture.image for one in before.cases if one.case.code != code
    )


def _cases_of(session: Session, slug: str) -> tuple[StudyDesign, AuditedSet]:
    study = study_by_slug(session, slug)
    design = design_from_json(study.design)
    return design, audited_set(session, study, design)


def _looked_at(
    design: StudyDesign, drawn: AuditedSet, labels: Mapping[str, tuple[str, str]]
) -> LookedAtCases:
    return LookedAtCases(
        tuple(_one(case, labels) for case in drawn.cases), design.excluded, drawn.sha256
    )


def _one(one: AuditedCase, labels: Mapping[str, tuple[str, str]]) -> LookedAtCase:
    case, picture = one.case, one.picture
    truth = None
    if case.arm in labels:
        label, kind = labels[case.arm]
        truth = CaseTruth(
            case.arm, label, kind, case.stratum, picture.image_id, picture.source_file
        )
    return LookedAtCase(
        code=case.code,
        is_practice=case.is_practice,
        is_replicated=case.is_replicated,
        phase=case.phase,
        rendition=picture.rendition,
        beside=one.beside,
        truth=truth,
    )
