"""Rendering a page for a signed-in investigator."""

from collections.abc import Mapping

from fastapi import Request, Response

from app.web.access import InvestigatorAtDesk, csrf_token
from app.web.cookies import INVESTIGATOR_COOKIE
from app.web.state import web_state


def investigator_page(
    request: Request,
    desk: InvestigatorAtDesk,
    template: str,
    context: Mapping[str, object],
    status: int = 200,
) -> Response:
    """The template with who is signed in, what they may do here, and the token of its forms."""
    shared = {
        "csrf_token": csrf_token(request, INVESTIGATOR_COOKIE),
        "investigator": desk.name,
        "account": desk.account,
        "may": frozenset() if desk.study is None else desk.study.rights,
        "now": desk.now,
    }
    return web_state(request).pages.render(request, template, {**shared, **context}, status)
