"""Bland-Altman plot of repeated readings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from app.domain.said import said
from app.report.figures.plot import Numbers
from app.report.figures.style import DIM, INK, REAL, SYNTHETIC, inked, light_grid, new_figure
from app.report.words.numbers import signed
from app.statistics.agreement.intra_reader import intra_reader
from app.statistics.analysis import Analysis
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float

_LIMITS = ("limit_of_agreement_high", "bias", "limit_of_agreement_low")


def repeated_reads(analysis: Analysis) -> tuple[Float, Float, list[str]]:
    """First and second realism ratings, (J, K) each, and the truth of the K cases."""
    table = analysis.table
    truth = [table.truth_of(arm) for arm in table.arms for _ in table.cases(arm)]
    return (
        table.pooled_matrix("realism", table.arms),
        table.pooled_matrix("realism", table.arms, replicate=1),
        truth,
    )


def limits_of_agreement(analysis: Analysis) -> dict[str, Estimate]:
    """Bias and limits over the images of all arms."""
    first, second, _ = repeated_reads(analysis)
    estimates = intra_reader(
        first,
        second,
        kind="realism",
        categories=analysis.table.categories(),
        level=analysis.settings.level,
        generalise_to=analysis.settings.generalise_to,
    )
    return {key: estimates[key] for key in _LIMITS}


@dataclass(frozen=True)
class RepeatsPlot:
    """How many pairs of readings have each (truth, mean, difference), with bias and limits."""

    counted: Mapping[tuple[str, float, float], int]
    limits: Mapping[str, float | None]
    span: float

    def draw(self) -> Figure:
        """Difference against mean of two readings; a mark's area counts the pairs on it."""
        return _draw(self)

    def numbers(self) -> Numbers:
        """A row a point of the figure, then the lines."""
        points = [
            (said("pairs of readings"), truth, mean, difference, count)
            for (truth, mean, difference), count in sorted(self.counted.items())
        ]
        lines = [(key, None, None, value, None) for key, value in self.limits.items()]
        columns = ("mark", "images", "mean", "difference", "pairs")
        return Numbers(columns, (*points, *lines))


def repeats_plot(analysis: Analysis) -> RepeatsPlot:
    """The pairs of readings of all arms."""
    first, second, truth = repeated_reads(analysis)
    counted: Counter[tuple[str, float, float]] = Counter()
    for j, k in zip(*np.nonzero(np.isfinite(first) & np.isfinite(second)), strict=True):
        one, two = float(first[j, k]), float(second[j, k])
        counted[truth[k], (one + two) / 2, two - one] += 1
    limits = {key: limit.estimate for key, limit in limits_of_agreement(analysis).items()}
    table = analysis.table
    return RepeatsPlot(counted, limits, (table.realism_max or 1) - (table.realism_min or 0))


def _draw(plot: RepeatsPlot) -> Figure:
    counted = plot.counted
    figure = new_figure(3.1)
    axes = figure.subplots()
    most = max(counted.values())
    step = 0.06 * plot.span / 2
    for kind, colour, marker, shift in (
        ("real", REAL, "o", -step / 2),
        ("synthetic", SYNTHETIC[0], "s", step / 2),
    ):
        points = [(x, y, n) for (of, x, y), n in counted.items() if of == kind]
        axes.scatter(
            [x + shift for x, _, _ in points],
            [y for _, y, _ in points],
            s=[14 + 130 * n / most for _, _, n in points],
            marker=marker,
            facecolor=colour if kind == "real" else "white",
            edgecolor=colour,
            alpha=0.85,
            linewidth=1.2,
            zorder=3,
        )
    _draw_limits(axes, plot)
    light_grid(axes, "y")
    axes.set_xlabel(inked(said("Mean of two readings, realism")))
    axes.set_ylabel(inked(said("Second − first")))
    _name_kinds(axes)
    return figure


def _draw_limits(axes: Axes, plot: RepeatsPlot) -> None:
    """Bias and limits of agreement as lines, with their names at the right."""
    axes.axhline(0, color="#d5dadc", linewidth=0.8)
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    names = dict(
        zip(_LIMITS, (said("upper limit"), said("bias"), said("lower limit")), strict=True)
    )
    for key, limit in plot.limits.items():
        if limit is None:
            continue
        dashes = (0, ()) if key == "bias" else (0, (4, 2))
        axes.axhline(limit, color=DIM, linewidth=1.1, linestyle=dashes)
        axes.text(
            1.015,
            limit,
            inked(said("{names} {limit}", names=names[key], limit=signed(limit))),
            transform=beside,
            va="center",
            fontsize=8,
            color=INK,
        )


def _name_kinds(axes: Axes) -> None:
    axes.legend(
        handles=[
            Line2D([], [], marker="o", linestyle="none", color=REAL, label=inked(said("real"))),
            Line2D(
                [],
                [],
                marker="s",
                linestyle="none",
                color=SYNTHETIC[0],
                markerfacecolor="white",
                label=inked(said("synthetic")),
            ),
        ],
        loc="upper left",
        bbox_to_anchor=(0, 1.13),
        ncols=2,
        handletextpad=0.2,
    )
