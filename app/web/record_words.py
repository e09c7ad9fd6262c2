"""Events of a study's record in words, and the kinds by which its page is filtered."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.domain.record import (
    AGREED,
    ANSWER_TAKEN_OVER,
    ANSWERED,
    ANSWERS_IMPORTED,
    AUDITED,
    CLOSED,
    CONSENT_TAKEN_OVER,
    CORRECTED,
    CREATED,
    DESIGN_CHANGED,
    DISPLAY_CHECKED,
    ERASED,
    EXPORT_SIGNED,
    EXPORTED,
    EXPORTED_EARLY,
    EXPORTED_WHOLE,
    IMPORTED_WHOLE,
    INVITED,
    LAID_OUT,
    LAST_DAY_MOVED,
    MESSAGE_SHOWN,
    MESSAGE_TAKEN_BACK,
    OPENED,
    ORDER_TAKEN_OVER,
    PROFILED,
    REHEARSED,
    REISSUED,
    REVOKED,
    SEEN,
    SEEN_EARLY,
    SITTING_BEGUN,
    UNBLINDED,
    WITHDRAWN,
)

# What the page may be filtered by: a name, its words, and the actions of it.
KINDS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "study": (
        "Design and status",
        frozenset(
            {
                CREATED,
                DESIGN_CHANGED,
                AUDITED,
                OPENED,
                LAST_DAY_MOVED,
                CLOSED,
                REHEARSED,
                IMPORTED_WHOLE,
            }
        ),
    ),
    "readers": (
        "Readers",
        frozenset(
            {
                INVITED,
                REVOKED,
                REISSUED,
                AGREED,
                PROFILED,
                SITTING_BEGUN,
                DISPLAY_CHECKED,
                WITHDRAWN,
                ERASED,
                MESSAGE_SHOWN,
                MESSAGE_TAKEN_BACK,
                LAID_OUT,
                ORDER_TAKEN_OVER,
                CONSENT_TAKEN_OVER,
            }
        ),
    ),
    "answers": (
        "Answers",
        frozenset({ANSWERED, CORRECTED, ANSWER_TAKEN_OVER, ANSWERS_IMPORTED}),
    ),
    "access": ("Access", frozenset({"role given", "role taken"})),
    "results": (
        "Looks and exports",
        frozenset(
            {UNBLINDED, SEEN, SEEN_EARLY, EXPORT_SIGNED, EXPORTED, EXPORTED_EARLY, EXPORTED_WHOLE}
        ),
    ),
}
# What of an event's detail the page tells, in this order. The key of a blinded set is not among it.
_TOLD: Final[Mapping[str, str]] = {
    "readers": "",
    "reader": "",
    "account": "",
    "role": "as",
    "machine": "",
    "sitting": "sitting",
    "rating": "rating",
    "ratings": "after ratings:",
    "swapped": "swapped",
    "from": "from",
    "to": "to",
    "message": "text:",
    "until": "until",
    "reason": "reason:",
    "warnings": "noted:",
    "acknowledged": "acknowledged:",
    "rehearsal_of": "of",
    "design_sha256": "design",
    "cases_sha256": "cases",
    "text_sha256": "text",
    "order_sha256": "order",
    "file_sha256": "file",
    "set": "set",
    "status": "while",
    "closes_on": "last day",
}


def event_words(detail: Mapping[str, Any]) -> str:
    """What the detail of an event says, as one line."""
    return "; ".join(_parts(detail))


def _parts(detail: Mapping[str, Any]) -> Iterator[str]:
    for name, word in _TOLD.items():
        value = detail.get(name)
        if value is None or value == "" or value == []:
            continue
        yield f"{word} {_told(name, value)}".strip()
    if "planned" in detail:
        yield "planned in the design" if detail["planned"] else "not planned in the design"
    signed = detail.get("signed")
    if signed:
        yield f"signed by {signed['name']} ({signed['checked']}): {signed['meaning']}"


def _told(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text[:12] if name.endswith("_sha256") or name == "set" else text
