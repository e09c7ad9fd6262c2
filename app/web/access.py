"""Who is asking: a reader at her desk, or an investigator who has signed in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.db.tables import Reader
from app.domain.design.design import StudyDesign
from app.domain.errors import LinkRefused, SignInRequired
from app.services.accounts import signed_in_name
from app.services.admit_reader import UNKNOWN_LINK, admit_by_cookie
from app.services.read_case import design_for
from app.web.cookies import INVESTIGATOR_COOKIE, READER_COOKIE
from app.web.forms import refuse_foreign_form
from app.web.state import web_state


@dataclass(frozen=True)
class ReaderAtDesk:
    """A reader, her study's design and the transaction of this request."""

    session: Session
    reader: Reader
    design: StudyDesign
    now: datetime


@contextmanager
def reader_at_desk(
    request: Request, form: Mapping[str, str] | None = None
) -> Iterator[ReaderAtDesk]:
    """One transaction for the reader whose cookie this is; committed when the block ends.

    A block, and not a dependency with yield, because an answer must not leave before the commit.
    With a `form`, it must have been served to this very reader.
    """
    with _reader(request, form, writing=True) as desk:
        yield desk


@contextmanager
def reader_looking(request: Request) -> Iterator[ReaderAtDesk]:
    """The same for a request that writes nothing."""
    with _reader(request, None, writing=False) as desk:
        yield desk


@contextmanager
def _reader(
    request: Request, form: Mapping[str, str] | None, *, writing: bool
) -> Iterator[ReaderAtDesk]:
    state = web_state(request)
    known = state.signer.read_reader_cookie(request.cookies.get(READER_COOKIE))
    if known is None:
        raise LinkRefused(
            "This browser holds no reader's link; please open your personal link again."
            if not request.cookies.get(READER_COOKIE)
            else UNKNOWN_LINK
        )
    if form is not None:
        refuse_foreign_form(request, form, READER_COOKIE)
    with state.database.writing() if writing else state.database.reading() as session:
        reader = admit_by_cookie(session, *known, for_writing=writing)
        yield ReaderAtDesk(session, reader, design_for(reader), state.clock())


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
    """One transaction for the signed-in investigator; with a `form` it may write."""
    state = web_state(request)
    known = state.signer.read_investigator_cookie(request.cookies.get(INVESTIGATOR_COOKIE))
    if known is None:
        raise SignInRequired("Please sign in.")
    if form is not None:
        refuse_foreign_form(request, form, INVESTIGATOR_COOKIE)
    with state.database.reading() if form is None else state.database.writing() as session:
        name = signed_in_name(session, *known)
        if name is None:
            raise SignInRequired("Please sign in again.")
        yield InvestigatorAtDesk(session, name, state.clock())


def csrf_token(request: Request, cookie_name: str) -> str:
    """The token for forms served to whoever holds this cookie."""
    return web_state(request).signer.csrf_token(request.cookies.get(cookie_name, ""))
