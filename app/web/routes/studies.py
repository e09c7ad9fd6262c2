"""The investigator's pages: the studies, and one study."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import Right
from app.domain.design.reading_load import showings_per_reader
from app.domain.design.warnings import design_warnings
from app.domain.errors import BadDesign, Leaks, NotAcknowledged, Refused
from app.domain.leak_verdict import LeakVerdict
from app.domain.reader_message import LONGEST_MESSAGE, MESSAGE_WARNING
from app.domain.record import AUDITED
from app.domain.said import said
from app.domain.signing import MEANINGS
from app.services.invite_readers import readers_still_needed
from app.services.open_study import close_study, ensure_is_draft, open_study
from app.services.reading_conduct import invitation
from app.services.record_audit import verdict_on_cases
from app.services.study_progress import StudyOverview, bank_arms, list_studies, study_overview
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.design_words import days_over, design_words, left_out, shortages
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.leak_audits import ensure_audited
from app.web.office_state import office_state
from app.web.pages import is_htmx
from app.web.password_again import NotSigned, sign
from app.web.record_words import noted
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/")
def home() -> Response:
    """Readers come by their links; whoever comes here is an investigator."""
    return RedirectResponse("/studies", 303)


@router.get("/studies")
def studies(request: Request) -> Response:
    """Every study with its status and progress."""
    with investigator_at_desk(request) as desk:
        context = {
            "studies": list_studies(desk.session, desk.account),
            "arms": bank_arms(desk.session) if desk.account.sees_bank else (),
        }
        return investigator_page(request, desk, "studies.html", context)


@router.get("/studies/{slug}")
def study(request: Request, slug: str) -> Response:
    """One study: design, status, readers, log; for a monitor how far the readers are.

    For htmx the moving part alone.
    """
    with investigator_at_desk(request, right=Right.SEE_PROGRESS) as desk:
        if desk.study is None or Right.DESIGN not in desk.study.rights:
            template = "_progress.html" if is_htmx(request) else "progress.html"
            return investigator_page(
                request, desk, template, {"study": study_overview(desk.session, slug)}
            )
        if is_htmx(request):
            overview = study_overview(desk.session, slug)
            moving = {"study": overview, "showings": showings_per_reader(overview.design)}
            return investigator_page(request, desk, "_study_now.html", moving)
        return study_page(request, desk, slug)


@router.post("/studies/{slug}/open")
def open_it(request: Request, slug: str, form: FormFields) -> Response:
    """Freeze the design and begin, signed with the password."""
    state = web_state(request)
    with investigator_at_desk(request, form, right=Right.OPEN_AND_CLOSE) as desk:
        name, now = desk.name, desk.now
        ensure_is_draft(desk.session, slug)
    made = sign(request, form, "open", right=Right.OPEN_AND_CLOSE)
    if isinstance(made, NotSigned):
        return _not_signed(request, slug, made)
    try:
        # Between two transactions, so that nobody waits for the audit.
        ensure_audited(
            state.database, state.store, office_state(request).probe, slug, now=now, actor=name
        )
        with investigator_at_desk(request, form, right=Right.OPEN_AND_CLOSE) as desk:
            open_study(
                desk.session,
                slug,
                now=desk.now,
                actor=desk.name,
                signed=made,
                acknowledged=form.get("acknowledge", ""),
            )
    except (BadDesign, Leaks, NotAcknowledged) as error:
        # A view of its own: what the failed opening had begun is rolled back.
        sentence = error.sentence + "." if isinstance(error, BadDesign) else error.sentence
        with investigator_at_desk(request, right=Right.OPEN_AND_CLOSE) as desk:
            why = said("It can't open yet. {sentence}", sentence=sentence)
            return study_page(request, desk, slug, error=why, status=422)
    return _to_study(slug)


@router.post("/studies/{slug}/close")
def close_it(request: Request, slug: str, form: FormFields) -> Response:
    """End reading, signed with the password; closing can't be undone, so it wants a tick."""
    if form.get("sure") != "yes":
        with investigator_at_desk(request, form, right=Right.OPEN_AND_CLOSE):
            raise Refused(said("Closing ends reading for good; please tick that this is meant."))
    made = sign(request, form, "close", right=Right.OPEN_AND_CLOSE)
    if isinstance(made, NotSigned):
        return _not_signed(request, slug, made)
    with investigator_at_desk(request, form, right=Right.OPEN_AND_CLOSE) as desk:
        close_study(desk.session, slug, now=desk.now, actor=desk.name, signed=made)
    return _to_study(slug)


def _not_signed(request: Request, slug: str, why: NotSigned) -> Response:
    with investigator_at_desk(request, right=Right.OPEN_AND_CLOSE) as desk:
        return study_page(request, desk, slug, error=why.sentence, status=why.status)


def study_page(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    links: tuple[tuple[str, str], ...] = (),
    error: str | None = None,
    status: int = 200,
    given: Mapping[str, str] | None = None,
    reminder: str = "",
) -> Response:
    """The study's page; `links` are (code, address) just made, shown this once.

    `reminder` is a text to copy for the reader of the one link.

    `given` is what was typed into a form that can't be used, so that nobody types it twice.
    """
    overview = study_overview(desk.session, slug)
    context = {
        "study": overview,
        "noted": [one for event in overview.events for one in noted(event["detail"])],
        "links": links,
        "invitation": invitation,
        "reminder": reminder,
        "error": error,
        "meanings": MEANINGS,
        "given": given or {},
        "message_warning": MESSAGE_WARNING,
        "longest_message": LONGEST_MESSAGE,
        "still_needed": readers_still_needed(desk.session, slug),
        **_of_design(desk, overview),
    }
    return investigator_page(request, desk, "study.html", context, status)


def _of_design(desk: InvestigatorAtDesk, overview: StudyOverview) -> dict[str, object]:
    """What the page says of the design; what a draft lacks is asked of the bank as it stands."""
    design, is_draft = overview.design, overview.line.status == "draft"
    key = design.stratify_by if is_draft else "condition"
    holdings = bank_arms(desk.session, key, size=design.rendition_size, memorised=design.memorised)
    arms = {arm.key: arm for arm in holdings}
    return {
        "arms": arms,
        "words": design_words(design),
        "showings": showings_per_reader(design),
        "warnings": design_warnings(design) if is_draft else (),
        "shortages": (*shortages(design, arms), *days_over(design, desk.now)) if is_draft else (),
        "left_out": left_out(design, arms) if is_draft else (),
        "verdict": _verdict(desk, overview) if is_draft else None,
    }


def _verdict(desk: InvestigatorAtDesk, overview: StudyOverview) -> LeakVerdict | None:
    """The leak audit of the cases that opening would draw, if there is one."""
    may_see = desk.study is not None and Right.SEE_RESULTS in desk.study.rights
    if not may_see or not any(event["action"] == AUDITED for event in overview.events):
        return None
    try:
        return verdict_on_cases(desk.session, overview.line.slug)
    except BadDesign:
        return None


def _to_study(slug: str) -> Response:
    return RedirectResponse(f"/studies/{slug}", 303)
