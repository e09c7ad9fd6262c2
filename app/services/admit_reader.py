"""From a personal link to the first case: who is it, have they agreed, what is their experience."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.db.blind.answers import sitting_begun
from app.db.blind.closing import hold_open
from app.db.blind.presentations import Way, asks_way, presentation_count, way_from
from app.db.blind.reader_row import ReaderRow, asks_reader
from app.db.blind.readers import (
    add_check,
    asks_sitting,
    continue_sitting,
    reader_by_token_hash,
    start_session,
    stored_profile,
)
from app.db.blind.record import NewEvent, append_event, append_events
from app.db.blind.tables import Reader
from app.db.statements import Row, ask
from app.domain.blinding import BlindedDesign, token_hash
from app.domain.consent import consent_digest
from app.domain.desk import Purpose
from app.domain.errors import LinkRefused, Refused
from app.domain.grey_steps import GreySteps
from app.domain.profile import Profile
from app.domain.record import (
    AGREED,
    DISPLAY_CHECKED,
    PROFILED,
    check_digest,
    new_salt,
    profile_digest,
)
from app.domain.said import said

UNKNOWN_LINK = said(
    "This link is not known here; please check that it was copied whole, or ask whoever sent it."
)
REVOKED_LINK = said(
    "This link has been withdrawn; please ask the study's investigator for a new one."
)


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
    sitting = start_session(session, reader, now)
    append_event(session, reader.study_id, sitting_begun(reader, sitting.number, now))


@dataclass(frozen=True)
class Admitted:
    """A reader at their desk, with what was asked along: their way and their last sitting."""

    reader: ReaderRow
    way: Way
    last_sitting: Sequence[Row]


def admit_by_cookie(
    session: Session, reader_id: int, fingerprint: str, purpose: Purpose
) -> Admitted:
    """The reader behind a cookie; raises LinkRefused once the link is revoked or replaced.

    They are locked unless they only look, and their study is held where they answer. What comes
    along was read after that.
    """
    holds_study = purpose == "answer"
    rows, way, last_sitting = ask(
        session,
        asks_reader(reader_id, lock=purpose != "look", holds_study=holds_study),
        asks_way(reader_id),
        asks_sitting(reader_id),
    )
    reader = ReaderRow(*rows[0]) if rows else None
    if reader is None or reader.revoked_at is not None or not fingerprint:
        raise LinkRefused(REVOKED_LINK)
    if link_fingerprint(reader) != fingerprint:
        raise LinkRefused(REVOKED_LINK)
    return Admitted(reader, way_from(session, reader_id, way), last_sitting)


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


def keep_profile(session: Session, reader: Reader, profile: Profile, *, now: datetime) -> None:
    """Store and record the reader's experience; it does not change once reading has begun."""
    if reader.began_at is None:
        salt = _salt_of(reader)
        reader.role = profile.role
        reader.specialty = profile.specialty
        reader.years_experience = profile.years_experience
        reader.reading_frequency = profile.reading_frequency
        reader.display = profile.display
        reader.ambient_light = profile.ambient_light
        reader.profiled_at = now
        detail = {
            "reader": reader.code,
            "profile_sha256": profile_digest(salt, stored_profile(reader), now),
        }
        append_event(session, reader.study_id, NewEvent(now, reader.code, PROFILED, detail))


def keep_grey_steps(session: Session, reader: Reader, check: GreySteps, *, now: datetime) -> None:
    """Store and record a grey-step check with the sitting that goes on, or with a new one."""
    sitting = continue_sitting(session, reader, now)
    checks = add_check(session, sitting.id, check)
    detail = {
        "reader": reader.code,
        "sitting": sitting.number,
        "checks_sha256": check_digest(_salt_of(reader), checks),
    }
    begun = [sitting_begun(reader, sitting.number, now)] if sitting.is_new else []
    events = [*begun, NewEvent(now, reader.code, DISPLAY_CHECKED, detail)]
    append_events(session, reader.study_id, events)


def _salt_of(reader: Reader) -> str:
    """What the digests of the reader's profile and checks are made with; random, made once."""
    if reader.seal_salt is None:
        reader.seal_salt = new_salt()
    return reader.seal_salt


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
            raise Refused(
                said("There are no cases for you in this study; please tell its investigator.")
            )
    reader.began_at = now
    reader.phase_begun = 0 if design.phase(1).introduction else 1
