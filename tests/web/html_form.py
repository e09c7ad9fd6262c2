"""What a browser without JavaScript would send of a form: every box as it stands, and a button."""

from collections.abc import Mapping
from html.parser import HTMLParser


class HtmlForm(HTMLParser):
    """The form with this id: its fields as shown, its buttons, its links to boxes."""

    def __init__(self, html: str, form_id: str = "design") -> None:
        super().__init__()
        self._id = form_id
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: set[tuple[str, str]] = set()
        self.ids: set[str] = set()
        self.names: set[str] = set()
        self.open: set[str] = set()
        self._inside = False
        self._select: str | None = None
        self._textarea: str | None = None
        self.feed(html)

    def press(self, name: str = "", value: str = "", **typed: str) -> dict[str, str]:
        """What is sent where a button is pressed after `typed` was written into boxes."""
        sent = {**self.fields, **typed}
        if not name:
            return sent
        assert (name, value) in self.buttons, f"there is no button {name}={value}"
        return {**sent, name: value}

    def typed(self, changes: Mapping[str, str]) -> dict[str, str]:
        """The same for names that are no Python names; a box that is not there is refused."""
        assert set(changes) <= self.names, set(changes) - self.names
        return {**self.fields, **changes}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("id") == self._id:
            self._inside, self.action = True, values["action"]
        if not self._inside:
            return
        self.ids |= {values["id"]} if "id" in values else set()
        name = values.get("name", "")
        if tag in ("input", "select", "textarea") and name:
            self.names.add(name)
        if tag == "details" and "open" in values and "id" in values:
            self.open.add(values["id"])
        if tag == "button" and name:
            self.buttons.add((name, values.get("value", "")))
        elif tag == "input" and name:
            if values.get("type") != "checkbox" or "checked" in values:
                self.fields[name] = values.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select is not None:
            if self._select not in self.fields or "selected" in values:
                self.fields[self._select] = values.get("value", "")
        elif tag == "textarea":
            self._textarea, self.fields[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            # The first line feed of a text area is the markup's own.
            text = self.fields[self._textarea].removeprefix("\n")
            self.fields[self._textarea] = text.replace("\n", "\r\n")
            self._textarea = None
