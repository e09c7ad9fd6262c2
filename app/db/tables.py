"""Every row the house keeps: those that tell arms and images, and those of app/db/blind/tables.py.

Whoever imports this module can ask for the truth, so nothing that reading imports may.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db.blind.tables import (
    Answer,
    AppendOnlyGate,
    Case,
    CaseSet,
    Chain,
    Event,
    PhaseReference,
    Presentation,
    Rating,
    Reader,
    ReadingSession,
    Rendition,
    ShownCase,
    Study,
)
from app.db.mapping import Base, ReaderKind, UtcDateTime
from app.domain.access import Role

__all__ = [
    "Answer",
    "ApiToken",
    "AppendOnlyGate",
    "Arm",
    "Base",
    "Case",
    "CaseSet",
    "CaseSetMember",
    "Chain",
    "Event",
    "Heartbeat",
    "Image",
    "Investigator",
    "PhaseReference",
    "Presentation",
    "Rating",
    "Reader",
    "ReaderKind",
    "ReadingSession",
    "Rendition",
    "ShownCase",
    "SignIn",
    "SignInTries",
    "Study",
    "StudyRole",
    "Truth",
    "UtcDateTime",
]

Truth = Literal["real", "synthetic"]


class Investigator(Base):
    """An account; `role` is that on the installation, see app/domain/access.py."""

    __tablename__ = "investigators"
    __table_args__ = (CheckConstraint("role IN ('owner', 'investigator', 'monitor')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(default="investigator")
    # Somebody else knows it: its owner chooses another before anything else.
    password_is_given: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StudyRole(Base):
    """What an account is to a study; without a row the study does not exist for it."""

    __tablename__ = "study_roles"
    __table_args__ = (CheckConstraint("role IN ('owner', 'investigator', 'monitor')", name="role"),)

    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), primary_key=True)
    investigator_id: Mapped[int] = mapped_column(
        ForeignKey("investigators.id"), primary_key=True, index=True
    )
    role: Mapped[Role]
    given_at: Mapped[datetime]


class SignIn(Base):
    """A browser that is signed in; of what its cookie says only the hash is kept.

    Deleted when it signs out, when its account is disabled or gets a new password, and once it is
    too old.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    investigator_id: Mapped[int] = mapped_column(ForeignKey("investigators.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    begun_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class ApiToken(Base):
    """What a program shows to act for an account; only its hash is kept.

    It ends at `expires_at`, when it is revoked, and while its account is disabled.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    investigator_id: Mapped[int] = mapped_column(ForeignKey("investigators.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInTries(Base):
    """How often somebody tried to sign in from an address, or under a name, since it succeeded."""

    __tablename__ = "sign_in_tries"

    # What is counted, as a digest.
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)


class Heartbeat(Base):
    """One row, written to see whether the database can be written."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    beats: Mapped[int]


class Arm(Base):
    """An image source; the one home of truth: `kind` is `real` or `synthetic`."""

    __tablename__ = "arms"
    __table_args__ = (CheckConstraint("kind IN ('real', 'synthetic')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[Truth] = mapped_column(String(9))
    description: Mapped[str] = mapped_column(Text, default="")
    training_summary: Mapped[str] = mapped_column(Text, default="")
    generated: Mapped[int | None]
    rejected: Mapped[int | None]
    rejection_rule: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(Text, default="")
    attribution: Mapped[str] = mapped_column(Text, default="")
    bank_name: Mapped[str] = mapped_column(String(200), default="")
    # How its files became grey levels (app.films.film.GreyMapping); never changed afterwards.
    grey_mapping: Mapped[str] = mapped_column(String(12), default="dicom-window")
    # Whatever else a bank's header says of the arm (evaluation results, say).
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    imported_at: Mapped[datetime]


class Image(Base):
    """One image of an arm, named by the SHA-256 of the file it came from."""

    __tablename__ = "images"
    __table_args__ = (UniqueConstraint("arm_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    arm_id: Mapped[int] = mapped_column(ForeignKey("arms.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    # The bank's own label; normal and abnormal are the usual two.
    condition: Mapped[str] = mapped_column(String(64))
    source_file: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    provenance: Mapped[dict[str, Any]]
    # What was odd about the film, as Note.written of app.films has it, [kind, text] in older
    # rows; None: read before this was kept.
    notes: Mapped[list[Any] | None] = mapped_column(JSON)
    # By which nearly the same picture is known again (app.films.likeness).
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class CaseSetMember(Base):
    """One case of a set; where it stands is drawn anew for each reader."""

    __tablename__ = "case_set_members"

    set_id: Mapped[int] = mapped_column(ForeignKey("case_sets.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
