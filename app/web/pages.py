"""Rendering templates: a page, or for htmx the partial that is its middle."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import StrictUndefined
from starlette.templating import Jinja2Templates

from app.domain.errors import BadInput

_STATIC = re.compile(r"""static\(\s*["']([^"']+)["']""")


class Pages:
    """The templates of one folder and the static files of another."""

    def __init__(self, templates: Path, static: Path, root: str = "") -> None:
        """With `root` before every address: the path below which the application is served."""
        self._static = static
        self.root = root
        self._templates = Jinja2Templates(directory=templates)
        env = self._templates.env
        env.undefined = StrictUndefined
        env.trim_blocks = env.lstrip_blocks = True
        self.address_of = cache(self._static_url)
        env.globals["static"] = self.address_of
        env.globals["root"] = root

    def ensure_whole(self) -> None:
        """Raise BadInput for a file that a template names and that is not there.

        Without it every page would be an error, from the first reader's on.
        """
        env = self._templates.env
        for name in env.list_templates():
            source = env.loader.get_source(env, name)[0] if env.loader else ""
            for path in _STATIC.findall(source):
                if not (self._static / path).is_file():
                    raise BadInput(
                        f"{self._static / path} is missing, which the pages need; install the "
                        "project again (pip install -e . in a checkout), which puts it there."
                    )

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
        return f"{self.root}/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def is_htmx(request: Request) -> bool:
    """Whether htmx asks and will swap a part of the page."""
    return request.headers.get("HX-Request") == "true"
