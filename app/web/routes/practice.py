"""The one page that tells a reader a truth: that of a practice case she has just rated."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.errors import NotFound
from app.services.practice_feedback import practice_feedback
from app.web.access import csrf_token, reader_at_desk
from app.web.cookies import READER_COOKIE
from app.web.reading_context import image_url
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/read/practice")
def tell(request: Request) -> Response:
    """What the last practice case was, until the reader goes on."""
    with reader_at_desk(request) as desk:
        try:
            if not desk.design.practice.feedback:
                raise NotFound("This study gives no feedback.")
            told = practice_feedback(desk.session, desk.reader)
        except NotFound:
            return RedirectResponse("/read", 303)
        return web_state(request).pages.page_or_partial(
            request,
            "practice_feedback.html",
            {
                "csrf_token": csrf_token(request, READER_COOKIE),
                "notice": desk.design.notice or None,
                "study_title": desk.design.title,
                "position": told.position,
                "total": told.total,
                "image_url": image_url(told.token),
                "verdict_given": told.verdict_given,
                "truth": told.truth,
            },
        )
