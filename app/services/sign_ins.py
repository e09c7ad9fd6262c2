"""Browsers that are signed in: rows of the server, ended by it, each known by a random cookie.

Only the hash of the cookie is stored, so that a copy of the database lets nobody in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.investigators import (
    end_old_sign_ins,
    end_sign_in,
    end_sign_ins,
    investigator_by_id,
    named_account,
    roles_of,
    sign_in_by_hash,
    sign_ins_of,
)
from app.db.studies import count_of_installation, record_event
from app.db.tables import SignIn
from app.domain.access import Account

LONGEST = timedelta(hours=12)
LONGEST_IDLE = timedelta(hours=2)
# How old the moment of the last request may be before it is written anew.
SEEN_ANEW_AFTER = timedelta(minutes=5)
STRANGER = "nobody"
FAILED: Final = "failed sign-in"
# So many an hour are logged, about 35 kB.
MOST_FAILURES = 60


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a cookie; `is_stale` where that they were here should be written down.

    With `password_is_given` they have to choose a password of their own before anything else.
    """

    account: Account
    is_stale: bool
    password_is_given: bool


@dataclass(frozen=True)
class SignInLine:
    """One browser of an account."""

    begun_at: datetime
    last_seen_at: datetime
    is_this: bool


def begin_sign_in(
    session: Session, account_id: int, password_hash: str, *, now: datetime
) -> str | None:
    """Sign a browser in whose password matched `password_hash`; return what its cookie says.

    None for an account that is disabled, or whose password has been replaced since it was checked.
    """
    account = investigator_by_id(session, account_id)
    if account is None or account.disabled_at or account.password_hash != password_hash:
        return None
    end_old_sign_ins(session, begun_before=now - LONGEST, seen_before=now - LONGEST_IDLE)
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            investigator_id=account.id, token_hash=hash_of(token), begun_at=now, last_seen_at=now
        )
    )
    record_event(session, study=None, actor=account.name, action="signed in", now=now)
    return token


def note_failed_sign_in(session: Session, account_id: int | None, *, now: datetime) -> None:
    """Log a failed sign-in.

    What was typed as a name is logged only where an account has it: it may be a password. At most
    MOST_FAILURES are logged an hour, so that guessing from many addresses can't fill the disk; the
    last of them says that others may have come.
    """
    logged = count_of_installation(session, FAILED, since=now - timedelta(hours=1))
    if logged >= MOST_FAILURES:
        return
    account = None if account_id is None else investigator_by_id(session, account_id)
    detail: dict[str, Any] = {} if account is None else {"account": account.name}
    if logged == MOST_FAILURES - 1:
        detail["more"] = "further ones of this hour are not logged"
    record_event(session, study=None, actor=STRANGER, action=FAILED, now=now, detail=detail)


def signed_in(session: Session, token: str | None, *, now: datetime) -> SignedIn | None:
    """Who holds this cookie, unless they were away too long or signed in too long ago."""
    row = sign_in_by_hash(session, hash_of(token)) if token else None
    if row is None:
        return None
    browser, account = row
    if now - browser.begun_at >= LONGEST or now - browser.last_seen_at >= LONGEST_IDLE:
        return None
    roles = roles_of(session, account.id).values()
    who = Account(account.id, account.name, account.role, any(one != "monitor" for one in roles))
    is_stale = now - browser.last_seen_at >= SEEN_ANEW_AFTER
    return SignedIn(who, is_stale, account.password_is_given)


def note_seen(session: Session, token: str, *, now: datetime) -> None:
    """Write down that this browser was here."""
    row = sign_in_by_hash(session, hash_of(token))
    if row is not None:
        row[0].last_seen_at = max(row[0].last_seen_at, now)


def browsers_of(session: Session, account: Account, token: str) -> tuple[SignInLine, ...]:
    """Where an account is signed in, this browser marked."""
    return tuple(
        SignInLine(one.begun_at, one.last_seen_at, one.token_hash == hash_of(token))
        for one in sign_ins_of(session, account.id)
    )


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End this browser's sign-in; a copy of its cookie is worth nothing from now on."""
    row = sign_in_by_hash(session, hash_of(token))
    if row is not None:
        record_event(session, study=None, actor=row[1].name, action="signed out", now=now)
        end_sign_in(session, hash_of(token))


def sign_out_everywhere(session: Session, name: str, *, now: datetime, actor: str) -> int:
    """End every sign-in of an account; return how many there were. Raises NotFound."""
    ended = end_sign_ins(session, named_account(session, name).id)
    detail = {"account": name, "browsers": ended}
    record_event(
        session, study=None, actor=actor, action="signed out everywhere", now=now, detail=detail
    )
    return ended


def hash_of(token: str) -> str:
    """What is stored of a cookie; no salt, since it is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
