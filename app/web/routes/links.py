"""A reader's personal link."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.web.cookies import READER_COOKIE, READER_DAYS, set_cookie
from app.web.desk import reader_desks
from app.web.front import front

router = APIRouter()


@router.get("/r/{token}")
def open_link(request: Request, token: str) -> Response:
    """Exchange the link for a cookie, so that its token leaves the address bar.

    Once the study is closed there is nothing to come for: the answer says so and sets no cookie.
    """
    if request.method == "HEAD":
        # Asked by programs that look at links in mails: no sitting begins, and nothing is told.
        return RedirectResponse("/read", 303, headers={"Cache-Control": "no-store"})
    admission = reader_desks(request).admit(token)
    response = RedirectResponse("/read", 303, headers={"Cache-Control": "no-store"})
    set_cookie(
        response,
        READER_COOKIE,
        front(request).signer.reader_cookie(*admission),
        path="/read",
        max_age=READER_DAYS * 24 * 3600,
        secure=front(request).cookies_need_https,
    )
    return response
