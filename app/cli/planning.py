"""plan."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from app.cli.analysis_options import OfFiles, ToldOfFile
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.file_warnings import warn_of_file
from app.domain.errors import BadInput
from app.report.figures.style import MEDIA_TYPES, Ending, render
from app.report.plan.figure import draw_plan
from app.report.plan.text import TITLES, answers, assumptions, cell_text, few_readers
from app.services.analyse_file import FileOptions, analyse_file
from app.statistics.planning.asked import ASKED, Asked, AskedOf
from app.statistics.planning.layout import StudyLayout
from app.statistics.planning.pilot import PilotComponents, pilot_components
from app.statistics.planning.plan import Plan, Question
from app.statistics.planning.plan import plan as plan_grid
from app.statistics.planning.simulation import LatentVariances, Scenario
from app.statistics.table.ratings import StatisticsInputError
from app.statistics.table.settings import AnalysisSettings
from app.steps.analyse_ratings import SAMPLES

_DEFAULTS = Scenario()
_VARIANCES = LatentVariances()
_ASKED = Asked()
# Whether most readers notice is what one wants to know of them.
_OF_READERS = 0.5
_ASSUMED = "defaults: Roe and Metz 1997, structure HH; that of readers is our assumption"
_FIGURES = tuple(f".{ending}" for ending in MEDIA_TYPES)


_ReadersText = Annotated[str, typer.Option(help="Numbers of readers, with commas.")]
_CasesText = Annotated[
    str, typer.Option(help="Images in each arm, with commas; the real arm has as many.")
]
_Auc = Annotated[float, typer.Option(help="True AUC of the arm to be told from real.")]
_Deception = Annotated[float, typer.Option(help="Share of that arm's images judged real.")]
_RealRate = Annotated[
    float | None,
    typer.Option(
        help="Share of real images judged real; by default what follows from the AUC.",
        show_default=False,
    ),
]
_Margin = Annotated[float, typer.Option(help="Equivalence margin on the AUC.")]
_EquivalenceAuc = Annotated[float, typer.Option(help="True AUC of the arm to be shown equivalent.")]
_Steps = Annotated[int, typer.Option(help="Steps of the realism scale.")]
_Pilot = Annotated[
    Path | None,
    typer.Option(help="Take the variances from a file of ratings, as `analyse` reads it."),
]
_Renamed = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="OURS=THEIRS", help="What a column is called in the pilot's file."
    ),
]
_Valued = Annotated[
    list[str] | None,
    typer.Option(
        "--map-value", metavar="OURS VALUE=MEANING", help="What a value in the pilot's file means."
    ),
]
_Mapping = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A mapping file that `analyse` suggested.")
]
_Phase = Annotated[
    str | None, typer.Option(metavar="KEY", help="Of a pilot in phases, the one to take.")
]
_ReaderVariance = Annotated[
    float | None,
    typer.Option(help=f"Default {_VARIANCES.reader:g}, or the pilot's.", show_default=False),
]
_ReaderByArmVariance = Annotated[
    float | None,
    typer.Option(help=f"Default {_VARIANCES.reader_by_arm:g}, or the pilot's.", show_default=False),
]
_CaseVariance = Annotated[
    float | None,
    typer.Option(
        help=f"Default {_VARIANCES.case:g}, or the pilot's; with reader by case and error "
        "it makes 1.",
        show_default=False,
    ),
]
_Target = Annotated[
    str,
    typer.Option(
        help="Whom the intervals are to speak for, as in the design: readers_and_images (readers "
        "like these, images like these), readers, images."
    ),
]
_Groups = Annotated[
    int, typer.Option(help="Split-plot: groups of readers, each with a part of the images.")
]
_ClusterSize = Annotated[
    int, typer.Option(help="Images of an arm that belong together, as those of a patient.")
]
_ClusterShare = Annotated[
    float, typer.Option(help="Share of the case variance that such images have in common.")
]
_Pictures = Annotated[
    int,
    typer.Option(
        help="Pictures shown together, one of them real; --cases then counts such sets, and only "
        "finding the real one is planned."
    ),
]
_Asks = Annotated[
    str,
    typer.Option(
        help="What is asked: films (do they look real), words or marks (how often the arm's images "
        "get one), noticing (how many readers), phases (AUC before and after readers are told)."
    ),
]
_Share = Annotated[
    float | None,
    typer.Option(
        help="Of words, marks: readings of the arm's images that have it. Of noticing: readers who "
        f"notice. Default {_ASKED.share:g}.",
        show_default=False,
    ),
]
_Against = Annotated[
    float | None,
    typer.Option(
        help="The share that it is to be told from: that on real images (default "
        f"{_ASKED.against:g}), or of readers (default {_OF_READERS:g}).",
        show_default=False,
    ),
]
_NaiveAuc = Annotated[
    float | None,
    typer.Option(
        help=f"Of phases: true AUC before readers are told, default {_ASKED.naive_auc:g}; --auc is "
        "that after.",
        show_default=False,
    ),
]
_SameCases = Annotated[
    bool, typer.Option("--same-cases", help="Of phases: the images return in the second.")
]
_Power = Annotated[float, typer.Option(help="The power that is enough.")]
_Simulations = Annotated[int, typer.Option(help="Simulated studies a design.")]
_Seed = Annotated[int, typer.Option(help="Same seed, same numbers.")]
_AsJson = Annotated[bool, typer.Option("--json", help="JSON as in docs/planning.md, not tables.")]
_OutFigure = Annotated[
    Path | None, typer.Option(help="Draw the grid to this file: .svg, .pdf, .png, .tiff.")
]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("plan", cls=OfFiles)(plan)


def plan(
    context: typer.Context,
    readers: _ReadersText = "2,4,8,12,20",
    cases: _CasesText = "20,50,100,200",
    auc: _Auc = _DEFAULTS.auc,
    deception: _Deception = _DEFAULTS.deception,
    real_rate: _RealRate = None,
    margin: _Margin = 0.10,
    equivalence_auc: _EquivalenceAuc = _DEFAULTS.equivalence_auc,
    steps: _Steps = _DEFAULTS.steps,
    pilot: _Pilot = None,
    renamed: _Renamed = None,
    valued: _Valued = None,
    mapping: _Mapping = None,
    phase: _Phase = None,
    reader_variance: _ReaderVariance = None,
    reader_by_arm_variance: _ReaderByArmVariance = None,
    case_variance: _CaseVariance = None,
    target: _Target = "readers_and_images",
    groups: _Groups = 1,
    cluster_size: _ClusterSize = 1,
    cluster_share: _ClusterShare = 0.5,
    pictures: _Pictures = 1,
    asks: _Asks = "films",
    share: _Share = None,
    against: _Against = None,
    naive_auc: _NaiveAuc = None,
    same_cases: _SameCases = False,
    power: _Power = 0.80,
    simulations: _Simulations = 400,
    seed: _Seed = 1,
    as_json: _AsJson = False,
    out_figure: _OutFigure = None,
    force: Force = False,
) -> None:
    """Plan a study: precision and power for numbers of readers and images, by simulation.

    Single pictures or sets of them, words, marks, noticing or two phases; crossed or split-plot,
    images alone or in clusters, for readers like these or for these readers.

    Every design of the grid is simulated and analysed by the estimators that the study itself will
    be analysed by.
    """
    _check_figure_path(out_figure, force=force)
    grid = _numbers("--readers", readers), _numbers("--cases", cases)
    _check_asked(context, asks)
    told = _told_of_pilot(pilot, ToldOfFile(renamed or (), valued or (), mapping), phase)
    if target not in SAMPLES:
        raise typer.BadParameter(f"is one of {', '.join(SAMPLES)}.", param_hint="--target")
    stated = {
        "reader": reader_variance,
        "reader_by_arm": reader_by_arm_variance,
        "case": case_variance,
    }
    chosen = {name: value for name, value in stated.items() if value is not None}
    try:
        piloted = None if pilot is None else _piloted(pilot, told, phase)
        components = _VARIANCES if piloted is None else piloted.components
        with _progress_bar(len(set(grid[0])) * len(set(grid[1]))) as advance:
            made = plan_grid(
                readers=grid[0],
                cases=grid[1],
                scenario=Scenario(
                    auc, deception, real_rate, equivalence_auc, steps, replace(components, **chosen)
                ),
                settings=AnalysisSettings(margin=margin, generalise_to=SAMPLES[target]),
                layout=StudyLayout(groups, cluster_size, cluster_share, pictures),
                asked=_asked(asks, share, against, naive_auc, same_cases=same_cases),
                simulations=simulations,
                seed=seed,
                target_power=power,
                progress=advance,
            )
    except StatisticsInputError as error:
        raise BadInput(str(error)) from None
    if out_figure is not None:
        _draw(made, out_figure, force=force)
    cautions = list(piloted.cautions) if piloted is not None else []
    _tell(made, _source(pilot, piloted, list(chosen)), cautions, as_json=as_json)


def _tell(made: Plan, source: str, cautions: list[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_json(made, source, cautions), indent=2, allow_nan=False))
    else:
        _print(made, source, cautions)


def _told_of_pilot(pilot: Path | None, told: ToldOfFile, phase: str | None) -> FileOptions:
    """What is said of the pilot's file; refused where there is no pilot."""
    if pilot is None and (told.renamed or told.valued or told.mapping):
        raise typer.BadParameter("says what is in a --pilot.", param_hint="--map")
    if phase is not None and pilot is None:
        raise typer.BadParameter("names a phase of a --pilot.", param_hint="--phase")
    return told.options()


# What each way of asking has no use for; an option that does nothing would mislead.
_OF_FILMS = ("deception", "real_rate", "margin", "equivalence_auc")
_VARIANCE_OPTIONS = ("pilot", "reader_variance", "reader_by_arm_variance", "case_variance")
_SHARES = ("share", "against")
_PHASES = ("naive_auc", "same_cases")
_NO_USE: dict[AskedOf, tuple[str, ...]] = {
    "films": (*_SHARES, *_PHASES),
    "words": ("auc", "steps", *_OF_FILMS, *_PHASES),
    "marks": ("auc", "steps", *_OF_FILMS, *_PHASES),
    "noticing": ("auc", "steps", "simulations", "seed", *_OF_FILMS, *_VARIANCE_OPTIONS, *_PHASES),
    "phases": (*_OF_FILMS, *_SHARES),
}


def _check_asked(context: typer.Context, asks: str) -> None:
    if asks not in ASKED:
        raise typer.BadParameter(f"is one of {', '.join(ASKED)}.", param_hint="--asks")
    for name in _NO_USE[asks]:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(
                f"has no use with --asks {asks}: leave it out.",
                param_hint=f"--{name.replace('_', '-')}",
            )


def _asked(
    asks: str,
    share: float | None,
    against: float | None,
    naive_auc: float | None,
    *,
    same_cases: bool,
) -> Asked:
    usual = _OF_READERS if asks == "noticing" else _ASKED.against
    return Asked(
        cast(AskedOf, asks),
        _ASKED.share if share is None else share,
        usual if against is None else against,
        _ASKED.naive_auc if naive_auc is None else naive_auc,
        same_cases,
    )


def _check_figure_path(path: Path | None, *, force: bool) -> None:
    """Refuse before the simulation what could not be written after it."""
    if path is not None and path.suffix.lower() not in _FIGURES:
        raise BadInput(f"{path}: a figure's name ends in {', '.join(_FIGURES)}.")
    ensure_free(path, force=force)


def _draw(made: Plan, path: Path, *, force: bool) -> None:
    ending = cast(Ending, path.suffix.lower().removeprefix("."))
    drawn = render(lambda: draw_plan(made), ending)
    with writing_atomically(path, force=force) as file:
        file.write(drawn)


def _numbers(option: str, text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise BadInput(
            f"{option} {text!r} is not a list of whole numbers: write them with commas, "
            "such as 4,8,12."
        ) from None


def _piloted(path: Path, told: FileOptions, phase: str | None) -> PilotComponents:
    pilot = analyse_file(
        path, columns=told.columns, settings=AnalysisSettings(), phase=phase, options=told
    )
    warn_of_file(pilot, "the pilot's readers are simulated; so are its variances")
    try:
        return pilot_components(pilot.analysis.table)
    except StatisticsInputError as error:
        raise BadInput(f"{path}: {error}") from None


def _source(pilot: Path | None, piloted: PilotComponents | None, stated: list[str]) -> str:
    names = ", ".join(name.replace("_", " ") for name in stated)
    if len(stated) == 3:
        return "stated"
    if piloted is None:
        base = _ASSUMED
    else:
        base = (
            f"pilot {pilot}, {piloted.measure.replace('_', ' ')} of {piloted.n_readers} readers "
            f"and {piloted.n_cases} images"
        )
    return f"{names} stated; {base}" if stated else base


def _json(made: Plan, source: str, cautions: list[str]) -> dict[str, Any]:
    content = made.to_json()
    content["components"]["source"] = source
    return {**content, "answers": answers(made), "cautions": cautions + few_readers(made)}


def _print(made: Plan, source: str, cautions: list[str]) -> None:
    console = Console(highlight=False)
    for line in assumptions(made, source=source):
        console.print(Text(line))
    for question in made.questions:
        console.print()
        console.print(_table(made, question))
    console.print()
    enough = f"• = a power of {made.target_power:.0%} or more"
    of_arms = {
        "noticing": "; images say nothing of noticing",
        "phases": "; images are those of each arm in each phase",
    }.get(made.asked.of, "" if made.layout.pictures > 1 else "; images are those of each arm")
    of_groups = ", all groups together" if made.layout.groups > 1 else ""
    console.print(Text(f"{enough}{of_arms}{of_groups}."))
    for line in answers(made):
        console.print(Text(f"- {line}"))
    for line in cautions + few_readers(made):
        console.print(Text(f"! {line}", style="yellow"))


def _table(made: Plan, question: Question) -> Table:
    table = Table(title=TITLES[question], title_justify="left", title_style="bold")
    units = "sets" if made.layout.pictures > 1 else "images"
    is_of_readers = made.asked.of == "noticing"
    table.add_column(
        "Readers" if is_of_readers else f"Readers \\ {units}", justify="right", no_wrap=True
    )
    for cases in made.cases:
        table.add_column("any images" if is_of_readers else str(cases), justify="right")
    for readers in made.readers:
        cells = [made.cell(readers, cases).expected[question] for cases in made.cases]
        table.add_row(
            str(readers),
            *(
                Text(f"{cell_text(cell)} •", style="bold")
                if made.is_enough(cell)
                else Text(f"{cell_text(cell)}  ")
                for cell in cells
            ),
        )
    return table


@contextmanager
def _progress_bar(cells: int) -> Iterator[Any]:
    console = Console(stderr=True)
    with Progress(
        TextColumn("simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("designs"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=cells)
        yield lambda done: bar.update(task, completed=done)
