"""analyse RATINGS --design DESIGN: a study's own export, every question of it."""

from pathlib import Path

import typer

from app.cli.export_tables import print_export
from app.cli.written_report import WrittenReport
from app.services.analyse_export import analyse_export
from app.services.export_study.analysis_json import analysis_json
from app.services.export_study.held_ratings import HeldRatings

_BESIDE_DESIGN = (
    "ratings",
    "design",
    "bootstrap",
    "as_json",
    "html",
    "pdf",
    "figures",
    "tongue",
    "force",
)


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


def analyse_exported(
    context: typer.Context,
    ratings: Path,
    design: Path,
    written: WrittenReport,
    *,
    bootstrap: int,
    as_json: bool,
) -> None:
    """Analyse as the study's report does; raises BadParameter beside options that don't go."""
    _refuse_beside_design(context)
    read = analyse_export(ratings, design, bootstrap=bootstrap)
    if read.is_simulated:
        typer.echo(
            "warning: simulated readers of a rehearsal; these are not results.",
            err=True,
        )
    if written.is_asked:
        written.write_export(read, ratings)
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
