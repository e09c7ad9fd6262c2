"""How many requests are worked on at once, and how long one waits for its turn.

Routes run in threads, and each holds a connection while it works. Whoever finds all of them taken
waits here, outside, so that no thread waits for another's; a request that is still on its way, byte
by byte, takes no place at all.
"""

import asyncio
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db.patience import LEAST_SECONDS, answer_by
from app.domain.errors import TooBusy
from app.domain.said import said
from app.web.file_form import is_file_form

# Where nothing is wrong but the number of requests.
LONGEST_WAIT = 10.0
# They need no thread and no database.
FREE = ("/static/", "/healthz", "/metrics")
BUSY = said(
    "The server is asked for more than it can do just now; please try again in a few seconds."
)


class Slots:
    """Lets `count` requests in at once; raises TooBusy for one that waited too long.

    A request has `patience` seconds from its turn to get what it needs; from its coming, where the
    database is in trouble, so that everybody is told within the same time.
    """

    def __init__(
        self, app: ASGIApp, count: int, patience: float, is_in_trouble: Callable[[], bool]
    ) -> None:
        self._app = app
        self._slots = asyncio.Semaphore(count)
        self._patience = patience
        self._is_in_trouble = is_in_trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on once there is a place; the place is free again when the answer begins."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        if is_file_form(scope["path"]):
            # It comes for minutes; its route takes a thread for each piece, and none in between.
            await self._app(scope, receive, send)
            return
        came = time.monotonic()
        body = await _body_of(scope, receive)
        arrived = time.monotonic() if body else came
        await self._wait_for_place(arrived)
        holds = True

        def leave() -> None:
            nonlocal holds
            if holds:
                holds = False
                self._slots.release()

        async def send_and_leave(message: Message) -> None:
            # By then the work is done; how fast the other side reads is no matter of ours.
            leave()
            await send(message)

        try:
            await self._app(scope, _again(body, receive), send_and_leave)
        finally:
            leave()

    async def _wait_for_place(self, arrived: float) -> None:
        while True:
            try:
                # A little later than those who are inside: by then they know whether it is trouble.
                async with asyncio.timeout(self._patience + LEAST_SECONDS):
                    await self._slots.acquire()
                break
            except TimeoutError:
                if self._is_in_trouble() or time.monotonic() - arrived >= LONGEST_WAIT:
                    raise TooBusy(BUSY) from None
        now = time.monotonic()
        begins = arrived if self._is_in_trouble() else now
        answer_by(max(begins + self._patience, now + LEAST_SECONDS))


async def _body_of(scope: Scope, receive: Receive) -> list[Message]:
    """All messages of a request's body; the limit on its length is watched outside."""
    names = {name for name, _ in scope["headers"]}
    if not names & {b"content-length", b"transfer-encoding"}:
        return []
    messages: list[Message] = []
    while True:
        messages.append(await receive())
        if not messages[-1].get("more_body", False):
            return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def receive_again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return receive_again
