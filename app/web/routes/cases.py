"""The very cases that opening would draw: looked at blinded, unblinded on purpose, one swapped."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import Right
from app.domain.errors import BadDesign, BadInput, Refused
from app.domain.record import LONGEST_REASON
from app.domain.said import said
from app.services.draft_cases import (
    LookedAtCases,
    Swapped,
    blinded_cases,
    swap_case,
    unblinded_cases,
)
from app.services.rehearse_study import rehearse_study
from app.services.remedy_pictures import remedy_as_designed
from app.services.study_progress import study_overview
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.routes.studies import study_page
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/cases")
def cases(request: Request, slug: str) -> Response:
    """The pictures of all cases under their codes; no arm is told."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        return _blinded(request, desk, slug)


@router.post("/studies/{slug}/cases/unblind")
def unblind(request: Request, slug: str, form: FormFields) -> Response:
    """The same with their arms, on this one answer; the record says who asked for it."""
    with investigator_at_desk(request, form, right=Right.SEE_RESULTS) as desk:
        if form.get("sure") != "yes":
            raise Refused(said("Nothing was unblinded; please tick that it is meant."))
        try:
            shown = unblinded_cases(desk.session, slug, now=desk.now, actor=desk.name)
        except BadDesign as error:
            return _not_yet(request, desk, slug, error)
        return _page(request, desk, slug, shown, is_unblinded=True)


@router.post("/studies/{slug}/cases/swap")
def swap(request: Request, slug: str, form: FormFields) -> Response:
    """Put another image in the place of one case of a draft, with the reason."""
    try:
        with investigator_at_desk(request, form, right=Right.DESIGN) as desk:
            swapped = swap_case(
                desk.session,
                slug,
                form.get("code", ""),
                reason=form.get("reason", ""),
                seen=form.get("seen", ""),
                now=desk.now,
                actor=desk.name,
            )
    except (BadInput, Refused) as error:
        if isinstance(error, BadDesign):
            raise
        with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
            status = 422 if isinstance(error, BadInput) else 409
            return _blinded(request, desk, slug, error=error.sentence, status=status)
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        return _blinded(request, desk, slug, swapped=swapped)


@router.post("/studies/{slug}/rehearse")
def rehearse(request: Request, slug: str, form: FormFields) -> Response:
    """Fill a copy of the study with simulated readers and show its report."""
    text = form.get("readers", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise BadInput(said("Say how many simulated readers there are, as a whole number."))
    with investigator_at_desk(request, form, right=Right.DESIGN) as desk:
        name, now = desk.name, desk.now
    state = web_state(request)
    remedy_as_designed(state.database, state.store, slug, now=now, actor=name)
    try:
        with investigator_at_desk(request, form, right=Right.DESIGN) as desk:
            made = rehearse_study(
                desk.session,
                slug,
                readers=int(text) if text else None,
                seed=1,
                now=desk.now,
                actor=desk.name,
            )
    except BadDesign as error:
        with investigator_at_desk(request, right=Right.DESIGN) as desk:
            why = said("It can't be rehearsed yet. {sentence}.", sentence=error.sentence)
            return study_page(request, desk, slug, error=why, status=422)
    return RedirectResponse(f"/studies/{made.slug}/report", 303)


def _blinded(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    *,
    swapped: Swapped | None = None,
    error: str = "",
    status: int = 200,
) -> Response:
    try:
        shown = blinded_cases(desk.session, slug)
    except BadDesign as trouble:
        return _not_yet(request, desk, slug, trouble)
    return _page(request, desk, slug, shown, swapped=swapped, error=error, status=status)


def _page(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    shown: LookedAtCases,
    *,
    is_unblinded: bool = False,
    swapped: Swapped | None = None,
    error: str = "",
    status: int = 200,
) -> Response:
    context = {
        "study": study_overview(desk.session, slug),
        "shown": shown,
        "is_unblinded": is_unblinded,
        "swapped": swapped,
        "error": error,
        "longest_reason": LONGEST_REASON,
    }
    return investigator_page(request, desk, "cases.html", context, status)


def _not_yet(request: Request, desk: InvestigatorAtDesk, slug: str, error: BadDesign) -> Response:
    why = said("Its cases can't be shown yet. {sentence}.", sentence=error.sentence)
    return study_page(request, desk, slug, error=why, status=422)
