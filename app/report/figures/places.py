"""Where readers mark: a map an arm, each over the same drawn outline of a chest."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy.interpolate import splev, splprep

from app.domain.said import said
from app.report.figures.plot import Numbers, Value
from app.report.figures.style import DIM, STEPS_DARK, WIDTH, inked, new_figure, short
from app.statistics.protocols.places import Places
from app.statistics.table.ratings import Float

_MAP = LinearSegmentedColormap.from_list("marks", ["#ffffff", "#b9d3e2", "#4f8fb5", STEPS_DARK])
# Our own drawing of a chest film, as shares of the picture's side from its top left: it says where
# on a film a place is, and is nobody's anatomy.
_Line = tuple[tuple[float, float], ...]
_RIGHT_LUNG: _Line = (
    (0.375, 0.145),
    (0.29, 0.2),
    (0.215, 0.36),
    (0.17, 0.55),
    (0.15, 0.72),
    (0.155, 0.8),
    (0.23, 0.745),
    (0.33, 0.735),
    (0.42, 0.78),
    (0.435, 0.66),
    (0.43, 0.5),
    (0.44, 0.34),
    (0.43, 0.2),
)
_LEFT_LUNG: _Line = (
    (0.625, 0.145),
    (0.71, 0.2),
    (0.785, 0.36),
    (0.83, 0.55),
    (0.85, 0.74),
    (0.845, 0.83),
    (0.77, 0.775),
    (0.69, 0.775),
    (0.675, 0.66),
    (0.61, 0.54),
    (0.57, 0.45),
    (0.565, 0.34),
    (0.57, 0.2),
)
_SHOULDER: _Line = (
    (0.43, 0.0),
    (0.42, 0.07),
    (0.32, 0.105),
    (0.16, 0.13),
    (0.05, 0.19),
    (0.0, 0.27),
)
_SIDE: _Line = ((0.03, 0.42), (0.075, 0.55), (0.08, 0.75), (0.07, 1.0))
_COLLARBONE: _Line = ((0.455, 0.175), (0.36, 0.165), (0.26, 0.135), (0.15, 0.15))


@dataclass(frozen=True)
class PlacePanel:
    """One arm: its label, (N, N) density, readings and marks."""

    arm: str
    label: str
    density: Float
    n_readings: int
    n_marks: int


@dataclass(frozen=True)
class PlacesPlot:
    """One panel an arm, real first, one scale for all."""

    panels: tuple[PlacePanel, ...]

    def draw(self) -> Figure:
        """Darker means more marks a reading."""
        columns = min(len(self.panels), 3)
        rows = math.ceil(len(self.panels) / columns)
        width = WIDTH if columns > 1 else 0.62 * WIDTH
        side = (width - 0.5) / columns
        figure = new_figure(0.35 + rows * (side + 0.38), width=width)
        grid = figure.subplots(rows, columns, squeeze=False)
        top = max(float(panel.density.max()) for panel in self.panels) or 1.0
        image = None
        for place, axes in enumerate(grid.flat):
            if place >= len(self.panels):
                axes.set_visible(False)
                continue
            panel = self.panels[place]
            image = axes.imshow(
                panel.density,
                cmap=_MAP,
                vmin=0.0,
                vmax=top,
                extent=(0, 1, 1, 0),
                interpolation="bilinear",
            )
            _outline(axes)
            axes.set_title(inked(short(panel.label, 22)))
            axes.set_xlabel(
                inked(
                    said(
                        "{n_marks} marks, {n_readings} readings",
                        n_marks=panel.n_marks,
                        n_readings=panel.n_readings,
                    )
                ),
                fontsize=7.5,
            )
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_xlim(0, 1)
            axes.set_ylim(1, 0)
            axes.spines[["top", "right"]].set_visible(True)
        if image is not None:
            bar = figure.colorbar(
                image, ax=grid, orientation="horizontal", shrink=0.6, aspect=30, pad=0.03
            )
            bar.set_label(said("Marks per 100 readings and 1% of the picture"), fontsize=7.5)
            bar.ax.tick_params(labelsize=7)
        return figure

    def numbers(self) -> Numbers:
        """A row a cell of each map: its middle as shares of the side, and the density there."""
        rows: list[tuple[Value, ...]] = []
        for panel in self.panels:
            n = panel.density.shape[0]
            rows += [
                (
                    panel.arm,
                    round((column + 0.5) / n, 4),
                    round((row + 0.5) / n, 4),
                    round(float(panel.density[row, column]), 4),
                )
                for row in range(n)
                for column in range(n)
            ]
        return Numbers(("arm", "x", "y", "marks_per_100_readings_and_percent"), tuple(rows))


def places_plot(figures: Places, labels: Mapping[str, str], arms: Sequence[str] = ()) -> PlacesPlot:
    """The maps of all arms, or of some."""
    return PlacesPlot(
        tuple(
            PlacePanel(
                arm=one.arm,
                label=labels.get(one.arm, one.arm),
                density=one.density,
                n_readings=one.n_readings,
                n_marks=one.n_marks,
            )
            for one in figures.arms
            if not arms or one.arm in arms
        )
    )


def _outline(axes: Axes) -> None:
    for line, is_closed in ((_RIGHT_LUNG, True), (_LEFT_LUNG, True)):
        _draw(axes, line, is_closed=is_closed)
    for line in (_SHOULDER, _SIDE, _COLLARBONE):
        _draw(axes, line)
        _draw(axes, tuple((1.0 - x, y) for x, y in line))


def _draw(axes: Axes, line: _Line, *, is_closed: bool = False) -> None:
    points = np.array([*line, line[0]] if is_closed else line)
    curve, _ = splprep(points.T, s=0, per=is_closed, k=3)
    x, y = splev(np.linspace(0, 1, 120), curve)
    axes.plot(x, y, color=DIM, linewidth=0.7, alpha=0.75, zorder=3)
