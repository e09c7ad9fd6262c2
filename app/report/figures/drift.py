"""Realism, accuracy and reading time over the position in the session."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from app.domain.said import said
from app.report.figures.plot import Numbers
from app.report.figures.style import REAL, SYNTHETIC, inked, light_grid, new_figure
from app.statistics.table.ratings import Float, Measure, RatingsTable

_MOST_BINS = 10
_FEWEST_POSITIONS = 4


@dataclass(frozen=True)
class DriftPanel:
    """Means over bins of positions: `real` and `synthetic` are NaN where a bin is empty."""

    name: str
    centres: Float
    real: Float
    synthetic: Float


def drift_panels(table: RatingsTable) -> tuple[DriftPanel, ...]:
    """Per bin of positions the mean over readers of their means; time is a geometric mean in s."""
    panels: list[DriftPanel] = []
    position = table.position
    last = int(np.nanmax(position)) if np.isfinite(position).any() else 0
    if last < _FEWEST_POSITIONS:
        return ()
    edges = np.linspace(0.5, last + 0.5, min(_MOST_BINS, last // 2) + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    wanted: tuple[tuple[Measure, str], ...] = (
        ("realism", said("Realism")),
        ("verdict", said("Share of verdicts right")),
        ("log_time", said("Reading time, s")),
    )
    for measure, name in wanted:
        if not table.has("reading_time_ms" if measure == "log_time" else measure):
            continue
        sides = []
        for arms in (table.real_arms, table.synthetic_arms):
            values = table.pooled_matrix(measure, arms)
            if measure == "verdict" and arms == table.real_arms:
                values = 1.0 - values
            means = _binned(table.pooled_matrix("position", arms), values, edges)
            sides.append(np.exp(means) / 1000 if measure == "log_time" else means)
        panels.append(DriftPanel(name, centres, sides[0], sides[1]))
    return tuple(panels)


@dataclass(frozen=True)
class DriftPlot:
    """The panels, one below the other."""

    panels: tuple[DriftPanel, ...]

    def draw(self) -> Figure:
        """One panel a figure, real and synthetic images apart."""
        return _draw(self.panels)

    def numbers(self) -> Numbers:
        """A row a panel, kind of image and bin; the position is the bin's middle."""
        rows = [
            (panel.name, kind, float(centre), float(value) if np.isfinite(value) else None)
            for panel in self.panels
            for kind, values in (("real", panel.real), ("synthetic", panel.synthetic))
            for centre, value in zip(panel.centres, values, strict=True)
        ]
        return Numbers(("figure", "images", "position", "mean"), tuple(rows))


def _draw(panels: tuple[DriftPanel, ...]) -> Figure:
    figure = new_figure(0.7 + 1.25 * len(panels))
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)
    for axes, panel in zip(rows[:, 0], panels, strict=True):
        for values, colour, marker, dashes, label in (
            (panel.real, REAL, "o", (0, ()), said("real")),
            (panel.synthetic, SYNTHETIC[0], "s", (0, (4, 1.5)), said("synthetic")),
        ):
            axes.plot(
                panel.centres,
                values,
                color=colour,
                marker=marker,
                markersize=4.5,
                markerfacecolor=colour if label == "real" else "white",
                linestyle=dashes,
                linewidth=1.5,
                label=inked(label),
            )
        axes.set_title(inked(panel.name))
        light_grid(axes, "y")
        axes.margins(y=0.18)
    figure.legend(*rows[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    rows[-1, 0].set_xlabel(inked(said("Position in the session")))
    return figure


def _binned(position: Float, values: Float, edges: Float) -> Float:
    means = np.full((position.shape[0], edges.size - 1), np.nan)
    for j in range(position.shape[0]):
        seen = np.isfinite(position[j]) & np.isfinite(values[j])
        bins = np.digitize(position[j][seen], edges) - 1
        for index in range(edges.size - 1):
            inside = values[j][seen][bins == index]
            if inside.size:
                means[j, index] = inside.mean()
    counted = np.isfinite(means).sum(axis=0)
    total = np.where(np.isfinite(means), means, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        averaged: Float = np.where(counted > 0, total / counted, np.nan)
    return averaged
