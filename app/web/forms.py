"""Reading a posted form, and refusing one that another site sent."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from app.domain.document import told
from app.domain.errors import BadForm
from app.domain.said import said
from app.web.cookies import same_token
from app.web.front import front
from app.web.kept_form import FormOutOfDate

# The form of a design with 40 questions and 8 phases has some 1,500.
MOST_FIELDS = 3000


async def form_fields(request: Request) -> Mapping[str, str]:
    """The fields of a posted form, each once.

    Raises BadForm for what could be read in more ways than one. The one gate for all text that is
    posted, so that both databases are given the same.
    """
    # For a page that has to give the form back: what can't be read is not given back.
    request.state.form = {}
    body = await request.body()
    content_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not body:
        return {}
    if content_type != "application/x-www-form-urlencoded":
        raise BadForm(
            said("This form came in an encoding that is not read here; send it by its page.")
        )
    fields = fields_of(body)
    request.state.form = fields
    return fields


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form, each once; raises BadForm, with what to do about it."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise BadForm(
            said(
                "This form holds characters that can't be read (they are not UTF-8), so nothing of "
                "it was saved; please reload the page and enter it again."
            )
        ) from None
    except ValueError:
        raise BadForm(
            said(
                "This form has more than {most} fields; nothing of it was saved.", most=MOST_FIELDS
            )
        ) from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise BadForm(
                said(
                    "This form says {field} twice, so nothing of it was saved; "
                    "please reload the page and enter it once.",
                    field=told(name),
                )
            )
        if "\x00" in name or "\x00" in value:
            raise BadForm(
                said(
                    "The field {field} holds a NUL character, so nothing of this form was saved; "
                    "please enter it again without.",
                    field=told(name),
                )
            )
        fields[name] = value
    return fields


FormFields = Annotated[Mapping[str, str], Depends(form_fields)]


def given_token(request: Request, form: Mapping[str, str]) -> str:
    """The CSRF token that came with a form."""
    return form.get("csrf_token", "") or request.headers.get("X-CSRF-Token", "")


def refuse_foreign_form(request: Request, form: Mapping[str, str], cookie_name: str) -> None:
    """Raise 403 unless the form was served with the cookie it comes back with."""
    refuse_foreign_origin(request)
    cookie = request.cookies.get(cookie_name, "")
    expected = front(request).signer.csrf_token(cookie)
    if not cookie or not same_token(expected, given_token(request, form)):
        raise FormOutOfDate(
            403,
            said(
                "This form is no longer valid; please go back, reload the page and send it again."
            ),
        )


def refuse_foreign_origin(request: Request) -> None:
    """Raise 403 for a post that a page of another site made."""
    origin = request.headers.get("Origin")
    if origin in (None, "null"):
        if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
            return
    elif _host_of(origin) == request.headers.get("Host"):
        return
    raise HTTPException(403, said("This form was sent by another site."))


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        # An address that is none, such as http://[bad, is another site's too.
        return ""
