"""A reader with a browser that has no JavaScript: opens pages, fills forms, posts them."""

from collections.abc import Mapping
from html.parser import HTMLParser

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.studies import GOOD_ANSWERS, PROFILE


class Form(HTMLParser):
    """The first posted form of a page: its action and its hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.checked: dict[str, str] = {}
        self.names: set[str] = set()
        self._inside = False
        self._done = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form" and values.get("method") == "post" and not self._done:
            self._inside = True
            self.action = values.get("action") or ""
        name = values.get("name")
        if self._inside and name and tag in ("input", "select", "textarea", "button"):
            self.names.add(name)
            if values.get("type") == "hidden":
                self.hidden[name] = values.get("value") or ""
            if "checked" in values:
                self.checked[name] = values.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._inside:
            self._inside, self._done = False, True


class ReaderBrowser:
    """Goes through a study as a clinician would, one page after another."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page: Response | None = None

    @property
    def html(self) -> str:
        assert self.page is not None
        return self.page.text

    @property
    def form(self) -> Form:
        return Form(self.html)

    def open_link(self, token: str) -> Response:
        self.client.cookies.clear()
        self.page = self.client.get(f"/r/{token}")
        return self.page

    def visit(self, path: str = "/read") -> Response:
        self.page = self.client.get(path)
        return self.page

    def submit(self, answers: Mapping[str, str] | None = None) -> Response:
        form = self.form
        self.page = self.client.post(form.action, data={**form.hidden, **(answers or {})})
        return self.page

    def begin(self, token: str) -> Response:
        """From the link to the first case."""
        self.open_link(token)
        self.submit({"consent": "yes"})
        self.submit(PROFILE)
        return self.submit()

    def rate(self, **changes: str) -> Response:
        return self.submit({**GOOD_ANSWERS, **changes})

    def read_to_the_end(self, most: int = 200) -> int:
        """Rate every case, take every break; return how many were rated."""
        rated = 0
        for _ in range(most):
            action = self.form.action
            if action == "/read/rate":
                self.rate()
                rated += 1
            elif action == "/read/continue":
                self.submit()
            else:
                return rated
        raise AssertionError("the study does not end")
