"""A study under way, live: progress by reader and day, times, who stopped where, reminders."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import Right
from app.services.reading_conduct import reading_conduct
from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page
from app.web.pages import is_htmx

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/progress")
def progress(request: Request, slug: str) -> Response:
    """How reading goes, and no result; the moving part alone where htmx asks for it."""
    with investigator_at_desk(request, right=Right.SEE_PROGRESS) as desk:
        context = {
            "study": study_overview(desk.session, slug),
            "conduct": reading_conduct(desk.session, slug, now=desk.now),
        }
        template = "_conduct.html" if is_htmx(request) else "conduct.html"
        return investigator_page(request, desk, template, context)
