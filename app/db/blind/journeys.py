"""Where one reader stands, from the rows; the rule is app/domain/journey.py."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.blind.answers import practice_without_feedback
from app.db.blind.presentations import PresentationRow, Way, presentation_by_token, way_of
from app.db.blind.reader_row import ReaderRow
from app.db.blind.readers import check_holds_until
from app.db.blind.tables import Presentation, Rating
from app.domain.blinding import BlindedDesign
from app.domain.journey import Place, Progress


@dataclass(frozen=True)
class Journey:
    """The facts of a reader's way and the rows at hand: due now, due next and rated last.

    `after` is what is due after `following`, as far as it was read.
    """

    progress: Progress
    current: PresentationRow | None
    following: PresentationRow | None
    after: PresentationRow | None
    last: PresentationRow | None


def journey_of(
    session: Session, reader: ReaderRow, design: BlindedDesign, way: Way | None = None
) -> Journey:
    """How far the reader has come through the reader's own presentations; `way` if it is known."""
    return _journey(session, reader, design, way or way_of(session, reader))


def journey_after(
    session: Session, reader: ReaderRow, design: BlindedDesign, journey: Journey, now: datetime
) -> Journey:
    """The journey once its current presentation has its first rating; hardly anything is asked."""
    way = Way(journey.following, journey.after, None, journey.current)
    return _journey(session, reader, design, way, rated_at=now)


def row_by_token(
    session: Session, reader: ReaderRow, journey: Journey, token: str
) -> PresentationRow | None:
    """One of this reader's own presentations; asked for only where it isn't at hand."""
    at_hand = (journey.current, journey.following, journey.after, journey.last)
    known = next((row for row in at_hand if row is not None and row.token == token), None)
    return known or presentation_by_token(session, reader, token)


def _journey(
    session: Session,
    reader: ReaderRow,
    design: BlindedDesign,
    way: Way,
    *,
    rated_at: datetime | None = None,
) -> Journey:
    current, last = way.current, way.last
    washout_days = 0 if current is None else design.phase(current.phase).washout_days
    in_practice = last is not None and last.is_practice
    if washout_days and rated_at is None:
        rated_at = _last_rated_at(session, reader)
    progress = Progress(
        has_consented=reader.consented_at is not None,
        has_profile=reader.profiled_at is not None,
        has_begun=reader.began_at is not None,
        due=_place(current),
        last=_place(last),
        last_rated_at=rated_at,
        phase_begun=reader.phase_begun,
        tells_truth=design.practice_feedback,
        feedback_is_due=design.practice_feedback
        and in_practice
        and practice_without_feedback(session, reader) is not None,
        washout_days=washout_days,
        break_every=design.break_every,
        break_taken_after=reader.break_taken_after,
        has_withdrawn=reader.withdrawn_at is not None,
        needs_check=design.display.grey_check,
        check_holds=check_holds_until(session, reader) if design.display.grey_check else None,
    )
    return Journey(progress, current, way.following, way.after, last)


def _place(row: PresentationRow | None) -> Place | None:
    if row is None:
        return None
    return Place(row.phase, row.is_practice, row.is_phase_end, row.position)


def _last_rated_at(session: Session, reader: ReaderRow) -> datetime | None:
    return session.scalar(
        select(func.max(Rating.submitted_at))
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .where(Presentation.reader_id == reader.id)
    )
