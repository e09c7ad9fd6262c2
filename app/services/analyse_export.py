"""A study's own ratings.csv analysed by its design, as the study's report is."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from app.db.truth.answer_rows import AnswerRow
from app.db.truth.ratings_table import groups_of_profile, ratings_of_answers
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.worded import worded_design
from app.domain.errors import BadDesign, BadRatings
from app.films.regular_file import read_regular
from app.statistics.analysis import Analysis
from app.statistics.conduct.sessions import Sittings
from app.statistics.protocols.choices import ChoiceFigures
from app.statistics.table.ratings import StatisticsInputError
from app.steps.analyse_ratings import analysis_of_study
from app.steps.describe_answers import DescribedQuestion, describe_answers
from app.steps.describe_sittings import describe_sittings
from app.steps.exported_answers import read_exported_answers
from app.steps.protocol_answers import choices_of_study
from app.steps.question_figures import QuestionFigures, question_figures

READERS = "readers.csv"
_LARGEST = 512 * 1024 * 1024


@dataclass(frozen=True)
class ExportAnalysis:
    """What the report of a study shows, from the files of its export.

    `analysis` is None where nothing asked for can be analysed by arm. `real` and `arms` are the
    keys of the arms with rows, those of real images first.
    """

    slug: str
    design: StudyDesign
    rows: tuple[AnswerRow, ...]
    analysis: Analysis | None
    questions: tuple[DescribedQuestion, ...]
    choices: ChoiceFigures | None
    figures: tuple[QuestionFigures, ...]
    arms: tuple[str, ...]
    real: tuple[str, ...]
    sittings: Sittings

    @property
    def is_simulated(self) -> bool:
        """Whether any rating was made up by a rehearsal."""
        return any(row.reader_kind == "simulated" for row in self.rows)


def analyse_export(path: Path, design_path: Path, *, bootstrap: int = 0) -> ExportAnalysis:
    """Read ratings.csv by design.json of the same export, and analyse it as the design has frozen.

    Figures by group of readers need the profiles in readers.csv, which is read where it lies beside
    ratings.csv.

    Raises BadRatings, one sentence: a design that can't be read, a file that is not of it.
    """
    design = _design(design_path)
    exported = read_exported_answers(_text(path), design, name=str(path))
    arms = _arms(exported.rows)
    try:
        table = ratings_of_answers(
            design,
            exported.rows,
            clusters=exported.clusters,
            reader_groups=_groups(path.with_name(READERS)),
            strata=exported.strata,
        )
        analysis = analysis_of_study(table, design, bootstrap=bootstrap)
        choices = choices_of_study(design, exported.rows, exported.clusters)
    except StatisticsInputError as error:
        raise BadRatings(f"{path}: {error}") from None
    return ExportAnalysis(
        slug=exported.slug,
        design=design,
        rows=exported.rows,
        analysis=analysis,
        questions=describe_answers(design, exported.rows, list(arms)),
        choices=choices,
        figures=question_figures(design, exported.rows, exported.references, exported.clusters),
        arms=tuple(arms),
        real=tuple(arm for arm, truth in arms.items() if truth == "real"),
        sittings=describe_sittings(design, exported.rows),
    )


def _design(path: Path) -> StudyDesign:
    try:
        return worded_design(design_from_json(_text(path)))
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        BadDesign,
    ) as error:
        is_json = not isinstance(error, json.JSONDecodeError | RecursionError)
        what = "not JSON" if not is_json else "not a stored design"
        raise BadRatings(
            f"{path} is {what}: give the design.json that lies beside ratings.csv in an export."
        ) from None


def _groups(path: Path) -> dict[str, dict[str, str]]:
    """Reader to groups, as readers.csv has the profiles; none without the file."""
    if not path.is_file():
        return {}
    lines = csv.DictReader(io.StringIO(_text(path), newline=""))
    if not {"reader", "specialty", "years_experience"} <= set(lines.fieldnames or ()):
        raise BadRatings(
            f"{path} is not the readers.csv of an export: give the one of the same export, or "
            "move it away to analyse without groups of readers."
        )
    groups = {}
    for line in lines:
        years = line["years_experience"]
        groups[line["reader"]] = groups_of_profile(
            line["specialty"] or None, int(years) if years and years.isdigit() else None
        )
    return groups


def _text(path: Path) -> str:
    if path.is_dir():
        raise BadRatings(f"{path} is a folder: name a file of an export.")
    if path.stat().st_size > _LARGEST:
        raise BadRatings(f"{path} is larger than 512 MiB: split it by study.")
    try:
        return read_regular(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRatings(f"{path} is not text in UTF-8 (byte {error.start}).") from None


def _arms(rows: tuple[AnswerRow, ...]) -> dict[str, str]:
    """Arm to truth, real ones first, then by name."""
    truths = {picture.arm: picture.truth for row in rows for picture in row.pictures}
    return dict(sorted(truths.items(), key=lambda item: (item[1] != "real", item[0])))
