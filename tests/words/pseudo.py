"""A language in which letters are dots: what still has letters comes from no catalogue."""

import gettext
import re

from babel import Locale

from app.words.language import Language

_FIELD = re.compile(r"(\{[^{}]*\}|%\(\w+\)[sd]|</?\w+[^>]*>|&\w+;)")
_LETTER = re.compile(r"[^\W\d_]")
_UNSEEN = re.compile(r"<(style|script|code|svg|title)\b.*?</\1>", re.S)
_TEXT = re.compile(r">([^<]+)<|(?:aria-label|alt|title|placeholder)=\"([^\"]*)\"")
WORD = re.compile(r"[A-Za-z]{3,}")


class _Dots(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return "".join(
            part if _FIELD.fullmatch(part) else _LETTER.sub("·", part)
            for part in _FIELD.split(message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


PSEUDO = Language("xx", "Pseudo", Locale.parse("pt_BR"), _Dots())


def words_left(page: str) -> set[str]:
    """Every text and label of an HTML page that still has a word in it."""
    texts = (" ".join((one or two).split()) for one, two in _TEXT.findall(_UNSEEN.sub("", page)))
    return {text for text in texts if WORD.search(text)}


def words_left_in_svg(svg: str) -> set[str]:
    """The same of a figure."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg, flags=re.S)
    plain = (" ".join(re.sub(r"<[^>]*>", "", text).split()) for text in texts)
    return {text for text in plain if WORD.search(text)}
