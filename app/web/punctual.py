"""HTTP with an end to waiting: a connection whose request doesn't come is cut.

Uvicorn waits for ever for the rest of a header. A thousand connections that send a byte a minute
take all the files that a process may have open, and nobody else gets in.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
# For a form of 1 MB, over the slowest line that somebody reads radiographs by.
BODY_SECONDS = 60.0
# A longer body, which brings films, has more time by what has come: 16 kB a second at the slowest.
BODY_PACE = 16_384
# Below the 1,024 files that many systems allow, with room for those who are served. A browser's
# header comes within milliseconds, so that whoever has waited longest is no browser.
MOST_UNFINISHED = 256

_SENTENCE = b"The request did not come whole in time.\n"
LATE = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_SENTENCE), _SENTENCE)
)


class PunctualProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which cuts what is late, and the latest where too many are unfinished."""

    _unfinished: ClassVar[dict["PunctualProtocol", None]] = {}
    _timer: asyncio.TimerHandle | None = None
    _body_due = 0.0
    _has_asked = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first header."""
        super().connection_made(transport)
        self._expect(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a header, on a connection that was kept too."""
        self._has_asked = True
        super().on_message_begin()
        if self._timer is None:
            self._expect(HEADER_SECONDS)

    def on_headers_complete(self) -> None:
        """Begin to wait for the body."""
        self._stop_waiting()
        super().on_headers_complete()
        self._body_due = self.loop.time() + BODY_SECONDS
        self._timer = self.loop.call_at(self._body_due, self._cut_late_body)

    def on_body(self, body: bytes) -> None:
        """Give the rest of the body more time by what has come."""
        self._body_due += len(body) / BODY_PACE
        super().on_body(body)

    def _cut_late_body(self) -> None:
        if self.loop.time() < self._body_due:
            self._timer = self.loop.call_at(self._body_due, self._cut_late_body)
        else:
            self._cut()

    def on_message_complete(self) -> None:
        """The request is whole: how long its answer takes is no matter of the other side's."""
        self._stop_waiting()
        super().on_message_complete()

    def _expect(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._cut)
        self._unfinished[self] = None
        if len(self._unfinished) > MOST_UNFINISHED:
            next(iter(self._unfinished))._cut()

    def _stop_waiting(self) -> None:
        self._unfinished.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut(self) -> None:
        self._stop_waiting()
        transport: Any = self.transport
        if transport.is_closing():
            return
        if self._has_asked and (self.cycle is None or self.cycle.response_complete):
            transport.write(LATE)
        transport.close()
