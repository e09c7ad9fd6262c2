"""analyse.

Figures, tables and databases take longer to import than a file to read and analyse, so each is
imported where it is asked for.
"""

import json
from pathlib import Path
from typing import Any, cast

import typer

from app.cli import analysis_options as options
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.file_warnings import warn_of_file
from app.cli.written_report import WrittenReport
from app.domain.errors import BadRatings
from app.services.analyse_file import FileAnalysis, FileOptions, analyse_file
from app.services.analyse_file import suggest_mapping as suggest_mapping_of
from app.statistics.table.ratings import StatisticsInputError
from app.statistics.table.settings import (
    Adjustment,
    AnalysisSettings,
    ConclusionMeasure,
    Generalisation,
)
from app.words.language import ENGLISH


def add_commands(program: typer.Typer) -> None:
    """Join this file's command to the program."""
    program.command("analyse", cls=options.OfFiles)(analyse)


def analyse(
    context: typer.Context,
    ratings: options.Ratings,
    as_json: options.AsJson = False,
    renamed: options.Renamed = None,
    valued: options.Valued = None,
    mapping: options.Mapping = None,
    suggest_mapping: options.SuggestMapping = None,
    cases: options.Cases = None,
    wide: options.Wide = "",
    sheet: options.Sheet = "",
    modality: options.Modality = "",
    decimal: options.Decimal = "",
    subgroup: options.Subgroup = None,
    margin: options.Margin = 0.10,
    measure: options.Measure = "auto",
    generalise_to: options.GeneraliseTo = "readers_and_cases",
    realism_scale: options.RealismScale = None,
    phase: options.Phase = None,
    adjustment: options.AdjustmentOption = "holm",
    primary_arm: options.PrimaryArm = "",
    positive_control: options.PositiveControl = None,
    least_answered: options.LeastAnswered = 0.2,
    bootstrap: options.Bootstrap = 0,
    seed: options.Seed = 0,
    design: options.Design = None,
    html: options.Html = None,
    pdf: options.Pdf = None,
    figures: options.Figures = None,
    tongue: options.Tongue = ENGLISH,
    force: Force = False,
) -> None:
    """Analyse any file of ratings: realism, deception, detection, AUC, agreement, conclusions.

    Columns, in any case: reader, case, arm, truth (real or synthetic), any of realism, score,
    verdict (real or synthetic), confidence, and if there are any replicate (0 for the first read)
    or presentation (1 for the first), position, reading_time_ms, superseded, cluster (such as the
    patient; its images are not counted as independent); of a study's own file also reader_kind,
    asked_at, phase and pictures. Other names and values are mapped.

    With --design, RATINGS is the ratings.csv of the same export: questions, margin and target are
    those of the design.
    """
    written = WrittenReport(html, pdf, figures, tongue, force)
    written.ensure_names()
    if design is not None:
        from app.cli.exported_study import analyse_exported

        analyse_exported(context, ratings, design, written, bootstrap=bootstrap, as_json=as_json)
        return
    told = options.ToldOfFile(
        renamed or (), valued or (), mapping, cases, wide, sheet, modality, decimal, subgroup or ()
    ).options()
    if suggest_mapping is not None:
        _suggest(ratings, suggest_mapping, told, force=force)
        return
    try:
        settings = AnalysisSettings(
            margin=margin,
            measure=cast(ConclusionMeasure, measure),
            generalise_to=cast(Generalisation, generalise_to),
            adjustment=cast(Adjustment, adjustment),
            primary_arm=primary_arm,
            positive_controls=tuple(positive_control or ()),
            least_answered=least_answered,
            bootstrap=bootstrap,
            seed=seed,
        )
    except StatisticsInputError as error:
        raise BadRatings(str(error)) from None
    read = analyse_file(
        ratings,
        columns=told.columns,
        settings=settings,
        realism_scale=None if realism_scale is None else options.scale_of(realism_scale),
        phase=phase,
        options=told,
    )
    _tell(read, ratings, written, as_json=as_json)


def _tell(read: FileAnalysis, ratings: Path, written: WrittenReport, *, as_json: bool) -> None:
    """What must be known of the file, then the analysis as it was asked for."""
    warn_of_file(read, "simulated readers of a rehearsal; these are not results")
    if written.is_asked:
        written.write_file(read, ratings)
        return
    if as_json:
        typer.echo(json.dumps(_plain(read), indent=2, allow_nan=False))
        return
    from app.cli.analysis_tables import print_analysis

    print_analysis(read)


def _plain(read: FileAnalysis) -> dict[str, Any]:
    return {
        **read.analysis.to_json(),
        "simulated_readers": read.is_simulated,
        "file": {
            "name": read.name,
            "taken_for": read.taken_for,
            "cautions": [f"{one.lead} {one.text}" for one in read.cautions],
        },
    }


def _suggest(ratings: Path, out: Path, told: FileOptions, *, force: bool) -> None:
    ensure_free(out, force=force)
    text = suggest_mapping_of(ratings, options=told)
    with writing_atomically(out, force=force) as file:
        file.write(text.encode())
    typer.echo(
        f"Wrote {out}: look every line over, fill in what is empty, then run analyse {ratings} "
        f"--mapping {out}"
    )
