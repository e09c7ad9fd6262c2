"""Which of the pictures shown; none where ties are allowed."""

from collections.abc import Mapping
from typing import Any

from app.domain.document import Table
from app.domain.questions.answer import Value
from app.domain.questions.kinds.kind import Invention, Kind, Picture, WrongAnswer
from app.domain.questions.kinds.scale import whole_number
from app.domain.questions.question import Option, Question
from app.domain.said import said

TIE = 0


class Side(Kind):
    """The 1-based place of a picture; 0 for a tie."""

    name = "side"
    stored_as = "whole"
    spread = "sides"
    needs_film = True

    def read(self, table: Table) -> dict[str, Any]:
        """`tie_label`, where a tie is an answer."""
        return {"tie_label": table.text("tie_label", "", longest=120)}

    def write(self, question: Question) -> dict[str, Any]:
        """The words of a tie."""
        return {"tie_label": question.tie_label} if question.tie_label else {}

    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """The text of the one field."""
        return form.get(question.key, "").strip() or None

    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """A picture that was shown, or the tie."""
        value = whole_number(raw)
        least = TIE if question.tie_label else 1
        if value is None or not least <= value <= shown.count:
            raise WrongAnswer(
                said("This must name one of the {count} pictures.", count=shown.count)
            )
        return value

    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """The one field."""
        return {question.key: str(value)}

    def explain(self, question: Question) -> str:
        """Where places are counted from."""
        if not question.tie_label:
            return said("place of the picture chosen, from 1 at the left or first shown")
        return said(
            "place of the picture chosen, from 1 at the left or first shown, {none} for {tie!r}",
            none=TIE,
            tie=question.tie_label,
        )

    def invent(self, question: Question, invention: Invention) -> Value:
        """The picture that looks most real; where none does a tie, or one at random."""
        if invention.place:
            return invention.place
        return TIE if question.tie_label else invention.rng.randint(1, invention.shown.count)

    def cells(self, question: Question) -> tuple[str, ...] | None:
        """Every place that a set can have, and the tie."""
        return tuple(str(place) for place in range(TIE if question.tie_label else 1, 9))

    def options(self, question: Question, shown: Picture) -> tuple[Option, ...]:
        """Every place with its figure; the tie is 0."""
        places = [
            Option(str(place), shown.name_of(place), str(place))
            for place in range(1, shown.count + 1)
        ]
        tie = [Option(str(TIE), question.tie_label, "0")] if question.tie_label else []
        return tuple(places + tie)


KIND = Side()
