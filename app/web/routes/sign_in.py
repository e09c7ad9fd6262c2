"""Signing in and out."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.said import said
from app.services.accounts import password_hash_of
from app.services.sign_in_tries import count_try, forget_tries, seconds_to_wait
from app.services.sign_ins import LONGEST, begin_sign_in, note_failed_sign_in, sign_out
from app.web.access import cookie_of
from app.web.cookies import INVESTIGATOR_COOKIE, set_cookie
from app.web.forms import FormFields, refuse_foreign_form, refuse_foreign_origin
from app.web.inside import inside
from app.web.kept_form import brought, is_design_form
from app.web.sign_in_form import sign_in_form
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)

WRONG = said("Name or password is wrong.")
DISABLED = said("This account is disabled; an owner of this installation can enable it again.")


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/studies") -> Response:
    """The form."""
    return sign_in_form(request, inside(next))


@router.post("/sign-in")
def sign_in(request: Request, form: FormFields) -> Response:
    """Check the password and begin a sign-in of this browser."""
    # No cookie exists yet to tie a token to; the origin of the post is what guards this form.
    refuse_foreign_origin(request)
    state = web_state(request)
    name = form.get("name", "").strip()
    address, now = request.client.host if request.client else "", state.clock()
    with state.database.reading() as session:
        seconds = seconds_to_wait(session, name=name, address=address, now=now)
    if seconds:
        return _told_to_wait(request, form, seconds)
    with state.passwords.place():
        with state.database.writing() as session:
            seconds = count_try(session, name=name, address=address, now=now)
            account = None if seconds else password_hash_of(session, name)
        if seconds:
            return _told_to_wait(request, form, seconds)
        matches = state.passwords.matches(form.get("password", ""), account[1] if account else None)
    with state.database.writing() as session:
        if account is None or not matches:
            note_failed_sign_in(session, account[0] if account else None, now=now)
            token = None
        else:
            forget_tries(session, name=name, address=address)
            token = begin_sign_in(session, *account, now=now)
    if token is None:
        return _form_again(request, form, DISABLED if matches else WRONG, 403)
    return welcome(request, form, token)


@router.post("/sign-out")
def sign_out_here(request: Request, form: FormFields) -> Response:
    """End this browser's sign-in on the server, and forget its cookie."""
    refuse_foreign_form(request, form, INVESTIGATOR_COOKIE)
    state = web_state(request)
    with state.database.writing() as session:
        sign_out(session, cookie_of(request), now=state.clock())
    return signed_out()


def signed_out() -> Response:
    """To the door, without a cookie."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(INVESTIGATOR_COOKIE, path="/")
    return response


def welcome(request: Request, form: Mapping[str, str], token: str) -> Response:
    """To where they wanted to go, signed in; with the form that was kept for them, if any."""
    response = _next_page(request, form, token)
    set_cookie(
        response,
        INVESTIGATOR_COOKIE,
        token,
        path="/",
        max_age=int(LONGEST.total_seconds()),
        secure=web_state(request).cookies_need_https,
    )
    return response


def _next_page(request: Request, form: Mapping[str, str], token: str) -> Response:
    target, kept = inside(form.get("next", "")), brought(form)
    if not kept or not is_design_form(target):
        return RedirectResponse(target, 303)
    state = web_state(request)
    context = {"action": target, "kept": kept, "csrf_token": state.signer.csrf_token(token)}
    return state.pages.render(request, "kept_form.html", context)


def _told_to_wait(request: Request, form: Mapping[str, str], seconds: int) -> Response:
    error = said("Too many wrong passwords; try again in {seconds} s.", seconds=seconds)
    response = _form_again(request, form, error, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _form_again(request: Request, form: Mapping[str, str], error: str, status: int) -> Response:
    name, target = form.get("name", "").strip(), form.get("next", "")
    return sign_in_form(
        request, inside(target), brought(form), name=name, error=error, status=status
    )
