"""A study's own ratings.csv read back: the answers that it was written from, as rows again."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast, get_args

from app.db.tables import ReaderKind, Truth
from app.db.truth.answer_rows import AnswerRow, ShownPicture
from app.domain.design.design import StudyDesign
from app.domain.design.subgroups import subgroup_columns
from app.domain.errors import BadRatings
from app.domain.listed_values import values_of
from app.domain.questions.answer import Answers, Value
from app.domain.questions.kinds.kind import Picture, WrongAnswer
from app.domain.questions.question import Question
from app.domain.questions.reference import Reference, reference_column
from app.domain.questions.registry import kind_of

# An apostrophe that the export put before what a spreadsheet would run.
_SHIELD = re.compile(
    r"(\A|[\r\n\v\f\x85\u2028\u2029])'(?=[ \t\xa0\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
_NEEDED = ("study", "reader", "case", "arm", "truth", "replicate", "position", "superseded")
_REFERENCES = (*get_args(Reference), "")
_AT_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ExportedAnswers:
    """What a ratings.csv holds: its rows, and of each case its references, cluster and strata."""

    slug: str
    rows: tuple[AnswerRow, ...]
    references: Mapping[str, Mapping[str, Reference | None]]
    clusters: Mapping[str, str]
    strata: Mapping[str, Mapping[str, str]]


def read_exported_answers(text: str, design: StudyDesign, *, name: str) -> ExportedAnswers:
    """Read a ratings.csv by the design that the same export holds.

    Raises BadRatings, one sentence with the line: a column that the design asks for and the file
    lacks, a cell that is no answer to its question.
    """
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = lines.fieldnames or ()
    wanted = (
        *_NEEDED,
        *(question.key for question in design.questions),
        *subgroup_columns(design).values(),
    )
    if missing := [column for column in wanted if column not in header]:
        raise BadRatings(
            f"{name} has no column {missing[0]!r}, which the design asks for: give the ratings.csv "
            "and the design.json of one export."
        )
    rows, references, slug = [], {}, ""
    clusters: dict[str, str] = {}
    columns = subgroup_columns(design)
    strata: dict[str, dict[str, str]] = {key: {} for key in columns}
    try:
        for cells in lines:
            line = _Line(cells, design, f"{name}, line {lines.line_num}")
            row = line.row()
            rows.append(row)
            slug = line.cell("study")
            if row.case:
                references[row.case] = line.references()
                clusters |= line.clusters(row)
                for key, column in columns.items():
                    strata[key][row.case] = line.cell(column)
    except csv.Error as error:
        raise BadRatings(f"{name}, line {lines.line_num}: {error}.") from None
    if not rows:
        raise BadRatings(f"{name} has no ratings: give at least one line below the header.")
    return ExportedAnswers(slug, tuple(rows), references, clusters, strata)


class _Line:
    """One line of the file."""

    def __init__(self, cells: Mapping[str | None, object], design: StudyDesign, where: str) -> None:
        if None in cells or None in cells.values():
            raise BadRatings(f"{where}: has not as many fields as the header; mend this line.")
        self._cells = {str(key): _SHIELD.sub(r"\1", str(cell)) for key, cell in cells.items()}
        self._design = design
        self._where = where

    def cell(self, name: str) -> str:
        """The text of a column; empty where the file has none of that name."""
        return self._cells.get(name, "").strip()

    def references(self) -> dict[str, Reference | None]:
        """Of each finding question what the file says of this case."""
        said: dict[str, Reference | None] = {}
        for question in self._design.questions:
            if question.measure == "finding":
                column = reference_column(question, self._design.questions)
                word = self._one_of(column, _REFERENCES)
                said[question.key] = cast(Reference, word) if word else None
        return said

    def clusters(self, row: AnswerRow) -> dict[str, str]:
        """What the case, or each picture of a set, belongs to; empty where it stands alone."""
        if len(row.pictures) < 2:
            return {row.case: self._cell_beside_questions("cluster")}
        column = "picture_clusters"
        try:
            values = values_of(self._cell_beside_questions(column), len(row.pictures))
        except ValueError:
            raise self._bad(column, "has not as many values as there are pictures") from None
        return {one.case: value for one, value in zip(row.pictures, values, strict=True)}

    def _cell_beside_questions(self, name: str) -> str:
        """The text of a column that stands under another name where a question has its own."""
        taken = any(question.key == name for question in self._design.questions)
        return self.cell(f"{name}_" if taken else name)

    def row(self) -> AnswerRow:
        """The rating."""
        pictures = self._pictures()
        phase = self._phase()
        is_phase_end = self.cell("asked_at") == "phase_end"
        kind = self._reader_kind()
        return AnswerRow(
            reader=self._named("reader"),
            reader_kind=kind,
            case=self.cell("case"),
            pictures=pictures,
            phase=phase,
            is_phase_end=is_phase_end,
            replicate=self._whole("replicate") or 0,
            position=self._whole("position") or 0,
            session=self._whole("session") or 0,
            exposure_ms=self._whole("exposure_ms"),
            answers=self._answers(max(1, len(pictures))),
            shown_at=self._moment("shown_at"),
            submitted_at=self._moment("submitted_at") or _AT_NO_TIME,
            reading_time_ms=self._whole("reading_time_ms"),
            hidden_time_ms=self._whole("hidden_time_ms"),
            viewing=None,
            reason=None,
            grey_steps=None,
            is_superseded=self._one_of("superseded", ("0", "1")) == "1",
        )

    def _named(self, column: str) -> str:
        if not self.cell(column):
            raise self._bad(column, "is empty; every rating names one")
        return self.cell(column)

    def _reader_kind(self) -> ReaderKind:
        if "reader_kind" in self._cells:
            return cast(ReaderKind, self._one_of("reader_kind", ("human", "simulated", "machine")))
        return "simulated" if self.cell("simulated") == "1" else "human"

    def _phase(self) -> int:
        keys = [phase.key for phase in self._design.phases]
        return 1 if len(keys) == 1 else 1 + keys.index(self._one_of("phase", keys))

    def _pictures(self) -> tuple[ShownPicture, ...]:
        if several := self.cell("pictures"):
            parts = [one.split(":") for one in several.split(";")]
            if len(parts) > 1:
                if any(len(part) != 4 or not part[0].isdigit() for part in parts):
                    raise self._bad("pictures", "is not place:case:arm:truth for each picture")
                return tuple(
                    ShownPicture(int(slot), case, arm, "", "", self._truth(truth, "pictures"))
                    for slot, case, arm, truth in parts
                )
        if not self.cell("case"):
            return ()
        condition = self.cell("condition")
        return (
            ShownPicture(
                slot=1,
                case=self.cell("case"),
                arm=self._named("arm"),
                condition=condition,
                stratum=self.cell("stratum") or condition,
                truth=self._truth(self.cell("truth"), "truth"),
            ),
        )

    def _truth(self, word: str, column: str) -> Truth:
        if word not in get_args(Truth):
            raise self._bad(column, f"says {word[:40]!r}; use real or synthetic")
        return cast(Truth, word)

    def _answers(self, count: int) -> Answers:
        shown = Picture(count, self._design.rendition_size)
        answers: dict[str, Value] = {}
        for question in self._design.questions:
            if (cell := self.cell(question.key)) != "":
                answers[question.key] = self._answer(question, cell, shown)
        return answers

    def _answer(self, question: Question, cell: str, shown: Picture) -> Value:
        kind = kind_of(question)
        raw = kind.from_cell(question, cell)
        try:
            return kind.check(question, raw, shown)
        except WrongAnswer as error:
            raise self._bad(question.key, f"says {cell[:40]!r}: {error}") from None

    def _one_of(self, column: str, words: "tuple[str, ...] | list[str]") -> str:
        if (word := self.cell(column)) not in words:
            said = ", ".join(one or "nothing" for one in words)
            raise self._bad(column, f"says {word[:40]!r}; use one of {said}")
        return word

    def _whole(self, column: str) -> int | None:
        text = self.cell(column)
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise self._bad(column, f"says {text[:40]!r}; use a whole number") from None

    def _moment(self, column: str) -> datetime | None:
        text = self.cell(column)
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            raise self._bad(column, f"says {text[:40]!r}; use ISO 8601") from None

    def _bad(self, column: str, what: str) -> BadRatings:
        return BadRatings(f"{self._where}: {column} {what.rstrip('.')}.")
