"""Events of a study's record in words, and the kinds by which its page is filtered."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.domain.kept import told_again
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
from app.domain.said import Said, joined, said, said_many, to_say
from app.domain.signing import known_meaning
from app.web.known_words import known_word

# What the page may be filtered by: a name, its words, and the actions of it.
KINDS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "study": (
        said("Design and status"),
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
        said("Readers"),
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
        said("Answers"),
        frozenset({ANSWERED, CORRECTED, ANSWER_TAKEN_OVER, ANSWERS_IMPORTED}),
    ),
    "access": (said("Access"), frozenset({"role given", "role taken"})),
    "results": (
        said("Looks and exports"),
        frozenset(
            {UNBLINDED, SEEN, SEEN_EARLY, EXPORT_SIGNED, EXPORTED, EXPORTED_EARLY, EXPORTED_WHOLE}
        ),
    ),
}
# What of an event's detail the page tells, in this order. The key of a blinded set is not among it.
_TOLD: Final[Mapping[str, str]] = {
    "readers": "{value}",
    "reader": "{value}",
    "account": "{value}",
    "role": to_say("as {value}"),
    "machine": "{value}",
    "sitting": to_say("sitting {value}"),
    "rating": to_say("rating {value}"),
    "ratings": to_say("after ratings: {value}"),
    "swapped": to_say("swapped {value}"),
    "from": to_say("from {value}"),
    "to": to_say("to {value}"),
    "message": to_say("text: “{value}”"),
    "until": to_say("until {value}"),
    "reason": to_say("reason: “{value}”"),
    "warnings": to_say("noted: {value}"),
    "acknowledged": to_say("acknowledged: “{value}”"),
    "rehearsal_of": to_say("of {value}"),
    "design_sha256": to_say("design {value}"),
    "cases_sha256": to_say("cases {value}"),
    "text_sha256": to_say("text {value}"),
    "order_sha256": to_say("order {value}"),
    "file_sha256": to_say("file {value}"),
    "set": to_say("set {value}"),
    "status": to_say("while {value}"),
    "closes_on": to_say("last day {value}"),
}


def noted(detail: Mapping[str, Any]) -> tuple[str, ...]:
    """What was noted at opening, each as a sentence that can be said in any language.

    An event that is older than their parts has sentences only, and they are as it stored them.
    """
    return told_again(detail.get("warnings") or (), detail.get("warnings_made_of"))


def event_words(detail: Mapping[str, Any]) -> str:
    """What the detail of an event says, as one line."""
    return joined(_parts(detail), "; ")


def _parts(detail: Mapping[str, Any]) -> Iterator[str]:
    for name, template in _TOLD.items():
        value = detail.get(name)
        if value is None or value == "" or value == []:
            continue
        told = joined(noted(detail), ", ") if name == "warnings" else _told(name, value)
        yield Said(template, "", {"value": told})
    if "planned" in detail:
        yield (
            said("planned in the design")
            if detail["planned"]
            else said("not planned in the design")
        )
    signed = detail.get("signed")
    if signed:
        yield said(
            "signed by {name} ({checked}): {meaning}",
            name=signed["name"],
            checked=known_word(signed["checked"]),
            meaning=known_meaning(signed["meaning"]),
        )


def _told(name: str, value: Any) -> str:
    if name == "readers" and isinstance(value, int):
        return said_many("{count} reader", "{count} readers", value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name in ("role", "status"):
        return known_word(str(value))
    text = str(value)
    return text[:12] if name.endswith("_sha256") or name == "set" else text
