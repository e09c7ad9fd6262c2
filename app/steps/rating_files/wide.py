"""Wide files: one row a case, one column for each reader, or for each reader and question."""

import re

from app.domain.errors import BadRatings
from app.steps.rating_files.columns import ASKED, OTHERS
from app.steps.rating_files.sheet import FileOptions, Grid, RatingSheet, fold

_ANSWERS = (*ASKED, "reading_time_ms", "position")
# Our own export: R01_realism, of machines X01_realism, of a phase R01_told_realism.
_OURS = ("study", "case", "arm", "condition", "truth", "simulated")
_CODE = re.compile(r"^([RX]\d+)_(.+)$", re.IGNORECASE)
_OF_CASE = ("case", "arm", "truth", "cluster", "simulated", *OTHERS)


def read_wide(name: str, grid: Grid, options: FileOptions) -> RatingSheet | None:
    """One row a reader and case; None where the file has a column of readers, or no such headings.

    Raises BadRatings for an option `--wide` that doesn't fit the file.
    """
    has_reader = grid.has("reader") or "reader" in options.columns
    if has_reader or not grid.has(options.columns.get("case", "case")):
        if options.wide:
            raise BadRatings(
                f"{name} has {'a column reader' if has_reader else 'no column case'}, so it is no "
                "wide file: leave --wide out."
            )
        return None
    named = {fold(one) for one in options.columns.values()}
    if options.wide:
        if options.wide not in _ANSWERS:
            raise BadRatings(f"--wide {options.wide!r} is none of {', '.join(_ANSWERS)}.")
        columns = {
            heading: (heading, options.wide)
            for heading in grid.headings
            if heading and fold(heading) not in (*_OF_CASE, *_OURS, *named)
        }
    else:
        columns = {
            heading: told
            for heading, told in _by_heading(grid).items()
            if fold(heading) not in named
        }
    readers = dict.fromkeys(reader for reader, _ in columns.values())
    # One name alone is more likely a column such as realism_score than a reader.
    if not columns or not (options.wide or len(readers) > 1):
        return None
    return RatingSheet(
        _long(grid, columns, list(readers)),
        f"a wide file of {len(readers)} readers ({', '.join(list(readers)[:6])}"
        f"{', ...' if len(readers) > 6 else ''})",
        notes=_not_used(grid, columns),
        used=("wide",),
    )


def _by_heading(grid: Grid) -> dict[str, tuple[str, str]]:
    """Heading to reader and answer, for headings such as R01_realism or realism_R01."""
    is_ours = all(one in {fold(heading) for heading in grid.headings} for one in _OURS)
    columns = {}
    for heading in grid.headings:
        if is_ours:
            match = _CODE.match(heading)
            if match:
                columns[heading] = (match[1], fold(match[2]))
            continue
        folded = fold(heading)
        for answer in _ANSWERS:
            if folded.endswith(f"_{answer}") and len(folded) > len(answer) + 1:
                columns[heading] = (heading[: -len(answer) - 1], answer)
            elif folded.startswith(f"{answer}_") and len(folded) > len(answer) + 1:
                columns[heading] = (heading[len(answer) + 1 :], answer)
            else:
                continue
            break
    return columns


def _long(grid: Grid, columns: dict[str, tuple[str, str]], readers: list[str]) -> Grid:
    answers = list(dict.fromkeys(answer for _, answer in columns.values()))
    kept = [one for one in grid.headings if one and one not in columns]
    machines = any(_is_machine(reader) for reader in readers) and all(map(_CODE.match, columns))
    cells_of = {
        columns[one]: cells
        for one, cells in zip(grid.headings, grid.columns, strict=True)
        if one in columns
    }
    given: dict[str, list[str]] = {name: [] for name in ("reader", *kept, *answers)}
    if machines:
        given["reader_kind"] = []
    rows: list[int] = []
    empty = [""] * len(grid)
    shared = {one: grid.column(one) for one in kept}
    for reader in readers:
        own = {answer: cells_of.get((reader, answer), empty) for answer in answers}
        # A reader who said nothing of a case did not read it.
        read = [row for row in range(len(grid)) if any(cells[row] for cells in own.values())]
        rows += [grid.rows[row] for row in read]
        given["reader"] += [reader] * len(read)
        if machines:
            given["reader_kind"] += ["machine" if _is_machine(reader) else "human"] * len(read)
        for name, cells in (*shared.items(), *own.items()):
            given[name] += [cells[row] for row in read]
    return Grid(tuple(given), tuple(given.values()), rows, grid.unit)


def _is_machine(reader: str) -> bool:
    return reader[:1] in "Xx" and reader[1:].isdigit()


def _not_used(grid: Grid, columns: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    phases = {
        answer.rsplit("_", 1)[0]
        for _, answer in columns.values()
        if answer not in _ANSWERS and answer.rsplit("_", 1)[-1] in ASKED
    }
    if not phases:
        return ()
    return (
        f"Answers of the phases {', '.join(sorted(phases))} are columns of their own; to analyse a "
        "phase take the study's ratings.csv with --phase, or name a column with --map.",
    )
