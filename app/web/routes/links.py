"""A reader's personal link."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.services.admit_reader import admit_by_link, link_fingerprint
from app.web.cookies import READER_COOKIE, READER_DAYS, set_cookie
from app.web.state import web_state

router = APIRouter()


@router.get("/r/{token}")
def open_link(request: Request, token: str) -> Response:
    """Exchange the link for a cookie, so that its token leaves the address bar."""
    state = web_state(request)
    with state.database.writing() as session:
        reader = admit_by_link(session, token, now=state.clock())
        cookie = state.signer.reader_cookie(reader.id, link_fingerprint(reader))
    response = RedirectResponse("/read", 303, headers={"Cache-Control": "no-store"})
    set_cookie(
        response,
        READER_COOKIE,
        cookie,
        path="/read",
        max_age=READER_DAYS * 24 * 3600,
        secure=state.cookies_need_https,
    )
    return response
