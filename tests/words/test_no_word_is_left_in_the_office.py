"""In a language that marks each of its words, no page of the office has one without a mark."""

import gettext
import re
from html.parser import HTMLParser

import pytest
from babel import Locale

from app.web import pages as pages_module
from app.words.language import Language
from tests.web import test_templates_investigator as office

# The product's name, codes, numbers and files' names.
DATA = re.compile(r"Negatoscope|UTC|<[^>]*>|[\w.-]*\d[\w.-]*|\b[\w-]+\.[a-z]{2,5}\b")
SPOKEN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
SILENT = ("pre", "code", "textarea", "script", "style", "option")


class _Marking(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class _Unmarked(HTMLParser):
    """Collects the letters outside of marks, and of elements that hold data."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.open: list[str] = []
        self.left: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = dict(attrs)
        is_data = tag in SILENT or kept.get("lang") == "en" or "dir" in kept
        if tag not in ("input", "img", "meta", "link", "br"):
            self.open.append("data" if is_data else tag)
        for name in SPOKEN_ATTRIBUTES:
            self._look(kept.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag not in ("input", "img", "meta", "link", "br"):
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if "data" not in self.open:
            self._look(data)

    def _look(self, text: str) -> None:
        bare, depth = "", self.depth
        for letter in text:
            depth += (letter == "⟦") - (letter == "⟧")
            bare += letter if depth == 0 and letter not in "⟦⟧" else " "
        self.depth = depth
        for word in re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})*", DATA.sub(" ", bare)):
            self.left.append(word)


# What the examples of the pages are called or say; a month's name comes from the locale.
EXAMPLES = frozenset(
    [
        "ada",
        "Realism",
        "realism",
        "real",
        "Montgomery",
        "Bild",
        "copy",
        "Called",
        "prompt",
        "closeness",
        "png",
        "none",
        "like",
        "line",
        "says",
        "wrong",
        "rehearsal",
        "dicom",
        "window",
        "declare",
        "password",
        "Feb",
        "Mar",
        "March",
        "Nov",
        "MiB",
        # Languages are called by their own names.
        "Portugu",
        "Brasil",
        "Espa",
    ]
) | {
    "That is not",
    "Mind this",
    "The bank lacks",
    "language model",
    "lateral view",
    "Lateral view",
    "Untouched base model",
    "signed by",
    "Readers",
    "Design and status",
    "before case",
    "was changed",
    "Event",
}
# The report's pages have a test of their own.
PATHS = [path for path, (template, _) in office.PAGES.items() if not template.startswith("report")]


@pytest.fixture(scope="module")
def marked() -> dict[str, list[str]]:
    marking = Language("pt-BR", "Marks", Locale.parse("en_GB"), _Marking())
    patch = pytest.MonkeyPatch()
    patch.setattr(pages_module, "language", lambda _tag: marking)
    client = office.TestClient(office.stand_in())
    left = {}
    for path in PATHS:
        reader = _Unmarked()
        reader.feed(client.get(path).text)
        left[path] = [word for word in reader.left if word not in EXAMPLES]
    patch.undo()
    return left


@pytest.mark.parametrize("path", PATHS)
def test_every_word_of_a_page_is_marked(marked: dict[str, list[str]], path: str) -> None:
    assert marked[path] == []
