"""From a personal link to the first case: who is it, have they agreed, what is their experience."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.db.blind.closing import hold_open
from app.db.blind.presentations import presentation_count
from app.db.blind.reader_row import ReaderRow, reader_row
from app.db.blind.readers import (
    current_session,
    reader_by_token_hash,
    start_session,
)
from app.db.blind.record import NewEvent, append_event
from app.db.blind.tables import Reader
from app.domain.blinding import BlindedDesign, token_hash
from app.domain.consent import consent_digest
from app.domain.desk import Purpose
from app.domain.errors import LinkRefused, Refused
from app.domain.grey_steps import GreySteps, with_check
from app.domain.profile import Profile
from app.domain.record import AGREED

UNKNOWN_LINK = "This link is not known here; please check that it was copied whole."
REVOKED_LINK = "This link has been withdrawn; please ask the study's investigator for a new one."


class LaysOut(Protocol):
    """Stores the presentations of a reader who has none yet; whoever does so knows arms."""

    def __call__(self, session: Session, reader: Reader, now: datetime) -> None:
        """Compute the reader's order and store it as rows; done again, nothing changes."""


def admit_by_link(session: Session, token: str) -> Reader:
    """The reader behind a link, locked; raises LinkRefused."""
    reader = reader_by_token_hash(session, token_hash(token))
    if reader is None:
        raise LinkRefused(UNKNOWN_LINK)
    if reader.revoked_at is not None:
        raise LinkRefused(REVOKED_LINK)
    return reader


def begin_sitting(session: Session, reader: Reader, *, now: datetime) -> None:
    """Note that a reader came by their link; raises StudyNotOpen once the study is closed.

    Who has withdrawn comes to be told so, and sits down to nothing.
    """
    if reader.withdrawn_at is not None and reader.study.status == "open":
        return
    # Before a study opens its readers may come and are told to wait.
    if reader.study.status != "draft":
        hold_open(session, reader)
    start_session(session, reader, now)


def admit_by_cookie(
    session: Session, reader_id: int, fingerprint: str, purpose: Purpose
) -> ReaderRow:
    """The reader behind a cookie; raises LinkRefused once the link is revoked or replaced.

    They are locked unless they only look, and their study is held where they answer.
    """
    holds_study = purpose == "answer"
    reader = reader_row(session, reader_id, lock=purpose != "look", holds_study=holds_study)
    if reader is None or reader.revoked_at is not None or not fingerprint:
        raise LinkRefused(REVOKED_LINK)
    if link_fingerprint(reader) != fingerprint:
        raise LinkRefused(REVOKED_LINK)
    return reader


def link_fingerprint(reader: Reader | ReaderRow) -> str:
    """Ties a cookie to the link it came from; a reissued link has another one."""
    return token_hash(reader.token_hash)[:22]


def give_consent(session: Session, reader: Reader, design: BlindedDesign, *, now: datetime) -> None:
    """Record when the reader agreed and to which text; the first time counts."""
    if reader.consented_at is not None:
        return
    reader.consented_at = now
    reader.consent_sha256 = consent_digest(design)
    agreed = {"reader": reader.code, "text_sha256": reader.consent_sha256}
    append_event(session, reader.study_id, NewEvent(now, reader.code, AGREED, agreed))


def keep_profile(reader: Reader, profile: Profile, *, now: datetime) -> None:
    """Store the reader's experience; it does not change once reading has begun."""
    if reader.began_at is None:
        reader.role = profile.role
        reader.specialty = profile.specialty
        reader.years_experience = profile.years_experience
        reader.reading_frequency = profile.reading_frequency
        reader.display = profile.display
        reader.ambient_light = profile.ambient_light
        reader.profiled_at = now


def keep_grey_steps(session: Session, reader: Reader, check: GreySteps, *, now: datetime) -> None:
    """Store a grey-step check with the sitting that goes on, or with a new one after a pause."""
    sitting = current_session(session, reader, now)
    sitting.grey_steps = with_check(sitting.grey_steps, check)


def begin_reading(
    session: Session, reader: Reader, design: BlindedDesign, lay_out: LaysOut, *, now: datetime
) -> None:
    """Record that the instructions were read, and lay out the cases where that waits for readers.

    The first phase has begun with it, unless it has an introduction of its own. Raises Refused
    where no case is left for this reader.
    """
    if reader.began_at is not None:
        return
    if presentation_count(session, reader, is_practice=False) == 0:
        lay_out(session, reader, now)
        if presentation_count(session, reader, is_practice=False) == 0:
            raise Refused("There are no cases for you in this study; please tell its investigator.")
    reader.began_at = now
    reader.phase_begun = 0 if design.phase(1).introduction else 1
