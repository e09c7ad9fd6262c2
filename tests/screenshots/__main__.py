"""python -m tests.screenshots: starts a demonstration of its own, takes its pictures, stops it."""

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from app.words.language import LANGUAGES
from tests.browser import chromium_browser
from tests.screenshots.demonstration import demonstration
from tests.screenshots.documentation import take_pictures
from tests.screenshots.everything import SIZES, Wanted, take_every_page

program = typer.Typer(no_args_is_help=True, add_completion=False)


@program.command("documentation")
def documentation(
    out: Annotated[Path, typer.Option(help="Where the pictures go.")] = Path("docs/pictures"),
) -> None:
    """The pictures of README and docs/."""
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration(Path(folder)) as demo,
        chromium_browser() as browser,
    ):
        for path in take_pictures(browser, demo, out):
            typer.echo(f"{path}  {path.stat().st_size // 1024} KiB")


@program.command("everything")
def everything(
    out: Annotated[Path, typer.Option(help="Where the pictures go.")] = Path("screens"),
    language: Annotated[str, typer.Option(help="What the pages speak: en, pt-BR or es.")] = "en",
    size: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this size, of {', '.join(SIZES)}; may be given again."),
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this page, or those of a pattern such as 'bank*'; may be given again."
        ),
    ] = None,
) -> None:
    """Every page at 1440x900, 1024x768, 390x844 and 200 % zoom, to be looked at."""
    _known(language, LANGUAGES)
    for one in size or ():
        _known(one, SIZES)
    wanted = Wanted(out, tuple(size or SIZES), tuple(page or ("*",)))
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration(Path(folder)) as demo,
        chromium_browser() as browser,
    ):
        count = sum(1 for _ in take_every_page(browser, demo, wanted, language))
        if not count:
            raise typer.BadParameter(f"No page is called {' or '.join(wanted.pages)}.")
        typer.echo(f"{count} pictures in {out}, one folder a size.")


def _known(given: str, choices: Collection[str]) -> None:
    if given not in choices:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(choices)}")


if __name__ == "__main__":
    program()
