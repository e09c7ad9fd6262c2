"""Every row the house keeps; the one place where they are described.

Two rooms are left empty on purpose. A presentation carries a `phase`, so that a study may later
have several (a naive one, then an informed one), and shows its cases through `shown_cases` with a
`slot`, so that it may later show a pair (2AFC); today phase and slot are always 1.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; it would be ambiguous."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite returns naive moments; they are UTC because nothing else was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Mapped base with fixed constraint names, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime(), dict[str, Any]: JSON()}


class Investigator(Base):
    """Who designs, invites, opens, closes and reads reports."""

    __tablename__ = "investigators"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    # Raised by a new password; a session cookie made under an older number is void.
    session_epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Arm(Base):
    """An image source; the one home of truth: `kind` is `real` or `synthetic`."""

    __tablename__ = "arms"
    __table_args__ = (CheckConstraint("kind IN ('real', 'synthetic')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(9))
    description: Mapped[str] = mapped_column(Text, default="")
    training_summary: Mapped[str] = mapped_column(Text, default="")
    generated: Mapped[int | None]
    rejected: Mapped[int | None]
    rejection_rule: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(Text, default="")
    attribution: Mapped[str] = mapped_column(Text, default="")
    bank_name: Mapped[str] = mapped_column(String(200), default="")
    # How its files became grey levels (app.films.film.GreyMapping); never changed afterwards.
    grey_mapping: Mapped[str] = mapped_column(
        String(12), default="dicom-window", server_default="dicom-window"
    )
    # Whatever else a bank's header says of the arm (evaluation results, say).
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    imported_at: Mapped[datetime]


class Image(Base):
    """One image of an arm, named by the SHA-256 of the file it came from."""

    __tablename__ = "images"
    __table_args__ = (
        UniqueConstraint("arm_id", "sha256"),
        CheckConstraint("condition IN ('normal', 'abnormal')", name="condition"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    arm_id: Mapped[int] = mapped_column(ForeignKey("arms.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    condition: Mapped[str] = mapped_column(String(8))
    source_file: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    provenance: Mapped[dict[str, Any]]
    # What was odd about the film, as [kind, text]; None: read before this was kept.
    notes: Mapped[list[Any] | None] = mapped_column(JSON)
    # By which nearly the same picture is known again (app.films.likeness).
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class Rendition(Base):
    """An image's canonical encoding at one size; `sha256` names the file in the store."""

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("image_id", "size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    size: Mapped[int]
    # Pixels of the longer side that its detail was limited to; None: not limited.
    resolution: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class Study(Base):
    """A design with its status; `design` is the canonical JSON whose digest is recorded."""

    __tablename__ = "studies"
    __table_args__ = (CheckConstraint("status IN ('draft', 'open', 'closed')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(6), default="draft")
    design: Mapped[str] = mapped_column(Text)
    design_sha256: Mapped[str | None] = mapped_column(String(64))
    cases_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # A rehearsal is a copy filled by simulated readers; it names the study it rehearses.
    rehearsal_of_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"))


class Case(Base):
    """One read unit of a study, drawn when it opened."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("study_id", "image_id"),
        UniqueConstraint("study_id", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    code: Mapped[str] = mapped_column(String(16))
    is_practice: Mapped[bool] = mapped_column(default=False)
    is_replicated: Mapped[bool] = mapped_column(default=False)


class Reader(Base):
    """A medical professional under a pseudonymous code; of her link only the hash is kept."""

    __tablename__ = "readers"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    code: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_simulated: Mapped[bool] = mapped_column(default=False)
    invited_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    profiled_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    role: Mapped[str | None] = mapped_column(String(40))
    specialty: Mapped[str | None] = mapped_column(String(40))
    years_experience: Mapped[int | None]
    reading_frequency: Mapped[str | None] = mapped_column(String(40))
    order_seed: Mapped[str | None] = mapped_column(String(80))
    order_algorithm: Mapped[str | None] = mapped_column(String(40))
    # The number of cases done at the last break that was taken, so that none is shown twice.
    break_taken_after: Mapped[int] = mapped_column(default=0)
    study: Mapped[Study] = relationship()


class ReadingSession(Base):
    """One sitting of one reader; a new one starts with the link or after a long pause."""

    __tablename__ = "reading_sessions"
    __table_args__ = (UniqueConstraint("reader_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    last_active_at: Mapped[datetime]


class Presentation(Base):
    """One case (or, one day, a pair) shown once to one reader, at a 1-based position.

    `position` counts within practice and within the study proper. `shown_at` is when the page
    was last served, `feedback_seen_at` when the truth of a practice case was acknowledged.
    """

    __tablename__ = "presentations"
    __table_args__ = (UniqueConstraint("reader_id", "phase", "is_practice", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    phase: Mapped[int] = mapped_column(default=1)
    is_practice: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    replicate: Mapped[int] = mapped_column(default=0)
    first_shown_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    feedback_seen_at: Mapped[datetime | None]


class ShownCase(Base):
    """Which case stands in which slot of a presentation."""

    __tablename__ = "shown_cases"

    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, default=1)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)


class Rating(Base):
    """A reader's answers to one presentation; never changed, only superseded by a newer row.

    The uniqueness of `supersedes_id` keeps corrections in one line, that of `submission` makes a
    resent form harmless, and `is_first` (true or NULL) allows one first rating.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("presentation_id", "submission"),
        UniqueConstraint("presentation_id", "is_first"),
        CheckConstraint("verdict IN ('real', 'synthetic')", name="verdict"),
        CheckConstraint("confidence BETWEEN 1 AND 5", name="confidence"),
        CheckConstraint("realism BETWEEN 0 AND 100", name="realism"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("reading_sessions.id"))
    submission: Mapped[str] = mapped_column(String(64))
    is_first: Mapped[bool | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"), unique=True)
    realism: Mapped[int | None]
    verdict: Mapped[str | None] = mapped_column(String(9))
    confidence: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    shown_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime]
    reading_time_ms: Mapped[int | None]
    hidden_time_ms: Mapped[int | None]


class Event(Base):
    """What was done to a study and by whom, unblinding included; append-only."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
