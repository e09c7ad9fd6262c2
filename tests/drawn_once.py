"""A report's figure, drawn once for the same numbers, kind of file and language."""

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from app.report.figures import plot, style
from app.report.figures.style import Ending
from app.words.language import ENGLISH, Language
from tests.by_value import by_value

_drawn: dict[tuple[bytes, Ending, Language, int], bytes] = {}


def figures_are_drawn_once(patch: pytest.MonkeyPatch) -> None:
    """Remember the figures of reports; the figures' own tests draw theirs each time."""
    patch.setattr(plot, "render", _remembered)


def _remembered(draw: Callable[[], Figure], ending: Ending, tongue: str = ENGLISH) -> bytes:
    # What is drawn is a plot's own numbers and nothing else: `draw` is a method of it.
    # Tests change the language and the resolution.
    asked = by_value(draw), ending, style.language(tongue), style.DPI
    if asked not in _drawn:
        _drawn[asked] = style.render(draw, ending, tongue)
    return _drawn[asked]
