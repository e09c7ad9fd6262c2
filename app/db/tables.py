"""Every row the house keeps; the one place where they are described.

A presentation carries a `phase` and shows its cases through `shown_cases`, one a `slot`; where
several are shown they make up a `case_set`. What was said of it hangs on its ratings as `answers`.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

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

from app.domain.design.status import Status

Truth = Literal["real", "synthetic"]
ReaderKind = Literal["human", "simulated", "machine"]


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
    # Words of a closed list are plain text with a check of their own, not the database's enums.
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        Status: String(6),
        Truth: String(9),
        ReaderKind: String(9),
    }


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
    kind: Mapped[Truth]
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
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class Study(Base):
    """A design with its status; `design` is the canonical JSON whose digest is recorded."""

    __tablename__ = "studies"
    __table_args__ = (CheckConstraint("status IN ('draft', 'open', 'closed')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[Status] = mapped_column(default="draft")
    design: Mapped[str] = mapped_column(Text)
    design_sha256: Mapped[str | None] = mapped_column(String(64))
    cases_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # A rehearsal is a copy filled by simulated readers; it names the study it rehearses.
    rehearsal_of_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"))


class Case(Base):
    """One image of a study, drawn when it opened, read alone or as a picture of a set.

    `phase` is the first phase that shows it, `block` its group of cases in a split-plot study,
    `beside` the text shown beside it, as the bank held it when the study opened.
    """

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
    stratum: Mapped[str] = mapped_column(String(64), default="")
    phase: Mapped[int] = mapped_column(default=1)
    block: Mapped[int | None]
    beside: Mapped[str | None] = mapped_column(Text)


class CaseSet(Base):
    """Pictures that are shown together: one read unit of a study that shows several at a time."""

    __tablename__ = "case_sets"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    code: Mapped[str] = mapped_column(String(16))
    phase: Mapped[int] = mapped_column(default=1)
    block: Mapped[int | None]


class CaseSetMember(Base):
    """One case of a set; where it stands is drawn anew for each reader."""

    __tablename__ = "case_set_members"

    set_id: Mapped[int] = mapped_column(ForeignKey("case_sets.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)


class Reader(Base):
    """A medical professional under a pseudonymous code; of their link only the hash is kept.

    A reader may also be simulated (a rehearsal's) or a machine, whose `label` is its name; a human
    reader's `label` is the investigator's private note. `block` is the group of a split-plot study,
    `phase_begun` the last phase whose introduction was read, `consent_sha256` the digest of the
    text that was agreed to.
    """

    __tablename__ = "readers"
    __table_args__ = (
        UniqueConstraint("study_id", "code"),
        CheckConstraint("kind IN ('human', 'simulated', 'machine')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    code: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[ReaderKind] = mapped_column(default="human")
    label: Mapped[str] = mapped_column(String(200), default="")
    block: Mapped[int | None]
    invited_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consent_sha256: Mapped[str | None] = mapped_column(String(64))
    profiled_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    phase_begun: Mapped[int] = mapped_column(default=0)
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
    """One case, set of cases or end of a phase, shown once to one reader at a 1-based position.

    `position` counts within practice and within a phase; the questions at the end of a phase are
    its last presentation, without a picture. `exposure_ms` is how long a timed picture stays, and
    `exposed_at` when it was sent, once. `shown_at` is when the page was last served,
    `feedback_seen_at` when the truth of a practice case was acknowledged.
    """

    __tablename__ = "presentations"
    __table_args__ = (UniqueConstraint("reader_id", "phase", "is_practice", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    phase: Mapped[int] = mapped_column(default=1)
    is_practice: Mapped[bool] = mapped_column(default=False)
    is_phase_end: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    replicate: Mapped[int] = mapped_column(default=0)
    set_id: Mapped[int | None] = mapped_column(ForeignKey("case_sets.id"))
    exposure_ms: Mapped[int | None]
    exposed_at: Mapped[datetime | None]
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
    """The envelope of a reader's answers to one presentation; never changed, only superseded.

    The uniqueness of `supersedes_id` keeps corrections in one line, that of `submission` makes a
    resent form harmless, and `is_first` (true or NULL) allows one first rating.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("presentation_id", "submission"),
        UniqueConstraint("presentation_id", "is_first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("reading_sessions.id"))
    submission: Mapped[str] = mapped_column(String(64))
    is_first: Mapped[bool | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"), unique=True)
    shown_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime]
    reading_time_ms: Mapped[int | None]
    hidden_time_ms: Mapped[int | None]


class Answer(Base):
    """What was said to one question; a question left open or not asked has no row.

    `value` is the JSON of `app.domain.questions.answer`.
    """

    __tablename__ = "answers"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Event(Base):
    """What was done to a study and by whom, unblinding included; append-only."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
