"""The record of a study: what was done, whether it holds, and its protocol to be registered."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import Right
from app.services.study_progress import bank_arms, study_overview
from app.services.study_protocol import RECORD_PAGE, recorded_page, study_protocol
from app.services.verify_record import Verified, verify_study
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.protocol_document import protocol_text
from app.web.record_words import KINDS, event_words
from app.web.spoken import spoken
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/record")
def record(request: Request, slug: str, kind: str = "", before: int = 0) -> Response:
    """The newest events, or those before a number; all, or those of one kind."""
    with investigator_at_desk(request, right=Right.DESIGN) as desk:
        return _page(request, desk, slug, kind, before)


@router.post("/studies/{slug}/record")
def verify(request: Request, slug: str, form: FormFields) -> Response:
    """Recompute the chain, compare it with the rows, and say on the page whether it holds."""
    store = web_state(request).store
    with investigator_at_desk(request, form, right=Right.DESIGN, writes=False) as desk:
        return _page(request, desk, slug, verified=verify_study(desk.session, store, slug))


@router.get("/studies/{slug}/protocol.md")
def protocol(request: Request, slug: str) -> Response:
    """The protocol in words with its digests, as `export-protocol` writes it, in the page's
    language.
    """
    with investigator_at_desk(request, right=Right.DESIGN) as desk:
        labels = {arm.key: arm.label for arm in bank_arms(desk.session)}
        text = protocol_text(study_protocol(desk.session, slug), labels, spoken(request))
    return Response(
        text,
        media_type="text/markdown; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{slug}-protocol.md"',
            "Cache-Control": "no-store",
        },
    )


def _page(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    kind: str = "",
    before: int = 0,
    verified: Verified | None = None,
) -> Response:
    actions = KINDS[kind][1] if kind in KINDS else None
    page = recorded_page(desk.session, slug, actions=actions, before=before)
    context = {
        "study": study_overview(desk.session, slug),
        "events": [(event, event_words(event.detail)) for event in page.events],
        "head": page.head,
        "length": page.length,
        "more": page.events[-1].number if len(page.events) == RECORD_PAGE else 0,
        "kinds": {name: words for name, (words, _) in KINDS.items()},
        "kind": kind if kind in KINDS else "",
        "verified": verified,
    }
    return investigator_page(request, desk, "record.html", context)
