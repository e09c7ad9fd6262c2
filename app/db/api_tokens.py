"""Rows of API tokens."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import ApiToken, Investigator


def token_by_hash(session: Session, token_hash: str) -> tuple[ApiToken, Investigator] | None:
    """A token that was not revoked and its account, unless that is disabled."""
    row = session.execute(
        select(ApiToken, Investigator)
        .join(Investigator, Investigator.id == ApiToken.investigator_id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.revoked_at.is_(None),
            Investigator.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def tokens_of(session: Session, investigator_id: int) -> Sequence[ApiToken]:
    """Every token of an account, the newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.investigator_id == investigator_id)
        .order_by(ApiToken.id.desc())
    ).all()
