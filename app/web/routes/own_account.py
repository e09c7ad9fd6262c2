"""One's own account: a new password, and where it is signed in."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.errors import BadInput
from app.services.accounts import password_hash_of, set_password
from app.services.sign_in_tries import count_try, forget_tries
from app.services.sign_ins import browsers_of, sign_out_everywhere
from app.web.access import InvestigatorAtDesk, cookie_of, investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.routes.sign_in import signed_out
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/account")
def own_account(request: Request) -> Response:
    """Who is signed in, and in which browsers."""
    with investigator_at_desk(request) as desk:
        return _page(request, desk)


@router.post("/account/password")
def own_password(request: Request, form: FormFields) -> Response:
    """Replace one's own password, which signs out everywhere."""
    state = web_state(request)
    # Counted apart from signing in: a stolen cookie must not shut its owner out there.
    with state.passwords.place():
        with investigator_at_desk(request, form) as desk:
            # No name that is typed at the door begins with a new line.
            counted = f"\nown password of {desk.name}"
            tries = {"name": counted, "address": counted}
            seconds = count_try(desk.session, **tries, now=desk.now)
            account = password_hash_of(desk.session, desk.name)
        if seconds:
            return _again(request, f"Too many wrong passwords; try again in {seconds} s.", 429)
        matches = state.passwords.matches(form.get("current", ""), account[1] if account else None)
    if not matches:
        return _again(request, "The password in use now is another; nothing was changed.", 403)
    if form.get("password", "") != form.get("again", ""):
        return _again(request, "The new password was typed in two ways; nothing was changed.", 422)
    try:
        with investigator_at_desk(request, form) as desk:
            password = form.get("password", "")
            forget_tries(desk.session, **tries)
            set_password(desk.session, desk.name, password, now=desk.now, actor=desk.name)
    except BadInput as error:
        return _again(request, str(error), 422)
    return signed_out()


@router.post("/account/sign-out-everywhere")
def everywhere(request: Request, form: FormFields) -> Response:
    """End every sign-in of the account, this one too."""
    with investigator_at_desk(request, form) as desk:
        sign_out_everywhere(desk.session, desk.name, now=desk.now, actor=desk.name)
    return signed_out()


def _again(request: Request, error: str, status: int) -> Response:
    with investigator_at_desk(request) as desk:
        return _page(request, desk, error, status)


def _page(
    request: Request, desk: InvestigatorAtDesk, error: str | None = None, status: int = 200
) -> Response:
    browsers = browsers_of(desk.session, desk.account, cookie_of(request))
    context = {"browsers": browsers, "error": error}
    return investigator_page(request, desk, "account.html", context, status)
