"""Rows that count tries to sign in: one for each address and each name that was tried."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.tables import SignInTries


def tries_of(session: Session, key: str, now: datetime) -> SignInTries:
    """The row of `key`, made if there is none, and locked: whoever asks next waits for this one."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    session.execute(
        insert(SignInTries).values(key=key, tries=0, last_at=now).on_conflict_do_nothing()
    )
    return session.scalars(
        select(SignInTries)
        .where(SignInTries.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def known_tries(session: Session, key: str) -> SignInTries | None:
    """The row of `key` as it is, neither made nor locked."""
    return session.get(SignInTries, key)


def forget_tries(session: Session, keys: list[str]) -> None:
    """Remove the rows of these keys, in their order."""
    for key in keys:
        session.execute(delete(SignInTries).where(SignInTries.key == key))


def forget_tries_before(session: Session, moment: datetime) -> None:
    """Remove every row that was not counted on since; rows that are locked are left."""
    old = (
        select(SignInTries.key)
        .where(SignInTries.last_at < moment)
        .limit(100)
        .with_for_update(skip_locked=True)
    )
    for key in session.scalars(old).all():
        session.execute(delete(SignInTries).where(SignInTries.key == key))
