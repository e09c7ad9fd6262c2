"""A reader's personal link."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.web.desk import reader_desks
from app.web.front import front, set_reader_cookie

router = APIRouter()


@router.get("/r/{token}")
def open_link(request: Request, token: str) -> Response:
    """Exchange the link for a cookie, so that its token leaves the address bar.

    Once the study is closed the answer says so, and lets in to a certificate whoever has read.
    """
    if request.method == "HEAD":
        # Asked by programs that look at links in mails: no sitting begins, and nothing is told.
        return RedirectResponse("/read", 303, headers={"Cache-Control": "no-store"})
    admission = reader_desks(request).admit(token)
    response = RedirectResponse("/read", 303, headers={"Cache-Control": "no-store"})
    set_reader_cookie(front(request), response, *admission)
    return response
