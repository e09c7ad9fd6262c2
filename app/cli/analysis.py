"""analyse and report."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from app.cli import analysis_options as options
from app.cli.analysis_tables import print_analysis, print_export, warn_of_file
from app.cli.atomic_file import ensure_free, writing_atomically
from app.cli.opening import ACTOR, now, open_house
from app.cli.report_files import (
    PAGES,
    SHEETS,
    ensure_report_names,
    sha256_of,
    write_figures,
    write_report,
)
from app.cli.signing import Reason
from app.domain.errors import BadRatings
from app.report.page.file_view import export_view, file_view
from app.report.page.view import ReportView, report_view
from app.services.analyse_export import analyse_export
from app.services.analyse_file import FileAnalysis, FileOptions, analyse_file
from app.services.analyse_file import suggest_mapping as suggest_mapping_of
from app.services.audit_pictures import audit_pictures
from app.services.export_study.analysis_json import analysis_json
from app.services.export_study.held_ratings import HeldRatings
from app.services.summarise_study import note_results_seen, summarise_study
from app.statistics.table.ratings import StatisticsInputError
from app.statistics.table.settings import (
    Adjustment,
    AnalysisSettings,
    ConclusionMeasure,
    Generalisation,
)


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("analyse", cls=options.OfFiles)(analyse)
    program.command("report")(report)


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
    written = _Written(html, pdf, figures)
    written.ensure_names()
    if design is not None:
        _refuse_beside_design(context)
        _analyse_export(ratings, design, written, bootstrap=bootstrap, as_json=as_json)
        return
    told = options.ToldOfFile(
        renamed or (), valued or (), mapping, cases, wide, sheet, modality, decimal, subgroup or ()
    ).options()
    if suggest_mapping is not None:
        _suggest(ratings, suggest_mapping, told)
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
    warn_of_file(read, "simulated readers of a rehearsal; these are not results")
    if written.is_asked:
        written.write(file_view(read, sha256=sha256_of(ratings)))
        return
    if as_json:
        typer.echo(json.dumps(_plain(read), indent=2, allow_nan=False))
        return
    print_analysis(read)


@dataclass(frozen=True)
class _Written:
    """What is written in place of tables in the terminal."""

    html: Path | None
    pdf: Path | None
    figures: Path | None

    @property
    def is_asked(self) -> bool:
        return (self.html or self.pdf or self.figures) is not None

    def ensure_names(self) -> None:
        ensure_report_names(self.html, self.figures, PAGES)
        ensure_report_names(self.pdf, None, SHEETS)

    def write(self, view: ReportView) -> None:
        for out in (self.html, self.pdf):
            if out is not None:
                write_report(view, out)
        if self.figures is not None:
            write_figures(view, self.figures)


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


def _suggest(ratings: Path, out: Path, told: FileOptions) -> None:
    ensure_free(out, force=False)
    text = suggest_mapping_of(ratings, options=told)
    with writing_atomically(out) as file:
        file.write(text.encode())
    typer.echo(
        f"Wrote {out}: look every line over, fill in what is empty, then run analyse {ratings} "
        f"--mapping {out}"
    )


_BESIDE_DESIGN = ("ratings", "design", "bootstrap", "as_json", "html", "pdf", "figures")


def _refuse_beside_design(context: typer.Context) -> None:
    """Raise BadParameter for an option that the design answers already."""
    for parameter in context.command.params:
        name = str(parameter.name)
        given = context.get_parameter_source(name)
        if name in _BESIDE_DESIGN or given is None:
            continue
        if given.name == "COMMANDLINE":
            raise typer.BadParameter(
                "the design says it already; leave it out, or leave out --design.",
                param_hint=parameter.opts[0],
            )


def _analyse_export(
    ratings: Path, design: Path, written: _Written, *, bootstrap: int, as_json: bool
) -> None:
    read = analyse_export(ratings, design, bootstrap=bootstrap)
    if read.is_simulated:
        typer.echo(
            "warning: simulated readers of a rehearsal; these are not results.",
            err=True,
        )
    if written.is_asked:
        written.write(export_view(read, sha256=sha256_of(ratings)))
        return
    if not as_json:
        print_export(read)
        return
    facts = {
        "slug": read.slug,
        "title": read.design.title,
        "simulated_readers": read.is_simulated,
    }
    plain = analysis_json(
        facts,
        read.analysis,
        read.questions,
        measures={},
        choices=read.choices,
        held=HeldRatings.of(read.design),
        sittings=read.sittings,
        figures=read.figures,
    )
    typer.echo(plain, nl=False)


def report(
    slug: Annotated[str, typer.Argument(help="The study's short name.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write: .html or .pdf.")
    ] = None,
    figures: options.Figures = None,
    bootstrap: Annotated[
        int, typer.Option(min=0, max=100_000, help="Two-way bootstrap resamples; 0 for none.")
    ] = 0,
    reason: Reason = "",
) -> None:
    """Write a study's report as one HTML file or one PDF, and its figures for a paper.

    The HTML file needs nothing beside it and prints on A4. --figures writes every figure as SVG,
    PDF, PNG and TIFF at 300 dpi, and the numbers behind it as CSV.
    Of an open study too, as its design plans or for a reason: marked as interim, with a warning.
    That results are seen is recorded before they are.
    """
    if out is None and figures is None:
        raise typer.BadParameter("say what to write: --out FILE or --figures FOLDER.")
    ensure_report_names(out, figures, (*PAGES, *SHEETS))
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
    view = report_view(summary, audit)
    if out is not None:
        write_report(view, out)
    if figures is not None:
        write_figures(view, figures)
