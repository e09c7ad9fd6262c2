"""The record: what was done, by whom and when, as events that are chained by their hashes.

An event's hash is the SHA-256 of the hash before it and of the event as canonical JSON, so that
nobody can change, drop or slip in an event without every later hash becoming another. Before the
first event of a chain stands its origin, 256 random bits. Every event carries 128 random bits of
its own (`salt`): a hash then tells nothing of an event, not even to somebody who tries every
content that it could have.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

# What is done to a study or an installation, one word each; `app.report.words` has the sentences.
CREATED: Final = "created"
DESIGN_CHANGED: Final = "design changed"
OPENED: Final = "opened"
CLOSED: Final = "closed"
AGREED: Final = "agreed"
LAID_OUT: Final = "order laid out"
PROFILED: Final = "profile given"
SITTING_BEGUN: Final = "sitting begun"
DISPLAY_CHECKED: Final = "display checked"
AUDITED: Final = "audited"
UNBLINDED: Final = "cases unblinded"
REMEDIED: Final = "pictures remedied"
ANSWERED: Final = "answered"
CORRECTED: Final = "answer corrected"
LAST_DAY_MOVED: Final = "last day moved"
MESSAGE_SHOWN: Final = "message shown to readers"
MESSAGE_TAKEN_BACK: Final = "message taken back"
REHEARSED: Final = "rehearsed"
INVITED: Final = "invited"
REVOKED: Final = "link revoked"
REISSUED: Final = "link reissued"
ERASED: Final = "reader erased"
ANSWERS_IMPORTED: Final = "answers imported"
SEEN: Final = "results seen"
SEEN_EARLY: Final = "results seen while not closed"
EXPORTED: Final = "exported"
EXPORT_SIGNED: Final = "export signed"
EXPORTED_EARLY: Final = "exported while not closed"
WITHDRAWN: Final = "withdrawn"
EXPORTED_WHOLE: Final = "exported whole"
IMPORTED_WHOLE: Final = "imported whole"
BACKED_UP: Final = "backed up"
RESTORED: Final = "restored"
# What the migration wrote of rows that are older than the record.
ANSWER_TAKEN_OVER: Final = "answer taken over"
ORDER_TAKEN_OVER: Final = "order taken over"
CONSENT_TAKEN_OVER: Final = "consent taken over"

RATING_ACTIONS: Final = frozenset({ANSWERED, CORRECTED, ANSWER_TAKEN_OVER})
ORDER_ACTIONS: Final = frozenset({LAID_OUT, ORDER_TAKEN_OVER})
CONSENT_ACTIONS: Final = frozenset({AGREED, CONSENT_TAKEN_OVER})
# What takes a study's contents out or in and leaves them as they are.
OUTGOING_ACTIONS: Final = frozenset(
    {SEEN, SEEN_EARLY, EXPORTED, EXPORT_SIGNED, EXPORTED_EARLY, EXPORTED_WHOLE, IMPORTED_WHOLE}
)
SITTING_ACTIONS: Final = frozenset({SITTING_BEGUN, DISPLAY_CHECKED})

# Who acts where no person does.
SERVER: Final = "server"
INSTALLATION: Final = 0
LONGEST_REASON: Final = 500


@dataclass(frozen=True)
class RecordedEvent:
    """One event of a chain; `number` is its 1-based place, `detail` plain values of JSON."""

    number: int
    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]
    salt: str


@dataclass(frozen=True)
class ShownRow:
    """One showing of a reader's order as it is stored: under which token, where, which cases."""

    token: str
    phase: int
    is_practice: bool
    is_phase_end: bool
    position: int
    replicate: int
    exposure_ms: int | None
    cases: Sequence[str]


def canonical(value: Any) -> str:
    """One JSON text for one value: keys sorted, no spaces, only ASCII; ValueError for a NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(value: Any) -> str:
    """SHA-256 of a value's canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def event_hash(previous: str, event: RecordedEvent) -> str:
    """SHA-256 of `previous`, a line break, and the event as canonical JSON; 64 hex digits."""
    before, after = around_number(event.at, event.actor, event.action, event.detail, event.salt)
    return hashlib.sha256(f"{previous}\n{before}{event.number}{after}".encode()).hexdigest()


def around_number(
    at: datetime, actor: str, action: str, detail: Mapping[str, Any], salt: str
) -> tuple[str, str]:
    """An event's canonical JSON before its number and after it, for whoever knows that last."""
    plain = {"action": action, "actor": actor, "at": written_moment(at), "detail": detail}
    return f'{canonical(plain)[:-1]},"number":', f',"salt":{canonical(salt)}}}'


def new_origin() -> str:
    """What stands before a chain's first event: 256 random bits, as hex."""
    return secrets.token_hex(32)


def new_salt() -> str:
    """128 random bits, as hex."""
    return secrets.token_hex(16)


def written_moment(moment: datetime | None) -> str | None:
    """A moment in UTC with its microseconds, the same text whatever database kept it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def rating_seal(
    *,
    token: str,
    submission: str,
    supersedes: str | None,
    answers: Mapping[str, str],
    reason: str | None,
    shown_at: datetime | None,
    submitted_at: datetime,
    reading_time_ms: int | None,
    hidden_time_ms: int | None,
    viewing: str | None,
) -> str:
    """SHA-256 of a rating's whole row with exactly its answers, as 64 hexadecimal digits.

    `answers` are the stored values by question, `supersedes` is the submission of the rating that
    it corrects. `token` and `submission` are random names, so that the answers can't be guessed
    from the seal once an erased reader's names are gone. `viewing` is the stored text of how the
    case was looked at; a rating without it, as all older ones, is sealed without its name.
    """
    looked_at = {} if viewing is None else {"viewing": viewing}
    return sha256_of(
        {
            "token": token,
            "submission": submission,
            "supersedes": supersedes,
            "answers": dict(answers),
            "reason": reason,
            "shown_at": written_moment(shown_at),
            "submitted_at": written_moment(submitted_at),
            "reading_time_ms": reading_time_ms,
            "hidden_time_ms": hidden_time_ms,
            **looked_at,
        }
    )


def profile_digest(salt: str, profile: Sequence[str | int | None], given_at: datetime) -> str:
    """SHA-256 of what a reader said of themselves, and when; 64 hexadecimal digits.

    `salt` is random and erased with the profile, so that nobody finds it by trying all there are.
    """
    return sha256_of([salt, list(profile), written_moment(given_at)])


def check_digest(salt: str, checks: str | None) -> str:
    """SHA-256 of a sitting's grey-step checks as they are stored; 64 hexadecimal digits."""
    return sha256_of([salt, checks])


def served_digest(token: str, first_shown_at: datetime | None, exposed_at: datetime | None) -> str:
    """SHA-256 of when a showing's page was first served and its first timed picture sent.

    `token` is the showing's random name, which an erased reader's rows have no more.
    """
    return sha256_of([token, written_moment(first_shown_at), written_moment(exposed_at)])


def tombstones_digest(seals: Sequence[str]) -> str:
    """SHA-256 of the seals of an erased reader's ratings, in any order."""
    return sha256_of(sorted(seals))


def order_digest(rows: Sequence[ShownRow]) -> str:
    """SHA-256 of a reader's order: every showing with its cases, in the order of its reading."""
    ordered = sorted(rows, key=lambda row: (row.phase, not row.is_practice, row.position))
    return sha256_of(
        [
            [
                row.token,
                row.phase,
                row.is_practice,
                row.is_phase_end,
                row.position,
                row.replicate,
                row.exposure_ms,
                list(row.cases),
            ]
            for row in ordered
        ]
    )
