"""Rendering templates: a page, or for htmx the partial that is its middle."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import StrictUndefined
from starlette.templating import Jinja2Templates


class Pages:
    """The templates of one folder and the static files of another."""

    def __init__(self, templates: Path, static: Path) -> None:
        self._static = static
        self._templates = Jinja2Templates(directory=templates)
        env = self._templates.env
        env.undefined = StrictUndefined
        env.trim_blocks = env.lstrip_blocks = True
        self.address_of = cache(self._static_url)
        env.globals["static"] = self.address_of

    def render(
        self, request: Request, name: str, context: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """Answer with the template `name`; nothing of it is kept by caches."""
        return self._templates.TemplateResponse(
            request,
            name,
            dict(context),
            status_code=status,
            headers={"Cache-Control": "no-store", "Vary": "HX-Request"},
        )

    def page_or_partial(
        self, request: Request, name: str, context: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """`case.html` for a browser, `_case.html` for htmx swapping the middle of it."""
        return self.render(request, f"_{name}" if is_htmx(request) else name, context, status)

    def _static_url(self, path: str) -> str:
        content = (self._static / path).read_bytes()
        return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def is_htmx(request: Request) -> bool:
    """Whether htmx asks and will swap a part of the page."""
    return request.headers.get("HX-Request") == "true"
