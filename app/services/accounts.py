"""Investigators' accounts: made at first start, checked at sign-in, given new passwords."""

import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from app.db.investigators import (
    add_investigator_once,
    investigator_by_id,
    investigator_by_name,
    investigator_count,
)
from app.db.tables import Investigator
from app.domain.errors import BadInput

FIRST_NAME = "investigator"
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_HASHER = PasswordHasher()


def create_first_investigator(session: Session, *, now: datetime) -> str | None:
    """Make the first account unless there is one; return its random password, kept nowhere.

    Of several processes that start at once one makes it; the others wait for that and make none.
    """
    if investigator_count(session):
        return None
    password = secrets.token_urlsafe(12)
    made = add_investigator_once(
        session, Investigator(name=FIRST_NAME, password_hash=_HASHER.hash(password), created_at=now)
    )
    return password if made else None


def set_password(session: Session, name: str, password: str, *, now: datetime) -> bool:
    """Give `name` a new password, making the account if need be (then True).

    Every cookie signed in under the old password becomes void.

    Raises BadInput for a password or a name that is too short or too long, or a name that can't be
    printed.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, "
            f"this one has {len(password)}."
        )
    if not name or len(name) > 100 or not name.isprintable():
        raise BadInput("An investigator's name needs 1 to 100 printable characters.")
    investigator = investigator_by_name(session, name)
    if investigator is None:
        session.add(Investigator(name=name, password_hash=_HASHER.hash(password), created_at=now))
        return True
    investigator.password_hash = _HASHER.hash(password)
    investigator.session_epoch += 1
    return False


def password_hash_of(session: Session, name: str) -> tuple[int, int, str] | None:
    """Id, session epoch and password hash of an account, to be checked outside a transaction."""
    investigator = investigator_by_name(session, name)
    if investigator is None:
        return None
    return investigator.id, investigator.session_epoch, investigator.password_hash


def password_matches(password: str, password_hash: str | None) -> bool:
    """Check a password in the same time whether or not the account exists (None)."""
    try:
        _HASHER.verify(password_hash or _hash_of_nothing(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def signed_in_name(session: Session, investigator_id: int, epoch: int) -> str | None:
    """The name behind a session cookie, unless its password has changed since."""
    investigator = investigator_by_id(session, investigator_id)
    if investigator is None or investigator.session_epoch != epoch:
        return None
    return investigator.name


@cache
def _hash_of_nothing() -> str:
    return _HASHER.hash(secrets.token_urlsafe(12))
