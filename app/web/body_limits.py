"""How long a request's body may be: forms of text are short; one with films limits itself."""

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.file_form import is_file_form


class BodyLimits:
    """`usual` bytes for every address but those whose route counts what an upload may bring."""

    def __init__(self, app: ASGIApp, usual: int) -> None:
        self._app = app
        self._limited = RequestBodyLimitMiddleware(app, max_body_size=usual)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the limit where there is one."""
        takes_files = scope["type"] == "http" and is_file_form(scope["path"])
        await (self._app if takes_files else self._limited)(scope, receive, send)
