"""What every kind of question can do."""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from app.domain.document import Table
from app.domain.questions.answer import Value
from app.domain.questions.question import KindName, Option, Question
from app.domain.said import said


class WrongAnswer(Exception):
    """An answer that can't be stored; the message is a sentence for the reader."""

    @property
    def sentence(self) -> str:
        """The message as it was said, so that a page can say it in its own language."""
        sentence: str = self.args[0]
        return sentence


@dataclass(frozen=True)
class Picture:
    """What the check of an answer must know of what was shown: how many pictures, how large.

    `in_turn` says that they came one after the other, so that there is no left and no right.
    """

    count: int
    size: int
    in_turn: bool = False

    def name_of(self, place: int) -> str:
        """What the picture at a place is called: Left and Right, or Picture 1, 2, 3 ...

        Two that come one after the other have no sides: First and Second.
        """
        if self.count != 2:
            return said("Picture {place}", place=place)
        if self.in_turn:
            return said("First") if place == 1 else said("Second")
        return said("Left") if place == 1 else said("Right")


@dataclass(frozen=True)
class Invention:
    """What a simulated reader goes by: `strength` from 0 (low, real, absent) to 1, and chance.

    `place` is the 1-based picture that looks most real to them, 0 where none does.
    """

    rng: random.Random
    strength: float
    shown: Picture
    place: int = 0


Spread = Literal["grades", "words", "written", "places", "sides"]


class Kind(ABC):
    """How a question is asked: its part of the document, its form fields, its check, its cell.

    name        what a design calls it
    stored_as   the type of its column
    spread      how answers are described by arm: grades by their centre, words by counts, texts by
                how many were written, places by how many marks, sides by what was chosen
    needs_film  whether it is asked of a picture that is still there
    none_label  the words for none unless the design says otherwise; empty where there is no such
    """

    name: ClassVar[KindName]
    stored_as: ClassVar[Literal["whole", "text"]]
    spread: ClassVar[Spread]
    needs_film: ClassVar[bool] = False
    none_label: ClassVar[str] = ""

    @abstractmethod
    def read(self, table: Table) -> dict[str, Any]:
        """Take this kind's own options from a question's table, as fields of Question."""

    @abstractmethod
    def write(self, question: Question) -> dict[str, Any]:
        """The same options as plain values, for a document."""

    @abstractmethod
    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """What a form says, not yet checked; None where it says nothing."""

    @abstractmethod
    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """The value to store. Raises WrongAnswer; nothing is rounded into range."""

    def from_cell(self, question: Question, cell: str) -> object | None:
        """What a cell of a file says, not yet checked: the way back from `cell`."""
        return cell.strip() or None

    @abstractmethod
    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """The form's fields that show `value` again."""

    @abstractmethod
    def explain(self, question: Question) -> str:
        """What the stored value can be, for the codebook."""

    @abstractmethod
    def invent(self, question: Question, invention: Invention) -> Value:
        """An answer of a simulated reader."""

    def cell(self, question: Question, value: Value) -> str | int:
        """The value as one cell of a file."""
        return value if isinstance(value, int | str) else ";".join(str(one) for one in value)

    def cells(self, question: Question) -> tuple[str, ...] | None:
        """Every answer as a file writes it; None where they can't be listed."""
        return None

    def cells_in_words(self, question: Question) -> str:
        """The same for a sentence."""
        return ", ".join(self.cells(question) or ())

    def labels(self, question: Question) -> dict[str, str]:
        """Answer, as a file writes it, to the words the reader saw; empty where there are none."""
        return {}

    def options(self, question: Question, shown: Picture) -> tuple[Option, ...]:
        """What can be chosen by one key each, in the order shown; empty where nothing can."""
        return ()

    def missing(self, question: Question) -> str:
        """The sentence for a required question that was left."""
        return said("Please answer this question.")


def keyed(values: "list[tuple[str, str]]") -> tuple[Option, ...]:
    """Options answered by the keys 1 to 9, 0 and T, in their order.

    Where every value is a single figure it is its own key.
    """
    if all(len(value) == 1 and value.isdigit() for value, _ in values):
        return tuple(Option(value, label, value) for value, label in values)
    if len(values) == 11 and [value for value, _ in values] == [str(n) for n in range(11)]:
        keys = "0123456789t"
    else:
        keys = "1234567890t"
    return tuple(
        Option(value, label, keys[place] if place < len(keys) else "")
        for place, (value, label) in enumerate(values)
    )
