"""Reading a posted form, and refusing one that another site sent."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from app.web.front import front

# The form of a design with 40 questions and 8 phases has some 1,500.
MOST_FIELDS = 3000


async def _form_fields(request: Request) -> Mapping[str, str]:
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


FormFields = Annotated[Mapping[str, str], Depends(_form_fields)]


def refuse_foreign_form(request: Request, form: Mapping[str, str], cookie_name: str) -> None:
    """Raise 403 unless the form was served with the cookie it comes back with."""
    refuse_foreign_origin(request)
    cookie = request.cookies.get(cookie_name, "")
    token = form.get("csrf_token", "") or request.headers.get("X-CSRF-Token", "")
    if not cookie or not front(request).signer.csrf_token_is_good(cookie, token):
        raise HTTPException(
            403, "This form is no longer valid; please go back, reload the page and send it again."
        )


def refuse_foreign_origin(request: Request) -> None:
    """Raise 403 for a post that a page of another site made."""
    origin = request.headers.get("Origin")
    if origin in (None, "null"):
        if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
            return
    elif urlsplit(origin).netloc == request.headers.get("Host"):
        return
    raise HTTPException(403, "This form was sent by another site.")
