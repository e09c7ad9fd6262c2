"""Whether the record holds: chains recomputed and compared with the rows, the first break named."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256 as sha256_of_bytes

from sqlalchemy.orm import Session

from app.bank.store import RenditionStore
from app.db.append_only import gate_stands_open, missing_triggers
from app.db.blind.readers import readers_of
from app.db.studies import all_studies, study_by_slug
from app.db.tables import Reader, Study
from app.db.truth.cases import case_digest_lines
from app.db.truth.recorded_rows import (
    order_digests,
    rendition_lines,
    sealed_ratings,
    stored_chain,
    tombstones,
)
from app.domain.design.reading import design_from_json
from app.domain.design.writing import digest
from app.domain.errors import NotFound
from app.domain.record import (
    ANSWERS_IMPORTED,
    CLOSED,
    CONSENT_ACTIONS,
    CREATED,
    DESIGN_CHANGED,
    ERASED,
    INVITED,
    LAST_DAY_MOVED,
    MESSAGE_SHOWN,
    MESSAGE_TAKEN_BACK,
    OPENED,
    ORDER_ACTIONS,
    RATING_ACTIONS,
    REHEARSED,
    REISSUED,
    REVOKED,
    RecordedEvent,
    tombstones_digest,
)
from app.domain.record_check import first_break
from app.steps.recorded_readers import (
    RecordedReaders,
    profile_breaks,
    served_breaks,
    sitting_breaks,
    time_breaks,
)


@dataclass(frozen=True)
class Verified:
    """What came out: of which chain, how much was compared, and the first break if there is one.

    `name` is a study's slug, or empty for the installation.
    """

    name: str
    events: int
    ratings: int
    head: str
    problem: str | None


@dataclass(frozen=True)
class _Recorded:
    """A study with its whole and unbroken chain of events."""

    session: Session
    store: RenditionStore
    study: Study
    events: Sequence[RecordedEvent]

    def of(self, *actions: str) -> list[RecordedEvent]:
        return [event for event in self.events if event.action in actions]

    def by_reader(self, actions: frozenset[str], name: str) -> dict[str, str | None]:
        """The last value that events say of each reader, by code."""
        return {
            event.detail["reader"]: event.detail.get(name)
            for event in self.events
            if event.action in actions
        }

    @property
    def erased(self) -> set[str]:
        return {str(event.detail.get("reader")) for event in self.of(ERASED)}


def verify_study(session: Session, store: RenditionStore, slug: str) -> Verified:
    """Recompute a study's chain and compare it with its rows and picture files.

    Raises NotFound for a slug that no study has.
    """
    study = study_by_slug(session, slug)
    chain = stored_chain(session, study)
    if chain is None or not chain.events:
        return Verified(slug, 0, 0, "", f"The study {slug} has no record.")
    problem = first_break(chain)
    recorded = _Recorded(session, store, study, [one.event for one in chain.events])
    if problem is None:
        problem = next((said for check in _CHECKS for said in check(recorded)), None)
    ratings = len(recorded.of(*RATING_ACTIONS))
    return Verified(slug, len(chain.events), ratings, chain.head, problem)


def verify_installation(session: Session) -> Verified:
    """Recompute the installation's chain, and see that nothing append-only can be changed."""
    chain = stored_chain(session, None)
    if chain is None:
        return Verified("", 0, 0, "", "The installation has no record.")
    problem = first_break(chain)
    missing = missing_triggers(session.connection())
    if problem is None and missing:
        problem = (
            f"The trigger {missing[0]} is missing, so rows could be changed; start the server or "
            "run any command to have it made again."
        )
    if problem is None and gate_stands_open(session.connection()):
        problem = "The gate before ratings, answers and events stands open; empty append_only_gate."
    return Verified("", len(chain.events), 0, chain.head, problem)


def slugs_to_verify(session: Session) -> tuple[str, ...]:
    """Every study, oldest first."""
    return tuple(study.slug for study in reversed(all_studies(session)))


def _status(recorded: _Recorded) -> Iterator[str]:
    study = recorded.study
    opened, closed = recorded.of(OPENED), recorded.of(CLOSED)
    expected = "closed" if closed or recorded.of(REHEARSED) else "open" if opened else "draft"
    if study.status != expected:
        yield f"The study is {study.status}, but by its record it is {expected}."
    for events, stored, what in (
        (opened, study.opened_at, "opened"),
        (closed, study.closed_at, "closed"),
    ):
        if len(events) > 1:
            numbers = f"{events[0].number} and {events[1].number}"
            yield f"The study was {what} twice, as events {numbers}."
        if events and stored != events[0].at:
            yield (
                f"The study says that it was {what} at {stored}, but by event {events[0].number} "
                f"it was at {events[0].at}."
            )


def _last_day(recorded: _Recorded) -> Iterator[str]:
    moved, study = recorded.of(LAST_DAY_MOVED), recorded.study
    said = moved[-1].detail.get("to") if moved else None
    stored = None if study.last_day is None else study.last_day.isoformat()
    if stored != said:
        yield (
            f"The last day of reading is {stored or 'as in the design'}, but by the record it is "
            f"{said or 'as in the design'}."
        )


def _message(recorded: _Recorded) -> Iterator[str]:
    told, study = recorded.of(MESSAGE_SHOWN, MESSAGE_TAKEN_BACK), recorded.study
    detail = told[-1].detail if told else {}
    until = None if study.message_until is None else study.message_until.isoformat()
    if (study.message, until) != (detail.get("message"), detail.get("until")):
        where = f"event {told[-1].number} ({told[-1].action})" if told else "the record"
        yield f"The message to readers was changed: it is not what {where} has."


def _design(recorded: _Recorded) -> Iterator[str]:
    study = recorded.study
    now = digest(study.design)
    said = [
        event
        for event in recorded.of(CREATED, DESIGN_CHANGED, OPENED, REHEARSED)
        if "design_sha256" in event.detail
    ]
    if said and said[-1].detail["design_sha256"] != now:
        yield (
            f"The design was changed: its SHA-256 is {now[:12]}, and event {said[-1].number} "
            f"({said[-1].action}) recorded {said[-1].detail['design_sha256'][:12]}."
        )
    if study.status != "draft" and study.design_sha256 != now:
        yield (
            f"The design was changed: its SHA-256 is {now[:12]}, and the study says "
            f"{str(study.design_sha256)[:12]}."
        )


def _cases(recorded: _Recorded) -> Iterator[str]:
    study = recorded.study
    if study.status == "draft":
        return
    now = digest("\n".join(case_digest_lines(recorded.session, study)))
    for event in recorded.of(OPENED, REHEARSED):
        said = event.detail.get("cases_sha256", study.cases_sha256)
        if now != said or now != study.cases_sha256:
            yield (
                f"The cases were changed: their SHA-256 is {now[:12]}, and event {event.number} "
                f"({event.action}) recorded {str(said)[:12]}."
            )


def _renditions(recorded: _Recorded) -> Iterator[str]:
    if recorded.study.status == "draft":
        return
    size = design_from_json(recorded.study.design).rendition_size
    lines = rendition_lines(recorded.session, recorded.study, size)
    for event in recorded.of(OPENED, REHEARSED):
        said = event.detail.get("renditions_sha256")
        if said is not None and said != digest("\n".join(lines)):
            yield (
                f"Other pictures stand for the cases than when event {event.number} "
                f"({event.action}) was recorded."
            )
    for line in lines:
        code, sha256 = line.split("\t")
        if not _file_is_whole(recorded.store, sha256):
            yield (
                f"The picture of case {code} ({sha256[:12]}) is not in the data folder as it was; "
                "restore it from a backup or import its bank again."
            )


def _file_is_whole(store: RenditionStore, sha256: str) -> bool:
    try:
        return sha256_of_bytes(store.read(sha256)).hexdigest() == sha256
    except NotFound:
        return False


def _readers(recorded: _Recorded) -> Iterator[str]:
    readers = {reader.code: reader for reader in readers_of(recorded.session, recorded.study)}
    named: dict[str, RecordedEvent] = {}
    for event in recorded.of(INVITED):
        named |= dict.fromkeys(event.detail.get("readers", ()), event)
    for event in recorded.of(ANSWERS_IMPORTED):
        named[str(event.detail.get("reader"))] = event
    for code, event in named.items():
        if code not in readers:
            yield f"The reader {code} of event {event.number} ({event.action}) is gone."
    for code, reader in readers.items():
        if reader.kind != "simulated" and code not in named:
            yield f"The reader {code} was never invited, by the record."
        yield from _link(recorded, reader)


def _link(recorded: _Recorded, reader: Reader) -> Iterator[str]:
    about = [
        event
        for event in recorded.of(REVOKED, REISSUED)
        if event.detail.get("reader") == reader.code
    ]
    if about and reader.code not in recorded.erased:
        is_revoked = about[-1].action == REVOKED
        if is_revoked and reader.revoked_at is None:
            yield (
                f"The link of {reader.code} works, but event {about[-1].number} withdrew it and no "
                "later one renewed it."
            )


def _consents(recorded: _Recorded) -> Iterator[str]:
    said = recorded.by_reader(CONSENT_ACTIONS, "text_sha256")
    readers = {reader.code: reader for reader in readers_of(recorded.session, recorded.study)}
    for code, text_sha256 in said.items():
        reader = readers.get(code)
        if code in recorded.erased:
            continue
        if reader is None or reader.consented_at is None:
            yield f"The consent of {code} is gone; the record has it."
        elif reader.consent_sha256 != text_sha256:
            yield (
                f"The consent of {code} was changed: it names the text "
                f"{str(reader.consent_sha256)[:12]}, and the record {str(text_sha256)[:12]}."
            )
    for code, reader in readers.items():
        if reader.kind == "human" and reader.consented_at is not None and code not in said:
            yield f"{code} has agreed, but the record has no such event."


def _orders(recorded: _Recorded) -> Iterator[str]:
    said = recorded.by_reader(ORDER_ACTIONS, "order_sha256")
    now = order_digests(recorded.session, recorded.study)
    for code in sorted(said.keys() | now.keys()):
        if code in recorded.erased:
            continue
        if code not in said:
            yield f"{code} has an order of cases that the record doesn't know."
        elif said[code] != now.get(code):
            yield f"The order of {code}, or which cases stand in it, was changed."


def _ratings(recorded: _Recorded) -> Iterator[str]:
    said = {str(event.detail["rating"]): event for event in recorded.of(*RATING_ACTIONS)}
    erased = recorded.erased
    for rating in sealed_ratings(recorded.session, recorded.study):
        event = said.pop(rating.name, None)
        if rating.reader in erased:
            continue
        where = f"of {rating.reader} at position {rating.position} ({rating.name})"
        if event is None:
            yield f"The rating {where} is not in the record."
        elif event.detail.get("seal") != rating.seal:
            yield (
                f"The rating {where} was changed: it is not the one that event {event.number} "
                "sealed."
            )
    for name, event in said.items():
        if event.detail.get("reader") not in erased:
            yield (
                f"The rating {name} of {event.detail.get('reader')}, event {event.number}, is gone."
            )


def _tombstones(recorded: _Recorded) -> Iterator[str]:
    """Of an erased reader the seals must be those of the record, and nothing else be left."""
    left: dict[str, list[str]] = {code: [] for code in recorded.erased}
    for one in tombstones(recorded.session, recorded.study):
        if one.reader not in left:
            yield f"{one.reader} is erased, but the record has no such event."
            return
        if one.answers:
            yield f"{one.reader} is erased, but {one.answers} of their answers are there."
        if one.kept is None or one.kept != one.sealed:
            yield f"A tombstone of {one.reader} is not what the record sealed."
        left[one.reader].append(one.kept or "")
    for event in recorded.of(ERASED):
        code = str(event.detail.get("reader"))
        if tombstones_digest(left[code]) != event.detail.get("tombstones_sha256"):
            yield f"The tombstones of {code} are not those of event {event.number}."


def _sittings(recorded: _Recorded) -> Iterator[str]:
    """Profiles, sittings and times, of whoever was not erased."""
    erased = recorded.erased
    readers = {
        reader.code: reader
        for reader in readers_of(recorded.session, recorded.study)
        if reader.code not in erased
    }
    about = RecordedReaders(recorded.session, recorded.study, readers, recorded.events)
    for check in (profile_breaks, time_breaks, sitting_breaks, served_breaks):
        yield from check(about)


_CHECKS: Sequence[Callable[[_Recorded], Iterator[str]]] = (
    _status,
    _last_day,
    _message,
    _design,
    _cases,
    _readers,
    _consents,
    _orders,
    _ratings,
    _sittings,
    _tombstones,
    _renditions,
)
