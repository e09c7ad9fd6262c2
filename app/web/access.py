"""Who is asking, by the cookie of a sign-in, and whether they may, study by study."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.domain.access import Account, Right, StudyAccess
from app.domain.errors import OwnPasswordRequired, SignInRequired
from app.domain.said import said
from app.services.close_past_studies import close_past_studies
from app.services.sign_ins import note_seen, signed_in
from app.services.study_access import study_for
from app.web.cookies import INVESTIGATOR_COOKIE
from app.web.forms import refuse_foreign_form
from app.web.front import csrf_token
from app.web.pages import renews_itself
from app.web.state import web_state

__all__ = ["InvestigatorAtDesk", "cookie_of", "csrf_token", "investigator_at_desk"]


@dataclass(frozen=True)
class InvestigatorAtDesk:
    """An investigator and the transaction of this request.

    `study` is what they may do to the study that the address names; None where it names none.
    """

    session: Session
    account: Account
    now: datetime
    study: StudyAccess | None = None

    @property
    def name(self) -> str:
        """Who did it, in the log."""
        return self.account.name


@contextmanager
def investigator_at_desk(
    request: Request,
    form: Mapping[str, str] | None = None,
    *,
    right: Right | None = None,
    writes: bool = True,
    with_given_password: bool = False,
) -> Iterator[InvestigatorAtDesk]:
    """One transaction for the signed-in investigator; with a `form` it may write if it `writes`.

    A route whose address names a study (`{slug}`) must say which right on it is needed; without,
    nothing is answered, so that no route can forget it. Studies whose closing date has passed are
    closed first, so that no page shows them open.

    Raises SignInRequired, OwnPasswordRequired unless the route may be used `with_given_password`,
    NotFound for a study that the account has no role on, NotAllowed where its role is not enough.
    """
    slug = request.path_params.get("slug")
    if slug is not None and right is None:
        raise RuntimeError(f"The route of {request.url.path} does not say which right it needs.")
    token = cookie_of(request)
    if not token:
        raise SignInRequired(said("Please sign in."))
    if form is not None:
        refuse_foreign_form(request, form, INVESTIGATOR_COOKIE)
    state = web_state(request)
    now = state.clock()
    close_past_studies(state.database, now=now)
    is_look = form is None or not writes
    with state.database.reading() if is_look else state.database.writing() as session:
        who = signed_in(session, token, now=now)
        if who is None:
            raise SignInRequired(said("Please sign in again."))
        if who.password_is_given and not with_given_password:
            raise OwnPasswordRequired(
                said("Choose a password of your own first; nothing was done.")
            )
        study = None
        if slug is not None and right is not None:
            study = study_for(session, who.account, slug, right)
        yield InvestigatorAtDesk(session, who.account, now, study)
    # A page that is left open is nobody at work: its sign-in ends all the same.
    if who.is_stale and not renews_itself(request):
        with state.database.writing() as session:
            note_seen(session, token, now=now)


def cookie_of(request: Request) -> str:
    """What this browser's cookie says; empty where there is none."""
    return request.cookies.get(INVESTIGATOR_COOKIE, "")
