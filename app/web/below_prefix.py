"""Serving below a path of a host, as https://hospital.example/reading, for all routes in one place.

Routes and forms know addresses from the application's own root. The prefix is taken off what is
asked, unless the proxy in front has done so already, and put before what an answer leads to.
Templates put it before theirs themselves (`root`).
"""

import json

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BelowPrefix:
    """The application below `prefix`, which begins with a slash and ends with none."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is asked without the prefix, and send what is answered with it."""
        if scope["type"] != "http" or not self._prefix:
            await self._app(scope, receive, send)
            return

        async def send_below(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._lead_below(MutableHeaders(scope=message))
            await send(message)

        await self._app(self._without_prefix(scope), receive, send_below)

    def _without_prefix(self, scope: Scope) -> Scope:
        path = scope["path"]
        if path != self._prefix and not path.startswith(f"{self._prefix}/"):
            return scope
        # The prefix has no character that an address writes in another way.
        raw = scope.get("raw_path") or path.encode()
        cut = len(self._prefix)
        return {**scope, "path": path[cut:] or "/", "raw_path": raw[cut:] or b"/"}

    def _lead_below(self, headers: MutableHeaders) -> None:
        if headers.get("location", "").startswith("/"):
            headers["location"] = self._prefix + headers["location"]
        if "hx-location" in headers:
            leads = json.loads(headers["hx-location"])
            headers["hx-location"] = json.dumps({**leads, "path": self._prefix + leads["path"]})
        cookies = headers.getlist("set-cookie")
        if cookies:
            del headers["set-cookie"]
        for cookie in cookies:
            headers.append("set-cookie", self._below(cookie))

    def _below(self, cookie: str) -> str:
        parts = cookie.split("; ")
        return "; ".join(
            f"Path={self._prefix}{part[5:].rstrip('/')}" if part.startswith("Path=/") else part
            for part in parts
        )
