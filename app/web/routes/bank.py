"""The bank in the office: its arms, a grid of films, one film large, arms beside each other."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import ensure_sees_bank
from app.services.browse_bank import (
    MOST_COMPARED,
    arms_of_bank,
    bank_choices,
    compare_arms,
    film_filter,
    film_page,
    one_film,
)
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page
from app.web.pages import is_htmx
from app.web.state import web_state
from app.web.thumbnails import thumbnail, whole_picture

router = APIRouter(default_response_class=HTMLResponse)

FilmNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
FILTERS = ("arm", "condition", "key", "value", "note", "flag")


@router.get("/bank")
def bank(request: Request) -> Response:
    """Every arm with counts, notes, provenance and licence."""
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        context = {"arms": arms_of_bank(desk.session), "most_compared": MOST_COMPARED}
        return investigator_page(request, desk, "bank.html", context)


@router.get("/bank/films")
def films(request: Request, page: PageNumber = 1) -> Response:
    """A page of the films that the address filters; only the grid where htmx asks for it."""
    asked = {name: request.query_params.get(name, "") for name in FILTERS}
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        wanted = film_filter(asked)
        context = {
            "shown": film_page(desk.session, wanted, page),
            "wanted": wanted,
            "query": urlencode({name: value for name, value in asked.items() if value}),
            "choices": bank_choices(desk.session),
        }
        template = "_bank_films.html" if is_htmx(request) else "bank_films.html"
        return investigator_page(request, desk, template, context)


@router.get("/bank/compare")
def compare(
    request: Request, arm: Annotated[list[str] | None, Query()] = None, page: PageNumber = 1
) -> Response:
    """Two to four arms beside each other, a few films of each condition at a time."""
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        shown = compare_arms(desk.session, arm or [], page)
        context = {"shown": shown, "query": urlencode([("arm", one.key) for one in shown.arms])}
        return investigator_page(request, desk, "bank_compare.html", context)


@router.get("/bank/films/{film}")
def film(request: Request, film: FilmNumber) -> Response:
    """One film large, with its provenance and its nearest training film."""
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        return investigator_page(
            request, desk, "bank_film.html", {"one": one_film(desk.session, film)}
        )


@router.get("/bank/renditions/{digest}/whole.png")
def picture(request: Request, digest: str) -> Response:
    """A rendition by its digest, as readers are sent it."""
    return whole_picture(_picture(request, digest))


@router.get("/bank/renditions/{digest}/small.png")
def small(request: Request, digest: str) -> Response:
    """The same, small, for a grid."""
    return thumbnail(_picture(request, digest))


def _picture(request: Request, digest: str) -> bytes:
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        return web_state(request).store.read(digest)
