"""How each case was looked at, as columns of ratings.csv."""

from collections.abc import Iterator
from typing import Literal

from app.db.truth.answer_rows import AnswerRow
from app.domain.grey_steps import NEEDED, GreySteps
from app.domain.said import said
from app.domain.viewing import Viewing

ColumnType = Literal["text", "whole", "decimal", "moment"]
_OF_CASE: tuple[tuple[str, str, ColumnType], ...] = (
    (
        "viewport_width",
        said(
            "Width of the page's window at the end, in CSS pixels. Empty: not told (no "
            "JavaScript), or not possible."
        ),
        "whole",
    ),
    (
        "viewport_height",
        said("Its height, in CSS pixels. Empty: not told (no JavaScript), or not possible."),
        "whole",
    ),
    (
        "pixel_ratio",
        said(
            "Screen pixels per CSS pixel, by the browser, its own zoom included. Empty: not told."
        ),
        "decimal",
    ),
    (
        "film_side",
        said(
            "Side of the fitted picture as it was drawn, in CSS pixels. Empty: not told, or no "
            "picture."
        ),
        "decimal",
    ),
    (
        "pointer",
        said(
            "What touched the page last on this case: mouse, pen, touch; none: only keys. "
            "Empty: not told."
        ),
        "text",
    ),
    (
        "window_width",
        said(
            "Window of the picture at the end, in grey levels of 8 bits; 255 untouched. Empty: not "
            "told, or no picture."
        ),
        "decimal",
    ),
    (
        "window_level",
        said(
            "Level of the picture at the end, in grey levels of 8 bits; 127.5 untouched. "
            "Empty: not told, or no picture."
        ),
        "decimal",
    ),
    (
        "zoom_reached",
        said(
            "The greatest zoom since the case's page was last opened, against the fitted picture. "
            "Empty: not told, or no picture."
        ),
        "decimal",
    ),
    (
        "inverted",
        said(
            "1 if black and white were exchanged at the end, else 0. Empty: not told, or "
            "no picture."
        ),
        "whole",
    ),
    (
        "magnifier",
        said(
            "1 if the magnifier was used since the case's page was last opened, else 0. Empty: not "
            "told, or no picture."
        ),
        "whole",
    ),
)
_OF_SITTING: tuple[tuple[str, str, ColumnType], ...] = (
    (
        "grey_check",
        said(
            "Of the sitting: passed if steps of {needed} % were told apart near black and "
            "near white and no square was seen where none was, else failed. Empty: not "
            "done.",
            needed=NEEDED,
        ),
        "text",
    ),
    (
        "black_step",
        said(
            "Of the sitting: the finest step above black told apart, in % of the driving "
            "level. Empty: not done, or none."
        ),
        "whole",
    ),
    (
        "white_step",
        said(
            "Of the sitting: the finest step below white told apart, in % of the driving "
            "level. Empty: not done, or none."
        ),
        "whole",
    ),
)


def viewing_columns(*, has_check: bool) -> Iterator[tuple[str, str, ColumnType]]:
    """Name, meaning and type of each; those of the grey-step check where the design has one."""
    yield from _OF_CASE
    if has_check:
        yield from _OF_SITTING


def viewing_cells(row: AnswerRow) -> dict[str, object]:
    """The cells of one rating, by column."""
    seen, check = row.viewing or Viewing(), row.grey_steps
    return {
        "viewport_width": seen.width,
        "viewport_height": seen.height,
        "pixel_ratio": seen.pixel_ratio,
        "film_side": seen.film_side,
        "pointer": seen.pointer,
        "window_width": seen.window,
        "window_level": seen.level,
        "zoom_reached": seen.zoom,
        "inverted": None if seen.inverted is None else int(seen.inverted),
        "magnifier": None if seen.magnifier is None else int(seen.magnifier),
        "grey_check": outcome(check),
        "black_step": check and check.black_step,
        "white_step": check and check.white_step,
    }


def outcome(check: GreySteps | None) -> str | None:
    """`passed` or `failed`; None where nothing was checked."""
    if check is None:
        return None
    return "passed" if check.has_passed else "failed"
