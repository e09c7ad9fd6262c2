"""Single films of a closed study, by what readers said of them; and the study on one page."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import Right
from app.services.film_gallery import film_gallery, films_by_belief
from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page
from app.web.routes.reports import closed_report, note_look
from app.web.spoken import in_language
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/report/films")
def films(request: Request, slug: str) -> Response:
    """The most and least believed films of each arm, the most disputed, and what was marked."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        context = {
            "study": study_overview(desk.session, slug),
            "gallery": film_gallery(desk.session, slug),
        }
    note_look(request, slug)
    return investigator_page(request, desk, "report_films.html", context)


@router.get("/studies/{slug}/report/summary")
def summary(request: Request, slug: str) -> Response:
    """What the study says, on one page to show a colleague."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        gallery = film_gallery(desk.session, slug)
        address = f"{web_state(request).pages.root}/studies/{slug}/report"
        heard = in_language(request)
        context = {
            "study": study_overview(desk.session, slug),
            "report": closed_report(request, desk, slug),
            "gallery": gallery,
            "films": films_by_belief(gallery),
            "figure_url": lambda name, ending: f"{address}/figures/{name}.{ending}{heard}",
        }
    note_look(request, slug)
    return investigator_page(request, desk, "report_summary.html", context)
