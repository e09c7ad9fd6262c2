"""From a personal link to the first case: who is she, has she agreed, what is her experience."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import reader_by_id, reader_by_token_hash, start_session
from app.db.tables import Reader
from app.domain.blinding import token_hash
from app.domain.errors import LinkRefused
from app.domain.profile import Profile

UNKNOWN_LINK = "This link is not known here; please check that it was copied whole."
REVOKED_LINK = "This link has been withdrawn; please ask the study's investigator for a new one."


def admit_by_link(session: Session, token: str, *, now: datetime) -> Reader:
    """The reader behind a link, with a new sitting begun; raises LinkRefused."""
    reader = reader_by_token_hash(session, token_hash(token))
    if reader is None:
        raise LinkRefused(UNKNOWN_LINK)
    if reader.revoked_at is not None:
        raise LinkRefused(REVOKED_LINK)
    start_session(session, reader, now)
    return reader


def admit_by_cookie(
    session: Session, reader_id: int, fingerprint: str, *, for_writing: bool
) -> Reader:
    """The reader behind a cookie; raises LinkRefused once her link is revoked or replaced."""
    reader = reader_by_id(session, reader_id, lock=for_writing)
    if reader is None or reader.revoked_at is not None or not fingerprint:
        raise LinkRefused(REVOKED_LINK)
    if link_fingerprint(reader) != fingerprint:
        raise LinkRefused(REVOKED_LINK)
    return reader


def link_fingerprint(reader: Reader) -> str:
    """Ties a cookie to the link it came from; a reissued link has another one."""
    return token_hash(reader.token_hash)[:22]


def give_consent(reader: Reader, *, now: datetime) -> None:
    """Record when the reader agreed; the first time counts."""
    if reader.consented_at is None:
        reader.consented_at = now


def keep_profile(reader: Reader, profile: Profile, *, now: datetime) -> None:
    """Store the reader's experience; it does not change once reading has begun."""
    if reader.began_at is None:
        reader.role = profile.role
        reader.specialty = profile.specialty
        reader.years_experience = profile.years_experience
        reader.reading_frequency = profile.reading_frequency
        reader.profiled_at = now


def begin_reading(reader: Reader, *, now: datetime) -> None:
    """Record that the instructions were read."""
    if reader.began_at is None:
        reader.began_at = now
