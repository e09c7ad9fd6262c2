"""Whether a chain of events is whole: recomputed from its origin, the first break as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.record import RecordedEvent, event_hash


@dataclass(frozen=True)
class StoredEvent:
    """An event with the hashes that were stored with it."""

    event: RecordedEvent
    previous: str
    hash: str


@dataclass(frozen=True)
class StoredChain:
    """A chain as it is stored: what stands before it, its events by number, and its head."""

    origin: str
    length: int
    head: str
    events: Sequence[StoredEvent]


def first_break(chain: StoredChain) -> str | None:
    """A sentence on the first place where the chain doesn't hold; None where it holds.

    Takes one SHA-256 an event.
    """
    head = chain.origin
    for number, stored in enumerate(chain.events, start=1):
        event = stored.event
        if event.number != number:
            return f"Event {number} is missing: event {event.number} stands in its place."
        if stored.previous != head:
            before = f"event {number - 1}" if number > 1 else "the chain's origin"
            return (
                f"{_told(event)} doesn't follow {before}: its previous hash is "
                f"{stored.previous[:12]}, and that one comes to {head[:12]}."
            )
        head = event_hash(head, event)
        if stored.hash != head:
            return (
                f"{_told(event)} was changed: its hash is {stored.hash[:12]}, and what it says "
                f"comes to {head[:12]}."
            )
    if chain.length != len(chain.events):
        return (
            f"The end of the chain is missing: its head counts {chain.length} events, "
            f"{len(chain.events)} are there."
        )
    if chain.head != head:
        return (
            f"The head of the chain was changed: it says {chain.head[:12]}, and the last event's "
            f"hash is {head[:12]}."
        )
    return None


def _told(event: RecordedEvent) -> str:
    day = event.at.strftime("%Y-%m-%d %H:%M")
    return f"Event {event.number} ({event.action!r} by {event.actor}, {day} UTC)"
