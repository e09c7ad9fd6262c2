"""Readers of benchmarks/reading.py: what their browsers send, and what must come back."""

import http.client
import re
import urllib.parse
from abc import ABC, abstractmethod

ANSWERS = {
    "realism": "4",
    "verdict": "real",
    "confidence": "3",
    "comment": "",
    "reading_time_ms": "5000",
    "hidden_time_ms": "0",
}
PROFILE = {
    "role": "radiologist",
    "specialty": "chest",
    "years_experience": "9",
    "reading_frequency": "daily",
}
_HIDDEN = re.compile(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"')
_ACTION = re.compile(r'method="post" action="([^"]+)"')
_PICTURE = re.compile(r'<img src="([^"]+)"')


class Browser(ABC):
    """One reader on one kept-alive connection, with a case on the screen."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers: dict[str, str] = {}
        self.page = ""

    @abstractmethod
    def post(self) -> None:
        """Submit the case on the screen and take the next one."""

    def picture(self) -> None:
        """Fetch the picture of the case on the screen."""
        picture = _PICTURE.search(self.page)
        assert picture is not None, self.page
        status, body, headers = self.ask("GET", picture[1])
        assert (status, headers["Content-Type"]) == (200, "image/png"), status
        assert body.startswith(b"\x89PNG")

    def ask(
        self,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
        extra: dict[str, str] | None = None,
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """One request and its whole answer."""
        body = None if fields is None else urllib.parse.urlencode(fields)
        headers = self.headers | (extra or {})
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers

    def filled(self) -> tuple[str, dict[str, str]]:
        """Where the form on the screen goes, and what it says when it is filled in."""
        action = _ACTION.search(self.page)
        assert action is not None
        return action[1], dict(_HIDDEN.findall(self.page)) | ANSWERS


class ReaderBrowser(Browser):
    """A reader of Negatoscope: from the link to the first case, then as htmx goes on."""

    def __init__(self, port: int, link: str) -> None:
        super().__init__(port)
        _, _, headers = self.ask("GET", urllib.parse.urlsplit(link).path)
        self.headers["Cookie"] = headers["Set-Cookie"].split(";")[0]
        for fields in ({"consent": "yes"}, PROFILE, {}):
            page = self.ask("GET", "/read")[1].decode()
            action = _ACTION.search(page)
            assert action is not None
            self.ask("POST", action[1], dict(_HIDDEN.findall(page)) | fields)
        self.page = self.ask("GET", "/read")[1].decode()

    def post(self) -> None:
        """The htmx post; the receipt says that the rating is stored."""
        path, fields = self.filled()
        status, body, headers = self.ask("POST", path, fields, {"HX-Request": "true"})
        assert status == 200, (status, body)
        assert headers["Receipt"].startswith("rating=")
        self.page = body.decode()


class FloorBrowser(Browser):
    """A reader of the floor."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(port)
        self.page = self.ask("GET", f"/read/{number}")[1].decode()

    def post(self) -> None:
        """The post; the answer is the next case."""
        path, fields = self.filled()
        status, body, _ = self.ask("POST", path, fields)
        assert status == 200, (status, body)
        self.page = body.decode()
