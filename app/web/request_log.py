"""One line and one number a request, and an answer for whatever goes wrong in it."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.logs import masked, request_id

access = logging.getLogger("negatoscope.access")
HEADER = b"x-request-id"
# Asked every few seconds by a machine.
QUIET = ("/healthz", "/metrics")

Answers = Callable[[Request, Exception], Awaitable[Response]]
Counts = Callable[[Scope, int, float], None]


class RequestLog:
    """Numbers each request, answers its errors through `answers`, and logs it.

    An error ends here, so that no server prints it with all that was asked.
    """

    def __init__(self, app: ASGIApp, answers: Answers, counts: Counts | None = None) -> None:
        self._app = app
        self._answers = answers
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the number put into the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = secrets.token_hex(8)
        request_id.set(number)
        began, status = time.perf_counter(), 0

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_numbered)
        except Exception as error:
            answer = await self._answers(Request(scope), error)
            # Half an answer can't be taken back; the connection is cut by the server then.
            if status:
                raise _Broken from None
            await answer(scope, receive, send_numbered)
        finally:
            seconds = time.perf_counter() - began
            self._tell(scope, status, seconds)
            if self._counts is not None:
                self._counts(scope, status, seconds)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        if scope["path"] in QUIET and status < 400:
            return
        fields = {
            "method": scope["method"],
            "path": masked(scope["path"]),
            "status": status,
            "ms": round(seconds * 1000),
        }
        access.info("answered", extra={"fields": fields})


class _Broken(Exception):
    """An answer that broke off after it had begun; its error is in the log."""
