"""Errors become pages here and nowhere else; only this file knows which status each has."""

import errno
import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from app.domain.errors import (
    BadInput,
    DatabaseUnavailable,
    LinkRefused,
    NotAllowed,
    NotFound,
    OwnPasswordRequired,
    Refused,
    SignInRequired,
    StudyError,
    StudyNotOpen,
    TokenRefused,
    Unavailable,
)
from app.domain.said import said
from app.web.api_errors import api_error, is_api
from app.web.body_limits import TOO_LONG
from app.web.cookies import INVESTIGATOR_COOKIE, READER_COOKIE
from app.web.front import csrf_token, front, set_reader_cookie
from app.web.kept_form import FormOutOfDate, form_to_keep
from app.web.logs import fields_of
from app.web.own_password_form import own_password_form
from app.web.pages import renews_itself
from app.web.sign_in_form import sign_in_form
from app.web.ways_on import office_s_ways_on, reader_s_way_on

logger = logging.getLogger("negatoscope")

STATUSES: tuple[tuple[type[StudyError], int, str], ...] = (
    (StudyNotOpen, 409, said("Not open")),
    (Refused, 409, said("Not possible now")),
    (LinkRefused, 403, said("Link not accepted")),
    (NotAllowed, 403, said("Not allowed")),
    (NotFound, 404, said("Not found")),
    (BadInput, 422, said("Can't be used")),
)
HEADINGS = {
    403: said("Not allowed"),
    404: said("Not found"),
    405: said("Not possible"),
    413: said("Too large"),
    429: said("Please wait"),
}
# What the server says of itself, in our words.
SENTENCES = {
    404: said("There is no page at this address."),
    405: said("This address takes a form and shows no page; please go on from where its form is."),
    413: TOO_LONG,
}
API_SENTENCES = {
    404: "The API has nothing at this address; /api/v1/openapi.json lists what it has.",
    413: TOO_LONG,
}
TROUBLE = said(
    "Something went wrong on the server; what you had submitted before is safe. Please try again."
)
DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def status_of(error: StudyError) -> int:
    """The status of a page that shows the error's sentence in its own place."""
    return next((status for kind, status, _ in STATUSES if isinstance(error, kind)), 500)


def add_error_pages(app: FastAPI) -> None:
    """Answer every error with one sentence in the look of the page that was asked for.

    The handlers are asynchronous, so that they wait for no thread where all are stuck.
    """
    for kind in (StudyError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, error_page)


async def error_page(request: Request, error: Exception) -> Response:
    """The answer to any error; one that nobody foresaw is logged, by kind and place."""
    if is_api(request.url.path):
        return _api_answer(error)
    if isinstance(error, SignInRequired):
        return _sign_in(request)
    if isinstance(error, OwnPasswordRequired):
        return _own_password(request, error)
    if isinstance(error, Unavailable):
        return _unavailable(request, error)
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        logger.error("the disk can't be written", extra={"fields": fields_of(error)})
        return _unavailable(request, DatabaseUnavailable("full"), is_told=True)
    for kind, status, heading in STATUSES:
        if isinstance(error, kind):
            if isinstance(error, StudyNotOpen):
                return _not_open(request, status, heading, error)
            return _page(request, status, heading, error.sentence, error=error)
    if isinstance(error, FormOutOfDate) and request.headers.get("Origin") and form_to_keep(request):
        return _form_still_here(request)
    if isinstance(error, HTTPException):
        sentence = SENTENCES.get(error.status_code, error.detail)
        heading = HEADINGS.get(error.status_code, said("Not possible"))
        # Perhaps another site's form, which is not shown to the reader as theirs.
        request.state.form = {}
        return _page(request, error.status_code, heading, sentence, error=error)
    if isinstance(error, RequestValidationError):
        return _page(
            request, 422, said("Can't be used"), said("The address or the form is not complete.")
        )
    logger.error("unexpected error", extra={"fields": fields_of(error)})
    # For whoever looks for the mistake, where nobody else's answers are at hand.
    logger.debug("its trace", exc_info=error)
    return _page(request, 500, said("Trouble here"), TROUBLE)


def _api_answer(error: Exception) -> Response:
    """The error in the one form that all of the API's have."""
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        logger.error("the disk can't be written", extra={"fields": fields_of(error)})
        error = DatabaseUnavailable("full")
    if isinstance(error, Unavailable):
        fields = fields_of(error) | {"reason": getattr(error, "reason", "busy")}
        logger.warning("not possible just now", extra={"fields": fields})
        again = {"Retry-After": str(error.retry_after)}
        return api_error(503, "Not possible just now", str(error), again)
    if isinstance(error, TokenRefused):
        return api_error(401, "Not allowed", str(error), {"WWW-Authenticate": "Bearer"})
    for kind, status, heading in STATUSES:
        if isinstance(error, kind):
            return api_error(status, heading, str(error))
    if isinstance(error, HTTPException):
        sentence = API_SENTENCES.get(error.status_code, str(error.detail))
        heading = HEADINGS.get(error.status_code, said("Not possible"))
        return api_error(error.status_code, heading, sentence, error.headers)
    if isinstance(error, RequestValidationError):
        return api_error(422, said("Can't be used"), _first_problem(error))
    logger.error("unexpected error", extra={"fields": fields_of(error)})
    return api_error(500, said("Trouble here"), TROUBLE)


def _first_problem(error: RequestValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}."


def _sign_in(request: Request) -> Response:
    address, kept = request.url.path, form_to_keep(request)
    if renews_itself(request):
        # The door has no place in the middle of a page; loaded anew it leads there.
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    if not kept:
        return RedirectResponse(f"/sign-in?next={address}", 303)
    return sign_in_form(request, address, kept, status=403)


def _own_password(request: Request, error: OwnPasswordRequired) -> Response:
    """Nothing but this page is answered until an own password is chosen."""
    address, kept = request.url.path, form_to_keep(request)
    if not kept and request.method in ("GET", "HEAD"):
        return RedirectResponse(f"/account/own-password?next={address}", 303)
    target = address if kept else "/studies"
    return own_password_form(request, target, kept, error=error.sentence, status=403)


def _form_still_here(request: Request) -> Response:
    """The design's form of a page that is older than the sign-in: to be sent by hand.

    Its origin was looked at before its token, so that it came from a page of ours.
    """
    context = {
        "action": request.url.path,
        "kept": form_to_keep(request),
        "csrf_token": csrf_token(request, INVESTIGATOR_COOKIE),
    }
    return front(request).pages.render(request, "kept_form.html", context, 403)


def _unavailable(request: Request, error: Unavailable, *, is_told: bool = False) -> Response:
    if not is_told:
        fields = fields_of(error) | {"reason": getattr(error, "reason", "busy")}
        logger.warning("not possible just now", extra={"fields": fields})
    response = _page(request, 503, said("Not possible just now"), error.sentence)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _not_open(request: Request, status: int, heading: str, error: StudyNotOpen) -> Response:
    """The page of a study that takes no answers, and the way to the certificate from there."""
    response = _page(
        request,
        status,
        heading,
        error.sentence,
        error=error,
        of_link=error.reader_id,
        has_certificate=error.took_part is not None,
    )
    if error.reader_id is not None and error.took_part is not None:
        # They came by their link, which is good for nothing else any more.
        set_reader_cookie(front(request), response, error.reader_id, error.took_part)
    return response


def _page(
    request: Request,
    status: int,
    heading: str,
    sentence: str,
    *,
    error: Exception | None = None,
    of_link: int | None = None,
    has_certificate: bool = False,
) -> Response:
    path = request.url.path
    if path == "/healthz":
        return JSONResponse({"status": sentence}, status)
    is_reader = path.startswith(("/read", "/r/"))
    template = "reading_error.html" if is_reader else "error.html"
    context: dict[str, object] = {
        "csrf_token": "",
        "notice": None,
        "study_title": "Negatoscope",
        "heading": heading,
        "sentence": sentence,
        "was_rating": request.method == "POST" and path == "/read/rate",
    }
    if is_reader:
        is_over = isinstance(error, StudyNotOpen)
        context |= {
            "is_over": is_over,
            "has_certificate": has_certificate,
            "way_on": reader_s_way_on(request, status, error),
            **_of_reader(request, of_link, is_over=is_over),
        }
    else:
        # An address of nobody's, as half a personal link may be.
        is_lost = status == 404 and isinstance(error, HTTPException)
        context |= {"ways_on": office_s_ways_on(request, status), "is_lost": is_lost}
    pages = front(request).pages
    if is_reader:
        return pages.page_or_partial(request, template, context, status)
    return pages.render(request, template, context, status)


def _of_reader(request: Request, of_link: int | None, *, is_over: bool) -> dict[str, object]:
    """The reader's own form, to be sent again where that may help, and where their drafts are.

    `of_link` is whose link was opened: their drafts, not those of whoever the cookie is of.
    """
    known = front(request).signer.read_reader_cookie(request.cookies.get(READER_COOKIE))
    if of_link is not None:
        known = (of_link, "")
    form = {} if is_over else getattr(request.state, "form", {})
    return {
        "form": form,
        "drafts": "" if known is None else front(request).signer.reader_drawer(known[0]),
    }
