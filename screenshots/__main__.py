"""python -m screenshots: starts a demonstration of its own, takes its pictures, stops it."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from screenshots.demonstration import demonstration
from screenshots.documentation import take_pictures
from tests.browser import chromium_browser

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


@program.callback()
def _program() -> None:
    """Take pictures of pages."""


program()
