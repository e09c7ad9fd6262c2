"""An arm's page: its films, how they became grey, and what is odd about them."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import ensure_sees_bank
from app.services.arm_films import arm_films
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/arms/{key}")
def arm(request: Request, key: str) -> Response:
    """What the bank knows of one arm's films; no rating is looked at."""
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        return investigator_page(request, desk, "arm.html", {"arm": arm_films(desk.session, key)})
