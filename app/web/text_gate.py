"""The one gate for all text that comes in beside a form's body: paths, queries and headers.

PostgreSQL keeps no NUL, and neither database text that is no Unicode; what one of them refuses the
other must not take. So it is refused here, with a sentence, before a route sees it. Posted forms
are checked by `app.web.forms`, the answers of machines by the kinds of question.
"""

from urllib.parse import unquote_to_bytes, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.said import said
from app.web.api_errors import api_error, is_api
from app.web.spoken import spoken
from app.words.language import language

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
        sentence = said("{problem}; please check it and try again.", problem=problem)
        if is_api(scope["path"]):
            answer: Response = api_error(400, "Can't be used", sentence)
        else:
            told = language(spoken(Request(scope))).say(sentence)
            answer = PlainTextResponse(f"{told}\n", 400, {"Cache-Control": "no-store"})
        await answer(scope, receive, send)


def _problem(scope: Scope) -> str:
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    if len(raw) > LONGEST_PATH:
        return said("This address is longer than {most} characters", most=LONGEST_PATH)
    address = unquote_to_bytes(raw)
    if not _is_utf8(address):
        return said("This address holds characters that can't be read (they are not UTF-8)")
    if b"\x00" in address:
        return said("This address holds a NUL character")
    query = unquote_to_bytes(scope["query_string"])
    if not _is_utf8(query):
        return said("The query holds characters that can't be read (they are not UTF-8)")
    if b"\x00" in query:
        return said("The query holds a NUL character")
    return _problem_of_headers(scope)


def _problem_of_headers(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if b"\x00" in value:
            return said("The header {name} holds a NUL character", name=name.decode("latin-1"))
        if name == b"host" and not _is_host(value):
            return said("The header Host names no host")
    return ""


def _is_utf8(given: bytes) -> bool:
    try:
        given.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_host(value: bytes) -> bool:
    try:
        parts = urlsplit(f"//{value.decode('ascii')}")
        return parts.port is None or bool(parts.hostname)
    except ValueError:
        return False
