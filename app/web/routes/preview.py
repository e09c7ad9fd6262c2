"""Each page of a study as its readers will see it: of a study, or of a form that is not saved."""

import json
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.bank.placeholder import placeholder_picture
from app.domain.access import Right, ensure_sees_bank
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.design.writing import design_to_json
from app.domain.errors import BadDesign, BadInput, NotFound
from app.domain.journey import Step
from app.domain.practice import PracticeFeedback
from app.domain.said import said
from app.services.create_study import design_of
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.cookies import INVESTIGATOR_COOKIE
from app.web.design_form.document import document_of
from app.web.forms import FormFields
from app.web.front import csrf_token, front
from app.web.practice_context import feedback_shown
from app.web.preview_desk import PreviewDesk, PreviewPage, pages_of
from app.web.preview_frame import REFERENCE_PLACE, framed
from app.web.routes.designs import design_page, refused
from app.web.routes.reading import Page, next_page
from app.web.spoken import spoken
from app.words.language import language

router = APIRouter(default_response_class=HTMLResponse)

LARGEST_PICTURE = 4096


@router.get("/studies/preview/picture/{size}/{slot}")
def picture(request: Request, size: int, slot: int) -> Response:
    """The grey picture that stands for every radiograph of a preview."""
    with investigator_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        if not (1 <= size <= LARGEST_PICTURE and 1 <= slot <= REFERENCE_PLACE):
            raise NotFound(said("There is no such picture."))
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(placeholder_picture(size, slot), media_type="image/png", headers=headers)


@router.get("/studies/{slug}/preview")
def preview_study(request: Request, slug: str) -> Response:
    """The first page of a study's preview."""
    with investigator_at_desk(request, right=Right.DESIGN) as desk:
        return _preview(request, desk, design_of(desk.session, slug), "")


@router.post("/studies/preview")
def preview_form(request: Request, form: FormFields) -> Response:
    """A page of a preview that goes on, or the first one of a new study's form."""
    return _preview_form(request, form, None)


@router.post("/studies/{slug}/preview")
def preview_draft(request: Request, slug: str, form: FormFields) -> Response:
    """The first page of the preview of a draft's form."""
    return _preview_form(request, form, slug)


def _preview_form(request: Request, form: Mapping[str, str], slug: str | None) -> Response:
    with investigator_at_desk(request, form, right=Right.DESIGN, writes=False) as desk:
        ensure_sees_bank(desk.account)
        if "design" in form:
            name = form.get("next") or form.get("page", "")
            return _preview(request, desk, _travelled(form["design"]), name)
        read = document_of(form)
        try:
            design = design_from_mapping(read.data)
        except BadDesign as error:
            return design_page(request, desk, refused(form, read, error), slug=slug)
        return _preview(request, desk, design, "")


def _travelled(text: str) -> StudyDesign:
    """The design that a preview's own form carries from page to page."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise BadInput(said("This preview has lost its design; please close it and open it again."))
    return design_from_mapping(data)


def _preview(
    request: Request, desk: InvestigatorAtDesk, design: StudyDesign, name: str
) -> Response:
    pages = pages_of(design)
    page = next((one for one in pages if one.name == name), pages[0])
    return HTMLResponse(
        _rendered(request, desk, design, pages, page), headers={"Cache-Control": "no-store"}
    )


def _rendered(
    request: Request,
    desk: InvestigatorAtDesk,
    design: StudyDesign,
    pages: tuple[PreviewPage, ...],
    page: PreviewPage,
) -> str:
    """The reader's own page over a desk that stands at `page`, in the preview's frame."""
    at_page = PreviewDesk(design, page, desk.now.date())
    due = _feedback(at_page) if page.step is Step.FEEDBACK else next_page(at_page)
    token = csrf_token(request, INVESTIGATOR_COOKIE)
    # Nobody takes part in a preview, so that its last page leads to no certificate.
    shown = {"csrf_token": token, "drafts": "", "root": "", **due.context, "certificate": False}
    # Asked for before the page is rendered, which speaks the study's language.
    tongue = language(spoken(request))
    answer = front(request).pages.render(request, due.template, shown)
    return framed(
        bytes(answer.body).decode(),
        design=design_to_json(design),
        pages=pages,
        page=page,
        csrf_token=token,
        tongue=tongue,
        picture_size=design.rendition_size,
        root=front(request).pages.root,
        stylesheet=front(request).pages.address_of("preview.css"),
    )


def _feedback(desk: PreviewDesk) -> Page:
    """The page after a practice case; its reading route asks for a truth, which is made up here."""
    case = desk.case().case
    told = PracticeFeedback(
        token=case.token,
        position=case.position,
        total=case.total,
        is_timed=case.exposure_ms is not None,
        verdict_given="synthetic",
        truth="real",
    )
    return Page("practice_feedback.html", feedback_shown(told, desk.standing(), desk.design))
