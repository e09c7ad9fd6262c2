"""Investigators' accounts: made, disabled, given another role or a new password; never deleted.

Their names stand in the logs of studies, so an account that is not wanted any more is disabled.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from app.db.investigators import (
    add_investigator_once,
    all_investigators,
    end_sign_ins,
    investigator_by_name,
    investigator_count,
    named_account,
    owners_of_installation,
)
from app.db.studies import newest_events_of_installation, record_event
from app.db.tables import Investigator
from app.domain.access import Account, Role
from app.domain.errors import BadInput, Refused
from app.domain.said import said
from app.steps.first_owners import give_ownerless_studies

FIRST_NAME = "investigator"
OPERATOR = "command line"
# Actors of the log that are nobody's account.
_TAKEN_NAMES = frozenset({OPERATOR, "closing date", "nobody"})
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_HASHER = PasswordHasher()


@dataclass(frozen=True)
class AccountLine:
    """One account in the list."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True)
class LogLine:
    """Something that was done to the installation: to an account, to the bank, or by signing in.

    Of an import `bank` is what was brought in, and `images` how many of it were new.
    """

    at: datetime
    actor: str
    action: str
    account: str
    role: str
    bank: str = ""
    images: int = 0


def list_accounts(session: Session) -> tuple[AccountLine, ...]:
    """Every account, by name."""
    return tuple(
        AccountLine(account.name, account.role, account.created_at, account.disabled_at)
        for account in all_investigators(session)
    )


def account_named(session: Session, name: str) -> Account:
    """The account of that name; raises NotFound, and Refused for a disabled one."""
    account = named_account(session, name)
    if account.disabled_at is not None:
        raise Refused(said("The account {name} is disabled; enable it first.", name=name))
    return Account(account.id, account.name, account.role)


def installation_log(session: Session, *, most: int = 100) -> tuple[LogLine, ...]:
    """The last things that were done to the installation, newest first."""
    return tuple(
        LogLine(
            event.at,
            event.actor,
            event.action,
            str(event.detail.get("account", "")),
            str(event.detail.get("role", "")),
            str(event.detail.get("bank", "")),
            sum(event.detail.get("added", {}).values()),
        )
        for event in newest_events_of_installation(session, most=most)
    )


def create_first_investigator(session: Session, *, now: datetime) -> str | None:
    """Make the first account unless there is one; return its random password, kept nowhere.

    It owns the installation, and the studies that were made before it. Of several processes that
    start at once one makes it; the others wait for that and make none.
    """
    if investigator_count(session):
        return None
    password = secrets.token_urlsafe(12)
    made = _add(session, FIRST_NAME, "owner", password, now=now, actor=OPERATOR)
    return password if made else None


def make_account(session: Session, name: str, role: Role, *, now: datetime, actor: str) -> str:
    """Make an account and return its random password, which is kept nowhere.

    Whoever signs in with it chooses their own before anything else.

    Raises BadInput for a name that can't be printed, Refused for one that is taken.
    """
    password = secrets.token_urlsafe(12)
    is_free = investigator_by_name(session, name) is None
    if not (is_free and _add(session, name, role, password, now=now, actor=actor, is_given=True)):
        raise Refused(
            said("There is an account {name} already; give it a new password instead.", name=name)
        )
    return password


def set_password(
    session: Session, name: str, password: str, *, now: datetime, actor: str = OPERATOR
) -> bool:
    """Give `name` a new password, making the account if need be (then True).

    Whoever was signed in under the old password is signed out. The first account owns the
    installation, others are investigators until `change_role`.

    Raises BadInput for a password or a name that is too short or too long, or a name that can't be
    printed.
    """
    _ensure_length(password)
    account = investigator_by_name(session, name)
    if account is None:
        role: Role = "investigator" if investigator_count(session) else "owner"
        if _add(session, name, role, password, now=now, actor=actor):
            return True
        account = named_account(session, name)
    _replace_password(session, account, password, now=now, actor=actor)
    return False


def given_password_hash(session: Session, name: str) -> str | None:
    """The hash of the account's password, if somebody else gave it; raises NotFound."""
    account = named_account(session, name)
    return account.password_hash if account.password_is_given else None


def choose_own_password(
    session: Session, name: str, password: str, given_hash: str, *, now: datetime
) -> tuple[int, str]:
    """Replace the password that somebody else gave; return what `password_hash_of` now does.

    Whoever was signed in under the given one is signed out.

    Raises BadInput for a password that is too short or too long, Refused where the password in use
    is not the given one (any more): another needs the current one, as everybody's does.
    """
    _ensure_length(password)
    account = named_account(session, name, lock=True)
    if not account.password_is_given or account.password_hash != given_hash:
        raise Refused(said("This account has another password by now; sign in with that one."))
    _replace_password(session, account, password, now=now, actor=name)
    return account.id, account.password_hash


def renew_password(session: Session, name: str, *, now: datetime, actor: str) -> str:
    """Give an account a random password and return it; raises NotFound.

    Whoever signs in with it chooses their own before anything else.
    """
    password = secrets.token_urlsafe(12)
    account = named_account(session, name)
    _replace_password(session, account, password, now=now, actor=actor, is_given=True)
    return password


def change_role(session: Session, name: str, role: Role, *, now: datetime, actor: str) -> None:
    """Give an account another role on the installation; its roles on studies stay.

    Raises NotFound for an unknown account, Refused for the last owner.
    """
    account = named_account(session, name)
    if account.role == role:
        return
    _ensure_another_owner(session, account)
    before, account.role = account.role, role
    detail = {"account": name, "role": role, "before": before}
    record_event(session, study=None, actor=actor, action="account role", now=now, detail=detail)


def disable_account(session: Session, name: str, *, now: datetime, actor: str) -> None:
    """Shut an account out, at once and everywhere; its roles stay for when it is enabled again.

    Raises NotFound for an unknown account, Refused for the last owner of the installation.
    """
    account = named_account(session, name)
    if account.disabled_at is not None:
        return
    _ensure_another_owner(session, account)
    account.disabled_at = now
    end_sign_ins(session, account.id)
    _note(session, "account disabled", name, now=now, actor=actor)


def enable_account(session: Session, name: str, *, now: datetime, actor: str) -> None:
    """Let a disabled account in again; raises NotFound."""
    account = named_account(session, name)
    if account.disabled_at is None:
        return
    account.disabled_at = None
    _note(session, "account enabled", name, now=now, actor=actor)


def password_hash_of(session: Session, name: str) -> tuple[int, str] | None:
    """Id and password hash of an account, to be checked outside a transaction."""
    account = investigator_by_name(session, name)
    return None if account is None else (account.id, account.password_hash)


def password_matches(password: str, password_hash: str | None) -> bool:
    """Check a password in the same time whether or not the account exists (None)."""
    try:
        _HASHER.verify(password_hash or _hash_of_nothing(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _add(
    session: Session,
    name: str,
    role: Role,
    password: str,
    *,
    now: datetime,
    actor: str,
    is_given: bool = False,
) -> bool:
    """Add an account; False where somebody else adds one of that name just now."""
    if not name or len(name) > 100 or not name.isprintable() or name != name.strip():
        raise BadInput(
            said(
                "An account's name needs 1 to 100 printable characters, none of them a space at "
                "either "
                "end."
            )
        )
    if name.casefold() in _TAKEN_NAMES:
        raise BadInput(said("The log uses the name {name} for itself; choose another.", name=name))
    is_first = investigator_count(session) == 0
    account = Investigator(
        name=name,
        password_hash=_HASHER.hash(password),
        password_is_given=is_given,
        role=role,
        created_at=now,
    )
    if not add_investigator_once(session, account):
        return False
    if is_first:
        give_ownerless_studies(session, account, now=now)
    detail = {"account": name, "role": role}
    record_event(session, study=None, actor=actor, action="account made", now=now, detail=detail)
    return True


def _replace_password(
    session: Session,
    account: Investigator,
    password: str,
    *,
    now: datetime,
    actor: str,
    is_given: bool = False,
) -> None:
    account.password_hash = _HASHER.hash(password)
    account.password_is_given = is_given
    end_sign_ins(session, account.id)
    _note(session, "new password", account.name, now=now, actor=actor)


def _ensure_length(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            said(
                "A password needs {shortest_password} to {longest_password} characters, this "
                "one has {n_password}.",
                shortest_password=SHORTEST_PASSWORD,
                longest_password=LONGEST_PASSWORD,
                n_password=len(password),
            )
        )


def _note(session: Session, action: str, name: str, *, now: datetime, actor: str) -> None:
    record_event(session, study=None, actor=actor, action=action, now=now, detail={"account": name})


def _ensure_another_owner(session: Session, account: Investigator) -> None:
    owners = owners_of_installation(session, lock=True)
    if account in owners and len(owners) == 1:
        raise Refused(
            said(
                "{name} is the only owner of this installation; make another account an owner "
                "first.",
                name=account.name,
            )
        )


@cache
def _hash_of_nothing() -> str:
    return _HASHER.hash(secrets.token_urlsafe(12))
