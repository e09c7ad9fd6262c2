"""The report of a closed study."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/report")
def report(request: Request, slug: str) -> Response:
    """Results by arm, once the study is closed; progress until then."""
    with investigator_at_desk(request) as desk:
        context = {"study": study_overview(desk.session, slug)}
        return investigator_page(request, desk, "report.html", context)
