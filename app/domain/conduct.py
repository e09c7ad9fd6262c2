"""What the record says of a study's conduct: what was registered, who signed, who looked when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.record import (
    ANSWERS_IMPORTED,
    CLOSED,
    EXPORT_SIGNED,
    EXPORTED,
    EXPORTED_EARLY,
    EXPORTED_WHOLE,
    LAST_DAY_MOVED,
    MESSAGE_SHOWN,
    OPENED,
    SEEN_EARLY,
    RecordedEvent,
)

SIGNED_ACTIONS = frozenset({OPENED, CLOSED, EXPORT_SIGNED, EXPORTED, EXPORTED_EARLY})


@dataclass(frozen=True)
class Look:
    """One look at results, or at arm and truth, before the study was closed.

    `is_unblinding` says that a file with arm and truth of every rating was taken out.
    """

    at: datetime
    actor: str
    ratings: int | None
    planned: bool
    reason: str
    is_unblinding: bool


@dataclass(frozen=True)
class SignedStep:
    """A step with the declaration that somebody signed; `checked` is how the name was checked."""

    at: datetime
    action: str
    name: str
    meaning: str
    checked: str


@dataclass(frozen=True)
class LastDayMove:
    """The last day of reading moved while the study was open; `before` is None where none was."""

    at: datetime
    actor: str
    before: date | None
    after: date
    reason: str


@dataclass(frozen=True)
class MessageShown:
    """What all readers were told from `at` on."""

    at: datetime
    actor: str
    text: str


@dataclass(frozen=True)
class Conduct:
    """Everything of a study's record that its report repeats.

    `opened` and `closed` are the details of these events, `closed_by` who closed it; `head` is the
    hash that the record had when the study was closed, empty while it is open. `late_machines` are
    machines whose answers came after that.
    """

    opened: Mapping[str, Any] = field(default_factory=dict, hash=False)
    closed_at: datetime | None = None
    closed_by: str = ""
    head: str = ""
    looks: tuple[Look, ...] = ()
    signed: tuple[SignedStep, ...] = ()
    late_machines: tuple[str, ...] = ()
    moves: tuple[LastDayMove, ...] = ()
    messages: tuple[MessageShown, ...] = ()


def conduct_of(events: Sequence[tuple[RecordedEvent, str]]) -> Conduct:
    """Read a study's events, each with its hash, in their order."""
    opened: Mapping[str, Any] = {}
    closed: RecordedEvent | None = None
    head = ""
    looks, signed, late = [], [], []
    moves, messages = [], []
    for event, event_hash in events:
        if event.action == OPENED:
            opened = event.detail
        elif event.action == CLOSED:
            closed, head = event, event_hash
        elif event.action in (SEEN_EARLY, EXPORTED_EARLY) or (
            event.action == EXPORTED_WHOLE and opened and closed is None
        ):
            looks.append(_look(event))
        elif event.action == LAST_DAY_MOVED:
            moves.append(_move(event))
        elif event.action == MESSAGE_SHOWN:
            messages.append(MessageShown(event.at, event.actor, str(event.detail["message"])))
        elif event.action == ANSWERS_IMPORTED and closed is not None:
            late.append(str(event.detail.get("machine", "")))
        if event.action in SIGNED_ACTIONS and "signed" in event.detail:
            said = event.detail["signed"]
            signed.append(
                SignedStep(event.at, event.action, said["name"], said["meaning"], said["checked"])
            )
    return Conduct(
        opened=opened,
        closed_at=None if closed is None else closed.at,
        closed_by="" if closed is None else closed.actor,
        head=head,
        looks=tuple(looks),
        signed=tuple(signed),
        late_machines=tuple(late),
        moves=tuple(moves),
        messages=tuple(messages),
    )


def _move(event: RecordedEvent) -> LastDayMove:
    detail = event.detail
    before = detail.get("from")
    return LastDayMove(
        at=event.at,
        actor=event.actor,
        before=None if before is None else date.fromisoformat(before),
        after=date.fromisoformat(str(detail["to"])),
        reason=str(detail.get("reason", "")),
    )


def _look(event: RecordedEvent) -> Look:
    detail = event.detail
    return Look(
        at=event.at,
        actor=event.actor,
        ratings=detail.get("ratings"),
        planned=bool(detail.get("planned")),
        reason=str(detail.get("reason", "")),
        is_unblinding=event.action != SEEN_EARLY,
    )
