"""Rows of presentations, read a few at a time; the reading pages live on this module.

Nothing here names an arm: orders are computed and stored elsewhere, and only positions and opaque
tokens are handed on. The statements are made once, since they are asked with every case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import (
    Table,
    bindparam,
    case,
    false,
    func,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from app.db.blind.reader_row import ReaderInStudy, ReaderKey
from app.db.blind.tables import (
    Case,
    PhaseReference,
    Presentation,
    Rating,
    ReadingSession,
    Rendition,
    ShownCase,
)
from app.db.statements import Asked, Constant, Row, Statement, ask, ask_one, later
from app.domain.blinding import BlindedPicture, is_name

_SHOWINGS = cast(Table, Presentation.__table__)
_RATINGS = cast(Table, Rating.__table__)
_SITTINGS = cast(Table, ReadingSession.__table__)
_SHOWN = cast(Table, ShownCase.__table__)
_CASES = cast(Table, Case.__table__)
_RENDITIONS = cast(Table, Rendition.__table__)
_PEERS = _SHOWINGS.alias("peers")
# How many presentations without a rating a way knows.
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class PresentationRow:
    """A presentation as it was read.

    `total` counts those of its kind in its phase, ends apart, and `pictures` what it shows.
    """

    id: int
    token: str
    phase: int
    is_practice: bool
    is_phase_end: bool
    position: int
    exposure_ms: int | None
    exposed_at: datetime | None
    first_shown_at: datetime | None
    shown_at: datetime | None
    total: int
    pictures: int


@dataclass(frozen=True)
class Way:
    """Where a reader's presentations stand; each may be None.

    The first three without a rating, in order, and the one that was rated for the first time most
    recently.
    """

    current: PresentationRow | None
    following: PresentationRow | None
    after: PresentationRow | None
    last: PresentationRow | None


_OWN = _SHOWINGS.c.reader_id == bindparam("reader_id")
# Positions are counted from 1 without a gap, and an index has them in order.
_TOTAL = (
    select(_PEERS.c.position)
    .where(
        _PEERS.c.reader_id == bindparam("reader_id"),
        _PEERS.c.phase == _SHOWINGS.c.phase,
        _PEERS.c.is_practice == _SHOWINGS.c.is_practice,
        _PEERS.c.is_phase_end.is_(False),
    )
    .order_by(_PEERS.c.position.desc())
    .limit(Constant(1))
    .correlate(_SHOWINGS)
    .scalar_subquery()
)
_COUNT_OF_PICTURES = (
    select(func.count(_SHOWN.c.slot))
    .where(_SHOWN.c.presentation_id == _SHOWINGS.c.id)
    .correlate(_SHOWINGS)
    .scalar_subquery()
)
_ROW = (
    _SHOWINGS.c.id,
    _SHOWINGS.c.token,
    _SHOWINGS.c.phase,
    _SHOWINGS.c.is_practice,
    _SHOWINGS.c.is_phase_end,
    _SHOWINGS.c.position,
    _SHOWINGS.c.exposure_ms,
    _SHOWINGS.c.exposed_at,
    _SHOWINGS.c.first_shown_at,
    _SHOWINGS.c.shown_at,
    func.coalesce(_TOTAL, 0),
    _COUNT_OF_PICTURES,
)
# Asked of each showing by itself. A join is planned by how many rows there are,
# and PostgreSQL keeps the plan of a prepared statement while ratings become many.
_FIRST_RATING = (
    select(_RATINGS.c.id)
    .where(_RATINGS.c.presentation_id == _SHOWINGS.c.id, _RATINGS.c.is_first.is_(True))
    .correlate(_SHOWINGS)
    .scalar_subquery()
)
# Chosen by what the index holds; the rest is then read of the few that were chosen.
# Practice and cases apart: then the index has them in their order, and nothing is sorted. SQLite
# sees that only where the column is not compared by itself.
_OF_PRACTICE = func.coalesce(_SHOWINGS.c.is_practice, false())
_KINDS = (_OF_PRACTICE.is_(True), _OF_PRACTICE.is_(False))
_PENDING = [
    select(_SHOWINGS.c.id, Constant(0).label("is_rated"))
    .where(_OWN, kind, _FIRST_RATING.is_(None))
    .order_by(_SHOWINGS.c.phase, _SHOWINGS.c.is_practice, _SHOWINGS.c.position)
    .limit(Constant(_AHEAD))
    .subquery()
    for kind in _KINDS
]
_LAST = [
    select(_SHOWINGS.c.id, Constant(1).label("is_rated"))
    .where(_OWN, kind, _FIRST_RATING.is_not(None))
    .order_by(_SHOWINGS.c.phase.desc(), _SHOWINGS.c.is_practice.desc(), _SHOWINGS.c.position.desc())
    .limit(Constant(1))
    .subquery()
    for kind in _KINDS
]
_CHOSEN = union_all(*map(select, [*_PENDING, *_LAST])).subquery("chosen")
_WAY = Statement(
    select(*_ROW, _CHOSEN.c.is_rated).join_from(_CHOSEN, _SHOWINGS, _SHOWINGS.c.id == _CHOSEN.c.id)
)
# A reader reads in order, so that the end of an index tells what they rated last, and those behind
# it come next, however far the reader has come.
_LAST_OF_SITTING = (
    select(func.max(_RATINGS.c.id))
    .where(_RATINGS.c.session_id == _SITTINGS.c.id, _RATINGS.c.is_first.is_(True))
    .correlate(_SITTINGS)
    .scalar_subquery()
)
_LAST_RATING = (
    select(func.max(_LAST_OF_SITTING))
    .where(_SITTINGS.c.reader_id == bindparam("reader_id"))
    .scalar_subquery()
)
_RATED_LAST = (
    select(_SHOWINGS.c.phase, _SHOWINGS.c.is_practice, _SHOWINGS.c.position)
    .join_from(_RATINGS, _SHOWINGS, _SHOWINGS.c.id == _RATINGS.c.presentation_id)
    .where(_RATINGS.c.id == _LAST_RATING)
    .cte("rated_last")
)
_FROM_LAST_ON = Statement(
    select(*_ROW, case((_FIRST_RATING.is_(None), Constant(0)), else_=Constant(1)))
    .where(
        _OWN,
        _SHOWINGS.c.phase == select(_RATED_LAST.c.phase).scalar_subquery(),
        _SHOWINGS.c.is_practice == select(_RATED_LAST.c.is_practice).scalar_subquery(),
        _SHOWINGS.c.position >= select(_RATED_LAST.c.position).scalar_subquery(),
    )
    .order_by(_SHOWINGS.c.position)
    .limit(Constant(1 + _AHEAD))
)
_BY_TOKEN = Statement(select(*_ROW).where(_OWN, _SHOWINGS.c.token == bindparam("token")))
_PICTURES = Statement(
    select(_SHOWN.c.slot, _CASES.c.beside)
    .join_from(_SHOWN, _CASES, _CASES.c.id == _SHOWN.c.case_id)
    .where(_SHOWN.c.presentation_id == bindparam("presentation_id"))
    .order_by(_SHOWN.c.slot)
)
_MARK_SHOWN = Statement(
    update(_SHOWINGS)
    .where(_SHOWINGS.c.id == bindparam("shown_id"))
    .values(
        shown_at=bindparam("now"),
        first_shown_at=func.coalesce(
            _SHOWINGS.c.first_shown_at, bindparam("now", type_=_SHOWINGS.c.shown_at.type)
        ),
    )
)
_RENDITION = Statement(
    select(_RENDITIONS.c.sha256)
    .join_from(_RENDITIONS, _CASES, _CASES.c.image_id == _RENDITIONS.c.image_id)
    .join(_SHOWN, _SHOWN.c.case_id == _CASES.c.id)
    .where(
        _SHOWN.c.presentation_id == bindparam("presentation_id"),
        _SHOWN.c.slot == bindparam("slot"),
        _RENDITIONS.c.size == bindparam("size"),
    )
)


def asks_way(reader_id: int) -> Asked:
    """The question for a reader's way, of whose answer `way_from` makes one."""
    return _FROM_LAST_ON, {"reader_id": reader_id}


def way_from(session: Session, reader_id: int, rows: Sequence[Row]) -> Way:
    """What the reader sees now, what comes after it, and what they rated last.

    Where a kind or a phase ends, and before anything is rated, all of the reader's presentations
    are looked through, so that none is left out wherever it stands.
    """
    is_within = [bool(is_rated) for *_, is_rated in rows] == [True, *[False] * _AHEAD]
    if not is_within:
        (rows,) = ask(session, (_WAY, {"reader_id": reader_id}))
    pending = sorted(
        (PresentationRow(*row) for *row, is_rated in rows if not is_rated), key=_place_on_way
    )
    current, following, after = (*pending, None, None, None)[:_AHEAD]
    rated = (PresentationRow(*row) for *row, is_rated in rows if is_rated)
    return Way(current, following, after, max(rated, key=_place_on_way, default=None))


def _place_on_way(row: PresentationRow) -> tuple[int, bool, int]:
    return row.phase, not row.is_practice, row.position


def way_of(session: Session, reader: ReaderKey) -> Way:
    """The reader's way as it is now."""
    (rows,) = ask(session, asks_way(reader.id))
    return way_from(session, reader.id, rows)


def presentation_count(
    session: Session, reader: ReaderKey, *, is_practice: bool, phase: int | None = None
) -> int:
    """How many presentations the reader has, in all or in a phase; ends of phases not counted."""
    query = select(func.count(Presentation.id)).where(
        Presentation.reader_id == reader.id,
        Presentation.is_practice == is_practice,
        Presentation.is_phase_end.is_(False),
    )
    if phase is not None:
        query = query.where(Presentation.phase == phase)
    return session.scalar(query) or 0


def presentation_by_token(
    session: Session, reader: ReaderKey, token: str
) -> PresentationRow | None:
    """One of this reader's own presentations; None for another reader's token."""
    if not is_name(token):
        return None
    row = ask_one(session, _BY_TOKEN, {"reader_id": reader.id, "token": token})
    return None if row is None else PresentationRow(*row)


def pictures_of(
    session: Session, presentation: PresentationRow, *, with_texts: bool
) -> Sequence[BlindedPicture]:
    """The pictures of a presentation by place; `with_texts` with the text beside each.

    A case keeps its text for all of its phases, and it is shown in those that say so.
    """
    if not with_texts:
        # Places are counted from 1 without a gap; there is nothing more to ask.
        return [BlindedPicture(slot, None) for slot in range(1, presentation.pictures + 1)]
    (rows,) = ask(session, (_PICTURES, {"presentation_id": presentation.id}))
    return [BlindedPicture(slot, beside) for slot, beside in rows]


def rendition_of(
    session: Session, presentation: PresentationRow, slot: int, size: int
) -> str | None:
    """The digest of the rendition that stands in a slot of the presentation."""
    values = {"presentation_id": presentation.id, "slot": slot, "size": size}
    row = ask_one(session, _RENDITION, values)
    return None if row is None else str(row[0])


def reference_of_phase(
    session: Session, reader: ReaderInStudy, phase: int, size: int
) -> str | None:
    """The digest of the rendition that the reader compares every picture of a phase with."""
    return session.scalars(
        select(Rendition.sha256)
        .join(PhaseReference, PhaseReference.image_id == Rendition.image_id)
        .where(
            PhaseReference.study_id == reader.study_id,
            PhaseReference.phase == phase,
            Rendition.size == size,
        )
    ).one_or_none()


def mark_shown(session: Session, presentation: PresentationRow, now: datetime) -> None:
    """Note that the page of a presentation is served; the first time is kept."""
    later(session, _MARK_SHOWN, {"shown_id": presentation.id, "now": now})


def mark_exposed(session: Session, presentation: PresentationRow, slot: int, now: datetime) -> bool:
    """Note that a timed picture is sent; False where it was sent before, by whatever process."""
    marked = session.execute(
        update(_SHOWN)
        .where(
            _SHOWN.c.presentation_id == presentation.id,
            _SHOWN.c.slot == slot,
            _SHOWN.c.exposed_at.is_(None),
        )
        .values(exposed_at=now)
        .returning(_SHOWN.c.slot)
    ).all()
    if not marked:
        return False
    session.execute(
        update(_SHOWINGS)
        .where(_SHOWINGS.c.id == presentation.id, _SHOWINGS.c.exposed_at.is_(None))
        .values(exposed_at=now)
    )
    return True
