"""Inviting readers, withdrawing and renewing their links."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import Right
from app.domain.errors import BadInput
from app.services.invite_readers import Invitation, invite_readers, reissue_link, revoke_link
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.forms import FormFields
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
            raise BadInput("Say how many readers to invite, as a whole number.")
        invitations = invite_readers(
            desk.session, slug, count=int(text), labels=labels, now=desk.now, actor=desk.name
        )
        return _page_with_links(request, desk, slug, invitations)


@router.post("/studies/{slug}/readers/{code}/reissue")
def reissue(request: Request, slug: str, code: str, form: FormFields) -> Response:
    """A new link in place of the old one."""
    with investigator_at_desk(request, form, right=Right.INVITE) as desk:
        invitation = reissue_link(desk.session, slug, code, now=desk.now, actor=desk.name)
        return _page_with_links(request, desk, slug, (invitation,))


@router.post("/studies/{slug}/readers/{code}/revoke")
def revoke(request: Request, slug: str, code: str, form: FormFields) -> Response:
    """Withdraw a link."""
    with investigator_at_desk(request, form, right=Right.INVITE) as desk:
        revoke_link(desk.session, slug, code, now=desk.now, actor=desk.name)
    return RedirectResponse(f"/studies/{slug}", 303)


def _page_with_links(
    request: Request, desk: InvestigatorAtDesk, slug: str, invitations: tuple[Invitation, ...]
) -> Response:
    base_url = web_state(request).base_url
    desk.session.flush()
    links = tuple(
        (
            f"{invitation.code} {invitation.label}".strip(),
            f"{base_url}/r/{invitation.token}",
        )
        for invitation in invitations
    )
    return study_page(request, desk, slug, links)
