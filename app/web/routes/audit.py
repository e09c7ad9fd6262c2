"""The leak audit of a study's pictures, before it is opened or at any time after."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import Right
from app.domain.errors import BadDesign
from app.report.tables.shortcuts import shortcut_table
from app.report.words.shortcuts import file_sentence, shortcut_sentences
from app.services.audit_pictures import audit_pictures
from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page
from app.web.routes.studies import study_page
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/audit")
def audit(request: Request, slug: str) -> Response:
    """What tells the arms apart without a look at anatomy; no rating is looked at."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        try:
            pictures = audit_pictures(desk.session, web_state(request).store, slug)
        except BadDesign as error:
            why = f"Its pictures can't be checked yet. {error}."
            return study_page(request, desk, slug, error=why, status=422)
        context = {
            "study": study_overview(desk.session, slug),
            "audit": pictures,
            "table": shortcut_table(pictures),
            "sentences": shortcut_sentences(pictures),
            "files": file_sentence(pictures),
        }
        return investigator_page(request, desk, "audit.html", context)
