"""The page that asks for an own password in place of the one that somebody else gave."""

from collections.abc import Mapping

from fastapi import Request, Response

from app.services.accounts import SHORTEST_PASSWORD
from app.web.cookies import INVESTIGATOR_COOKIE
from app.web.front import csrf_token, front
from app.web.kept_form import carried


def own_password_form(
    request: Request,
    target: str,
    kept: Mapping[str, str],
    *,
    error: str | None = None,
    status: int = 200,
) -> Response:
    """The page; `target`, an address on this server, is where it leads afterwards.

    It carries the fields of a design's form that was about to be sent (`kept`), as the door does.
    """
    context = {
        "next": target,
        "error": error,
        "shortest": SHORTEST_PASSWORD,
        "csrf_token": csrf_token(request, INVESTIGATOR_COOKIE),
        "kept": carried(kept),
    }
    return front(request).pages.render(request, "own_password.html", context, status)
