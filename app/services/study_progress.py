"""What an investigator may watch: progress, never results by arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.blind.designs import closing_day_of
from app.db.blind.readers import ReaderProgress, progress_of_readers
from app.db.investigators import roles_of
from app.db.studies import all_studies, newest_events, study_by_id, study_by_slug
from app.db.tables import ReaderKind, Study
from app.db.truth.bank_contents import arms_by_key, bank_counts, flagged_counts
from app.db.truth.bank_records import counts_by_key, keys_of_records
from app.domain.access import Account
from app.domain.design.design import RENDITION_SIZE, Memorised, StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import Status
from app.domain.memorised import counts_as_drawn
from app.domain.reader_message import ReaderMessage
from app.domain.record import ORDER_ACTIONS, RATING_ACTIONS, SITTING_ACTIONS

# On the study's own page; its record has all of them.
SHOWN_EVENTS = 100


@dataclass(frozen=True)
class ReaderLine:
    """One reader's progress."""

    code: str
    state: str
    rated: int
    total: int
    last_active_at: datetime | None
    is_revoked: bool
    has_withdrawn: bool
    is_erased: bool
    kind: ReaderKind
    label: str


@dataclass(frozen=True)
class StudyLine:
    """One study in the list."""

    slug: str
    title: str
    status: Status
    is_rehearsal: bool
    created_at: datetime
    cases: int
    readers: int
    finished: int
    rated: int
    to_rate: int


@dataclass(frozen=True)
class StudyOverview:
    """Everything of the study's own page.

    `last_day` is the last day of reading as it stands now, moved or not; `message` what readers of
    an open study are shown, on its last day and before.
    """

    line: StudyLine
    design: StudyDesign
    rehearsal_of: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    design_sha256: str | None
    cases_sha256: str | None
    readers: tuple[ReaderLine, ...]
    events: tuple[dict[str, Any], ...]
    last_day: date | None = None
    message: ReaderMessage | None = None


@dataclass(frozen=True)
class ArmHoldings:
    """An arm of the bank and what it holds of each stratum, flagged images as was asked.

    `flagged` counts the images that the bank flags as copies of training images.
    """

    key: str
    label: str
    kind: str
    description: str
    counts: Mapping[str, int]
    flagged: int = 0


def list_studies(session: Session, account: Account | None = None) -> tuple[StudyLine, ...]:
    """The studies that an account may see, newest first; without an account, all."""
    mine = None if account is None else roles_of(session, account.id)
    return tuple(
        _line(session, study)[0]
        for study in all_studies(session)
        if mine is None or study.id in mine
    )


def study_overview(session: Session, slug: str) -> StudyOverview:
    """One study with its readers and its log. Raises NotFound for a slug that no study has."""
    study = study_by_slug(session, slug)
    line, readers = _line(session, study)
    design = design_from_json(study.design)
    source = None if study.rehearsal_of_id is None else study_by_id(session, study.rehearsal_of_id)
    return StudyOverview(
        line=line,
        design=design,
        rehearsal_of=None if source is None else source.slug,
        opened_at=study.opened_at,
        closed_at=study.closed_at,
        design_sha256=study.design_sha256,
        cases_sha256=study.cases_sha256,
        last_day=closing_day_of(study),
        message=_message(study),
        readers=tuple(
            _reader_line(progress, design, is_open=study.status == "open") for progress in readers
        ),
        events=tuple(
            {"at": event.at, "actor": event.actor, "action": event.action, "detail": event.detail}
            for event in reversed(
                newest_events(
                    session,
                    study,
                    most=SHOWN_EVENTS,
                    besides=RATING_ACTIONS | ORDER_ACTIONS | SITTING_ACTIONS,
                )
            )
        ),
    )


def _message(study: Study) -> ReaderMessage | None:
    if study.message is None or study.status != "open":
        return None
    return ReaderMessage(study.message, study.message_until)


def bank_arms(
    session: Session,
    stratify_by: str = "condition",
    *,
    size: int = RENDITION_SIZE,
    memorised: Memorised = "keep",
) -> tuple[ArmHoldings, ...]:
    """The arms a design can be made of, real ones first, with their images of each stratum.

    By another key than the condition, images without a rendition of `size` pixels are left out, as
    they are from a draw, and so are those whose records say nothing under that key. Images flagged
    as copies of training images are left out, kept or apart as `memorised` says.
    """
    counts, flagged = bank_counts(session), flagged_counts(session)
    if stratify_by != "condition":
        counts = counts_by_key(session, stratify_by, size=size)
        flagged = flagged_counts(session, stratify_by, size=size)
    counts = counts_as_drawn(counts, flagged, memorised)
    return tuple(
        ArmHoldings(
            arm.key,
            arm.label,
            arm.kind,
            arm.description,
            {condition: count for (arm_key, condition), count in counts.items() if arm_key == key},
            sum(count for (arm_key, _), count in flagged.items() if arm_key == key),
        )
        for key, arm in arms_by_key(session).items()
    )


def record_keys(session: Session) -> tuple[str, ...]:
    """Keys of the bank's records by which cases may be drawn, matched or described."""
    return tuple(keys_of_records(session))


def _line(session: Session, study: Study) -> tuple[StudyLine, list[ReaderProgress]]:
    design = design_from_json(study.design)
    readers = list(progress_of_readers(session, study))
    # Machines neither wait nor are waited for.
    people = [
        progress
        for progress in readers
        if progress.reader.kind != "machine" and not progress.reader.has_left
    ]
    active = [progress for progress in people if progress.reader.revoked_at is None]
    line = StudyLine(
        slug=study.slug,
        title=study.title,
        status=study.status,
        is_rehearsal=study.rehearsal_of_id is not None,
        created_at=study.created_at,
        cases=design.case_count,
        readers=len(active),
        finished=sum(progress.reader.finished_at is not None for progress in active),
        rated=sum(progress.rated for progress in people),
        to_rate=sum(progress.total for progress in active),
    )
    return line, readers


def _reader_line(progress: ReaderProgress, design: StudyDesign, *, is_open: bool) -> ReaderLine:
    reader = progress.reader
    if reader.erased_at is not None:
        state = "erased"
    elif reader.withdrawn_at is not None:
        state = "has withdrawn"
    elif reader.revoked_at is not None:
        state = "link withdrawn"
    elif reader.finished_at is not None:
        state = "finished"
    elif progress.rated:
        state = "reading" if is_open else "not finished"
    elif reader.began_at is not None:
        state = "in practice" if design.practice.count else "has begun"
    elif reader.consented_at is not None:
        state = "has agreed"
    else:
        state = "invited"
    return ReaderLine(
        code=reader.code,
        state=state,
        rated=0 if reader.erased_at is not None else progress.rated,
        total=progress.total,
        last_active_at=None if reader.erased_at is not None else progress.last_active_at,
        is_revoked=reader.revoked_at is not None or reader.withdrawn_at is not None,
        has_withdrawn=reader.withdrawn_at is not None,
        is_erased=reader.erased_at is not None,
        kind=reader.kind,
        label=reader.label,
    )
