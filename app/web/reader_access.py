"""Who is asking at the reader's pages, by the cookie that the personal link left."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from fastapi import Request

from app.domain.desk import Purpose, ReaderDesk
from app.domain.errors import LinkRefused
from app.domain.said import said
from app.web.cookies import READER_COOKIE, same_token
from app.web.desk import reader_desks
from app.web.forms import given_token, refuse_foreign_origin
from app.web.front import front

NO_LINK = said(
    "This browser holds no reader's link that is known here; please open your personal link again, "
    "in another tab if there are answers on this page, and then send them."
)
OTHER_LINK = said(
    "This page belongs to another reader than the link that was opened last in this browser, so "
    "nothing of it was saved; please open your own link again in another tab, and then send this."
)


@contextmanager
def reader_at_desk(
    request: Request, form: Mapping[str, str] | None = None, purpose: Purpose = "answer"
) -> Iterator[ReaderDesk]:
    """One transaction for the reader whose cookie this is; committed when the block ends.

    A block, and not a dependency with yield, because an answer must not leave before the commit.
    With a `form`, it must have been served to this very reader; by which of their links and
    cookies, and when, is no matter: that the link is good is asked of the cookie that comes with
    it. Raises LinkRefused.
    """
    reader_id, fingerprint = known_reader(request)
    if form is not None:
        refuse_foreign_origin(request)
        if not same_token(form_token(request), given_token(request, form)):
            raise LinkRefused(OTHER_LINK)
    with suppress(_Asked), reader_desks(request).at(reader_id, fingerprint, purpose) as desk:
        # An error's page, too, then speaks to the reader in their study's language.
        request.state.study_language = desk.design.language
        yield desk
        if request.method == "HEAD":
            raise _Asked


@contextmanager
def reader_looking(request: Request) -> Iterator[ReaderDesk]:
    """The same for a request that writes nothing."""
    with reader_desks(request).at(*known_reader(request), "look") as desk:
        request.state.study_language = desk.design.language
        yield desk


def form_token(request: Request) -> str:
    """The CSRF token of the forms served to this reader; raises LinkRefused."""
    return front(request).signer.reader_form_token(known_reader(request)[0])


def drawer_of(request: Request) -> str:
    """Where this reader's browser keeps drafts; raises LinkRefused."""
    return front(request).signer.reader_drawer(known_reader(request)[0])


def known_reader(request: Request) -> tuple[int, str]:
    """The reader that a cookie of ours names, and the link it came from; raises LinkRefused."""
    cookie = request.cookies.get(READER_COOKIE)
    known = front(request).signer.read_reader_cookie(cookie)
    if known is None:
        raise LinkRefused(NO_LINK)
    return known


class _Asked(Exception):
    """Rolls back what a HEAD would have done: who asks in this way has seen nothing."""
