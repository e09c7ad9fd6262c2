"""A reader as their desk knows them: a plain row, since it is asked for with every page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.db.blind.tables import Reader, Study
from app.db.statements import Asked, Statement, ask_one, later
from app.domain.design.status import Status

_READERS = cast(Table, Reader.__table__)
_STUDIES = cast(Table, Study.__table__)
_SELECTED = (
    select(
        _READERS.c.id,
        _READERS.c.study_id,
        _READERS.c.code,
        _READERS.c.token_hash,
        _READERS.c.revoked_at,
        _READERS.c.consented_at,
        _READERS.c.profiled_at,
        _READERS.c.began_at,
        _READERS.c.withdrawn_at,
        _READERS.c.phase_begun,
        _READERS.c.break_taken_after,
        _STUDIES.c.status,
        _STUDIES.c.design_sha256,
        _STUDIES.c.last_day,
        _STUDIES.c.message,
        _STUDIES.c.message_until,
    )
    .join_from(_READERS, _STUDIES, _STUDIES.c.id == _READERS.c.study_id)
    .where(_READERS.c.id == bindparam("reader_id"))
)
_SELECTED_LOCKED = _SELECTED.with_for_update(of=_READERS)
_AT_DESK = Statement(_SELECTED)
_AT_DESK_LOCKED = Statement(_SELECTED_LOCKED)
# SQLite has one writer at a time, which holds everything.
_AT_DESK_HELD = Statement(
    _SELECTED_LOCKED.suffix_with("FOR SHARE OF studies", dialect="postgresql")
)
_FINISH = Statement(
    update(_READERS)
    .where(_READERS.c.id == bindparam("of_reader"))
    .values(finished_at=bindparam("now"))
)


class ReaderKey(Protocol):
    """Whoever has a reader's number: a row of the desk, or the mapped object."""

    @property
    def id(self) -> int:
        """The number."""


class ReaderInStudy(ReaderKey, Protocol):
    """A reader by what their study's record calls them."""

    @property
    def study_id(self) -> int:
        """The study's number."""

    @property
    def code(self) -> str:
        """The pseudonymous code."""


class ReaderAndStatus(ReaderInStudy, Protocol):
    """A reader with what says whether they may go on."""

    @property
    def withdrawn_at(self) -> datetime | None:
        """When they took their part back."""

    @property
    def study_status(self) -> Status:
        """The status of their study."""


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """What reading asks of a reader and their study, as it was read."""

    id: int
    study_id: int
    code: str
    token_hash: str
    revoked_at: datetime | None
    consented_at: datetime | None
    profiled_at: datetime | None
    began_at: datetime | None
    withdrawn_at: datetime | None
    phase_begun: int
    break_taken_after: int
    study_status: Status
    design_sha256: str | None
    moved_last_day: date | None
    message: str | None
    message_until: date | None


def asks_reader(reader_id: int, *, lock: bool = False, holds_study: bool = False) -> Asked:
    """The question for one reader; with `lock` their requests are taken one after another.

    With `holds_study` too the study's status stays as it is read until this commits. Readers hold
    it together, and whoever changes it waits for them.
    """
    query = _AT_DESK
    if lock:
        query = _AT_DESK_HELD if holds_study else _AT_DESK_LOCKED
    return query, {"reader_id": reader_id}


def reader_row(session: Session, reader_id: int) -> ReaderRow | None:
    """One reader as they are now."""
    row = ask_one(session, *asks_reader(reader_id))
    return None if row is None else ReaderRow(*row)


def mark_finished(session: Session, reader: ReaderKey, now: datetime) -> None:
    """Note that the reader has rated the last of their cases."""
    later(session, _FINISH, {"of_reader": reader.id, "now": now})
