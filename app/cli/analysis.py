"""analyse and report."""

import json
from pathlib import Path
from typing import Annotated, cast

import typer

from app.cli.analysis_tables import print_analysis, print_export, warn_of_file
from app.cli.atomic_file import writing_atomically
from app.cli.opening import ACTOR, now, open_house
from app.cli.signing import Reason
from app.domain.errors import BadInput, BadRatings
from app.report.page.document import report_document
from app.report.page.view import report_view
from app.services.analyse_export import analyse_export
from app.services.analyse_file import COLUMNS, analyse_file, column_map
from app.services.audit_pictures import audit_pictures
from app.services.export_study.analysis_json import analysis_json
from app.services.export_study.held_ratings import HeldRatings
from app.services.summarise_study import note_results_seen, summarise_study
from app.settings import resource_dir
from app.statistics.table.ratings import StatisticsInputError
from app.statistics.table.settings import (
    GENERALISATIONS,
    Adjustment,
    AnalysisSettings,
    ConclusionMeasure,
    Generalisation,
)


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("analyse")(analyse)
    program.command("report")(report)


def analyse(
    context: typer.Context,
    ratings: Annotated[Path, typer.Argument(help="Tidy CSV, one row a rating.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON as in docs/statistics.md, not tables.")
    ] = False,
    renamed: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OURS=THEIRS",
            help=f"What a column is called in the file. Ours: {', '.join(COLUMNS)}.",
        ),
    ] = None,
    margin: Annotated[
        float, typer.Option(help="Equivalence margin: AUC within 0.5 +- this.")
    ] = 0.10,
    measure: Annotated[
        str,
        typer.Option(
            help="AUC the conclusions rest on: auto, auc_realism, auc_confidence, auc_score."
        ),
    ] = "auto",
    generalise_to: Annotated[
        str, typer.Option(help=f"What is a sample: {', '.join(GENERALISATIONS)}.")
    ] = "readers_and_cases",
    realism_scale: Annotated[
        str | None,
        typer.Option(metavar="LOW-HIGH", help="Ends of the realism scale, as in 1-5."),
    ] = None,
    phase: Annotated[
        str | None, typer.Option(metavar="KEY", help="Of a study in phases, the one to take.")
    ] = None,
    adjustment: Annotated[
        str, typer.Option(help="Of conclusions for the number of arms: holm or none.")
    ] = "holm",
    primary_arm: Annotated[
        str, typer.Option(metavar="ARM", help="Its conclusion is not adjusted for the others.")
    ] = "",
    positive_control: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARM",
            help="Known to be bad: unless it is told from real no arm is called equivalent.",
        ),
    ] = None,
    least_answered: Annotated[
        float,
        typer.Option(
            help="Leave out readers with fewer ratings than this share of the median reader's."
        ),
    ] = 0.2,
    bootstrap: Annotated[
        int, typer.Option(min=0, max=100_000, help="Two-way bootstrap resamples; 0 for none.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
    design: Annotated[
        Path | None,
        typer.Option(
            metavar="DESIGN.JSON",
            help="Of a study's own export: every question is then analysed as its report has it.",
        ),
    ] = None,
) -> None:
    """Analyse any tidy file of ratings: realism, deception, detection, AUC, agreement, conclusions.

    Columns: reader, case, arm, truth (real or synthetic, or 1 for real), any of realism, score,
    verdict (real or synthetic, or 1 for real), confidence, and if there are any replicate (0 for
    the first read) or presentation (1 for the first), position, reading_time_ms, superseded; of
    a study's own file also reader_kind, asked_at, phase and pictures. cluster: images with the
    same value, such as a patient's, are not counted as independent.

    With --design, RATINGS is the ratings.csv of the same export: questions, margin and target are
    those of the design.
    """
    if design is not None:
        _refuse_beside_design(context)
        _analyse_export(ratings, design, bootstrap=bootstrap, as_json=as_json)
        return
    try:
        columns = column_map(renamed or [])
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--map") from None
    scale = None if realism_scale is None else _scale(realism_scale)
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
        ratings, columns=columns, settings=settings, realism_scale=scale, phase=phase
    )
    warn_of_file(read, "simulated readers of a rehearsal; these are not results")
    if as_json:
        plain = {**read.analysis.to_json(), "simulated_readers": read.is_simulated}
        typer.echo(json.dumps(plain, indent=2, allow_nan=False))
        return
    print_analysis(read)


def _refuse_beside_design(context: typer.Context) -> None:
    """Raise BadParameter for an option that the design answers already."""
    for parameter in context.command.params:
        name = str(parameter.name)
        given = context.get_parameter_source(name)
        if name in ("ratings", "design", "bootstrap", "as_json") or given is None:
            continue
        if given.name == "COMMANDLINE":
            raise typer.BadParameter(
                "the design says it already; leave it out, or leave out --design.",
                param_hint=parameter.opts[0],
            )


def _analyse_export(ratings: Path, design: Path, *, bootstrap: int, as_json: bool) -> None:
    read = analyse_export(ratings, design, bootstrap=bootstrap)
    if read.is_simulated:
        typer.echo(
            "warning: simulated readers of a rehearsal; these are not results.",
            err=True,
        )
    if not as_json:
        print_export(read)
        return
    facts = {
        "slug": read.slug,
        "title": read.design.title,
        "simulated_readers": read.is_simulated,
    }
    text = analysis_json(
        facts,
        read.analysis,
        read.questions,
        measures={},
        held=HeldRatings.of(read.design),
        figures=read.figures,
    )
    typer.echo(text, nl=False)


def report(
    slug: Annotated[str, typer.Argument(help="The study's short name.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    bootstrap: Annotated[
        int, typer.Option(min=0, max=100_000, help="Two-way bootstrap resamples; 0 for none.")
    ] = 0,
    reason: Reason = "",
) -> None:
    """Write a study's report as one HTML file that needs nothing beside it and prints on A4.

    Of an open study too, as its design plans or for a reason: marked as interim, with a warning.
    That results are seen is recorded before they are.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise BadInput(f"{out.name} is not the name of a report: let it end in .html.")
    house = open_house()
    with house.database.writing() as session:
        note_results_seen(session, slug, now=now(), actor=ACTOR, reason=reason)
    with house.database.reading() as session:
        summary = summarise_study(session, slug, interim=True, bootstrap=bootstrap)
        audit = audit_pictures(session, house.store, slug)
    if summary.is_interim:
        typer.echo(
            f"warning: {slug} is {summary.status}; whoever sees results by arm now could steer "
            "the study by them. The report says INTERIM and the study's log has noted it.",
            err=True,
        )
    page = report_document(
        report_view(summary, audit),
        templates=resource_dir("templates"),
        static=resource_dir("static"),
        now=now(),
    )
    with writing_atomically(out) as file:
        file.write(page.encode())
    typer.echo(f"Wrote {out}.")


def _scale(text: str) -> tuple[float, float]:
    low, dash, high = text.strip().partition("-")
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = 0.0, 0.0
    if not dash or not ends[0] < ends[1]:
        raise typer.BadParameter(
            f"{text!r} is not LOW-HIGH, as in 1-5.", param_hint="--realism-scale"
        )
    return ends
