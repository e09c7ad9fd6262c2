"""One of a few named answers."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from app.domain.document import Table, told
from app.domain.questions.answer import Value
from app.domain.questions.kinds.kind import Invention, Kind, Picture, WrongAnswer, keyed
from app.domain.questions.question import Option, Question
from app.domain.said import joined, said

MOST_OPTIONS = 11
_VALUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Letters that do something else on the reading page. On a stored design's page an answer's own
# letter comes first; what the page does by it is then reached by its button alone.
TAKEN_KEYS = frozenset("bcefimtxz")


def read_options(table: Table, *, most: int) -> tuple[Option, ...]:
    """`options`: tables of value, label and, if wished, a letter as key; or plain texts.

    A plain text becomes its own label, and its value is made of its letters and figures.
    """
    given = table.take("options", [])
    if not isinstance(given, list | tuple):
        table.wrong("options", said("must be a list of answers, not {given}", given=told(given)))
        return ()
    rows = [{"label": one} if isinstance(one, str) else one for one in given]
    inner = Table(table.place, {"options": rows}, table.problems)
    options: list[Option] = []
    for number, row in enumerate(inner.tables("options"), start=1):
        label = row.text("label", longest=120, required=True)
        value = row.text("value", value_of(label) or f"answer{number}", longest=40)
        key = row.text("key", "", longest=1).lower()
        row.refuse_the_rest("an option")
        if label and not _VALUE.fullmatch(value):
            row.wrong("value", said("must be of a-z, 0-9, - and _ (got {value!r})", value=value))
        if value in {other.value for other in options}:
            row.wrong("value", said("{value!r} is there twice", value=value))
        if label and label in {other.label for other in options}:
            row.wrong(
                "label",
                said("{label!r} is there twice; readers could not tell them apart", label=label),
            )
        if key and (not key.isalpha() or not key.isascii() or key in TAKEN_KEYS):
            row.wrong(
                "key",
                said("must be a letter that the page does not use itself, not {key!r}", key=key),
            )
        if key and key in {other.key for other in options}:
            row.wrong("key", said("{key!r} answers another option already", key=key))
        options.append(Option(value, label, key))
    if not 2 <= len(options) <= most:
        table.wrong(
            "options",
            said(
                "must list 2 to {most} answers, not {n_options}", most=most, n_options=len(options)
            ),
        )
    return tuple(options)


def value_of(label: str) -> str:
    """A label as a value: small letters and figures without accents, `_` for all else.

    Empty where the label has none of these, as in Japanese.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")


def write_options(question: Question) -> list[dict[str, str]]:
    """Options as plain values."""
    return [
        {"value": option.value, "label": option.label} | ({"key": option.key} if option.key else {})
        for option in question.options
    ]


def values_in_words(question: Question) -> str:
    """Every option as it is stored, with the words that are shown."""
    named = (joined((one.value, " (", one.label, ")"), "") for one in question.options)
    return joined(named, ", ")


class Choice(Kind):
    """One option, by its key."""

    name = "choice"
    stored_as = "text"
    spread = "words"

    def read(self, table: Table) -> dict[str, Any]:
        """`options`."""
        return {"options": read_options(table, most=MOST_OPTIONS)}

    def write(self, question: Question) -> dict[str, Any]:
        """The options."""
        return {"options": write_options(question)}

    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """The text of the one field."""
        return form.get(question.key, "").strip() or None

    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """One of the options' values."""
        if not isinstance(raw, str) or question.option(raw) is None:
            named = ", ".join(option.label for option in question.options)
            raise WrongAnswer(said("This must be one of: {named}.", named=named))
        return raw

    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """The one field."""
        return {question.key: str(value)}

    def explain(self, question: Question) -> str:
        """The options with their labels."""
        return said("one of {values}", values=values_in_words(question))

    def invent(self, question: Question, invention: Invention) -> Value:
        """The option that lies at the strength, first to last."""
        last = len(question.options) - 1
        place = round(min(1.0, max(0.0, invention.strength)) * last)
        return question.options[place].value

    def cells(self, question: Question) -> tuple[str, ...] | None:
        """Every option's value."""
        return tuple(option.value for option in question.options)

    def labels(self, question: Question) -> dict[str, str]:
        """Every option's label."""
        return {option.value: option.label for option in question.options}

    def options(self, question: Question, shown: Picture) -> tuple[Option, ...]:
        """Every option, by its own letter or by a figure."""
        figures = keyed([(option.value, option.label) for option in question.options])
        return tuple(
            Option(option.value, option.label, option.key or figure.key)
            for option, figure in zip(question.options, figures, strict=True)
        )


KIND = Choice()
