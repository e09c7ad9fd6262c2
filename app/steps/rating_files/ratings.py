"""A sheet's ratings as checked columns: names, numbers, and what must be said of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import BadRatings
from app.statistics.table.ratings import Float
from app.steps.rating_files.columns import (
    ASKED,
    NEEDED,
    OF_CASES,
    headings_of,
    places_of,
)
from app.steps.rating_files.meanings import (
    beyond_the_others,
    ensure_names_differ,
    ensure_one_scale,
    real_or_synthetic,
)
from app.steps.rating_files.sheet import FileOptions, Grid, RatingSheet, fold
from app.steps.rating_files.values import (
    MISSING,
    READERS,
    complaint,
    first_bad,
    mapped,
    with_points,
)

_NAMES = (*NEEDED, "cluster")
_WORDS = ("truth", "superseded", "simulated", "reader_kind", "asked_at")
_COUNTED = ("replicate", "presentation")
_WITH_DECIMALS = ("realism", "score", "confidence", "position", "reading_time_ms")
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FileRatings:
    """Ratings of a file, one entry a row that counts.

    Attributes
    ----------
    names : mapping of column to (N,) list of str
        reader, case, arm, truth (real or synthetic) and cluster.
    numbers : mapping of column to (N,) array of float
        NaN where missing; verdict is 1 for synthetic; only columns that the file has.
    grid, rows : Grid, list of int
        Where each entry stands: `grid.where(rows[i])`.
    left_out, of_machines, at_phase_ends : int
        Rows superseded, of machine readers, and answered at the end of a phase; those of machines
        are among the entries.
    machines : tuple of str
        Readers that are programs.
    strata : mapping of heading to (N,) list of str
        Cells of the columns that subgroups were asked for by.
    ignored : tuple of str
        Headings that nothing was read from.
    cautions : tuple of (str, str)
        A few words and a sentence each, on what was settled or left open.
    is_simulated : bool
    """

    names: Mapping[str, list[str]]
    numbers: Mapping[str, Float]
    grid: Grid
    rows: list[int]
    left_out: int
    of_machines: int
    at_phase_ends: int
    ignored: tuple[str, ...]
    cautions: tuple[tuple[str, str], ...]
    is_simulated: bool
    machines: tuple[str, ...] = ()
    strata: Mapping[str, list[str]] = field(default_factory=dict)


def read_ratings(
    name: str,
    sheet: RatingSheet,
    options: FileOptions,
    *,
    phase: str | None = None,
    scale_is_given: bool = False,
    cases: Grid | None = None,
) -> FileRatings:
    """Check a sheet's cells and say what they mean.

    Parameters
    ----------
    name : str
        The file, for messages.
    phase : str, optional
        Of a study in several phases, the key of the one to take.
    scale_is_given : bool
        Whether somebody said what the realism scale is.
    cases : Grid, optional
        A table with one row a case, which says arm, truth or cluster.

    Raises
    ------
    BadRatings
        In one sentence: a column or value that is missing or can't be read, what can't be known
        and which option says it, no rows, and cases that were read in several phases.
    """
    if cases is not None:
        sheet = _with_cases(name, sheet, cases, options)
    places = places_of(name, sheet, options.columns)
    if phase is not None and "phase" not in places:
        raise BadRatings(f"{name} has no column 'phase', so --phase can't take one of it.")
    cells = {ours: sheet.grid.columns[at] for ours, at in places.items()}
    cautions = [("Not in the analysis.", note) for note in sheet.notes]
    cells, unused = _mapped(cells, options, sheet.settled)
    if unused:
        cautions.append(("Mapped values that no cell has.", f"{'; '.join(unused)}."))
    counting = _Counting(name, sheet.grid, cells, phase)
    rows = [int(row) for row in np.flatnonzero(counting.keep)]
    cells = {ours: list(compress(column, counting.keep)) for ours, column in cells.items()}
    where = _Where(name, sheet.grid, rows)
    counting.ensure_some(bool((counting.keep & ~counting.machines).any()))
    _ensure_named(where, cells, counting.has_phases and phase is None)
    cautions += [("Read as.", said) for said in real_or_synthetic(name, cells, options.values)]
    _ensure_truth(where, cells["truth"])
    _ensure_one_phase_a_case(name, cells)
    ensure_names_differ(name, cells, options.values)
    machines = _machines(where, cells["reader"], [bool(counting.machines[row]) for row in rows])
    strata = _strata(where, sheet.grid, cells["case"], cells["arm"], options.subgroups)
    numbers, commas = _numbers(where, cells, options.decimal, sheet.commas_part)
    if commas:
        cautions.append(("Decimal commas.", f"In {', '.join(commas)} a comma marks decimals."))
    if "realism" in numbers and not scale_is_given:
        cautions += _scale_cautions(name, cells["reader"], machines, numbers["realism"])
    return FileRatings(
        names={ours: cells.get(ours) or [""] * len(rows) for ours in _NAMES},
        numbers=numbers,
        grid=sheet.grid,
        rows=rows,
        left_out=counting.left_out,
        of_machines=counting.of_machines,
        at_phase_ends=counting.at_phase_ends,
        ignored=_ignored(sheet.grid, set(places.values()), strata),
        cautions=tuple(cautions),
        is_simulated=counting.is_simulated,
        machines=machines,
        strata=strata,
    )


def _scale_cautions(
    name: str, readers: Sequence[str], machines: Collection[str], realism: Float
) -> list[tuple[str, str]]:
    """What to look at in people's ratings; raises BadRatings where scales surely differ."""
    people = np.array([one not in machines for one in readers])
    of_people, ratings = list(compress(readers, people)), realism[people]
    ensure_one_scale(name, of_people, ratings)
    beyond = beyond_the_others(of_people, ratings)
    return [("Another scale?", beyond)] * bool(beyond)


def _ignored(grid: Grid, used: Collection[int], strata: Iterable[str]) -> tuple[str, ...]:
    """Headings of columns that nothing was taken from."""
    named = set(map(fold, strata))
    return tuple(
        heading
        for at, heading in enumerate(grid.headings)
        if heading and at not in used and fold(heading) not in named
    )


def _machines(where: "_Where", readers: Sequence[str], is_machine: list[bool]) -> tuple[str, ...]:
    """Readers that are programs; raises BadRatings for one who is a person in other rows."""
    machines = set(compress(readers, is_machine))
    for entry, (reader, one) in enumerate(zip(readers, is_machine, strict=True)):
        if reader in machines and not one:
            raise where.bad(
                entry,
                f"has reader {reader[:40]!r} as a person, and other lines have them as a machine: "
                "give the machine a name of its own",
            )
    return tuple(sorted(machines))


def _strata(
    where: "_Where",
    grid: Grid,
    cases: Sequence[str],
    arms: Sequence[str],
    headings: Sequence[str],
) -> dict[str, list[str]]:
    """Cells of the columns that cases are grouped by; raises BadRatings where a case has two."""
    strata: dict[str, list[str]] = {}
    for heading in headings:
        if not grid.has(heading):
            raise BadRatings(
                f"{where.name} has no column {heading!r} for --subgroup; it has "
                f"{headings_of(grid)}."
            )
        cells = grid.column(heading)
        strata[heading] = ["" if cells[row] in MISSING else cells[row] for row in where.rows]
        of_case: dict[tuple[str, str], str] = {}
        for entry, (case, arm, level) in enumerate(zip(cases, arms, strata[heading], strict=True)):
            if of_case.setdefault((arm, case), level) != level:
                raise where.bad(
                    entry,
                    f"has {heading} {level[:40]!r} for case {case[:40]!r}, which has "
                    f"{of_case[arm, case][:40]!r} before: a case is of one subgroup",
                )
    return strata


class _Counting:
    """Which rows count, and how many of which kind don't."""

    def __init__(
        self, name: str, grid: Grid, cells: Mapping[str, list[str]], phase: str | None
    ) -> None:
        self._name = name
        self._phase = phase
        rows = len(grid)
        phases = cells.get("phase", [])
        self.phases = tuple(dict.fromkeys(phases))
        self.has_phases = any(self.phases)
        where = _Where(name, grid, list(range(rows)))
        of_phase = _is(phases, lambda one: one == phase) if phase is not None else _all(rows)
        superseded = of_phase & _flags(where, "superseded", cells, of_phase)
        counting = of_phase & ~superseded
        kinds = _folded(cells.get("reader_kind", [""] * rows))
        known = ("", "human", "simulated", "machine")
        _ensure(
            where,
            counting & ~_is(kinds, lambda one: one in known),
            lambda row: f"has reader_kind {kinds[row][:40]!r}: use human, simulated or machine",
        )
        machines = counting & _is(kinds, lambda one: one == "machine")
        asked_at = _folded(cells.get("asked_at", [""] * rows))
        ends = counting & _is(asked_at, lambda one: one == "phase_end")
        self.keep = counting & ~ends
        self.machines = self.keep & machines
        self.left_out = int(superseded.sum())
        self.of_machines = int(self.machines.sum())
        self.at_phase_ends = int(ends.sum())
        simulated = _flags(where, "simulated", cells, self.keep) | _is(
            kinds, lambda one: one == "simulated"
        )
        self.is_simulated = bool((self.keep & simulated).any())

    def ensure_some(self, some: bool) -> None:
        """Raise BadRatings where no row is left, saying why."""
        if some:
            return
        if self._phase is not None and self._phase not in self.phases:
            named = ", ".join(self.phases) or "none"
            raise BadRatings(f"{self._name} has no phase {self._phase!r}; it has {named}.")
        left = self.left_out + self.of_machines + self.at_phase_ends
        if left:
            raise BadRatings(
                f"{self._name} has no ratings to analyse: of {left} lines {self.left_out} are "
                f"superseded, {self.of_machines} of machine readers and {self.at_phase_ends} "
                "answers at the end of a phase."
            )
        raise BadRatings(f"{self._name} has no ratings: give at least one line below the header.")


@dataclass(frozen=True)
class _Where:
    """Where entry i of a column stands in the file."""

    name: str
    grid: Grid
    rows: Sequence[int]

    def bad(self, entry: int, what: str) -> BadRatings:
        return BadRatings(f"{self.name}: {self.grid.where(self.rows[entry])} {what}.")


def _mapped(
    cells: Mapping[str, list[str]], options: FileOptions, settled: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    made, unused = dict(cells), []
    for ours, meanings in options.values.items():
        if ours in settled:
            continue
        if ours not in cells:
            unused += [f"{ours} (no such column)"]
            continue
        made[ours], left = mapped(cells[ours], meanings, exactly=ours not in (*ASKED, *_WORDS))
        unused += [f"{ours} {value!r}" for value in left]
    return made, unused


def _with_cases(name: str, sheet: RatingSheet, cases: Grid, options: FileOptions) -> RatingSheet:
    """The sheet with arm, truth and cluster of each case by a table of cases."""
    if not cases.has("case"):
        raise BadRatings(
            f"{options.cases} has no column 'case': give one row a case, with case, arm and truth; "
            f"it has {headings_of(cases)}."
        )
    told = [one for one in OF_CASES if cases.has(one)]
    case = places_case(name, sheet, options)
    known: dict[str, int] = {}
    for row, one in enumerate(cases.column("case")):
        if known.setdefault(one, row) != row:
            raise BadRatings(f"{options.cases} names case {one[:40]!r} twice: leave one row.")
    columns = {one: cases.column(one) for one in told}
    for entry, one in enumerate(case):
        if one not in known:
            raise BadRatings(
                f"{name}: {sheet.grid.where(entry)} has case {one[:40]!r}, which {options.cases} "
                "doesn't name: add it."
            )
    kept = [
        (heading, cells)
        for heading, cells in zip(sheet.grid.headings, sheet.grid.columns, strict=True)
        if fold(heading) not in told
    ]
    added = [(one, [columns[one][known[at]] for at in case]) for one in told]
    together = kept + added
    grid = Grid(
        tuple(heading for heading, _ in together),
        tuple(cells for _, cells in together),
        sheet.grid.rows,
        sheet.grid.unit,
    )
    return replace(sheet, grid=grid)


def places_case(name: str, sheet: RatingSheet, options: FileOptions) -> list[str]:
    """The cells that name the case; raises BadRatings where no column does."""
    for heading in (options.columns.get("case", "case"), sheet.names.get("case", "case")):
        if sheet.grid.has(heading):
            return sheet.grid.column(heading)
    raise BadRatings(
        f"{name} has no column 'case': say which it is, as in --map case=NAME; it has "
        f"{headings_of(sheet.grid)}."
    )


def _ensure_named(where: _Where, cells: Mapping[str, list[str]], has_phases: bool) -> None:
    for ours in NEEDED:
        row = next((row for row, cell in enumerate(cells[ours]) if not cell), None)
        if row is None:
            continue
        if ours not in ("arm", "truth") or not cells.get("pictures", [""] * (row + 1))[row]:
            raise where.bad(row, f"has no {ours}: name the {ours} of every rating")
        one_film = "take a phase of single pictures with --phase KEY, or " if has_phases else ""
        raise where.bad(
            row,
            "is a reading of several pictures shown together, which an analysis by arm can't take: "
            f"{one_film}give the design.json of the same export with --design, by which sets are "
            "analysed as in the study's report",
        )


def _ensure_truth(where: _Where, truth: list[str]) -> None:
    plain = {cell: cell.lower() for cell in set(truth)}
    row = next(
        (row for row, cell in enumerate(truth) if plain[cell] not in ("real", "synthetic")), None
    )
    if row is not None:
        raise where.bad(
            row,
            f"has truth {truth[row][:40]!r}: use real or synthetic, or say what it means, as in "
            f'--map-value truth "{truth[row][:40]}=synthetic"',
        )
    truth[:] = [plain[cell] for cell in truth]


def _ensure_one_phase_a_case(name: str, cells: Mapping[str, list[str]]) -> None:
    if "phase" not in cells:
        return
    of_case: dict[str, set[str]] = {}
    for case, phase in set(zip(cells["case"], cells["phase"], strict=True)):
        of_case.setdefault(case, set()).add(phase)
    for case in dict.fromkeys(cells["case"]):
        if len(of_case[case]) > 1:
            raise BadRatings(
                f"{name} has case {case[:40]!r} in {len(of_case[case])} phases: take one with "
                f"--phase KEY, of {', '.join(dict.fromkeys(cells['phase']))}."
            )


def _numbers(
    where: _Where, cells: Mapping[str, list[str]], decimal: str, commas_part: bool
) -> tuple[dict[str, Float], list[str]]:
    numbers, commas = {}, []
    for ours, read in READERS.items():
        if ours not in cells:
            continue
        column = cells[ours]
        if ours in _WITH_DECIMALS:
            column, had = with_points(where.name, ours, column, decimal, commas_part)
            commas += [ours] * had
        values, bad = first_bad(column, read, required=ours in _COUNTED)
        if bad is not None:
            raise where.bad(bad, complaint(ours, cells[ours][bad]))
        numbers["replicate" if ours == "presentation" else ours] = values
    return numbers, commas


def _flags(where: _Where, ours: str, cells: Mapping[str, list[str]], among: Mask) -> Mask:
    if ours not in cells:
        return ~_all(len(among))
    folded = _folded(cells[ours])
    _ensure(
        where,
        among & ~_is(folded, lambda one: one in ("", "0", "1", "true", "false")),
        lambda row: f"has {ours} {folded[row][:40]!r}: use 1 or 0",
    )
    return _is(folded, lambda one: one in ("1", "true"))


def _ensure(where: _Where, wrong: Mask, what: Callable[[int], str]) -> None:
    rows = np.flatnonzero(wrong)
    if rows.size:
        raise where.bad(int(rows[0]), what(int(rows[0])))


def _folded(cells: Iterable[str]) -> list[str]:
    cells = list(cells)
    plain = {cell: "" if cell in MISSING else cell.casefold() for cell in set(cells)}
    return [plain[cell] for cell in cells]


def _is(cells: Sequence[str], right: Callable[[str], bool]) -> Mask:
    known = {cell: right(cell) for cell in set(cells)}
    return np.fromiter(map(known.__getitem__, cells), dtype=np.bool_, count=len(cells))


def _all(rows: int) -> Mask:
    return np.ones(rows, dtype=np.bool_)
