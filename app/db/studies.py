"""Rows of studies and their log of events; nothing here names an arm, a case or an image."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.blind.record import NewEvent, append_event
from app.db.tables import Event, Study
from app.domain.errors import NotFound
from app.domain.record import ANSWERED, CORRECTED
from app.domain.said import said


def no_study(slug: str) -> NotFound:
    """Of a study that is somebody else's too, so that its existence isn't told."""
    return NotFound(
        said("There is no study {slug!r}; the studies page lists what there is.", slug=slug)
    )


def study_by_slug(session: Session, slug: str, *, lock: bool = False) -> Study:
    """The study; with `lock` nobody else changes it before this one commits.

    Raises NotFound for a slug that no study has.
    """
    query = select(Study).where(Study.slug == slug)
    if lock:
        # As the row is after the wait, whatever this session knew of it.
        query = query.with_for_update().execution_options(populate_existing=True)
    study = session.scalars(query).one_or_none()
    if study is None:
        raise no_study(slug)
    return study


def study_by_id(session: Session, study_id: int) -> Study:
    """The study with that id, which must exist."""
    return session.get_one(Study, study_id)


def all_studies(session: Session) -> Sequence[Study]:
    """Every study, newest first."""
    return session.scalars(select(Study).order_by(Study.id.desc())).all()


def slug_is_taken(session: Session, slug: str) -> bool:
    """Whether a study has that slug."""
    return session.scalar(select(func.count()).where(Study.slug == slug)) != 0


def record_event(
    session: Session,
    *,
    study: Study | None,
    actor: str,
    action: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append to the record: who did what to which study (None: the installation), and when.

    Comes last in a transaction (`append_events`).
    """
    append_event(
        session,
        None if study is None else study.id,
        NewEvent(now, actor, action, detail or {}),
    )


def steps_of(session: Session, study: Study) -> Sequence[Event]:
    """The study's log, oldest first, without the ratings, which are nearly all of it."""
    return session.scalars(
        select(Event)
        .where(Event.study_id == study.id, Event.action.not_in((ANSWERED, CORRECTED)))
        .order_by(Event.number)
    ).all()


def newest_events_of_installation(session: Session, *, most: int) -> Sequence[Event]:
    """The last lines of the log that belong to no study, newest first."""
    return session.scalars(
        select(Event).where(Event.study_id.is_(None)).order_by(Event.number.desc()).limit(most)
    ).all()


def newest_events(
    session: Session,
    study: Study,
    *,
    most: int,
    actions: Collection[str] | None = None,
    besides: Collection[str] = (),
    before: int = 0,
) -> Sequence[Event]:
    """At most so many of a study's events, newest first.

    Of some `actions` only, where they are given, and of none of `besides`; with a number below
    `before`, unless it is 0.
    """
    query = select(Event).where(Event.chain_id == study.id).order_by(Event.number.desc())
    if actions is not None:
        query = query.where(Event.action.in_(actions))
    if besides:
        query = query.where(Event.action.not_in(besides))
    if before > 0:
        query = query.where(Event.number < before)
    return session.scalars(query.limit(most)).all()


def count_of_installation(session: Session, action: str, *, since: datetime) -> int:
    """How many events of one action the installation has had since a moment."""
    query = select(func.count(Event.id)).where(
        Event.study_id.is_(None), Event.action == action, Event.at > since
    )
    return session.scalar(query) or 0
