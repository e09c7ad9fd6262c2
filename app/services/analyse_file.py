"""Ratings from any file, ours or another tool's, analysed as a study's own are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import BadRatings
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.steps.rating_files.columns import COLUMNS, column_map
from app.steps.rating_files.formats import read_rating_file, read_table_of_cases
from app.steps.rating_files.mapping_file import suggested_mapping
from app.steps.rating_files.ratings import FileRatings, read_ratings
from app.steps.rating_files.sheet import FileOptions

__all__ = [
    "COLUMNS",
    "FileAnalysis",
    "FileCaution",
    "FileOptions",
    "analyse_file",
    "column_map",
    "suggest_mapping",
]

_ROW = re.compile(r"^Row (\d+)")


@dataclass(frozen=True)
class FileCaution:
    """What must be known of a file before its numbers are believed, led by a few words."""

    lead: str
    text: str


@dataclass(frozen=True)
class FileAnalysis:
    """The analysis of a file.

    Attributes
    ----------
    analysis : Analysis
    name : str
        The file's own name.
    taken_for : str
        What the file was taken for, in a clause.
    left_out, of_machines, at_phase_ends : int
        Rows that the figures of people don't take: superseded, of machine readers, answers at the
        end of a phase.
    ignored : tuple of str
        Headings that nothing was read from.
    is_simulated : bool
    cautions : tuple of FileCaution
        Whatever shows the analysis shows these at its top.
    """

    analysis: Analysis
    name: str
    taken_for: str
    left_out: int
    of_machines: int
    at_phase_ends: int
    ignored: tuple[str, ...]
    is_simulated: bool
    cautions: tuple[FileCaution, ...]


def analyse_file(
    path: Path,
    *,
    columns: Mapping[str, str],
    settings: AnalysisSettings,
    realism_scale: tuple[float, float] | None = None,
    phase: str | None = None,
    options: FileOptions | None = None,
) -> FileAnalysis:
    """Read and analyse a file of ratings.

    Parameters
    ----------
    path : Path
        Any of the formats of `app.steps.rating_files`, told by its content.
    columns : mapping
        Name of ours (one of COLUMNS) to the name it has in the file, where these differ.
    settings : AnalysisSettings
    realism_scale : (float, float), optional
        Ends of the realism scale; the observed extremes when left out, which is said.
    phase : str, optional
        Of a study in several phases, the key of the one to take.
    options : FileOptions, optional
        What else is said of the file: sheet, modality, mapped values, decimals, cases.

    Raises
    ------
    BadRatings
        In one sentence with the line: no such column, a value that can't be read or can be read in
        two ways, two ratings of one read, several pictures in one row, the same cases in several
        phases, and what else `ratings_table` refuses.
    """
    options = replace(options or FileOptions(), columns=columns)
    sheet = read_rating_file(path, options)
    ratings = read_ratings(
        str(path),
        sheet,
        options,
        phase=phase,
        scale_is_given=realism_scale is not None,
        cases=None if options.cases is None else read_table_of_cases(options.cases),
    )
    try:
        table = _table(ratings, realism_scale)
        analysis = analyse(table, settings=settings)
    except StatisticsInputError as error:
        raise BadRatings(f"{path}: {_with_line(str(error), ratings)}") from None
    return FileAnalysis(
        analysis=analysis,
        name=path.name,
        taken_for=sheet.taken_for,
        left_out=ratings.left_out,
        of_machines=ratings.of_machines,
        at_phase_ends=ratings.at_phase_ends,
        ignored=ratings.ignored,
        is_simulated=ratings.is_simulated,
        cautions=tuple(_cautions(ratings, table, realism_scale is not None)),
    )


def suggest_mapping(path: Path, *, options: FileOptions) -> str:
    """A mapping file for a file of ratings, to be looked over and filled in by whoever knows it.

    Raises BadRatings for what can't be read as a table at all.
    """
    return suggested_mapping(str(path), read_rating_file(path, options), options)


def _table(ratings: FileRatings, realism_scale: tuple[float, float] | None) -> RatingsTable:
    low, high = realism_scale if realism_scale and "realism" in ratings.numbers else (None, None)
    names, numbers = ratings.names, ratings.numbers
    return ratings_table(
        reader=names["reader"],
        case=names["case"],
        arm=names["arm"],
        truth=names["truth"],
        cluster=names["cluster"],
        replicate=numbers.get("replicate"),
        realism=numbers.get("realism"),
        score=numbers.get("score"),
        verdict=numbers.get("verdict"),
        confidence=numbers.get("confidence"),
        position=numbers.get("position"),
        reading_time_ms=numbers.get("reading_time_ms"),
        realism_min=low,
        realism_max=high,
        machines=ratings.machines,
        strata=ratings.strata,
    )


def _cautions(ratings: FileRatings, table: RatingsTable, scale_is_given: bool) -> list[FileCaution]:
    made = [FileCaution(lead, text) for lead, text in ratings.cautions]
    low, high = table.realism_min, table.realism_max
    if not scale_is_given and low is not None and high is not None:
        made.append(
            FileCaution(
                "The realism scale is taken from the ratings.",
                f"They go from {low:g} to {high:g}; if the scale had other ends, agreement by "
                "chance and what counts as its top are wrong: say --realism-scale LOW-HIGH.",
            )
        )
    if ratings.of_machines:
        made.append(
            FileCaution(
                "Machine readers.",
                f"{', '.join(ratings.machines)}: {ratings.of_machines} ratings of theirs stand "
                "beside those of people and are in none of their figures.",
            )
        )
    if ratings.at_phase_ends:
        made.append(
            FileCaution(
                "Ends of phases.",
                f"{ratings.at_phase_ends} answers at the end of a phase are left out; they belong "
                "to no case.",
            )
        )
    if ratings.ignored:
        made.append(
            FileCaution(
                "Columns not used.",
                f"{_listed(ratings.ignored)}; if one of them is one of ours, say which, as in "
                f'--map "OURS={ratings.ignored[0]}".',
            )
        )
    return made


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 30} more" if len(names) > 30 else ""
    return ", ".join(names[:30]) + more


def _with_line(sentence: str, ratings: FileRatings) -> str:
    """What the table calls a row stands somewhere in the file."""

    def place(match: re.Match[str]) -> str:
        return ratings.grid.where(ratings.rows[int(match[1]) - 1])

    return _ROW.sub(place, sentence)
