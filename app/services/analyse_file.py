"""Ratings from any tidy file, ours or another tool's: one row a rating, columns by name."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import BadRatings
from app.films.regular_file import read_regular
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings

NEEDED = ("reader", "case", "arm", "truth")
ASKED = ("realism", "score", "verdict", "confidence")
OTHERS = (
    "replicate",
    "presentation",
    "position",
    "reading_time_ms",
    "superseded",
    "simulated",
    "reader_kind",
    "asked_at",
    "phase",
    "pictures",
    "cluster",
)
COLUMNS = (*NEEDED, *ASKED, *OTHERS)
_LARGEST = 512 * 1024 * 1024
_MISSING = ("", "NA", "NaN", "nan", "null", "None", ".")
_FORMULA_SHIELD = re.compile(r"^'(?=[=+\-@\t\r\n])")
_ROW = re.compile(r"^Row (\d+)")


@dataclass(frozen=True)
class FileAnalysis:
    """The analysis of a file; `left_out` counts superseded rows, `ignored` names extra columns.

    `of_machines` and `at_phase_ends` count rows that the analysis by arm doesn't take either.
    `is_numbered` says that truth or verdict were numbers, of which 1 was read as real and 0 as
    synthetic: other tools mean the opposite, so whoever shows the analysis says it.
    """

    analysis: Analysis
    left_out: int
    of_machines: int
    at_phase_ends: int
    ignored: tuple[str, ...]
    is_simulated: bool
    is_numbered: bool


def analyse_file(
    path: Path,
    *,
    columns: Mapping[str, str],
    settings: AnalysisSettings,
    realism_scale: tuple[float, float] | None = None,
    phase: str | None = None,
) -> FileAnalysis:
    """Read and analyse a file of ratings.

    Parameters
    ----------
    path : Path
        Comma, semicolon or tab separated text in UTF-8, with or without a byte order mark.
    columns : mapping
        Name of ours (one of COLUMNS) to the name it has in the file, where these differ.
    settings : AnalysisSettings
    realism_scale : (float, float), optional
        Ends of the realism scale; the observed extremes when left out.
    phase : str, optional
        Of a study in several phases, the key of the one to take.

    Raises
    ------
    BadRatings
        In one sentence with the line: no such column, a value that can't be read, two ratings of
        one read, several pictures in one row, the same cases in several phases, and what else
        `ratings_table` refuses.
    """
    text = _read(path)
    lines = csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True)
    try:
        header = next(lines, None)
        if header is None or not any(name.strip() for name in header):
            raise BadRatings(f"{path} is empty: give a header line and one line a rating.")
        places = _places(path, [name.strip() for name in header], columns)
        if phase is not None and "phase" not in places:
            raise BadRatings(f"{path} has no column 'phase', so --phase can't take one of it.")
        rows = _Rows(path, header, places, phase)
        for row in lines:
            rows.add(row, lines.line_num)
    except csv.Error as error:
        raise BadRatings(f"{path}, line {lines.line_num}: {error}.") from None
    rows.ensure_some()
    rows.ensure_one_phase_a_case()
    used = set(places.values())
    low, high = realism_scale or (None, None)
    try:
        table = ratings_table(
            **rows.names,  # type: ignore[arg-type]
            **rows.numbers,  # type: ignore[arg-type]
            realism_min=low if "realism" in places else None,
            realism_max=high if "realism" in places else None,
        )
        analysis = analyse(table, settings=settings)
    except StatisticsInputError as error:
        raise BadRatings(f"{path}: {_with_line(str(error), rows.lines)}") from None
    return FileAnalysis(
        analysis=analysis,
        left_out=rows.left_out,
        of_machines=rows.of_machines,
        at_phase_ends=rows.at_phase_ends,
        ignored=tuple(name.strip() for k, name in enumerate(header) if k not in used),
        is_simulated=rows.is_simulated,
        is_numbered=rows.is_numbered,
    )


def _read(path: Path) -> str:
    if path.is_dir():
        raise BadRatings(f"{path} is a folder: name a file of ratings.")
    if path.stat().st_size > _LARGEST:
        raise BadRatings(f"{path} is larger than 512 MiB: split it by study.")
    try:
        text = read_regular(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise BadRatings(
            f"{path} is not text in UTF-8 (byte {error.start}): save it as CSV in UTF-8."
        ) from None
    if "\x00" in text:
        raise BadRatings(f"{path} holds NUL characters: save it as CSV in UTF-8.")
    return text


def _dialect(text: str) -> type[csv.Dialect]:
    # By the header alone: csv.Sniffer guesses by free text too, and guesses wrong.
    header = text.split("\n", 1)[0]

    class Separated(csv.excel):
        delimiter = max((",", ";", "\t"), key=header.count)

    return Separated


def _places(path: Path, header: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise BadRatings(f"{path} has two columns named {sorted(twice)[0]!r}: rename one.")
    places = {}
    for ours in COLUMNS:
        theirs = columns.get(ours, ours)
        if theirs in header:
            places[ours] = header.index(theirs)
        elif ours in columns:
            raise BadRatings(
                f"{path} has no column {theirs!r}, which --map names for {ours}; "
                f"it has {', '.join(name for name in header if name)}."
            )
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise BadRatings(
            f"{path} has no column {missing[0]!r}: rename one, or say which it is, "
            f"as in --map {missing[0]}=NAME; it has {', '.join(name for name in header if name)}."
        )
    if not any(name in places for name in ASKED):
        raise BadRatings(
            f"{path} has none of the columns {', '.join(ASKED)}: there is nothing to analyse; if "
            "one of its columns is meant, say which, as in --map realism=NAME; it has "
            f"{', '.join(name for name in header if name)}."
        )
    if "replicate" in places and "presentation" in places:
        if "presentation" in columns and "replicate" not in columns:
            del places["replicate"]
        else:
            del places["presentation"]
    return places


class _Rows:
    """Rows checked one by one and kept as columns."""

    def __init__(
        self, path: Path, header: list[str], places: Mapping[str, int], phase: str | None
    ) -> None:
        self._path = path
        self._width = len(header)
        self._places = places
        self._phase = phase
        self._phases: dict[str, None] = {}
        self._phases_of: dict[str, set[str]] = {}
        self.lines: list[int] = []
        self.left_out = 0
        self.of_machines = 0
        self.at_phase_ends = 0
        self.is_simulated = False
        self.is_numbered = False
        self.names: dict[str, list[str]] = {name: [] for name in (*NEEDED, "cluster")}
        self.numbers: dict[str, list[float]] = {
            "replicate" if name == "presentation" else name: []
            for name in places
            if name in _READERS
        }

    def add(self, row: list[str], line: int) -> None:
        """Take one row. Raises BadRatings, which says what is wrong with it."""
        if not any(cell.strip() for cell in row):
            return
        if len(row) != self._width:
            raise self._bad(
                line, f"has {len(row)} fields and the header {self._width}: mend this line"
            )
        phase = self._text(row, "phase")
        self._phases.setdefault(phase)
        if self._phase not in (None, phase):
            return
        if self._flag(row, "superseded", line):
            self.left_out += 1
            return
        if not self._counts(row, line):
            return
        self.is_simulated |= self._flag(row, "simulated", line)
        for name in NEEDED:
            cell = row[self._places[name]].strip()
            if not cell:
                raise self._bad(line, self._without(name, row))
            self.names[name].append(self._truth(cell, line) if name == "truth" else cell)
        self.names["cluster"].append(self._text(row, "cluster"))
        for name, read in _READERS.items():
            if name in self._places:
                cell = _FORMULA_SHIELD.sub("", row[self._places[name]].strip())
                target = "replicate" if name == "presentation" else name
                self.numbers[target].append(self._number(name, cell, read, line))
        self._phases_of.setdefault(self.names["case"][-1], set()).add(phase)
        self.lines.append(line)

    def ensure_some(self) -> None:
        """Raise BadRatings where no row is left, saying why."""
        if self.lines:
            return
        if self._phase is not None and self._phase not in self._phases:
            named = ", ".join(self._phases) or "none"
            raise BadRatings(f"{self._path} has no phase {self._phase!r}; it has {named}.")
        left = self.left_out + self.of_machines + self.at_phase_ends
        if left:
            raise BadRatings(
                f"{self._path} has no ratings to analyse: of {left} lines {self.left_out} are "
                f"superseded, {self.of_machines} of machine readers and {self.at_phase_ends} "
                "answers at the end of a phase."
            )
        raise BadRatings(f"{self._path} has no ratings: give at least one line below the header.")

    def ensure_one_phase_a_case(self) -> None:
        """Raise BadRatings where a case was read in several phases, which ask different things."""
        for case, phases in self._phases_of.items():
            if len(phases) > 1:
                raise BadRatings(
                    f"{self._path} has case {case[:40]!r} in {len(phases)} phases: take one with "
                    f"--phase KEY, of {', '.join(self._phases)}."
                )

    def _counts(self, row: list[str], line: int) -> bool:
        """Whether a row is a person's answer to a case; what isn't is counted and left out."""
        kind, asked_at = self._text(row, "reader_kind"), self._text(row, "asked_at")
        if kind not in ("", "human", "simulated", "machine"):
            raise self._bad(line, f"has reader_kind {kind[:40]!r}: use human, simulated or machine")
        self.of_machines += kind == "machine"
        self.at_phase_ends += kind != "machine" and asked_at == "phase_end"
        self.is_simulated |= kind == "simulated"
        return kind != "machine" and asked_at != "phase_end"

    def _without(self, name: str, row: list[str]) -> str:
        if name not in ("arm", "truth") or not self._text(row, "pictures"):
            return f"has no {name}: name the {name} of every rating"
        has_phases = self._phase is None and self._text(row, "phase")
        one_film = "take a phase of single pictures with --phase KEY, or " if has_phases else ""
        return (
            "is a reading of several pictures shown together, which an analysis by arm can't take: "
            f"{one_film}see the study's report (python -m app report SLUG), which counts what was "
            "chosen"
        )

    def _text(self, row: list[str], name: str) -> str:
        return row[self._places[name]].strip() if name in self._places else ""

    def _number(
        self, name: str, cell: str, read: Callable[[str], float | None], line: int
    ) -> float:
        if cell in _MISSING:
            if name in ("replicate", "presentation"):
                raise self._bad(line, f"has no {name}: number the reads of a case")
            return math.nan
        value = read(cell)
        if value is None:
            raise self._bad(line, f"has {name} {cell[:40]!r}: {_WANTED[name]}")
        self.is_numbered |= name == "verdict" and cell[:1].isdigit()
        return value

    def _truth(self, cell: str, line: int) -> str:
        truth = {"real": "real", "1": "real", "synthetic": "synthetic", "0": "synthetic"}.get(
            cell.lower().removesuffix(".0")
        )
        self.is_numbered |= truth is not None and cell[:1].isdigit()
        if truth is None:
            raise self._bad(
                line, f"has truth {cell[:40]!r}: use real or synthetic, or 1 for real and 0"
            )
        return truth

    def _flag(self, row: list[str], name: str, line: int) -> bool:
        if name not in self._places:
            return False
        cell = row[self._places[name]].strip().lower()
        if cell not in ("", "0", "1", "true", "false"):
            raise self._bad(line, f"has {name} {cell[:40]!r}: use 1 or 0")
        return cell in ("1", "true")

    def _bad(self, line: int, what: str) -> BadRatings:
        return BadRatings(f"{self._path}: line {line} {what}.")


def _any_number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _at_least(least: float) -> Callable[[str], float | None]:
    def read(cell: str) -> float | None:
        value = _any_number(cell)
        return None if value is None or value < least else value

    return read


def _positive(cell: str) -> float | None:
    value = _any_number(cell)
    if value is None or value < 0:
        return None
    # A browser that tells 0 has measured nothing.
    return value or math.nan


def _verdict(cell: str) -> float | None:
    # In files 1 is real; in a ratings table 1 is synthetic.
    return {"real": 0.0, "1": 0.0, "synthetic": 1.0, "0": 1.0}.get(cell.lower().removesuffix(".0"))


def _replicate(cell: str) -> float | None:
    value = _any_number(cell)
    return value if value is not None and value >= 0 and value == round(value) else None


def _presentation(cell: str) -> float | None:
    value = _replicate(cell)
    return None if value is None or value < 1 else value - 1


_READERS: Mapping[str, Callable[[str], float | None]] = {
    "realism": _any_number,
    "score": _any_number,
    "verdict": _verdict,
    "confidence": _at_least(0),
    "replicate": _replicate,
    "presentation": _presentation,
    "position": _at_least(0),
    "reading_time_ms": _positive,
}
_WANTED: Mapping[str, str] = {
    "realism": "use a number, or leave it empty",
    "score": "use a number, or leave it empty",
    "verdict": "use real or synthetic, or 1 for real and 0 for synthetic",
    "confidence": "use a number from 0 upwards, or leave it empty",
    "replicate": "use 0 for the first read, 1 for the second",
    "presentation": "use 1 for the first read, 2 for the second",
    "position": "use a number from 0 upwards, or leave it empty",
    "reading_time_ms": "use milliseconds above 0, or leave it empty",
}


def _with_line(sentence: str, lines: list[int]) -> str:
    """What the table calls a row is a line of the file."""

    def line(match: re.Match[str]) -> str:
        return f"line {lines[int(match[1]) - 1]}"

    return _ROW.sub(line, sentence)


def column_map(pairs: Iterator[str] | list[str]) -> dict[str, str]:
    """``["arm=modality"]`` as a mapping. Raises ValueError, one sentence on the pair."""
    columns: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not theirs:
            raise ValueError(f"{pair!r} is not OURS=THEIRS, as in arm=modality")
        if ours not in COLUMNS:
            raise ValueError(f"{ours!r} is not a column; map one of {', '.join(COLUMNS)}")
        if ours in columns:
            raise ValueError(f"{ours} is mapped twice")
        columns[ours] = theirs
    return columns
