"""Who is asking: an investigator who has signed in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.domain.errors import SignInRequired
from app.services.accounts import signed_in_name
from app.services.close_past_studies import close_past_studies
from app.web.cookies import INVESTIGATOR_COOKIE
from app.web.forms import refuse_foreign_form
from app.web.front import csrf_token
from app.web.state import web_state

__all__ = ["InvestigatorAtDesk", "csrf_token", "investigator_at_desk"]


@dataclass(frozen=True)
class InvestigatorAtDesk:
    """An investigator and the transaction of this request."""

    session: Session
    name: str
    now: datetime


@contextmanager
def investigator_at_desk(
    request: Request, form: Mapping[str, str] | None = None
) -> Iterator[InvestigatorAtDesk]:
    """One transaction for the signed-in investigator; with a `form` it may write.

    Studies whose closing date has passed are closed first, so that no page shows them open.
    Raises SignInRequired.
    """
    state = web_state(request)
    known = state.signer.read_investigator_cookie(request.cookies.get(INVESTIGATOR_COOKIE))
    if known is None:
        raise SignInRequired("Please sign in.")
    if form is not None:
        refuse_foreign_form(request, form, INVESTIGATOR_COOKIE)
    now = state.clock()
    close_past_studies(state.database, now=now)
    with state.database.reading() if form is None else state.database.writing() as session:
        name = signed_in_name(session, *known)
        if name is None:
            raise SignInRequired("Please sign in again.")
        yield InvestigatorAtDesk(session, name, now)
