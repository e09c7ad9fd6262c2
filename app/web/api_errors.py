"""The one form in which the API says that something went wrong."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def is_api(path: str) -> bool:
    """Whether a program asks, which reads JSON and no page."""
    return path == "/api" or path.startswith("/api/")


def api_error(
    status: int, title: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """`status` again, a short title, and one sentence: what, where, what to do."""
    return JSONResponse(
        {"error": {"status": status, "title": title, "message": message}},
        status,
        {"Cache-Control": "no-store", **(headers or {})},
    )


class JsonErrors:
    """Gives the API's form to errors that no handler of ours has answered, such as a large body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but an error of the API's in another form than JSON."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        status, words = 0, b""

        async def send_as_json(message: Message) -> None:
            nonlocal status, words
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if message["status"] >= 400 and not kind.startswith("application/json"):
                    status = message["status"]
                    return
            if not status:
                await send(message)
                return
            words += message.get("body", b"")
            if not message.get("more_body", False):
                sentence = words.decode(errors="replace").strip() or "This can't be answered"
                answer = api_error(status, "Not possible", f"{sentence.rstrip('.')}.")
                await answer(scope, receive, send)

        await self._app(scope, receive, send_as_json)
