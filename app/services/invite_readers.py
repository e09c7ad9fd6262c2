"""Readers' personal links: made, revoked, made anew."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.presentations import presentation_count
from app.db.blind.readers import reader_by_code, readers_of
from app.db.studies import record_event, study_by_slug
from app.db.tables import Reader, Study
from app.domain.blinding import link_token, token_hash
from app.domain.design.reading import design_from_json
from app.domain.errors import BadInput, NotFound, Refused
from app.steps.lay_out_presentations import lay_out_presentations

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Invitation:
    """A reader's code and the token of her link; the token is shown once and kept nowhere."""

    code: str
    token: str


def invite_readers(
    session: Session, slug: str, *, count: int, now: datetime, actor: str
) -> tuple[Invitation, ...]:
    """Add `count` readers to a draft or open study."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(f"Invite 1 to {MOST_AT_ONCE} readers at a time, not {count}.")
    study = study_by_slug(session, slug, lock=True)
    if study.status == "closed":
        raise Refused(f"The study {slug} is closed; nobody can be invited any more.")
    first = len(readers_of(session, study)) + 1
    invitations = []
    for number in range(first, first + count):
        token = link_token()
        reader = Reader(
            study_id=study.id, code=f"R{number:02d}", token_hash=token_hash(token), invited_at=now
        )
        session.add(reader)
        session.flush()
        _lay_out_if_open(session, study, reader)
        invitations.append(Invitation(reader.code, token))
    record_event(
        session,
        study=study,
        actor=actor,
        action="invited",
        now=now,
        detail={"readers": [invitation.code for invitation in invitations]},
    )
    return tuple(invitations)


def revoke_link(session: Session, slug: str, code: str, *, now: datetime, actor: str) -> None:
    """Make a reader's link and her open pages useless; her ratings stay."""
    study, reader = _study_and_reader(session, slug, code)
    if reader.revoked_at is None:
        reader.revoked_at = now
        record_event(
            session,
            study=study,
            actor=actor,
            action="link revoked",
            now=now,
            detail={"reader": code},
        )


def reissue_link(
    session: Session, slug: str, code: str, *, now: datetime, actor: str
) -> Invitation:
    """Give a reader a new link; the old one and every page opened by it become useless."""
    study, reader = _study_and_reader(session, slug, code)
    if study.status == "closed":
        raise Refused(f"The study {slug} is closed; links are not made any more.")
    token = link_token()
    reader.token_hash = token_hash(token)
    reader.revoked_at = None
    _lay_out_if_open(session, study, reader)
    record_event(
        session, study=study, actor=actor, action="link reissued", now=now, detail={"reader": code}
    )
    return Invitation(code, token)


def _study_and_reader(session: Session, slug: str, code: str) -> tuple[Study, Reader]:
    study = study_by_slug(session, slug, lock=True)
    reader = reader_by_code(session, study, code)
    if reader is None:
        raise NotFound(f"The study {slug} has no reader {code!r}.")
    return study, reader


def _lay_out_if_open(session: Session, study: Study, reader: Reader) -> None:
    """An order exists from the moment both the cases and the reader do."""
    if study.status == "open" and not presentation_count(session, reader, is_practice=False):
        lay_out_presentations(session, reader, design_from_json(study.design))
