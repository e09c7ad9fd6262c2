"""Sentences that know how they were made, so that they can be said in another language.

Everything below the pages writes its sentences in English, where they are needed, with `said`. The
English template is the sentence's code, as everywhere with gettext; what was filled in travels
beside it. Whoever shows it (a page, a report) says it anew in the language of whoever looks;
whoever does not care (a log, an export, an exception's text) has an ordinary English str.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, SupportsIndex

# What the format of a field may ask of a sentence in it: ``{label:lower}``.
CASES = ("lower", "lower_first", "upper_first")


class Said(str):
    """An English sentence with its `template`, its `plural` ("" for none) and its `fields`.

    A field may be a `Said` of its own. `count` of the fields chooses between template and plural.
    """

    template: str
    plural: str
    fields: Mapping[str, Any]

    def __new__(cls, template: str, plural: str, fields: Mapping[str, Any]) -> "Said":
        chosen = template if not plural or fields["count"] == 1 else plural
        made = super().__new__(cls, chosen.format_map(fields))
        made.template, made.plural, made.fields = template, plural, dict(fields)
        return made

    def __format__(self, form: str) -> str:
        return recased(str(self), form) if form in CASES else super().__format__(form)

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:
        return (Said, (self.template, self.plural, dict(self.fields)))

    def __add__(self, more: str) -> "Said":
        return joined((self, more), "")

    def __radd__(self, before: str) -> "Said":
        return joined((before, self), "")

    def __mul__(self, times: SupportsIndex) -> str:
        # `sentence * bool(...)`: the sentence, or nothing.
        return self if times.__index__() == 1 else super().__mul__(times)


def said(template: str, /, **fields: object) -> Said:
    """The sentence `template` with `fields` filled in, as by str.format: ``{name}``, ``{x:.1f}``.

    The template must stand in the call as a literal, where the extraction of words sees it. Braces
    that are meant are doubled.
    """
    return Said(template, "", fields)


def to_say(template: str, /) -> str:
    """The template as it stands, marked for the extraction of words; what fills it comes later."""
    return template


def said_many(one: str, many: str, /, count: int, **fields: object) -> Said:
    """The same where a number decides between singular and plural; ``{count}`` is the number."""
    return Said(one, many, {**fields, "count": count})


def joined(parts: Iterable[str], between: str = " ") -> Said:
    """The parts in their order, each said in its own right, with `between` them."""
    named = {f"part{at}": part for at, part in enumerate(parts)}
    if isinstance(between, Said):
        return Said("{seam}".join(f"{{{name}}}" for name in named), "", {**named, "seam": between})
    seam = between.replace("{", "{{").replace("}", "}}")
    return Said(seam.join(f"{{{name}}}" for name in named), "", named)


def without(sentence: str, beginning: str) -> str:
    """What follows `beginning`, which was put before it by `+` or `joined`; else the whole.

    >>> without("not estimable: " + said("one reader"), "not estimable: ")
    'one reader'
    """
    if isinstance(sentence, Said) and sentence.startswith(beginning):
        rest = list(sentence.fields.values())[1:]
        if sentence.fields and next(iter(sentence.fields.values())) == beginning:
            return joined(rest, "")
    return str(sentence).removeprefix(beginning)


def after(sentence: str, mark: str) -> str:
    """What follows `mark` at a sentence's end, where it was filled in as the last field.

    >>> after(said("normal; no interval: {why}", why=said("one reader")), "no interval: ")
    'one reader'
    """
    if isinstance(sentence, Said) and sentence.fields and mark in sentence:
        last = list(sentence.fields.values())[-1]
        if isinstance(last, str):
            return after(last, mark) if mark in last else last
    return str(sentence).partition(mark)[2]


def reworded(sentence: str, words: Mapping[str, str]) -> str:
    """The sentence where every template of it that is a key of `words` is put by its value.

    Both have the same fields. A value is marked with `to_say`.

    >>> reworded(said("{who} agrees", who=said("this reader")), {"this reader": "the reader"})
    'the reader agrees'
    """
    if not isinstance(sentence, Said):
        return sentence
    fields = {
        name: reworded(one, words) if isinstance(one, str) else one
        for name, one in sentence.fields.items()
    }
    return Said(words.get(sentence.template, sentence.template), sentence.plural, fields)


def leaving_out(sentence: str, text: str) -> str:
    """The sentence without `text`, wherever that was filled in."""
    if not isinstance(sentence, Said):
        return sentence.replace(text, "")
    fields = {
        name: leaving_out(one, text) if isinstance(one, str) else one
        for name, one in sentence.fields.items()
    }
    return Said(sentence.template, sentence.plural, fields)


def sentence_of(error: BaseException) -> str:
    """What an error says, as it was said: `str(error)` would be its English only."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


class Numeral(str):
    """A number, or several, written as English does: 1,234.5; a language puts its own marks."""


class Cited(str):
    """A `sentence` whose citations, ``[key]``, are turned into `numbers`, in any language."""

    sentence: str
    numbers: Mapping[str, int]

    def __new__(cls, sentence: str, numbers: Mapping[str, int]) -> "Cited":
        made = super().__new__(cls, numbered(sentence, numbers))
        made.sentence, made.numbers = sentence, dict(numbers)
        return made

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:
        return (Cited, (self.sentence, dict(self.numbers)))


def true_minus(number: object) -> str:
    r"""A whole number with a minus as wide as its plus.

    >>> true_minus(-2) == "\N{MINUS SIGN}2", true_minus("5")
    (True, '5')
    """
    return str(number).replace("-", "\N{MINUS SIGN}")


def capital(sentence: str) -> str:
    """The sentence with a capital first letter."""
    return cased(sentence, "upper_first")


def small(sentence: str) -> str:
    """The sentence with a small first letter, as in the midst of another."""
    return cased(sentence, "lower_first")


class Worded(str):
    """A study's own words; `others` holds the same in further languages, by BCP 47 tag."""

    others: Mapping[str, str]

    def __new__(cls, words: str, others: Mapping[str, str]) -> "Worded":
        made = super().__new__(cls, words)
        made.others = dict(others)
        return made

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:
        return (Worded, (str(self), dict(self.others)))

    def in_each(self, change: Callable[[str], str]) -> "Worded":
        """The words changed alike in every language."""
        return Worded(change(str(self)), {tag: change(one) for tag, one in self.others.items()})


def in_each(text: str, change: Callable[[str], str]) -> str:
    """A text changed; of words in several languages, in each."""
    return text.in_each(change) if isinstance(text, Worded) else change(text)


_CITATION = re.compile(r"\s*\[([a-z0-9, ]+)\]")


def citations(sentence: str) -> list[str]:
    """The keys that a sentence cites as ``[or, hillis]``, in their order."""
    return [key.strip() for one in _CITATION.findall(sentence) for key in one.split(",")]


def numbered(sentence: str, numbers: Mapping[str, int]) -> str:
    """The sentence with numbers in the place of keys: `` [1, 2]``."""

    def written(match: re.Match[str]) -> str:
        return f" [{', '.join(str(numbers[key.strip()]) for key in match[1].split(','))}]"

    return _CITATION.sub(written, sentence)


def figure(value: float, form: str = "") -> Numeral:
    """A number alone, written as `format` would."""
    return Numeral(format(value, form))


def cased(sentence: str, case: str) -> str:
    """The sentence with its letters as one of `CASES` says, in whatever language it is said."""
    if isinstance(sentence, Worded):
        return sentence.in_each(lambda words: recased(words, case))
    if not isinstance(sentence, Said):
        return recased(sentence, case)
    return Said(f"{{sentence:{case}}}", "", {"sentence": sentence})


def recased(text: str, case: str) -> str:
    """A text that nobody translates, with its letters as one of `CASES` says."""
    if case == "lower":
        return text.lower()
    first = text[:1].lower() if case == "lower_first" else text[:1].upper()
    return f"{first}{text[1:]}"


MONTHS = (
    said("January"),
    said("February"),
    said("March"),
    said("April"),
    said("May"),
    said("June"),
    said("July"),
    said("August"),
    said("September"),
    said("October"),
    said("November"),
    said("December"),
)


def spoken_day(day: date | None) -> str:
    """A day as a sentence names it, such as 31 March 2027; empty for none."""
    if day is None:
        return ""
    return said("{day} {month} {year}", day=day.day, month=MONTHS[day.month - 1], year=day.year)
