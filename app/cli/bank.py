"""import-bank and import-images."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperCommand

from app.bank.manifest import MANIFEST_FILE
from app.cli.opening import now, open_house
from app.domain.design.design import RENDITION_SIZE
from app.domain.errors import BadBank
from app.films.archives import opened_folder
from app.films.film import GREY_MAPPINGS, GreyMapping
from app.films.meanings import Meanings, meanings_of
from app.films.notes import NOTE_WORDS
from app.films.regular_file import open_regular
from app.services.import_bank import ImportSummary, import_bank, import_images

Size = Annotated[
    int, typer.Option(min=64, max=4096, help="Side of the canonical rendition, in pixels.")
]
Resolution = Annotated[
    int | None,
    typer.Option(
        min=64,
        max=4096,
        help="Limit the detail of all pictures of this size to that of a source of so many pixels, "
        "such as the coarsest arm's.",
    ),
]
Mapping = Annotated[
    str | None,
    typer.Option(
        help="How deep files become grey: dicom-window (default), percentile or as-is.",
        metavar="MAPPING",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        help="Which of the table's columns is which: file=Path, condition=Label, ...",
        metavar="OURS=HEADING",
    ),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        help='What a value means, "*" for all others: condition "No Finding=normal".',
        metavar='COLUMN "THEIRS=OURS"',
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse everything if one is bad.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("import-bank")(import_a_bank)
    program.command("import-images", cls=_WithPairs)(import_a_folder)


_BETWEEN: Final = "\x1f"


class _WithPairs(TyperCommand):
    """A command whose --value takes two words, as often as it is given; typer knows one only."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        words, joined = list(args), []
        while words:
            word = words.pop(0)
            joined.append(word)
            if word == "--value" and len(words) > 1 and "=" not in words[0]:
                joined.append(_BETWEEN.join((words.pop(0), words.pop(0))))
        return super().parse_args(ctx, joined)


def import_a_bank(
    directory: Annotated[Path, typer.Argument(help="The bank's folder (docs/bank-format.md).")],
    size: Size = RENDITION_SIZE,
    resolution: Resolution = None,
    strict: Strict = False,
) -> None:
    """Import an image bank; what is there already is skipped, so it can be run again."""
    house = open_house()
    with _progress_bar(directory / MANIFEST_FILE) as advance:
        summary = import_bank(
            house.database,
            house.store,
            directory,
            now=now(),
            size=size,
            resolution=resolution,
            strict=strict,
            progress=advance,
        )
    _tell(summary, strict=strict)


def import_a_folder(
    directory: Annotated[Path, typer.Argument(help="The folder of images, or a zip of it.")],
    index: Annotated[
        str, typer.Option(help="CSV inside it: file, condition, findings, sex, age, view, ...")
    ],
    arm: Annotated[str, typer.Option(help="`real`, or the name of a synthetic arm.")],
    label: Annotated[str | None, typer.Option(help="The arm's name in reports.")] = None,
    description: Annotated[str | None, typer.Option(help="Where the images come from.")] = None,
    grey_mapping: Mapping = None,
    column: Columns = None,
    value: Values = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="A label besides normal and abnormal that rows may have; repeatable."),
    ] = None,
    size: Size = RENDITION_SIZE,
    resolution: Resolution = None,
    strict: Strict = False,
) -> None:
    """Import a folder of images as one arm."""
    house = open_house()
    meanings = _meanings(column or [], value or [])
    with opened_folder(directory) as directory, _progress_bar(directory / index) as advance:
        summary = import_images(
            house.database,
            house.store,
            directory,
            index=index,
            arm=arm,
            now=now(),
            label=label,
            description=description,
            grey_mapping=_mapping(grey_mapping),
            columns=meanings.columns,
            values=meanings.values,
            told=_said_once(),
            conditions=condition or (),
            size=size,
            resolution=resolution,
            strict=strict,
            progress=advance,
        )
    _tell(summary, strict=strict)


@contextmanager
def _progress_bar(manifest: Path) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        # In a log file a bar is noise; what was refused stands there alone.
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("importing", total=_line_count(manifest))
        yield lambda done: bar.update(task, completed=done)


def _line_count(path: Path) -> int | None:
    """Lines of a text file, for the bar only; counted in pieces, so a long one costs no memory."""
    try:
        with open_regular(path) as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return None


def _meanings(columns: Sequence[str], values: Sequence[str]) -> Meanings:
    separated = (words.partition(_BETWEEN if _BETWEEN in words else " ") for words in values)
    try:
        return meanings_of(columns, [(column, pair) for column, _, pair in separated])
    except ValueError as error:
        raise BadBank(str(error)) from None


def _said_once() -> Callable[[str], None]:
    """Tell how the table is read; with --strict it is gone through twice."""
    said: set[str] = set()

    def tell(text: str) -> None:
        if text not in said:
            said.add(text)
            typer.echo(f"{text}.", err=True)

    return tell


def _mapping(given: str | None) -> GreyMapping | None:
    if given is None:
        return None
    for mapping in GREY_MAPPINGS:
        if given == mapping:
            return mapping
    raise BadBank(f"--grey-mapping must be one of {', '.join(GREY_MAPPINGS)}, not {given!r}.")


def _tell(summary: ImportSummary, *, strict: bool) -> None:
    for bad in summary.refused:
        typer.echo(f"refused: {bad}", err=True)
    unnamed = summary.refused_count - len(summary.refused)
    if unnamed:
        typer.echo(f"... and {unnamed} more.", err=True)
    typer.echo(
        f"{summary.added} images added, {summary.already_present} already in the bank, "
        f"{summary.refused_count} refused."
    )
    for kind, count in summary.notes.items():
        images = "image" if count == 1 else "images"
        typer.echo(f"noted: {count} {images}: {NOTE_WORDS[kind]}.")
    for sentence in summary.alike:
        typer.echo(f"alike: {sentence}.")
    if summary.alike_count > len(summary.alike):
        typer.echo(f"... and {summary.alike_count - len(summary.alike)} more alike.")
    if strict and summary.refused_count:
        raise BadBank("Nothing was imported, because --strict was asked for.")
    if summary.refused_count and not summary.added and not summary.already_present:
        raise BadBank("Nothing could be imported; the reasons stand above.")
