"""The accounts of the installation, for those who own it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import ROLES, ensure_manages_accounts, role_of
from app.domain.errors import StudyError
from app.services.accounts import (
    change_role,
    disable_account,
    enable_account,
    installation_log,
    list_accounts,
    make_account,
    renew_password,
)
from app.services.sign_ins import sign_out_everywhere
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.error_pages import status_of
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page

router = APIRouter(default_response_class=HTMLResponse)

Change = Callable[[InvestigatorAtDesk, str], object]


@contextmanager
def _owner_at_desk(
    request: Request, form: Mapping[str, str] | None = None
) -> Iterator[InvestigatorAtDesk]:
    with investigator_at_desk(request, form) as desk:
        ensure_manages_accounts(desk.account)
        yield desk


@router.get("/accounts")
def accounts(request: Request) -> Response:
    """Every account, and the installation's log."""
    with _owner_at_desk(request) as desk:
        return _page(request, desk)


@router.post("/accounts")
def make(request: Request, form: FormFields) -> Response:
    """Make an account; its password is on the page that answers and nowhere else."""
    name = form.get("name", "").strip()
    try:
        with _owner_at_desk(request, form) as desk:
            role = role_of(form.get("role", ""))
            password = make_account(desk.session, name, role, now=desk.now, actor=desk.name)
            return _page(request, desk, name, password=password)
    except StudyError as error:
        return _refused(request, error, name)


@router.post("/accounts/password")
def new_password(request: Request, form: FormFields) -> Response:
    """A new password in place of the old one; shown on the page that answers."""
    name = form.get("name", "")
    try:
        with _owner_at_desk(request, form) as desk:
            password = renew_password(desk.session, name, now=desk.now, actor=desk.name)
            # With one's own name this is the last page before signing in again.
            return _page(request, desk, name, password=password)
    except StudyError as error:
        return _refused(request, error)


@router.post("/accounts/role")
def new_role(request: Request, form: FormFields) -> Response:
    """Another role on the installation."""
    return _changed(
        request,
        form,
        lambda desk, name: change_role(
            desk.session, name, role_of(form.get("role", "")), now=desk.now, actor=desk.name
        ),
    )


@router.post("/accounts/disable")
def disable(request: Request, form: FormFields) -> Response:
    """Shut an account out."""
    return _changed(
        request,
        form,
        lambda desk, name: disable_account(desk.session, name, now=desk.now, actor=desk.name),
    )


@router.post("/accounts/enable")
def enable(request: Request, form: FormFields) -> Response:
    """Let a disabled account in again."""
    return _changed(
        request,
        form,
        lambda desk, name: enable_account(desk.session, name, now=desk.now, actor=desk.name),
    )


@router.post("/accounts/sign-out")
def sign_out(request: Request, form: FormFields) -> Response:
    """Sign an account out everywhere."""
    return _changed(
        request,
        form,
        lambda desk, name: sign_out_everywhere(desk.session, name, now=desk.now, actor=desk.name),
    )


def _changed(request: Request, form: Mapping[str, str], change: Change) -> Response:
    try:
        with _owner_at_desk(request, form) as desk:
            change(desk, form.get("name", ""))
    except StudyError as error:
        return _refused(request, error)
    return RedirectResponse("/accounts", 303)


def _refused(request: Request, error: StudyError, name: str = "") -> Response:
    # Raises anew what kept them from the page itself.
    with _owner_at_desk(request) as desk:
        return _page(request, desk, name, error=error.sentence, status=status_of(error))


def _page(
    request: Request,
    desk: InvestigatorAtDesk,
    name: str = "",
    *,
    password: str | None = None,
    error: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "accounts": list_accounts(desk.session),
        "log": installation_log(desk.session),
        "roles": ROLES,
        "name": name,
        "password": password,
        "error": error,
    }
    return investigator_page(request, desk, "accounts.html", context, status)
