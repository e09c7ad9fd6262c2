"""Which account a program acts for, by its token; cookies and readers' links mean nothing here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.domain.access import Account, Right, StudyAccess
from app.domain.errors import TokenRefused
from app.services.api_tokens import caller_of
from app.services.close_past_studies import close_past_studies
from app.services.study_access import study_for
from app.web.state import web_state

UNKNOWN = (
    "Send an API token that is good: Authorization: Bearer TOKEN. An account makes one on its own "
    "page, or the operator with make-token."
)


@dataclass(frozen=True)
class CallerAtDesk:
    """A program's account and the transaction of this request; `actor` is for the log."""

    session: Session
    account: Account
    actor: str
    now: datetime
    study: StudyAccess | None = None


@contextmanager
def caller_at_desk(
    request: Request, *, right: Right | None = None, writes: bool = False
) -> Iterator[CallerAtDesk]:
    """One transaction for whoever the token stands for; it writes only where the route says so.

    As on pages, an address that names a study needs a right on it, and a study on which the account
    has no role is answered like one that does not exist. Raises TokenRefused, NotFound, NotAllowed.
    """
    slug = request.path_params.get("slug")
    if slug is not None and right is None:
        raise RuntimeError(f"The route of {request.url.path} does not say which right it needs.")
    state = web_state(request)
    now = state.clock()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefused(UNKNOWN)
    close_past_studies(state.database, now=now)
    with state.database.writing() if writes else state.database.reading() as session:
        caller = caller_of(session, token.strip(), now=now)
        if caller is None:
            raise TokenRefused(UNKNOWN)
        study = None
        if slug is not None and right is not None:
            study = study_for(session, caller.account, slug, right)
        yield CallerAtDesk(session, caller.account, caller.actor, now, study)
