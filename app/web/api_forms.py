"""What the API's answers look like; from these its OpenAPI document is made."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.access import Role
from app.domain.design.status import Status
from app.domain.reader_message import LONGEST_MESSAGE, MESSAGE_WARNING
from app.domain.record import LONGEST_REASON

SLUG_WORDS = "The study's short name."


class Form(BaseModel):
    """One answer; read from the dataclasses of services."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class ErrorOf(Form):
    """What went wrong: the status again, a short title, one sentence."""

    status: int
    title: str
    message: str


class ErrorForm(Form):
    """Every error has this form."""

    error: ErrorOf


class StudyForm(Form):
    """One study as whoever asks may see it."""

    slug: str = Field(description=SLUG_WORDS)
    title: str
    status: Status
    is_rehearsal: bool
    created_at: datetime
    cases: int
    readers: int = Field(description="Readers whose links are good.")
    finished: int
    rated: int
    to_rate: int


class StudiesForm(Form):
    """A page of studies, newest first; `total` counts all that the account may see."""

    total: int
    studies: list[StudyForm]


class OneStudyForm(StudyForm):
    """A study with what was frozen, and the account's role on it."""

    role: Role
    opened_at: datetime | None
    closed_at: datetime | None
    design_sha256: str | None
    cases_sha256: str | None


class ReaderForm(Form):
    """One reader's progress; nothing of what they answered."""

    code: str
    kind: Literal["human", "simulated", "machine"]
    state: str
    rated: int
    total: int
    last_active_at: datetime | None
    is_revoked: bool


class ProgressForm(Form):
    """How far each reader is."""

    slug: str = Field(description=SLUG_WORDS)
    status: Status
    readers: list[ReaderForm]


class MessageForm(Form):
    """What readers are told; `text` is null where it is nothing."""

    text: str | None
    until: date | None = Field(description="Its last day, in UTC; null until it is taken back.")
    is_shown: bool = Field(description="Whether its last day is not over.")


class NewMessageForm(Form):
    """A message to all readers, in the language of the study."""

    text: str = Field(description=f"Plain text, at most {LONGEST_MESSAGE} characters.")
    until: date | None = Field(
        None, description="Its last day, in UTC; without, until it is taken back."
    )
    tells_nothing: Literal[True] = Field(
        description=f"Somebody has made sure of it. {MESSAGE_WARNING}"
    )


class LastDayForm(Form):
    """Another last day of reading."""

    day: date = Field(description="In UTC.")
    reason: str = Field(description=f"At most {LONGEST_REASON} characters; the report prints it.")


class MovedForm(Form):
    """The last day of reading before, null where there was none, and now."""

    before: date | None
    after: date


class ExportFileForm(Form):
    """One file of an export."""

    name: str
    media_type: str
    what: str


class ExportsForm(Form):
    """The files there are; they open when the study is closed."""

    is_open: bool
    files: list[ExportFileForm]


class ImportedForm(Form):
    """The machine reader that was made."""

    reader: str
    answered: int
    entries: int


class ArmForm(Form):
    """An arm of the bank with its images of each condition."""

    key: str
    label: str
    kind: Literal["real", "synthetic"]
    description: str
    counts: dict[str, int]


class BankForm(Form):
    """What the bank holds."""

    arms: list[ArmForm]


def error_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How the errors of a route are described: all in one form."""
    return {status: {"model": ErrorForm} for status in statuses}
