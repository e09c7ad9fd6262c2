"""One's own account: a new password, and where it is signed in."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.errors import BadInput, Refused
from app.domain.said import said
from app.services.accounts import (
    choose_own_password,
    given_password_hash,
    password_hash_of,
    set_password,
)
from app.services.api_tokens import api_tokens_of, make_api_token, revoke_api_token
from app.services.sign_in_tries import count_try, forget_tries
from app.services.sign_ins import begin_sign_in, browsers_of, sign_out_everywhere
from app.web.access import InvestigatorAtDesk, cookie_of, investigator_at_desk
from app.web.error_pages import status_of
from app.web.forms import FormFields
from app.web.inside import inside
from app.web.investigator_pages import investigator_page
from app.web.kept_form import brought
from app.web.own_password_form import own_password_form
from app.web.routes.sign_in import signed_out, welcome
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
            return _again(
                request,
                said("Too many wrong passwords; try again in {seconds} s.", seconds=seconds),
                429,
            )
        matches = state.passwords.matches(form.get("current", ""), account[1] if account else None)
    if not matches:
        return _again(
            request, said("The password in use now is another; nothing was changed."), 403
        )
    if form.get("password", "") != form.get("again", ""):
        return _again(
            request, said("The new password was typed in two ways; nothing was changed."), 422
        )
    try:
        with investigator_at_desk(request, form) as desk:
            password = form.get("password", "")
            forget_tries(desk.session, **tries)
            set_password(desk.session, desk.name, password, now=desk.now, actor=desk.name)
    except BadInput as error:
        return _again(request, error.sentence, 422)
    return signed_out()


@router.get("/account/own-password")
def choose_password(request: Request, next: str = "/studies") -> Response:
    """The page that asks for an own password in place of a given one."""
    with investigator_at_desk(request, with_given_password=True) as desk:
        if given_password_hash(desk.session, desk.name) is None:
            return RedirectResponse("/account", 303)
    return own_password_form(request, inside(next), {})


@router.post("/account/own-password")
def own_instead_of_given(request: Request, form: FormFields) -> Response:
    """Replace the password that somebody else gave, and go on signed in."""
    state = web_state(request)
    password = form.get("password", "")
    with investigator_at_desk(request, form, writes=False, with_given_password=True) as desk:
        given = given_password_hash(desk.session, desk.name)
    if given is None:
        return RedirectResponse("/account", 303)
    if password != form.get("again", ""):
        return _choose_again(
            request, form, said("The password was typed in two ways; nothing changed.")
        )
    with state.passwords.place():
        is_the_given = state.passwords.matches(password, given)
    if is_the_given:
        return _choose_again(request, form, said("This is the password that you were given."))
    try:
        with investigator_at_desk(request, form, with_given_password=True) as desk:
            account = choose_own_password(desk.session, desk.name, password, given, now=desk.now)
            token = begin_sign_in(desk.session, *account, now=desk.now)
    except BadInput as error:
        return _choose_again(request, form, error.sentence)
    return signed_out() if token is None else welcome(request, form, token)


@router.post("/account/sign-out-everywhere")
def everywhere(request: Request, form: FormFields) -> Response:
    """End every sign-in of the account, this one too."""
    with investigator_at_desk(request, form) as desk:
        sign_out_everywhere(desk.session, desk.name, now=desk.now, actor=desk.name)
    return signed_out()


@router.post("/account/tokens")
def make_token(request: Request, form: FormFields) -> Response:
    """Make an API token; it is on the page that answers and nowhere else."""
    try:
        with investigator_at_desk(request, form) as desk:
            made = make_api_token(
                desk.session,
                desk.account,
                label=form.get("label", ""),
                days=form.get("days", ""),
                now=desk.now,
            )
            return _page(request, desk, token=made)
    except (BadInput, Refused) as error:
        with investigator_at_desk(request) as desk:
            return _page(request, desk, token_error=error.sentence, status=status_of(error))


@router.post("/account/tokens/revoke")
def revoke_token(request: Request, form: FormFields) -> Response:
    """End one of the account's API tokens."""
    with investigator_at_desk(request, form) as desk:
        revoke_api_token(desk.session, desk.account, form.get("token", ""), now=desk.now)
    return RedirectResponse("/account", 303)


def _choose_again(request: Request, form: Mapping[str, str], error: str) -> Response:
    target = inside(form.get("next", ""))
    return own_password_form(request, target, brought(form), error=error, status=422)


def _again(request: Request, error: str, status: int) -> Response:
    with investigator_at_desk(request) as desk:
        return _page(request, desk, error, status=status)


def _page(
    request: Request,
    desk: InvestigatorAtDesk,
    error: str | None = None,
    *,
    token: str | None = None,
    token_error: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "browsers": browsers_of(desk.session, desk.account, cookie_of(request)),
        "tokens": api_tokens_of(desk.session, desk.account, now=desk.now),
        "error": error,
        "token": token,
        "token_error": token_error,
    }
    return investigator_page(request, desk, "account.html", context, status)
