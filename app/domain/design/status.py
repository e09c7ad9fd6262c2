"""What a study's status allows."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Literal

from app.domain.errors import StudyFrozen, StudyNotOpen
from app.domain.said import said

Status = Literal["draft", "open", "closed"]


STATUS_WORDS: Mapping[Status, str] = {
    "draft": said("draft"),
    "open": said("open"),
    "closed": said("closed"),
}


def ensure_draft(status: Status, what: str) -> None:
    """Raise StudyFrozen for a change of `what` once the study has been opened."""
    if status != "draft":
        raise StudyFrozen(
            said(
                "The study is {status}, so {what} can't change any more; create a new study "
                "with the change.",
                status=STATUS_WORDS[status],
                what=what,
            )
        )


def ensure_open(status: Status) -> None:
    """Raise StudyNotOpen unless the study is open."""
    if status == "draft":
        raise StudyNotOpen(said("This study has not opened yet; please try your link again later."))
    if status == "closed":
        raise StudyNotOpen(said("This study is closed; no more ratings are taken. Thank you."))


def is_past(closes_on: date | None, now: datetime) -> bool:
    """Whether the last day of reading, in UTC, is over."""
    return closes_on is not None and now.astimezone(UTC).date() > closes_on
