"""The one gate for all text that comes in beside a form's body: paths, queries and headers.

PostgreSQL keeps no NUL, and neither database text that is no Unicode; what one of them refuses the
other must not take. So it is refused here, with a sentence, before a route sees it. Posted forms
are checked by `app.web.forms`, the answers of machines by the kinds of question.
"""

from urllib.parse import unquote_to_bytes, urlsplit

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.api_errors import api_error, is_api

NOT_UTF8 = "holds characters that can't be read (they are not UTF-8)"
NUL = "holds a NUL character"
LONGEST_PATH = 2000


class TextGate:
    """Answers 400 for text that can't be read in one way on both databases."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is plain text."""
        problem = _problem(scope) if scope["type"] == "http" else ""
        if not problem:
            await self._app(scope, receive, send)
            return
        sentence = f"{problem}; please check it and try again."
        headers = {"Cache-Control": "no-store"}
        answer: Response = PlainTextResponse(f"{sentence}\n", 400, headers)
        if is_api(scope["path"]):
            answer = api_error(400, "Can't be used", sentence)
        await answer(scope, receive, send)


def _problem(scope: Scope) -> str:
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    if len(raw) > LONGEST_PATH:
        return f"This address is longer than {LONGEST_PATH} characters"
    for name, given in (("This address", raw), ("The query", scope["query_string"])):
        trouble = _trouble(unquote_to_bytes(given))
        if trouble:
            return f"{name} {trouble}"
    for name, value in scope["headers"]:
        if b"\x00" in value:
            return f"The header {name.decode('latin-1')} {NUL}"
        if name == b"host" and not _is_host(value):
            return "The header Host names no host"
    return ""


def _trouble(given: bytes) -> str:
    try:
        text = given.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8
    return NUL if "\x00" in text else ""


def _is_host(value: bytes) -> bool:
    try:
        parts = urlsplit(f"//{value.decode('ascii')}")
        return parts.port is None or bool(parts.hostname)
    except ValueError:
        return False
