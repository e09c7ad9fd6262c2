"""A design's form that arrived after its sign-in had ended: the page that says so holds it.

Without scripts nothing else would: a browser's way back forgets rows that the server had drawn.
Only designs are held, so that no password and no button that does something is ever among them.
"""

import re
from collections.abc import Mapping

from fastapi import Request
from starlette.exceptions import HTTPException

_CARRIED = "kept."
_DESIGN_FORM = re.compile(r"(?:/[\w./-]*)?/studies/(?:new|[\w-]+/design)")


class FormOutOfDate(HTTPException):
    """A form of our own pages that was served before the latest signing-in of this browser."""


def is_design_form(address: str) -> bool:
    """Whether an address on this server takes the form of a design."""
    return _DESIGN_FORM.fullmatch(address) is not None


def form_to_keep(request: Request) -> dict[str, str]:
    """The fields of the design's form that this request posted, without its token; else none."""
    if request.method != "POST" or not is_design_form(request.url.path):
        return {}
    form: Mapping[str, str] = getattr(request.state, "form", {})
    return {name: value for name, value in form.items() if name != "csrf_token"}


def carried(kept: Mapping[str, str]) -> dict[str, str]:
    """The fields under the names by which the sign-in page carries them."""
    return {_CARRIED + name: value for name, value in kept.items()}


def brought(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that a sign-in page has carried."""
    return {
        name.removeprefix(_CARRIED): value
        for name, value in form.items()
        if name.startswith(_CARRIED)
    }
