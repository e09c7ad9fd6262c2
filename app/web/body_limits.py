"""How long a request's body may be: forms of text are short; one with films limits itself."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.said import said
from app.web.file_form import is_file_form

TOO_LONG = said(
    "What was sent is longer than this page takes, so nothing of it was saved; please make it "
    "shorter and send it once more."
)


class BodyLimits:
    """`usual` bytes for every address but those whose route counts what an upload may bring."""

    def __init__(self, app: ASGIApp, usual: int) -> None:
        self._app = app
        self._usual = usual
        self._limited = RequestBodyLimitMiddleware(app, max_body_size=usual)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the limit where there is one."""
        if scope["type"] != "http" or is_file_form(scope["path"]):
            await self._app(scope, receive, send)
        elif _said_length(scope) > self._usual:
            # Refused where the body is asked for, so that the page says it that says all else;
            # Starlette would answer with three English words.
            await self._app(scope, _refuse, send)
        else:
            await self._limited(scope, receive, send)


def _said_length(scope: Scope) -> int:
    said_so = Headers(scope=scope).get("content-length", "")
    return int(said_so) if said_so.isascii() and said_so.isdigit() else 0


async def _refuse() -> Message:
    raise HTTPException(413)
