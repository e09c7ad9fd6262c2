"""What every figure of a report is: a plot that draws itself and gives the numbers it draws."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from matplotlib.figure import Figure

from app.report.figures.style import Ending, render
from app.words.language import ENGLISH

Value = str | int | float | None


@dataclass(frozen=True)
class Numbers:
    """The numbers behind a figure as a table; None where there is no number."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


class Plot(Protocol):
    """The data of one figure. What is drawn and what is written both come from it."""

    def draw(self) -> Figure:
        """The figure."""
        ...

    def numbers(self) -> Numbers:
        """Every point, line and bar of it, as rows."""
        ...


@dataclass(frozen=True)
class ReportFigure:
    """One figure: its file name without ending, title, caption, what a blind reader is told.

    `make` gives the plot; it is called when the figure is first asked for.
    """

    name: str
    title: str
    caption: str
    alternative: str
    make: Callable[[], Plot]

    @cached_property
    def plot(self) -> Plot:
        """The data, made once."""
        return self.make()

    @cached_property
    def _files(self) -> dict[tuple[Ending, str], bytes]:
        return {}

    def file(self, ending: Ending, tongue: str = ENGLISH) -> bytes:
        """The figure as a file of a kind in a language, drawn once."""
        key = (ending, tongue)
        if key not in self._files:
            self._files[key] = render(self.plot.draw, ending, tongue)
        return self._files[key]

    @property
    def svg(self) -> bytes:
        """The figure as SVG."""
        return self.file("svg")
