"""Reading a document of plain values (a parsed TOML file, a form, stored JSON) field by field.

Two ways: *checked*, when somebody writes the document, where every problem is collected with its
field, and *as written*, when a stored document is read again, where limits that the code has today
don't matter: what was accepted once is read for ever.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from app.domain.errors import BadDesign, Problem
from app.domain.said import said

Word = TypeVar("Word", bound=str)


@dataclass
class Problems:
    """What is wrong with a document; `checking` is False while a stored one is read."""

    checking: bool = True
    listed: list[Problem] = field(default_factory=list)

    def add(self, place: str, reason: str) -> None:
        """Note that the value at `place` can't be used, unless the document is read as written."""
        if self.checking:
            self.listed.append(Problem(place, reason))

    def unreadable(self, place: str, reason: str) -> None:
        """Note what nothing can stand for; a stored document that has it raises BadDesign at once.

        A newer version's question or format must not vanish from a study that was frozen with it.
        """
        if not self.checking:
            raise BadDesign(place, reason)
        self.listed.append(Problem(place, reason))

    def raise_if_any(self) -> None:
        """Raise BadDesign with everything that was noted."""
        if self.listed:
            raise BadDesign.of(self.listed)


class Table:
    """One table of a document: takes each key once, then refuses what is left.

    A value that can't be used is noted among the problems and its default is returned, so that all
    problems of a document are told at once.
    """

    def __init__(self, place: str, data: Mapping[str, Any], problems: Problems) -> None:
        self.place = place
        self.problems = problems
        self._left = dict(data)

    def where(self, key: str) -> str:
        """The full name of `key`, as a problem names it."""
        return f"{self.place}.{key}" if self.place else key

    def has(self, key: str) -> bool:
        """Whether `key` is given and not yet taken."""
        return key in self._left

    def with_defaults(self, defaults: Mapping[str, Any]) -> "Table":
        """The same table where `defaults` fill the keys that are not given."""
        return Table(self.place, {**defaults, **self._left}, self.problems)

    def unread(self) -> tuple[str, ...]:
        """The keys not yet taken."""
        return tuple(self._left)

    def take(self, key: str, default: Any = None) -> Any:
        """The value at `key` as it stands."""
        return self._left.pop(key, default)

    def wrong(self, key: str, reason: str) -> None:
        """Note a problem with the value at `key`."""
        self.problems.add(self.where(key), reason)

    def table(self, key: str) -> "Table":
        """The table at `key`; an empty one where there is none."""
        value = self.take(key, {})
        if not isinstance(value, Mapping):
            self.wrong(key, said("must be a table"))
            value = {}
        return Table(self.where(key), value, self.problems)

    def tables(self, key: str) -> list["Table"]:
        """The tables listed at `key`, numbered from 1 in their names."""
        rows = self.take(key, [])
        if not _is_list(rows):
            self.wrong(key, said("must be a list of tables"))
            return []
        tables = []
        for number, row in enumerate(rows, start=1):
            place = f"{self.where(key)}[{number}]"
            if isinstance(row, Mapping):
                tables.append(Table(place, row, self.problems))
            else:
                self.problems.add(place, said("must be a table"))
        return tables

    def text(
        self, key: str, default: str = "", *, longest: int = 100, required: bool = False
    ) -> str:
        """A text, its ends stripped and its line ends made alike."""
        given = self.take(key, default)
        if not isinstance(given, str):
            self.wrong(key, said("must be text, not {given}", given=told(given)))
            return default
        value = plain_text(given)
        if not can_be_stored(value):
            self.wrong(key, said("holds half a character, which can't be stored; write it again"))
            return default
        if required and not value:
            self.wrong(key, said("is missing"))
        if len(value) > longest:
            self.wrong(
                key,
                said(
                    "has {n_value} characters, at most {longest} are possible",
                    n_value=len(value),
                    longest=longest,
                ),
            )
        return value

    def texts(self, key: str, *, longest: int = 200, most: int = 100) -> tuple[str, ...]:
        """A list of texts."""
        value = self.take(key, [])
        if not _is_list(value):
            self.wrong(key, said("must be a list of texts, not {value}", value=told(value)))
            return ()
        texts = tuple(
            plain_text(one) for one in value if isinstance(one, str) and can_be_stored(one)
        )
        if len(texts) != len(value) or any(not one or len(one) > longest for one in texts):
            self.wrong(key, said("must list texts of 1 to {longest} characters", longest=longest))
        if len(texts) > most:
            self.wrong(
                key,
                said(
                    "lists {n_texts} texts, at most {most} are possible",
                    n_texts=len(texts),
                    most=most,
                ),
            )
        return texts

    def word(self, key: str, default: Word, allowed: Sequence[Word]) -> Word:
        """One of a few words; a stored document may hold one that is not allowed any more."""
        value = self.take(key, default)
        for word in allowed:
            if value == word:
                return word
        self.wrong(
            key,
            said(
                "must be one of {names}; not {value}", names=", ".join(allowed), value=told(value)
            ),
        )
        return default if self.problems.checking else cast(Word, str(value))

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number within limits."""
        value = self.take(key, default)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and least <= value <= most:
            return int(value)
        self.wrong(
            key,
            said(
                "must be a whole number from {least} to {most}, not {value}",
                least=least,
                most=most,
                value=told(value),
            ),
        )
        return int(value) if is_whole and not self.problems.checking else default

    def number(self, key: str, default: float, above: float, most: float) -> float:
        """A number above one limit and up to the other."""
        value = self.take(key, default)
        wanted = f"must be a number above {above:g}, at most {most:g}, not {told(value)}"
        return self._within(key, value, default, wanted, is_within=lambda one: above < one <= most)

    def share(self, key: str, default: float, most: float) -> float:
        """A number from 0 up to a limit, both included."""
        value = self.take(key, default)
        wanted = f"must be a number from 0 to {most:g}, not {told(value)}"
        return self._within(key, value, default, wanted, is_within=lambda one: 0 <= one <= most)

    def shares(self, key: str) -> tuple[float, ...]:
        """A list of numbers from 0 to 1; empty where the key is not given."""
        value = self.take(key, [])
        if not _is_list(value) or not all(map(_is_number, value)):
            self.wrong(
                key, said("must be a list of numbers from 0 to 1, not {value}", value=told(value))
            )
            return ()
        shares = tuple(float(one) for one in value)
        if not all(0 <= one <= 1 for one in shares):
            self.wrong(
                key, said("must be a list of numbers from 0 to 1, not {value}", value=told(value))
            )
            return () if self.problems.checking else shares
        return shares

    def _within(
        self,
        key: str,
        value: Any,
        default: float,
        wanted: str,
        *,
        is_within: Callable[[float], bool],
    ) -> float:
        if not _is_number(value):
            self.wrong(key, wanted)
            return default
        if not is_within(value):
            self.wrong(key, wanted)
            return default if self.problems.checking else float(value)
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            self.wrong(key, said("must be true or false, not {value}", value=told(value)))
            return default
        return value

    def refuse_the_rest(self, of_what: str = said("a study design")) -> None:
        """Note every key that nobody took: a misspelt option must not be silently ignored."""
        for key in self._left:
            name = str(key)
            shown = name if name.isprintable() and len(name) <= 80 else told(name)
            self.wrong(shown, said("is not an option of {of_what}", of_what=of_what))


def plain_text(value: str) -> str:
    """A text as it is stored.

    PostgreSQL refuses NUL, and a browser sends carriage returns that a file has not.
    """
    return value.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def told(value: object) -> str:
    """A value as a problem's sentence shows it: short, whatever somebody wrote."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Whole numbers of thousands of figures and very deep lists have no text.
        return f"this {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def can_be_stored(text: str) -> bool:
    """Whether UTF-8 can hold the text; half of a surrogate pair is no character there."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
