"""Rows of investigators."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.tables import Investigator


def investigator_by_name(session: Session, name: str) -> Investigator | None:
    """The account of that name."""
    return session.scalars(select(Investigator).where(Investigator.name == name)).one_or_none()


def investigator_by_id(session: Session, investigator_id: int) -> Investigator | None:
    """The account with that id."""
    return session.get(Investigator, investigator_id)


def investigator_count(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count(Investigator.id))) or 0


def add_investigator_once(session: Session, investigator: Investigator) -> bool:
    """Add an account; False where another transaction has added one of that name meanwhile."""
    try:
        with session.begin_nested():
            session.add(investigator)
    except IntegrityError:
        return False
    return True
