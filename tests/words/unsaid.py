"""Words of a page or a script that no catalogue knows, found by a language that marks its own."""

import gettext
import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser

from babel import Locale

from app.words.language import ENGLISH, Language

OPEN, CLOSE = "⟦", "⟧"
# What of an element somebody sees or hears beside its text.
SEEN = {"aria-label", "aria-valuetext", "title", "alt", "placeholder", "data-name", "label"}
# What has an own language: typed by somebody, keys of the keyboard, code.
NOT_OURS = {"kbd", "code", "script", "style", "textarea"}
VOID = {"meta", "link", "input", "img", "br", "hr", "wbr", "col", "source"}
VOID |= {"rect", "circle", "line", "path"}
LETTERS = re.compile(r"[^\W\d_]{2,}")


class _Marking(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


MARKING = Language(ENGLISH, "Marking", Locale.parse("en_GB"), _Marking())


class _Unsaid(HTMLParser):
    def __init__(self, data: Collection[str]) -> None:
        super().__init__()
        self.data = sorted((one for one in data if one), key=len, reverse=True)
        self.unsaid: list[str] = []
        self._open: list[bool] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in sorted(SEEN & set(given)):
            self._look(given[name] or "", 0)
        if tag not in VOID:
            is_data = tag in NOT_OURS or given.get("dir") == "auto"
            self._open.append(is_data or (bool(self._open) and self._open[-1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        is_data = bool(self._open) and self._open[-1]
        self._depth = self._look("" if is_data else data, self._depth)

    def _look(self, text: str, depth: int) -> int:
        left = ""
        for letter in text:
            depth += (letter == OPEN) - (letter == CLOSE)
            left += " " if depth or letter in (OPEN, CLOSE) else letter
        for one in self.data:
            left = left.replace(one, " ")
        if LETTERS.search(left):
            self.unsaid.append(" ".join(left.split()))
        return depth


def unsaid_of(html: str, data: Collection[str] = ()) -> list[str]:
    """Texts of a page rendered in `MARKING` that it does not mark, without `data` of a study.

    What stands under ``dir="auto"`` was typed by somebody and is left out.
    """
    page = _Unsaid(data)
    page.feed(html)
    return page.unsaid


_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
_SAID = re.compile(r"\b(?:say|sayMany)\(\s*(?:\"[^\"]*\"\s*,?\s*){1,2}")
_TEXT = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`")
_SENTENCE = re.compile(r"^[A-Z][\w'’]*[ .:,…!?]|[a-z]{2,}[.:!?…]?\s+[a-z]{2,}.*[.:!?…]$|[a-z]\.$")
_SINK = re.compile(
    r"(?:textContent\s*=(?!=)|\bsentence:|\bwhy:|\bwhy\s*=|\.title\s*=|"
    r"setAttribute\(\"(?:aria-label|title|aria-valuetext)\",)([^;]*)"
)


def unsaid_in_script(source: str) -> Iterator[str]:
    """String literals of a script that somebody would see and that `say` is not asked for."""
    bare = _SAID.sub("say(", _COMMENT.sub("", source))
    bare = re.sub(r"^import [^;]*;|throw new Error\([^;]*;", "", bare, flags=re.MULTILINE)
    for text in _TEXT.findall(bare):
        if _SENTENCE.search(text[1:-1]):
            yield text
    for part in _SINK.findall(bare):
        for text in _TEXT.findall(part):
            if LETTERS.search(re.sub(r"\$\{[^}]*\}", "", text)) and not text.startswith('"['):
                yield text
