"""The mapping file: which columns and values of another tool's file mean what, in TOML.

`--suggest-mapping` writes one, a person looks it over, `--mapping` reads it.
"""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import BadRatings
from app.films.regular_file import read_regular
from app.steps.rating_files.columns import COLUMNS, NEEDED, likely_heading
from app.steps.rating_files.sheet import FileOptions, RatingSheet, fold
from app.steps.rating_files.values import MISSING, any_number, fold_value, value_map

# A column with more different values is read as numbers or free text, not as words of a scale.
_MOST_VALUES = 30
_LARGEST = 1 << 20
_OFFERED = (*NEEDED, "realism", "score", "verdict", "confidence", "reading_time_ms", "position")
_VERDICTS = {
    "real": ("real", "genuine", "authentic", "original", "true image", "real image"),
    "synthetic": (
        "synthetic",
        "fake",
        "generated",
        "artificial",
        "ai",
        "ai generated",
        "synthetic image",
    ),
}
# Scales whose order the words themselves tell.
_LADDERS: tuple[tuple[str, ...], ...] = (
    ("very unrealistic", "unrealistic", "neutral", "realistic", "very realistic"),
    (
        "not at all realistic",
        "slightly realistic",
        "moderately realistic",
        "very realistic",
        "extremely realistic",
    ),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very poor", "poor", "fair", "good", "excellent"),
    ("definitely fake", "probably fake", "unsure", "probably real", "definitely real"),
    ("definitely synthetic", "probably synthetic", "unsure", "probably real", "definitely real"),
    ("very unsure", "unsure", "neutral", "sure", "very sure"),
)


def read_mapping(path: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Columns and values of a mapping file, as `--map` and `--map-value` give them.

    Raises
    ------
    BadRatings
        For what is no such file, a column that isn't ours, and what is left to be filled in.
    """
    try:
        content = read_regular(path)
        if len(content) > _LARGEST:
            raise BadRatings(f"{path} is too large for a mapping file.")
        made = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRatings(f"{path} is no mapping file: {error}.") from None
    extra = set(made) - {"columns", "values"}
    if extra:
        raise BadRatings(f"{path} has {sorted(extra)[0]!r}, which no mapping file has.")
    columns = _texts(path, "columns", made.get("columns", {}))
    values: dict[str, dict[str, str]] = {}
    tables = made.get("values", {})
    if not isinstance(tables, dict):
        raise BadRatings(f"{path}: values is no table of columns.")
    for ours, meanings in tables.items():
        if ours not in COLUMNS:
            raise BadRatings(f"{path}: {ours!r} is not a column of ours.")
        texts = _texts(path, f"values.{ours}", meanings)
        try:
            values |= value_map([(ours, f"{value}={meaning}") for value, meaning in texts.items()])
        except ValueError as error:
            raise BadRatings(f"{path}: {error}.") from None
    return columns, values


def suggested_mapping(name: str, sheet: RatingSheet, options: FileOptions) -> str:
    """A mapping file's text: what is known, what is likely, and what only a person knows."""
    lines = [
        f"# Columns and values of {_one_line(name)}, taken for {_one_line(sheet.taken_for)}.",
        "# Look every line over; fill in what is empty; then: analyse FILE --mapping THIS_FILE",
        "",
        "[columns]",
        "# ours = the file's",
    ]
    placed: dict[str, str] = {}
    taken: set[str] = set()
    for ours in _OFFERED:
        heading, why = _heading(sheet, options, ours, taken)
        if heading:
            placed[ours] = heading
            taken.add(fold(heading))
            lines.append(f"{ours} = {_quoted(heading)}{why}")
        elif ours in NEEDED:
            lines.append(f'{ours} = ""  # which? {_one_line(", ".join(sheet.grid.headings))}')
        else:
            lines.append(f'# {ours} = ""')
    cluster = likely_heading(sheet.grid, "cluster")
    if cluster and not sheet.grid.has("cluster"):
        lines.append(
            f"# cluster = {_quoted(cluster)}  # images of one patient don't count as independent"
        )
    for ours, heading in placed.items():
        words = _words(ours, sheet.grid.column(heading))
        if words:
            lines += ["", f"[values.{ours}]", *_proposed(ours, words)]
    return "\n".join([*lines, ""])


def _heading(
    sheet: RatingSheet, options: FileOptions, ours: str, taken: set[str]
) -> tuple[str, str]:
    theirs = options.columns.get(ours)
    if theirs:
        return theirs, ""
    for heading in sheet.grid.headings:
        if fold(heading) == ours:
            return heading, ""
    if ours in sheet.names and sheet.grid.has(sheet.names[ours]):
        return sheet.names[ours], "  # by the format"
    used = [at for at, heading in enumerate(sheet.grid.headings) if fold(heading) in taken]
    likely = likely_heading(sheet.grid, ours, used)
    return likely, "  # by its name: check" if likely else ""


def _words(ours: str, cells: Sequence[str]) -> list[str]:
    """Values of a column that have to be said what they mean, in the file's order."""
    if ours in ("reader", "case", "arm"):
        return []
    seen = [cell for cell in dict.fromkeys(cells) if cell not in MISSING]
    if ours in ("truth", "verdict"):
        words = [cell for cell in seen if cell.lower() not in ("real", "synthetic")]
    else:
        words = [cell for cell in seen if any_number(cell.replace(",", ".")) is None]
    return words if len(seen) <= _MOST_VALUES else []


def _proposed(ours: str, words: Sequence[str]) -> list[str]:
    if ours in ("truth", "verdict"):
        known = {one: word for word, all_ in _VERDICTS.items() for one in all_}
    else:
        folded = {fold_value(word) for word in words}
        ladder: Sequence[str] = next((one for one in _LADDERS if folded <= set(one)), ())
        known = {word: str(step) for step, word in enumerate(ladder, start=1)}
    lines = []
    for word in words:
        meaning = known.get(fold_value(word), "")
        note = "  # by its words: check" if meaning else "  # what does it mean?"
        lines.append(f"{_quoted(word)} = {json.dumps(meaning)}{note}")
    return lines


def _texts(path: Path, where: str, table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadRatings(f"{path}: {where} is no table.")
    texts = {}
    for key, value in table.items():
        if where == "columns" and key not in COLUMNS:
            raise BadRatings(f"{path}: {key!r} is not a column of ours.")
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise BadRatings(f"{path}: {where}.{key} is no text or number.")
        if not str(value).strip():
            raise BadRatings(
                f"{path} leaves {where} {key!r} empty: fill it in, or delete the line."
            )
        texts[key] = str(value).strip()
    return texts


def _quoted(text: str) -> str:
    """A TOML string; its basic strings are JSON's but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return " ".join(text.split())
