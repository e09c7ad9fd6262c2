"""The investigator's pages: the studies, one study, its design."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.design.format1 import REALISM
from app.domain.design.reading import design_from_mapping
from app.domain.design.status import ensure_draft
from app.domain.errors import BadDesign, Refused
from app.services.create_study import change_design, create_study, design_of, suggested_design
from app.services.open_study import close_study, open_study
from app.services.study_progress import bank_arms, list_studies, study_overview
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.design_form import form_from_design, mapping_from_form
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/")
def home() -> Response:
    """Readers come by their links; whoever comes here is an investigator."""
    return RedirectResponse("/studies", 303)


@router.get("/studies")
def studies(request: Request) -> Response:
    """Every study with its status and progress."""
    with investigator_at_desk(request) as desk:
        context = {"studies": list_studies(desk.session), "arms": bank_arms(desk.session)}
        return investigator_page(request, desk, "studies.html", context)


@router.get("/studies/new")
def new_study(request: Request) -> Response:
    """The form of a design, filled with one that would open as it stands."""
    with investigator_at_desk(request) as desk:
        try:
            values = form_from_design(suggested_design(desk.session))
        except BadDesign as error:
            raise Refused(f"There is nothing to design a study over: {error.reason}.") from None
        return _design_page(request, desk, values, slug=None)


@router.post("/studies/new")
def create(request: Request, form: FormFields) -> Response:
    """Store a draft."""
    with investigator_at_desk(request, form) as desk:
        try:
            design = design_from_mapping(mapping_from_form(form))
            slug = create_study(desk.session, design, now=desk.now, actor=desk.name)
        except BadDesign as error:
            return _design_page(request, desk, form, slug=None, error=error)
    return _to_study(slug)


@router.get("/studies/{slug}/design")
def edit_design(request: Request, slug: str) -> Response:
    """The design of a draft, to be changed."""
    with investigator_at_desk(request) as desk:
        overview = study_overview(desk.session, slug)
        ensure_draft(overview.line.status, "its design")
        return _design_page(
            request, desk, form_from_design(design_of(desk.session, slug)), slug=slug
        )


@router.post("/studies/{slug}/design")
def save_design(request: Request, slug: str, form: FormFields) -> Response:
    """Replace the design of a draft."""
    with investigator_at_desk(request, form) as desk:
        try:
            design = design_from_mapping(mapping_from_form(form))
            change_design(desk.session, slug, design, now=desk.now, actor=desk.name)
        except BadDesign as error:
            return _design_page(request, desk, form, slug=slug, error=error)
    return _to_study(slug)


@router.get("/studies/{slug}")
def study(request: Request, slug: str) -> Response:
    """One study: design, status, readers, log."""
    with investigator_at_desk(request) as desk:
        return study_page(request, desk, slug)


@router.post("/studies/{slug}/open")
def open_it(request: Request, slug: str, form: FormFields) -> Response:
    """Freeze the design and begin."""
    try:
        with investigator_at_desk(request, form) as desk:
            open_study(desk.session, slug, now=desk.now, actor=desk.name)
    except BadDesign as error:
        # A view of its own: what the failed opening had begun is rolled back.
        with investigator_at_desk(request) as desk:
            return study_page(request, desk, slug, error=f"It can't open yet. {error}.", status=422)
    return _to_study(slug)


@router.post("/studies/{slug}/close")
def close_it(request: Request, slug: str, form: FormFields) -> Response:
    """End reading; closing can't be undone, so it wants a tick."""
    with investigator_at_desk(request, form) as desk:
        if form.get("sure") != "yes":
            raise Refused("Closing ends reading for good; please tick that this is meant.")
        close_study(desk.session, slug, now=desk.now, actor=desk.name)
    return _to_study(slug)


def study_page(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    links: tuple[tuple[str, str], ...] = (),
    error: str | None = None,
    status: int = 200,
) -> Response:
    """The study's page; `links` are (code, address) just made, shown this once."""
    context = {
        "study": study_overview(desk.session, slug),
        "arms": {arm.key: arm for arm in bank_arms(desk.session)},
        "links": links,
        "error": error,
    }
    return investigator_page(request, desk, "study.html", context, status)


def _design_page(
    request: Request,
    desk: InvestigatorAtDesk,
    values: Mapping[str, str],
    *,
    slug: str | None,
    error: BadDesign | None = None,
) -> Response:
    context = {
        "arms": bank_arms(desk.session),
        "values": values,
        "slug": slug,
        "scales": tuple(REALISM),
        "error_field": None if error is None else error.field,
        "error": None if error is None else str(error),
    }
    return investigator_page(
        request, desk, "study_new.html", context, 200 if error is None else 422
    )


def _to_study(slug: str) -> Response:
    return RedirectResponse(f"/studies/{slug}", 303)
