"""The page at the door, with the form that somebody was about to send when they were signed out."""

from collections.abc import Mapping

from fastapi import Request, Response

from app.web.front import front
from app.web.kept_form import carried


def sign_in_form(
    request: Request,
    target: str,
    kept: Mapping[str, str] | None = None,
    *,
    name: str = "",
    error: str | None = None,
    status: int = 200,
) -> Response:
    """The sign-in page; `target` is where it leads and must be an address on this server."""
    context = {
        "next": target,
        "name": name,
        "error": error,
        "csrf_token": "",
        "kept": carried(kept or {}),
    }
    return front(request).pages.render(request, "sign_in.html", context, status)
