"""The rows that reading touches: no arm, no image and no file is described here.

A presentation carries a `phase` and shows its cases through `shown_cases`, one a `slot`; where
several are shown they make up a `case_set`. What was said of it hangs on its ratings as `answers`.
A case names its image by a number only; who wants to know more of it needs `app.db.tables`, which
import-linter keeps from everything that reading imports.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.mapping import Base, ReaderKind
from app.domain.design.status import Status


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
    """A design with its status; `design` is the canonical JSON whose digest is recorded.

    `last_day` is the last day of reading where it was moved after opening; else the design's holds.
    `message` is what readers are shown, until the day `message_until` where one is given.
    """

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
    last_day: Mapped[date | None]
    message: Mapped[str | None] = mapped_column(Text)
    message_until: Mapped[date | None]
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


class PhaseReference(Base):
    """The picture that stands beside every case of a phase to be compared with; itself no case."""

    __tablename__ = "phase_references"

    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), primary_key=True)
    phase: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))


class Reader(Base):
    """A medical professional under a pseudonymous code; of their link only the hash is kept.

    A reader may also be simulated (a rehearsal's) or a machine, whose `label` is its name; a human
    reader's `label` is the investigator's private note. `block` is the group of a split-plot study,
    `phase_begun` the last phase whose introduction was read, `consent_sha256` the digest of the
    text that was agreed to. Who has withdrawn or was erased counts nowhere any more; of an erased
    reader little more is left than the code and that they took part.
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
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    role: Mapped[str | None] = mapped_column(String(40))
    specialty: Mapped[str | None] = mapped_column(String(40))
    years_experience: Mapped[int | None]
    reading_frequency: Mapped[str | None] = mapped_column(String(40))
    display: Mapped[str | None] = mapped_column(String(20))
    ambient_light: Mapped[str | None] = mapped_column(String(20))
    # Goes into the digests that the record has of profile and checks, and is erased with them.
    seal_salt: Mapped[str | None] = mapped_column(String(32))
    order_seed: Mapped[str | None] = mapped_column(String(80))
    order_algorithm: Mapped[str | None] = mapped_column(String(40))
    # The number of cases done at the last break that was taken, so that none is shown twice.
    break_taken_after: Mapped[int] = mapped_column(default=0)
    study: Mapped[Study] = relationship()

    @property
    def study_status(self) -> Status:
        """The status of the reader's study."""
        return self.study.status

    @property
    def has_left(self) -> bool:
        """Whether the reader has withdrawn or was erased, and so counts nowhere any more."""
        return self.withdrawn_at is not None or self.erased_at is not None


class ReadingSession(Base):
    """One sitting of one reader; a new one starts with the link or after a long pause.

    `grey_steps` is the JSON of its grey-step checks (app/domain/grey_steps.py).
    """

    __tablename__ = "reading_sessions"
    __table_args__ = (UniqueConstraint("reader_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    last_active_at: Mapped[datetime]
    grey_steps: Mapped[str | None] = mapped_column(Text)


class Presentation(Base):
    """One case, set of cases or end of a phase, shown once to one reader at a 1-based position.

    `position` counts within practice and within a phase; the questions at the end of a phase are
    its last presentation, without a picture. `exposure_ms` is how long timed pictures stay, and
    `exposed_at` when the first of them was sent. `shown_at` is when the page was last served,
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
    """Which case stands in which slot of a presentation; `exposed_at` when a timed one was sent."""

    __tablename__ = "shown_cases"

    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, default=1)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    exposed_at: Mapped[datetime | None]


class Rating(Base):
    """The envelope of a reader's answers to one presentation; never changed, only superseded.

    `reason` is why a correction was made, where the reader says so. The uniqueness of
    `supersedes_id` keeps corrections in one line, that of `submission` makes a resent form
    harmless, and `is_first` (true or NULL) allows one first rating. `viewing` is the JSON of how
    the case was looked at (app/domain/viewing.py).
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("presentation_id", "submission"),
        UniqueConstraint("presentation_id", "is_first"),
        # What a sitting rated last is at its end.
        Index("ix_ratings_session_id_id", "session_id", "id"),
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
    reason: Mapped[str | None] = mapped_column(Text)
    # Of an erased reader's rating nothing else is left: the seal that the record has of it.
    tombstone: Mapped[str | None] = mapped_column(String(64))
    viewing: Mapped[str | None] = mapped_column(Text)


class Answer(Base):
    """What was said to one question; a question left open or not asked has no row.

    `value` is the JSON of `app.domain.questions.answer`.
    """

    __tablename__ = "answers"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Chain(Base):
    """The head of one chain of events: a study's, under the study's id, or the installation's (0).

    `origin` stands before the first event, `head` is the hash of the last, `length` its number.
    """

    __tablename__ = "chains"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(64))
    length: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))


class Event(Base):
    """What was done and by whom, chained by hashes (`app.domain.record`); append-only.

    `rating_id` names the rating that an answer's event speaks of.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("chain_id", "number"),
        CheckConstraint("chain_id = coalesce(study_id, 0)", name="chain"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chains.id"))
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"), index=True)
    number: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"), unique=True)
    salt: Mapped[str] = mapped_column(String(32))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AppendOnlyGate(Base):
    """A row here, never committed, lets its transaction change what is append-only."""

    __tablename__ = "append_only_gate"

    purpose: Mapped[str] = mapped_column(String(100), primary_key=True)
