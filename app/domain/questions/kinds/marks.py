"""Points and boxes drawn on the film, kept in pixels of the picture that was shown."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.domain.document import Table
from app.domain.questions.answer import Mark, Value
from app.domain.questions.kinds.kind import Invention, Kind, Picture, WrongAnswer
from app.domain.questions.question import Question
from app.domain.said import said

_OUTSIDE = said("A mark lies outside the picture; please remove it and draw it again.")
_UNREADABLE = said("The marks came in a form that can't be read; please draw them again.")
SHAPES = ("point", "box", "point_or_box")
NONE = "none"


class Marks(Kind):
    """A tuple of marks; empty where the reader said that there is none."""

    name = "marks"
    none_label = "Nothing to mark"
    stored_as = "text"
    spread = "places"
    needs_film = True

    def read(self, table: Table) -> dict[str, Any]:
        """`shape`, the `most` marks of a case, and `none_label`."""
        return {
            "shape": table.word("shape", "point", SHAPES),
            "most": table.whole("most", 10, 1, 100),
            "none_label": table.text("none_label", self.none_label, longest=120),
        }

    def write(self, question: Question) -> dict[str, Any]:
        """Shape, limit and the words for none."""
        return {
            "shape": question.shape,
            "most": question.most,
            "none_label": question.none_label,
        }

    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """JSON written by the page, `[{"x":..,"y":..}]`, and `key.none`."""
        text = form.get(question.key, "").strip()
        none = bool(question.none_label) and form.get(f"{question.key}.{NONE}") == "yes"
        if text in ("", "[]"):
            return () if none else None
        try:
            marks = json.loads(text)
        except (ValueError, RecursionError):
            return text
        # No mark is no answer: that there is none must be said by the tick.
        if marks == []:
            return () if none else None
        if marks is None:
            return text
        return (NONE, text) if none else marks

    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """Marks of the right shape that lie on a picture."""
        if not isinstance(raw, list | tuple):
            raise WrongAnswer(_UNREADABLE)
        if tuple(raw) == (NONE,) and question.none_label:
            return ()
        if NONE in raw:
            raise WrongAnswer(
                said("Choose either “{none}” or marks, not both.", none=question.none_label)
            )
        if len(raw) > question.most:
            raise WrongAnswer(
                said("At most {most} marks are possible; please remove some.", most=question.most)
            )
        if not raw and not question.none_label:
            raise WrongAnswer(said("Please mark at least one place."))
        return tuple(_mark(one, question, shown) for one in raw)

    def from_cell(self, question: Question, cell: str) -> object | None:
        """`picture:x,y` or `picture:x,y,width,height` with semicolons between them, or `none`."""
        parts = [part.strip() for part in cell.split(";") if part.strip()]
        if parts == [NONE] and question.none_label:
            return ()
        return tuple(_from_text(part) for part in parts) or None

    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """The marks as the page writes them, or the tick for none."""
        if not isinstance(value, tuple):
            return {}
        if not value:
            return {f"{question.key}.{NONE}": "yes"}
        marks = [asdict(one) for one in value if isinstance(one, Mark)]
        return {question.key: json.dumps(marks, separators=(",", ":"))}

    def cell(self, question: Question, value: Value) -> str | int:
        """`picture:x,y` or `picture:x,y,width,height`, semicolons between them; `none` for none."""
        if not isinstance(value, tuple):
            return str(value)
        return ";".join(_cell(one) for one in value if isinstance(one, Mark)) or NONE

    def explain(self, question: Question) -> str:
        """How a mark is written."""
        return said(
            "picture:x,y for a point, picture:x,y,width,height for a box, in pixels of the picture "
            "from its top left, semicolons between them; {none} for none",
            none=NONE,
        )

    def invent(self, question: Question, invention: Invention) -> Value:
        """One or two places near the middle, or none where the strength is low."""
        rng, size = invention.rng, invention.shown.size
        if question.none_label and rng.random() > invention.strength:
            return ()
        marks = []
        for _ in range(min(question.most, rng.randint(1, 2))):
            x, y = (round(size * min(0.85, max(0.05, rng.gauss(0.45, 0.15))), 1) for _ in "xy")
            side = 0.0 if question.shape == "point" else round(size * 0.1, 1)
            marks.append(Mark(x, y, side, side, rng.randint(1, invention.shown.count)))
        return tuple(marks)


def _mark(raw: object, question: Question, shown: Picture) -> Mark:
    if not isinstance(raw, Mapping) or set(raw) - {"x", "y", "width", "height", "picture"}:
        raise WrongAnswer(_UNREADABLE)
    picture = raw.get("picture", 1)
    if not isinstance(picture, int) or isinstance(picture, bool):
        raise WrongAnswer(_OUTSIDE)
    if not 1 <= picture <= shown.count:
        raise WrongAnswer(_OUTSIDE)
    if "x" not in raw or "y" not in raw:
        raise WrongAnswer(_UNREADABLE)
    x, width = _extent(raw.get("x"), raw.get("width", 0), shown.size)
    y, height = _extent(raw.get("y"), raw.get("height", 0), shown.size)
    is_box = width > 0 and height > 0
    if not is_box and (width or height):
        raise WrongAnswer(said("A box has no height or no width; please draw it again."))
    if is_box and question.shape == "point":
        raise WrongAnswer(said("Please draw a point."))
    if not is_box and question.shape == "box":
        raise WrongAnswer(said("Please draw a box."))
    return Mark(x, y, width, height, picture)


def _extent(start: object, length: object, size: int) -> tuple[float, float]:
    """Start and length along one side of the picture, in pixels to a tenth.

    Browsers send fractions; a box that ends at the edge must not leave it by being rounded.
    """
    begin, extent = _pixels(start), _pixels(length)
    if begin + extent > size + 0.05:
        raise WrongAnswer(_OUTSIDE)
    tenths = min(round(begin * 10), size * 10)
    return tenths / 10, min(round(extent * 10), size * 10 - tenths) / 10


def _pixels(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise WrongAnswer(_OUTSIDE)
    # Compared before it is made a float: whole numbers of hundreds of figures have none.
    if not 0 <= raw <= 1_000_000:
        raise WrongAnswer(_OUTSIDE)
    return abs(float(raw))


def _cell(mark: Mark) -> str:
    place = f"{mark.picture}:{mark.x:g},{mark.y:g}"
    return f"{place},{mark.width:g},{mark.height:g}" if mark.width else place


def _from_text(text: str) -> object:
    """A mark as `_cell` writes it; what is none comes back as it is, for the check to refuse."""
    picture, _, lengths = text.partition(":")
    try:
        numbers = [float(one) for one in lengths.split(",")]
        if len(numbers) not in (2, 4):
            return text
        names = ("x", "y", "width", "height")
        return {"picture": int(picture), **dict(zip(names, numbers, strict=False))}
    except ValueError:
        return text


KIND = Marks()
