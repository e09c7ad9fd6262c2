"""One language: its catalogue, and how it writes numbers and days."""

import gettext
import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import get_decimal_symbol, get_group_symbol

from app.domain.said import CASES, Cited, Numeral, Said, Worded, numbered, recased

_DECIMAL = re.compile(r"[+-]?\d*\.\d+")
_BARE_POINT = re.compile(r"(?<![\d.])\.(?=\d)")
CATALOGUES = Path(__file__).parent
ENGLISH = "en"
# The tag that stands in a page, its name in itself, and the locale of its days and numbers.
LANGUAGES: Mapping[str, tuple[str, str]] = {
    ENGLISH: ("English", "en_GB"),
    "pt-BR": ("Português (Brasil)", "pt_BR"),
    "es": ("Español", "es"),
}


@dataclass(frozen=True, eq=False)
class Language:
    """What a page needs to speak; `tag` is BCP 47."""

    tag: str
    name: str
    locale: Locale
    catalogue: gettext.NullTranslations

    def gettext(self, message: str) -> str:
        """The message in this language, itself where the catalogue has none."""
        return self.catalogue.gettext(message) if message else message

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form that `count` takes."""
        return self.catalogue.ngettext(one, many, count)

    def say(self, sentence: object) -> Any:
        """A sentence, words or number of app.domain.said in this language; else as it is."""
        if isinstance(sentence, Numeral):
            return self.number(sentence)
        if isinstance(sentence, Cited):
            return numbered(self.say(sentence.sentence), sentence.numbers)
        if isinstance(sentence, Worded):
            return self.say(sentence.others.get(self.tag, str(sentence)))
        if not isinstance(sentence, Said):
            return sentence
        template = (
            self.ngettext(sentence.template, sentence.plural, sentence.fields["count"])
            if sentence.plural
            else self.gettext(sentence.template)
        )
        return _Writer(self).vformat(template, (), sentence.fields)

    def number(self, written: str) -> str:
        """A number that was written in English, with this language's marks: .031 as 0,031."""
        marks = _marks(self.locale)
        if marks[ord(".")] == ".":
            return written
        return _BARE_POINT.sub("0.", written).translate(marks)

    def typed(self, value: str) -> str:
        """What stands in a box for a number, with this language's mark: 0.1 as 0,1; else as it is.

        A line of its own for each number. Both marks are read.
        """
        return "\n".join(
            self.number(line) if _DECIMAL.fullmatch(line) else line for line in value.split("\n")
        )

    def day(self, day: date, form: str = "long") -> str:
        """A day in words: 4 December 2026; `form` is a length or a pattern of Unicode's CLDR."""
        return format_date(day, form, locale=self.locale)

    def moment(self, moment: datetime, form: str = "d MMM y, HH:mm") -> str:
        """A moment to the minute; `form` is a pattern of Unicode's CLDR."""
        return format_datetime(moment, form, locale=self.locale)


# How sentences ask for a day and a moment, and how a language writes them.
_WRITTEN: Mapping[str, Callable[[Language, Any], str]] = {
    "%Y-%m-%d": lambda tongue, day: tongue.day(day, "d MMM y"),
    "%Y-%m-%d %H:%M": Language.moment,
}


class _Writer(string.Formatter):
    """Fills in a template as str.format does, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def convert_field(self, value: Any, conversion: Any) -> Any:
        said = self._language.say(value) if isinstance(value, Worded) else value
        return super().convert_field(said, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in _WRITTEN and isinstance(value, date):
            return _WRITTEN[format_spec](self._language, value)
        if format_spec in CASES:
            return recased(str(self._language.say(value)), format_spec)
        written: str = format(self._language.say(value), format_spec)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return self._language.number(written) if is_number else written


@cache
def _marks(locale: Locale) -> Mapping[int, str]:
    return {ord("."): get_decimal_symbol(locale), ord(","): get_group_symbol(locale)}


@cache
def language(tag: str) -> Language:
    """The language of one of `LANGUAGES`."""
    name, locale = LANGUAGES[tag]
    catalogue: gettext.NullTranslations = gettext.NullTranslations()
    if tag != ENGLISH:
        with (CATALOGUES / locale / "negatoscope.mo").open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
    return Language(tag, name, Locale.parse(locale), catalogue)


def own_name(tag: str) -> str:
    """A language by its own name, then its tag: Português (Brasil), pt-BR. Else the tag alone.

    >>> own_name("fr-CA"), own_name("tlh")
    ('français (Canada), fr-CA', 'tlh')
    """
    try:
        name = LANGUAGES[tag][0] if tag in LANGUAGES else Locale.parse(tag, sep="-").display_name
    except (UnknownLocaleError, ValueError):
        return tag
    return f"{name}, {tag}" if name else tag


def nearest(wanted: Iterable[str]) -> str | None:
    """Of `LANGUAGES`, the tag that serves the first of the `wanted` BCP 47 tags that one serves.

    A tag serves others of the same language: pt-BR whoever wants pt or pt-PT. None where none does.
    """
    for tag in wanted:
        known = tag.replace("_", "-").lower()
        for one in LANGUAGES:
            if known == one.lower() or known.split("-")[0] == one.lower().split("-")[0]:
                return one
    return None
