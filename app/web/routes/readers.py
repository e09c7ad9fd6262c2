"""Inviting readers, withdrawing and renewing their links."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import Right
from app.domain.blinding import blinded_design
from app.domain.errors import BadInput
from app.domain.privacy import unsaid
from app.domain.said import said
from app.services.create_study import design_of
from app.services.erase_reader import erase_reader, reader_to_erase
from app.services.invite_readers import Invitation, invite_readers, reissue_link, revoke_link
from app.services.reading_conduct import reminder_with_link
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.reading_context import sections_of
from app.web.routes.studies import study_page
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.post("/studies/{slug}/invite")
def invite(request: Request, slug: str, form: FormFields) -> Response:
    """Make links; they are on the page that answers and nowhere else."""
    with investigator_at_desk(request, form, right=Right.INVITE) as desk:
        labels = [line.strip() for line in form.get("labels", "").splitlines() if line.strip()]
        text = str(len(labels)) if labels else form.get("count", "").strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise BadInput(said("Say how many readers to invite, as a whole number."))
        invitations = invite_readers(
            desk.session, slug, count=int(text), labels=labels, now=desk.now, actor=desk.name
        )
        return _page_with_links(request, desk, slug, invitations)


@router.post("/studies/{slug}/readers/{code}/reissue")
def reissue(request: Request, slug: str, code: str, form: FormFields) -> Response:
    """A new link in place of the old one."""
    with investigator_at_desk(request, form, right=Right.INVITE) as desk:
        invitation = reissue_link(desk.session, slug, code, now=desk.now, actor=desk.name)
        desk.session.flush()
        link = _link(request, invitation)
        reminder = reminder_with_link(desk.session, slug, code, link)
        return study_page(request, desk, slug, ((invitation.who, link),), reminder=reminder)


@router.post("/studies/{slug}/readers/{code}/revoke")
def revoke(request: Request, slug: str, code: str, form: FormFields) -> Response:
    """Withdraw a link."""
    with investigator_at_desk(request, form, right=Right.INVITE) as desk:
        revoke_link(desk.session, slug, code, now=desk.now, actor=desk.name)
    return RedirectResponse(f"/studies/{slug}", 303)


@router.get("/studies/{slug}/readers/{code}/erase")
def ask_to_erase(request: Request, slug: str, code: str) -> Response:
    """What erasing a reader means, and the form that does it."""
    with investigator_at_desk(request, right=Right.ERASE) as desk:
        return _erase_page(request, desk, slug, code)


@router.post("/studies/{slug}/readers/{code}/erase")
def erase(request: Request, slug: str, code: str, form: FormFields) -> Response:
    """Erase a reader; it can't be undone, so it wants their code."""
    with investigator_at_desk(request, form, right=Right.ERASE) as desk:
        if form.get("code", "").strip() != code:
            error = said("That is not {code}; nothing was erased.", code=code)
            return _erase_page(request, desk, slug, code, error=error, status=422)
        erase_reader(desk.session, slug, code, now=desk.now, actor=desk.name)
    return RedirectResponse(f"/studies/{slug}", 303)


@router.get("/studies/{slug}/privacy")
def privacy(request: Request, slug: str) -> Response:
    """What the study's readers are told of their data, and what the design doesn't say yet."""
    with investigator_at_desk(request, right=Right.SEE_PROGRESS) as desk:
        design = blinded_design(design_of(desk.session, slug))
        context = {
            "slug": slug,
            "told_in": design.language,
            "missing": unsaid(design),
            **sections_of(design),
        }
        return investigator_page(request, desk, "study_privacy.html", context)


def _erase_page(
    request: Request,
    desk: InvestigatorAtDesk,
    slug: str,
    code: str,
    *,
    error: str | None = None,
    status: int = 200,
) -> Response:
    reader = reader_to_erase(desk.session, slug, code)
    context = {"slug": slug, "reader": reader, "error": error}
    return investigator_page(request, desk, "erase_reader.html", context, status)


def _page_with_links(
    request: Request, desk: InvestigatorAtDesk, slug: str, invitations: tuple[Invitation, ...]
) -> Response:
    desk.session.flush()
    links = tuple((invitation.who, _link(request, invitation)) for invitation in invitations)
    return study_page(request, desk, slug, links)


def _link(request: Request, invitation: Invitation) -> str:
    return f"{web_state(request).base_url}/r/{invitation.token}"
