"""Names of the files that a report is written to."""

from pathlib import Path

from app.cli.atomic_file import ensure_free, ensure_free_folder
from app.domain.errors import BadInput
from app.words.language import LANGUAGES

PAGES, SHEETS = (".html", ".htm"), (".pdf",)


def ensure_spoken(tongue: str) -> None:
    """Raise BadInput for a tag that is no language of the pages."""
    if tongue not in LANGUAGES:
        raise BadInput(f"There are no words in {tongue!r}; there are: {', '.join(LANGUAGES)}.")


def ensure_report_names(
    out: Path | None, figures: Path | None, endings: tuple[str, ...], *, force: bool
) -> None:
    """Raise BadInput, before anything is computed, for what could not be written after it.

    And Refused, without `force`, for what would be written over.
    """
    if out is not None and out.suffix.lower() not in endings:
        named = " or ".join(one for one in endings if one != ".htm")
        raise BadInput(f"{out.name} is not the name of a report: let it end in {named}.")
    for path in (out, figures):
        if path is not None and not path.parent.is_dir():
            raise BadInput(f"{path}: there is no folder {path.parent}; make it first.")
    if figures is not None and figures.exists() and not figures.is_dir():
        raise BadInput(f"{figures} is a file; name a folder for the figures.")
    ensure_free(out, force=force)
    ensure_free_folder(figures, force=force)
