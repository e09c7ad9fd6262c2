"""The one page that tells a reader a truth: that of a practice case they have just rated."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.journey import Step
from app.web.front import front
from app.web.practice_context import feedback_shown
from app.web.practice_state import tells_practice
from app.web.reader_access import form_token, known_reader, reader_at_desk

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/read/practice")
def tell(request: Request) -> Response:
    """What the last practice case was, until the reader goes on."""
    with reader_at_desk(request) as desk:
        standing, design = desk.standing(), desk.design
        if standing.step is not Step.FEEDBACK:
            return RedirectResponse("/read", 303)
        desk.ensure_open()
    reader_id, _ = known_reader(request)
    told = tells_practice(request)(reader_id)
    if told is None:
        return RedirectResponse("/read", 303)
    return front(request).pages.page_or_partial(
        request,
        "practice_feedback.html",
        {
            "csrf_token": form_token(request),
            "has_foot": True,
            **feedback_shown(told, standing, design),
        },
    )
