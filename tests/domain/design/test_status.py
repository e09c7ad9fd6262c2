"""What a study's status allows."""

import pytest

from app.domain.design.status import ensure_draft, ensure_open
from app.domain.errors import StudyFrozen, StudyNotOpen


def test_an_opened_study_is_frozen() -> None:
    ensure_draft("draft", "its design")
    for status in ("open", "closed"):
        with pytest.raises(StudyFrozen, match="its design can't change any more"):
            ensure_draft(status, "its design")  # type: ignore[arg-type]


def test_only_an_open_study_is_read() -> None:
    ensure_open("open")
    for status in ("draft", "closed"):
        with pytest.raises(StudyNotOpen):
            ensure_open(status)  # type: ignore[arg-type]
