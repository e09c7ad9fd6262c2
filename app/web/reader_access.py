"""Who is asking at the reader's pages, by the cookie that the personal link left."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fastapi import Request

from app.domain.desk import ReaderDesk
from app.domain.errors import LinkRefused
from app.web.cookies import READER_COOKIE
from app.web.desk import reader_desks
from app.web.forms import refuse_foreign_form
from app.web.front import front


@contextmanager
def reader_at_desk(request: Request, form: Mapping[str, str] | None = None) -> Iterator[ReaderDesk]:
    """One transaction for the reader whose cookie this is; committed when the block ends.

    A block, and not a dependency with yield, because an answer must not leave before the commit.
    With a `form`, it must have been served to this very reader. Raises LinkRefused.
    """
    reader_id, fingerprint = known_reader(request)
    if form is not None:
        refuse_foreign_form(request, form, READER_COOKIE)
    with reader_desks(request).at(reader_id, fingerprint, writing=True) as desk:
        yield desk


@contextmanager
def reader_looking(request: Request) -> Iterator[ReaderDesk]:
    """The same for a request that writes nothing."""
    with reader_desks(request).at(*known_reader(request), writing=False) as desk:
        yield desk


def known_reader(request: Request) -> tuple[int, str]:
    """The reader that a cookie of ours names, and the link it came from; raises LinkRefused."""
    cookie = request.cookies.get(READER_COOKIE)
    known = front(request).signer.read_reader_cookie(cookie)
    if known is None:
        raise LinkRefused(
            "This link is not known here; please check that it was copied whole."
            if cookie
            else "This browser holds no reader's link; please open your personal link again."
        )
    return known
