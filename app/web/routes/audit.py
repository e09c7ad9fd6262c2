"""The leak audit of a study's pictures, before it is opened or at any time after."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.bank.remedies import Remedies
from app.domain.access import Right
from app.domain.errors import BadDesign, BadInput
from app.domain.leak_verdict import LeakVerdict
from app.domain.said import said
from app.report.tables.shortcuts import balance_table, remedy_table, shortcut_table
from app.report.words.shortcuts import (
    file_sentence,
    measure_words,
    pair_sentence,
    resolution_offer,
    shortcut_sentences,
)
from app.services.audit_pictures import (
    PictureAudit,
    audit_pictures,
    audit_remedied,
    picture_of_case,
)
from app.services.create_study import change_design
from app.services.record_audit import verdict_on_cases
from app.services.remedy_pictures import design_with_remedies, remedy_as_designed
from app.services.study_progress import study_overview
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.leak_audits import audit_leaks
from app.web.office_state import office_state
from app.web.routes.studies import study_page
from app.web.state import web_state
from app.web.thumbnails import thumbnail

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/audit")
def audit(request: Request, slug: str) -> Response:
    """What tells the arms apart without a look at anatomy; no rating is looked at."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        try:
            pictures = audit_pictures(desk.session, web_state(request).store, slug)
            verdict = verdict_on_cases(desk.session, slug)
        except BadDesign as error:
            return _not_yet(request, desk, slug, error)
        shown = _shown(desk, slug, pictures, verdict)
        shown |= _tried(request, desk, slug, pictures)
        return investigator_page(request, desk, "audit.html", shown)


@router.post("/studies/{slug}/audit")
def make(request: Request, slug: str, form: FormFields) -> Response:
    """Audit pictures and delivery, and keep the outcome in the log."""
    state = web_state(request)
    with investigator_at_desk(request, form, right=Right.SEE_RESULTS) as desk:
        name, now = desk.name, desk.now
    try:
        audit_leaks(
            state.database, state.store, office_state(request).probe, slug, now=now, actor=name
        )
    except BadDesign as error:
        with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
            return _not_yet(request, desk, slug, error)
    return RedirectResponse(f"/studies/{slug}/audit", 303)


@router.post("/studies/{slug}/audit/remedies")
def take_remedies(request: Request, slug: str, form: FormFields) -> Response:
    """Write the remedies that were tried into a draft's design; then its pictures are made."""
    state = web_state(request)
    with investigator_at_desk(request, form, right=Right.DESIGN) as desk:
        design = design_with_remedies(desk.session, slug, _remedies_of(form))
        change_design(desk.session, slug, design, now=desk.now, actor=desk.name)
        name, now = desk.name, desk.now
    remedy_as_designed(state.database, state.store, slug, now=now, actor=name)
    return RedirectResponse(f"/studies/{slug}/audit", 303)


@router.get("/studies/{slug}/audit/{code}.png")
def small_picture(request: Request, slug: str, code: str) -> Response:
    """A case's picture, small, for whoever designs the study."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        picture = picture_of_case(desk.session, web_state(request).store, slug, code)
    return thumbnail(picture)


def _not_yet(request: Request, desk: InvestigatorAtDesk, slug: str, error: BadDesign) -> Response:
    why = said("Its pictures can't be checked yet. {sentence}.", sentence=error.sentence)
    return study_page(request, desk, slug, error=why, status=422)


def _tried(
    request: Request, desk: InvestigatorAtDesk, slug: str, before: PictureAudit
) -> dict[str, object]:
    """Before and after the remedies that the address names, if it names some."""
    tried: dict[str, object] = {"remedies": None, "remedy_error": "", "after": None}
    try:
        remedies = _remedies_of(request.query_params)
        tried["remedies"] = remedies
        if not remedies.is_empty:
            after = audit_remedied(desk.session, web_state(request).store, slug, remedies)
            tried["after"] = remedy_table(before, after)
    except BadInput as error:
        tried["remedy_error"] = error.sentence
    return tried


def _remedies_of(asked: Mapping[str, str]) -> Remedies:
    """The remedies that a form or an address names; raises BadInput."""
    resolution = asked.get("resolution", "").strip()
    if resolution and not (resolution.isascii() and resolution.isdigit() and len(resolution) < 5):
        raise BadInput(said("The resolution must be a whole number of pixels."))
    return Remedies(
        "crop_margin" in asked, "grey_range" in asked, int(resolution) if resolution else None
    )


def _shown(
    desk: InvestigatorAtDesk, slug: str, pictures: PictureAudit, verdict: LeakVerdict | None
) -> dict[str, object]:
    return {
        "study": study_overview(desk.session, slug),
        "audit": pictures,
        "verdict": verdict,
        "table": shortcut_table(pictures),
        "balance": balance_table(pictures),
        "sentences": shortcut_sentences(pictures),
        "offer": resolution_offer(pictures),
        "pairs": [pair_sentence(pair) for pair in pictures.pairs[:20]],
        "files": file_sentence(pictures),
        "examples": [
            (arm.label, measure_words(one.told_by), one)
            for arm in pictures.arms
            if (one := arm.examples)
        ],
    }
