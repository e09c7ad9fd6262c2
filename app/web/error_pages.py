"""Errors become pages here and nowhere else; only this file knows which status each has."""

import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from app.domain.errors import (
    BadInput,
    LinkRefused,
    NotAllowed,
    NotFound,
    Refused,
    SignInRequired,
    StudyError,
    StudyNotOpen,
)
from app.web.cookies import READER_COOKIE
from app.web.front import front

logger = logging.getLogger("negatoscope")

STATUSES: tuple[tuple[type[StudyError], int, str], ...] = (
    (StudyNotOpen, 409, "Not open"),
    (Refused, 409, "Not possible now"),
    (LinkRefused, 403, "Link not accepted"),
    (NotAllowed, 403, "Not allowed"),
    (NotFound, 404, "Not found"),
    (BadInput, 422, "Can't be used"),
)
HEADINGS = {
    403: "Not allowed",
    404: "Not found",
    405: "Not possible",
    413: "Too large",
    429: "Please wait",
}
NO_PAGE = "There is no page at this address."


def status_of(error: StudyError) -> int:
    """The status of a page that shows the error's sentence in its own place."""
    return next((status for kind, status, _ in STATUSES if isinstance(error, kind)), 500)


def add_error_pages(app: FastAPI) -> None:
    """Answer every error with one sentence in the look of the page that was asked for."""

    @app.exception_handler(StudyError)
    def study_error(request: Request, error: StudyError) -> Response:
        if isinstance(error, SignInRequired):
            return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
        for kind, status, heading in STATUSES:
            if isinstance(error, kind):
                is_over = isinstance(error, StudyNotOpen)
                return _page(request, status, heading, str(error), is_over=is_over)
        return _page(request, 500, "Trouble here", str(error))

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        sentence = NO_PAGE if error.status_code == 404 else str(error.detail)
        heading = HEADINGS.get(error.status_code, "Not possible")
        return _page(request, error.status_code, heading, sentence)

    @app.exception_handler(RequestValidationError)
    def validation_error(request: Request, error: RequestValidationError) -> Response:
        return _page(request, 422, "Can't be used", "The address or the form is not complete.")

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        # A reader's link is a key; no log must keep it.
        path = "/r/***" if request.url.path.startswith("/r/") else request.url.path
        logger.error("unexpected error at %s", path, exc_info=error)
        return _page(
            request,
            500,
            "Trouble here",
            "Something went wrong on the server; what you had submitted before is safe. "
            "Please try again.",
        )


def _page(
    request: Request, status: int, heading: str, sentence: str, *, is_over: bool = False
) -> Response:
    path = request.url.path
    if path == "/healthz":
        return JSONResponse({"status": sentence}, status)
    is_reader = path.startswith(("/read", "/r/"))
    template = "reading_error.html" if is_reader else "error.html"
    context = {
        "csrf_token": "",
        "notice": None,
        "study_title": "Negatoscope",
        "heading": heading,
        "sentence": sentence,
        "was_rating": request.method == "POST" and path == "/read/rate",
    }
    if is_reader:
        context |= {"is_over": is_over, **_of_reader(request, is_over=is_over)}
    pages = front(request).pages
    if is_reader:
        return pages.page_or_partial(request, template, context, status)
    return pages.render(request, template, context, status)


def _of_reader(request: Request, *, is_over: bool) -> dict[str, object]:
    """The reader's own form, to be sent again where that may help, and where their drafts are."""
    known = front(request).signer.read_reader_cookie(request.cookies.get(READER_COOKIE))
    form = {} if is_over else getattr(request.state, "form", {})
    return {
        "form": form,
        "drafts": "" if known is None else front(request).signer.reader_drawer(known[0]),
    }
