"""Tokens by which programs act for an account: made by it, hashed, with an end, revocable."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from app.db.api_tokens import token_by_hash, tokens_of
from app.db.investigators import named_account, roles_of
from app.db.studies import record_event
from app.db.tables import ApiToken
from app.domain.access import Account
from app.domain.document import plain_text
from app.domain.errors import BadInput, NotFound, Refused
from app.domain.said import said

LONGEST_DAYS = 366
LONGEST_LABEL = 100
MOST_GOOD = 20
# So that whoever finds one knows what it is, and secret scanners can.
PREFIX = "negatoscope_"


@dataclass(frozen=True)
class TokenLine:
    """One token of an account; the token itself is stored nowhere."""

    id: int
    label: str
    state: Literal["good", "revoked", "past its end"]
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Caller:
    """The account that a program acts for, and what the log calls the two."""

    account: Account
    actor: str


def make_api_token(
    session: Session, account: Account, *, label: str, days: str | int, now: datetime
) -> str:
    """Make a token that is good for so many days; return it, this once.

    Raises BadInput for a label or a number of days that can't be used, Refused for an account with
    20 tokens that are good.
    """
    label = plain_text(label)
    if not 1 <= len(label) <= LONGEST_LABEL or not label.isprintable():
        raise BadInput(
            said(
                "Say what the token is for in 1 to {longest_label} characters on one line.",
                longest_label=LONGEST_LABEL,
            )
        )
    if not str(days).isascii() or not str(days).isdigit() or not 1 <= int(days) <= LONGEST_DAYS:
        raise BadInput(
            said(
                "A token is good for 1 to {longest_days} days; give a whole number.",
                longest_days=LONGEST_DAYS,
            )
        )
    good = [one for one in api_tokens_of(session, account, now=now) if one.state == "good"]
    if len(good) >= MOST_GOOD:
        raise Refused(
            said(
                "This account has {most_good} tokens that are good; revoke one first.",
                most_good=MOST_GOOD,
            )
        )
    token = PREFIX + secrets.token_urlsafe(32)
    expires_at = now + timedelta(days=int(days))
    session.add(
        ApiToken(
            investigator_id=account.id,
            label=label,
            token_hash=_hash_of(token),
            made_at=now,
            expires_at=expires_at,
        )
    )
    detail = {"account": account.name, "label": label, "expires_at": expires_at.isoformat()}
    record_event(
        session, study=None, actor=account.name, action="API token made", now=now, detail=detail
    )
    return token


def api_tokens_of(session: Session, account: Account, *, now: datetime) -> tuple[TokenLine, ...]:
    """The tokens that an account has made, the newest first."""
    return tuple(
        TokenLine(one.id, one.label, _state(one, now), one.made_at, one.expires_at)
        for one in tokens_of(session, account.id)
    )


def revoke_api_token(session: Session, account: Account, token_id: str, *, now: datetime) -> None:
    """End a token of the account at once; done again, nothing changes. Raises NotFound."""
    for one in tokens_of(session, account.id):
        if str(one.id) == token_id:
            break
    else:
        raise NotFound(said("This account has no such token."))
    if one.revoked_at is None:
        one.revoked_at = now
        detail = {"account": account.name, "label": one.label}
        record_event(
            session,
            study=None,
            actor=account.name,
            action="API token revoked",
            now=now,
            detail=detail,
        )


def caller_of(session: Session, token: str, *, now: datetime) -> Caller | None:
    """Whom a program acts for that shows this token; None unless it is good now."""
    row = token_by_hash(session, _hash_of(token)) if token.startswith(PREFIX) else None
    if row is None or row[0].expires_at <= now:
        return None
    made, account = row
    roles = roles_of(session, account.id).values()
    who = Account(account.id, account.name, account.role, any(one != "monitor" for one in roles))
    return Caller(who, f"{account.name} (API token {made.label})"[:100])


def account_by_name(session: Session, name: str) -> Account:
    """The account of that name, for whoever runs commands on the server.

    Raises NotFound, Refused for one that is disabled.
    """
    row = named_account(session, name)
    if row.disabled_at is not None:
        raise Refused(
            said("The account {name} is disabled; enable it before it makes tokens.", name=name)
        )
    return Account(row.id, row.name, row.role)


def _state(token: ApiToken, now: datetime) -> Literal["good", "revoked", "past its end"]:
    if token.revoked_at is not None:
        return "revoked"
    return "past its end" if token.expires_at <= now else "good"


def _hash_of(token: str) -> str:
    """What is stored of a token; no salt, since it is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
