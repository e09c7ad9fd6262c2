"""A row or list of points, each with a text or only the ends: 1 to 5, -2 to +2, six points."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.domain.document import Table
from app.domain.questions.answer import Value
from app.domain.questions.kinds.kind import Invention, Kind, Picture, WrongAnswer, keyed
from app.domain.questions.question import KindName, Option, Question
from app.domain.said import joined, said

# More points than keys can answer are a slider's business.
MOST_POINTS = 11


def whole_number(raw: object) -> int | None:
    """A whole number as a form or a file writes it, its sign included; None where it is none."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw
    if not isinstance(raw, str):
        return None
    text = raw.strip().replace("\N{MINUS SIGN}", "-")
    digits = text[1:] if text[:1] in "+-" else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        return None
    return int(text)


class Scale(Kind):
    """A closed scale of whole points."""

    name: ClassVar[KindName] = "scale"
    stored_as = "whole"
    spread = "grades"

    def read(self, table: Table) -> dict[str, Any]:
        """`low`, `high`, and `labels`: one at each point, one at each end, or none."""
        low = table.whole("low", 1, -1000, 1000)
        high = table.whole("high", 5, -1000, 1000)
        points = high - low + 1
        if not 2 <= points <= MOST_POINTS:
            table.wrong(
                "high",
                said(
                    "makes {points} points; a scale has 2 to {most_points}, a longer one is kind "
                    '= "slider"',
                    points=points,
                    most_points=MOST_POINTS,
                ),
            )
        labels = table.texts("labels", longest=120)
        if labels and len(labels) not in (2, points):
            table.wrong(
                "labels",
                said(
                    "must have 2 texts (the ends) or {points} (every point), not {n_labels}",
                    points=points,
                    n_labels=len(labels),
                ),
            )
        return {"low": low, "high": high, "labels": labels}

    def write(self, question: Question) -> dict[str, Any]:
        """Ends and texts."""
        return {"low": question.low, "high": question.high, "labels": list(question.labels)}

    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """The text of the one field."""
        return form.get(question.key, "").strip() or None

    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """One of the points."""
        value = whole_number(raw)
        if value is None or value not in question.points:
            raise WrongAnswer(
                said(
                    "This must be a whole number from {low} to {high}.",
                    low=question.low,
                    high=question.high,
                )
            )
        return value

    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """The one field."""
        return {question.key: str(value)}

    def explain(self, question: Question) -> str:
        """The points with their texts."""
        told = joined(
            (
                joined((str(point), question.label_at(point)))
                for point in question.points
                if question.label_at(point)
            ),
            ", ",
        )
        whole = said("whole number from {low} to {high}", low=question.low, high=question.high)
        return joined((whole, " (", told, ")"), "") if told else whole

    def invent(self, question: Question, invention: Invention) -> Value:
        """The point that lies at the strength."""
        steps = len(question.points) - 1
        return question.low + round(min(1.0, max(0.0, invention.strength)) * steps)

    def cells(self, question: Question) -> tuple[str, ...] | None:
        """Every point."""
        return tuple(str(point) for point in question.points)

    def cells_in_words(self, question: Question) -> str:
        """The ends."""
        return f"whole numbers from {question.low} to {question.high}"

    def labels(self, question: Question) -> dict[str, str]:
        """The points that have a text."""
        return {
            str(point): question.label_at(point)
            for point in question.points
            if question.label_at(point)
        }

    def options(self, question: Question, shown: Picture) -> tuple[Option, ...]:
        """Every point with its key."""
        return keyed([(str(point), question.label_at(point)) for point in question.points])

    def missing(self, question: Question) -> str:
        """Names the ends."""
        return said("Please answer from {low} to {high}.", low=question.low, high=question.high)


KIND = Scale()
