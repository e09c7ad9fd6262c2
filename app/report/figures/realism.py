"""Stacked bars of the realism ratings, one an arm, real first."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from app.domain.said import said
from app.report.figures.plot import Numbers
from app.report.figures.style import (
    INK,
    STEPS_DARK,
    STEPS_LIGHT,
    inked,
    new_figure,
    short,
)
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import number
from app.statistics.analysis import Analysis
from app.statistics.table.ratings import Float

_CLASSES = 5
_LEAST_LABELLED = 0.055


@dataclass(frozen=True)
class RealismPlot:
    """Shares (I arms, C steps), averaged over readers; `means` is None where there is none."""

    arms: tuple[str, ...]
    steps: tuple[str, ...]
    shares: Float
    means: tuple[float | None, ...]

    def draw(self) -> Figure:
        """Stacked bars."""
        return _draw(self)

    def numbers(self) -> Numbers:
        """A row an arm and step."""
        rows = [
            (arm, step, float(self.shares[row, column]), self.means[row])
            for row, arm in enumerate(self.arms)
            for column, step in enumerate(self.steps)
        ]
        return Numbers(("arm", "realism", "share", "mean_realism"), tuple(rows))


def realism_plot(analysis: Analysis) -> RealismPlot:
    """Shares averaged over readers; a scale of many steps is cut into five classes."""
    names, shares = realism_shares(analysis)
    means = []
    for arm in analysis.arms:
        mean = estimate_of(analysis.arms[arm], "realism", "mean").estimate
        means.append(_plain_mean(analysis, arm) if mean is None else mean)
    return RealismPlot(tuple(analysis.arms), names, shares, tuple(means))


def _draw(plot: RealismPlot) -> Figure:
    arms, names, shares = plot.arms, plot.steps, plot.shares
    figure = new_figure(0.95 + 0.42 * len(arms))
    axes = figure.subplots()
    colours = LinearSegmentedColormap.from_list("steps", [STEPS_LIGHT, STEPS_DARK])(
        np.linspace(0, 1, len(names))
    )
    left = np.zeros(len(arms))
    rows = np.arange(len(arms))
    for step, name in enumerate(names):
        widths = shares[:, step]
        axes.barh(
            rows,
            widths,
            left=left,
            height=0.66,
            color=colours[step],
            edgecolor="white",
            linewidth=0.8,
            label=inked(name),
        )
        ink = "white" if _luminance(colours[step]) < 0.45 else INK
        for row, width in enumerate(widths):
            if width >= _LEAST_LABELLED:
                axes.text(
                    left[row] + width / 2,
                    row,
                    inked(f"{100 * width:.0f}"),
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color=ink,
                )
        left = left + widths
    for row, mean in enumerate(plot.means):
        axes.text(1.015, row, inked(number(mean, 1)), va="center", fontsize=8, fontweight="bold")
    axes.text(1.015, -0.62, inked(said("mean")), va="center", fontsize=7.5)
    axes.set_yticks(rows, [short(arm) for arm in arms])
    axes.set_ylim(len(arms) - 0.5, -0.75)
    axes.set_xlim(0, 1)
    axes.set_xticks(np.linspace(0, 1, 5), ["0", "25", "50", "75", "100%"])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside upper center",
        ncols=min(len(names), 7),
        handlelength=1.0,
        handleheight=1.0,
        columnspacing=1.2,
        title=inked(said("Realism: not at all (lightest) to like a real radiograph (darkest)")),
        title_fontsize=8,
    )
    return figure


def realism_shares(analysis: Analysis) -> tuple[tuple[str, ...], Float]:
    """Names of the steps and the share of each in every arm, readers weighing equally.

    Returns
    -------
    names : tuple of str
    shares : (I, C) array of float
        0 for an arm nobody rated.
    """
    first = next(iter(analysis.arms.values()))
    if first.distribution:
        names = tuple(f"{step.category:g}" for step in first.distribution)
        rows = [[step.share or 0.0 for step in arm.distribution] for arm in analysis.arms.values()]
        return names, np.array(rows)
    table = analysis.table
    low, high = table.realism_min or 0.0, table.realism_max or 0.0
    edges = np.linspace(low, high, _CLASSES + 1)
    classes = [_shares_of_readers(table.matrix("realism", arm), edges) for arm in analysis.arms]
    return tuple(f"{number(a, 0)}-{number(b, 0)}" for a, b in pairwise(edges)), np.array(classes)


def _shares_of_readers(matrix: Float, edges: Sequence[float] | Float) -> Float:
    shares = []
    for reader in matrix:
        seen = reader[np.isfinite(reader)]
        if seen.size:
            shares.append(np.histogram(seen, edges)[0] / seen.size)
    averaged: Float = np.mean(shares, axis=0) if shares else np.zeros(len(edges) - 1)
    return averaged


def _plain_mean(analysis: Analysis, arm: str) -> float | None:
    values = [analysis.readers[reader][arm]["realism_mean"] for reader in analysis.readers]
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _luminance(colour: object) -> float:
    red, green, blue = to_rgb(colour)  # type: ignore[arg-type]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
