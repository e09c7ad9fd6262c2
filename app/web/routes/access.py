"""Who has which role on a study."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import ROLES, Right, role_of
from app.domain.errors import StudyError
from app.services.study_access import access_to, give_role, take_role
from app.services.study_progress import study_overview
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.error_pages import status_of
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/access")
def access(request: Request, slug: str) -> Response:
    """Everybody with a role on the study."""
    with investigator_at_desk(request, right=Right.GIVE_ACCESS) as desk:
        return _page(request, desk, slug)


@router.post("/studies/{slug}/access")
def give(request: Request, slug: str, form: FormFields) -> Response:
    """Give an account a role, in place of the one it had."""
    name = form.get("name", "").strip()
    try:
        with investigator_at_desk(request, form, right=Right.GIVE_ACCESS) as desk:
            role = role_of(form.get("role", ""))
            give_role(desk.session, slug, name, role, now=desk.now, actor=desk.name)
    except StudyError as error:
        return _refused(request, slug, error, name)
    return RedirectResponse(f"/studies/{slug}/access", 303)


@router.post("/studies/{slug}/access/remove")
def take(request: Request, slug: str, form: FormFields) -> Response:
    """Take an account's role away."""
    name = form.get("name", "")
    try:
        with investigator_at_desk(request, form, right=Right.GIVE_ACCESS) as desk:
            take_role(desk.session, slug, name, now=desk.now, actor=desk.name)
            is_own = name == desk.name
    except StudyError as error:
        return _refused(request, slug, error)
    # Whoever removed themselves has nothing more to see there.
    return RedirectResponse("/studies" if is_own else f"/studies/{slug}/access", 303)


def _refused(request: Request, slug: str, error: StudyError, name: str = "") -> Response:
    """The page with the sentence on it, for whoever may see the page at all."""
    # Raises anew what kept them from the page itself.
    with investigator_at_desk(request, right=Right.GIVE_ACCESS) as desk:
        return _page(request, desk, slug, name, error.sentence, status_of(error))


def _page(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    name: str = "",
    error: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "study": study_overview(desk.session, slug),
        "lines": access_to(desk.session, slug),
        "roles": ROLES,
        "name": name,
        "error": error,
    }
    return investigator_page(request, desk, "access.html", context, status)
