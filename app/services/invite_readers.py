"""Readers' personal links: made, revoked, made anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import reader_by_code, reader_by_id, readers_of
from app.db.studies import record_event, study_by_slug
from app.db.tables import Reader, Study
from app.domain.allocation import too_few_readers
from app.domain.blinding import link_token, token_hash
from app.domain.design.reading import design_from_json
from app.domain.document import plain_text
from app.domain.errors import BadInput, NotFound, Refused
from app.domain.record import INVITED, REISSUED, REVOKED
from app.domain.said import said
from app.steps.lay_out_presentations import lay_out_early

MOST_AT_ONCE = 200
LONGEST_LABEL = 200


@dataclass(frozen=True)
class Invitation:
    """A reader's code and label, and the token of their link, which is shown once and kept nowhere.

    `label` is the investigator's own note; no reader and no file of results shows it.
    """

    code: str
    token: str
    label: str = ""

    @property
    def who(self) -> str:
        """The code and, where there is one, the label: what stands beside the link."""
        return f"{self.code} {self.label}".strip()


def invite_readers(
    session: Session,
    slug: str,
    *,
    count: int,
    now: datetime,
    actor: str,
    labels: Sequence[str] = (),
) -> tuple[Invitation, ...]:
    """Add `count` readers to a draft or open study; `labels` has a label for each, or none at all.

    Raises BadInput for a number or labels that can't be used, Refused for a closed study.
    """
    _ensure_labels(count, labels)
    study = study_by_slug(session, slug, lock=True)
    if study.status == "closed":
        raise Refused(
            said("The study {slug} is closed; nobody can be invited any more.", slug=slug)
        )
    design = design_from_json(study.design)
    first = sum(reader.kind == "human" for reader in readers_of(session, study)) + 1
    invitations = []
    for number, label in enumerate(labels or [""] * count, start=first):
        token = link_token()
        reader = Reader(
            study_id=study.id,
            code=f"R{number:02d}",
            token_hash=token_hash(token),
            label=plain_text(label),
            invited_at=now,
        )
        session.add(reader)
        session.flush()
        if study.status == "open":
            lay_out_early(session, reader, design, now=now)
        invitations.append(Invitation(reader.code, token, reader.label))
    record_event(
        session,
        study=study,
        actor=actor,
        action=INVITED,
        now=now,
        detail={"readers": [invitation.code for invitation in invitations]},
    )
    return tuple(invitations)


def readers_still_needed(session: Session, slug: str) -> str:
    """A sentence where more readers must be invited for every case to be read; else empty.

    Raises NotFound for a slug that no study has.
    """
    study = study_by_slug(session, slug)
    invited = [
        reader
        for reader in readers_of(session, study)
        if reader.kind == "human" and reader.revoked_at is None and not reader.has_left
    ]
    return too_few_readers(design_from_json(study.design), len(invited))


def _ensure_labels(count: int, labels: Sequence[str]) -> None:
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(
            said(
                "Invite 1 to {most_at_once} readers at a time, not {count}.",
                most_at_once=MOST_AT_ONCE,
                count=count,
            )
        )
    if labels and len(labels) != count:
        raise BadInput(
            said(
                "{n_labels} labels were given for {count} readers; give one for each.",
                n_labels=len(labels),
                count=count,
            )
        )
    for label in labels:
        if len(label) > LONGEST_LABEL or not plain_text(label).isprintable():
            raise BadInput(
                said(
                    "A label has at most {longest_label} characters, all on one line.",
                    longest_label=LONGEST_LABEL,
                )
            )


def revoke_link(session: Session, slug: str, code: str, *, now: datetime, actor: str) -> None:
    """Make a reader's link and their open pages useless; their ratings stay.

    Raises NotFound for a code that no reader with a link has.
    """
    study, reader = _study_and_reader(session, slug, code)
    if reader.revoked_at is None:
        reader.revoked_at = now
        record_event(
            session,
            study=study,
            actor=actor,
            action=REVOKED,
            now=now,
            detail={"reader": code},
        )


def reissue_link(
    session: Session, slug: str, code: str, *, now: datetime, actor: str
) -> Invitation:
    """Give a reader a new link; the old one is refused from then on.

    Raises NotFound for a code that no reader with a link has, Refused for a closed study.
    """
    study, reader = _study_and_reader(session, slug, code)
    if study.status == "closed":
        raise Refused(said("The study {slug} is closed; links are not made any more.", slug=slug))
    if reader.has_left:
        raise Refused(
            said(
                "{code} takes no part in {slug} any more; invite another reader instead.",
                code=code,
                slug=slug,
            )
        )
    token = link_token()
    reader.token_hash = token_hash(token)
    reader.revoked_at = None
    if study.status == "open":
        lay_out_early(session, reader, design_from_json(study.design), now=now)
    record_event(
        session, study=study, actor=actor, action=REISSUED, now=now, detail={"reader": code}
    )
    return Invitation(code, token, reader.label)


def _study_and_reader(session: Session, slug: str, code: str) -> tuple[Study, Reader]:
    reader = reader_by_code(session, study_by_slug(session, slug), code)
    if reader is None or reader.kind != "human":
        raise NotFound(
            said("The study {slug} has no reader {code!r} with a link.", slug=slug, code=code)
        )
    # The reader before the study, as a reader who begins locks them: the two can't block each
    # other for ever.
    reader_by_id(session, reader.id, lock=True)
    session.refresh(reader)
    return study_by_slug(session, slug, lock=True), reader
