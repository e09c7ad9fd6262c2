"""Opening a study, which freezes it, and closing it, which ends reading."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import readers_of
from app.db.studies import record_event, study_by_slug
from app.db.tables import Study
from app.db.truth.cases import shared_renditions
from app.domain.allocation import too_few_readers
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import STATUS_WORDS, is_past
from app.domain.design.warnings import design_warnings
from app.domain.errors import BadDesign, BadInput, Leaks, NotAcknowledged, NotAudited, Refused
from app.domain.kept import kept
from app.domain.leak_verdict import LONGEST_ACKNOWLEDGEMENT, LeakVerdict
from app.domain.record import CLOSED, OPENED
from app.domain.said import said
from app.domain.signing import Signature, written_signature
from app.steps.audited_set import frozen_set
from app.steps.draw_cases import FrozenCases, freeze_cases
from app.steps.freeze_digests import frozen_digests
from app.steps.kept_verdict import kept_verdict
from app.steps.lay_out_presentations import lay_out_early


@dataclass(frozen=True)
class Opened:
    """What opening froze; `sets` are made of the cases, `warnings` are sentences to read.

    `leak_marks` are sentences of the leak audit that were acknowledged.
    """

    cases: int
    sets: int
    practice_cases: int
    design_sha256: str
    cases_sha256: str
    warnings: tuple[str, ...]
    leak_marks: tuple[str, ...] = ()


def open_study(
    session: Session,
    slug: str,
    *,
    now: datetime,
    actor: str,
    signed: Signature | None = None,
    acknowledged: str = "",
) -> Opened:
    """Draw the cases, record the digests of design and cases, lay out the readers' orders.

    Where readers share the cases among them, theirs are laid out when they begin. `acknowledged`
    says why arms that the leak audit marks are meant to be read as they are.

    Raises
    ------
    Refused
        For a study that is no draft.
    BadDesign
        Where the bank lacks what the design asks for or the closing date has passed.
    NotAudited, Leaks, NotAcknowledged
        Where exactly these cases were not audited, where the audit found that files or delivery
        give the truth away, where it marks pictures and `acknowledged` is empty.
    BadInput
        For an acknowledgement that is too long.
    """
    study = study_by_slug(session, slug, lock=True)
    _refuse_all_but_drafts(study)
    design = design_from_json(study.design)
    _refuse_past_days(design, now)
    frozen = freeze_cases(session, study, design)
    verdict = _passed(session, study, design, acknowledged)
    study.status = "open"
    study.opened_at = now
    readers = [
        reader
        for reader in readers_of(session, study)
        if reader.revoked_at is None and reader.kind == "human"
    ]
    for reader in readers:
        lay_out_early(session, reader, design, now=now)
    warnings = _warnings(session, study, design, frozen, invited=len(readers))
    record_event(
        session,
        study=study,
        actor=actor,
        action=OPENED,
        now=now,
        detail={
            **frozen_digests(session, study, design, frozen),
            "warnings": [str(one) for one in warnings],
            "warnings_made_of": kept(warnings),
            "left_out_as_memorised": dict(frozen.draw.left_out),
            "audited_sha256": verdict.set_sha256,
            "leak_marks": [str(one) for one in verdict.marks],
            "leak_marks_made_of": kept(verdict.marks),
            "acknowledged": acknowledged.strip(),
            **written_signature(signed),
        },
    )
    practice = sum(one.case.is_practice for one in frozen.draw.cases)
    return Opened(
        len(frozen.draw.cases) - practice,
        len(frozen.draw.sets),
        practice,
        frozen.design_sha256,
        frozen.cases_sha256,
        warnings,
        verdict.marks,
    )


def _refuse_past_days(design: StudyDesign, now: datetime) -> None:
    if is_past(design.closes_on, now):
        raise BadDesign(
            "closes_on",
            said("{closes_on} is over; name a later day, or none", closes_on=design.closes_on),
        )
    if is_past(design.withdrawal.last_day, now):
        raise BadDesign(
            "withdrawal.last_day",
            said("{last_day} is over; name a later day", last_day=design.withdrawal.last_day),
        )


def ensure_is_draft(session: Session, slug: str) -> None:
    """Raise Refused unless the study is a draft; before work that only opening needs."""
    _refuse_all_but_drafts(study_by_slug(session, slug))


def _refuse_all_but_drafts(study: Study) -> None:
    if study.status != "draft":
        raise Refused(
            said(
                "The study {slug} is {status} already; only a draft can be opened.",
                slug=study.slug,
                status=STATUS_WORDS[study.status],
            )
        )


def _passed(session: Session, study: Study, design: StudyDesign, acknowledged: str) -> LeakVerdict:
    """The audit of the cases that were just frozen, if the study may open with it."""
    given = acknowledged.strip()
    if len(given) > LONGEST_ACKNOWLEDGEMENT:
        raise BadInput(
            said(
                "The acknowledgement has {n_given} characters; {longest_acknowledgement} are "
                "enough.",
                n_given=len(given),
                longest_acknowledgement=LONGEST_ACKNOWLEDGEMENT,
            )
        )
    verdict = kept_verdict(session, study, frozen_set(session, study, design).sha256)
    if verdict is None:
        raise NotAudited(
            said(
                "The cases that {slug} would open with were not audited for leaks, or the "
                "bank or the design changed since; check the pictures, then open it.",
                slug=study.slug,
            )
        )
    if verdict.leaks:
        more = f" (and {len(verdict.leaks) - 1} more)" if len(verdict.leaks) > 1 else ""
        raise Leaks(
            said(
                "{slug} can't open, its pictures give themselves away: {leaks}{more} Mend "
                "that, then check the pictures again.",
                slug=study.slug,
                leaks=verdict.leaks[0],
                more=more,
            )
        )
    if verdict.marks and not given:
        raise NotAcknowledged(
            said(
                "{marks} Remedy it, or say why these pictures are meant to be read as they "
                "are: the report prints it.",
                marks=verdict.marks[0],
            )
        )
    return verdict


def _warnings(
    session: Session, study: Study, design: StudyDesign, frozen: FrozenCases, *, invited: int
) -> tuple[str, ...]:
    """What is not wrong but perhaps not meant, each as a sentence."""
    warnings = [*design_warnings(design), *frozen.draw.notes]
    shared = shared_renditions(session, study)
    if shared:
        warnings.append(
            said(
                "{count} pictures stand for cases of more than one arm (the first is rendition "
                "{first}); readers can't be right about all of them.",
                count=len(shared),
                first=shared[0][:12],
            )
        )
    few = too_few_readers(design, invited)
    return (*warnings, few) if few else tuple(warnings)


def close_study(
    session: Session, slug: str, *, now: datetime, actor: str, signed: Signature | None = None
) -> None:
    """End reading for good; results may be seen from now on.

    Raises Refused for a study that is not open.
    """
    study = study_by_slug(session, slug, lock=True)
    if study.status != "open":
        raise Refused(
            said(
                "The study {slug} is {status}; only an open study can be closed.",
                slug=slug,
                status=STATUS_WORDS[study.status],
            )
        )
    study.status = "closed"
    study.closed_at = now
    record_event(
        session,
        study=study,
        actor=actor,
        action=CLOSED,
        now=now,
        detail=written_signature(signed),
    )
