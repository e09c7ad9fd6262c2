"""Signing in and out."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.services.accounts import password_hash_of
from app.services.sign_in_tries import count_try, forget_tries
from app.web.cookies import INVESTIGATOR_COOKIE, INVESTIGATOR_HOURS, set_cookie
from app.web.forms import FormFields, refuse_foreign_form, refuse_foreign_origin
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/studies") -> Response:
    """The form."""
    return _form(request, next)


@router.post("/sign-in")
def sign_in(request: Request, form: FormFields) -> Response:
    """Check the password and set the cookie."""
    # No cookie exists yet to tie a token to; the origin of the post is what guards this form.
    refuse_foreign_origin(request)
    state = web_state(request)
    name, target = form.get("name", "").strip(), form.get("next", "")
    address, now = request.client.host if request.client else "", state.clock()
    with state.passwords.place():
        with state.database.writing() as session:
            seconds = count_try(session, name=name, address=address, now=now)
            account = None if seconds else password_hash_of(session, name)
        if seconds:
            return _told_to_wait(request, target, name, seconds)
        matches = state.passwords.matches(form.get("password", ""), account[2] if account else None)
    if account is None or not matches:
        return _form(request, target, name, "Name or password is wrong.", 403)
    with state.database.writing() as session:
        forget_tries(session, name=name, address=address)
    response = RedirectResponse(_inside(target), 303)
    set_cookie(
        response,
        INVESTIGATOR_COOKIE,
        state.signer.investigator_cookie(account[0], account[1]),
        path="/",
        max_age=INVESTIGATOR_HOURS * 3600,
        secure=state.cookies_need_https,
    )
    return response


@router.post("/sign-out")
def sign_out(request: Request, form: FormFields) -> Response:
    """Forget the cookie."""
    refuse_foreign_form(request, form, INVESTIGATOR_COOKIE)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(INVESTIGATOR_COOKIE, path="/")
    return response


def _told_to_wait(request: Request, target: str, name: str, seconds: int) -> Response:
    error = f"Too many wrong passwords; try again in {seconds} s."
    response = _form(request, target, name, error, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _form(
    request: Request, target: str, name: str = "", error: str | None = None, status: int = 200
) -> Response:
    context = {"next": _inside(target), "name": name, "error": error, "csrf_token": ""}
    return web_state(request).pages.render(request, "sign_in.html", context, status)


def _inside(target: str) -> str:
    """Only an address on this server may follow a sign-in."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and target.isprintable() and "\\" not in target else "/studies"
