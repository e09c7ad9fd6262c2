"""ROC curves of every reader and their average, with each reader's operating point."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.domain.said import Numeral, said
from app.report.figures.plot import Numbers, Value
from app.report.figures.style import (
    DIM,
    FAINT,
    WIDTH,
    colour_of,
    inked,
    inked_all,
    marker_of,
    new_figure,
    short,
)
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import number
from app.statistics.analysis import Analysis
from app.statistics.realness.discrimination import AUC_FROM, RocCurve, roc_curves
from app.statistics.table.settings import ConclusionMeasure


@dataclass(frozen=True)
class RocPanel:
    """One arm: `curves` by reader, "" their average; `points` by reader, (false alarms, hits)."""

    arm: str
    curves: Mapping[str, RocCurve]
    points: Mapping[str, tuple[float, float]]
    auc: float | None


@dataclass(frozen=True)
class RocPlot:
    """One panel a synthetic arm; positive = synthetic."""

    panels: tuple[RocPanel, ...]

    def draw(self) -> Figure:
        """Thin lines are readers, the thick one their average."""
        return _draw(self.panels)

    def numbers(self) -> Numbers:
        """A row a corner of each curve and a row an operating point."""
        rows: list[tuple[Value, ...]] = []
        for panel in self.panels:
            for reader, curve in panel.curves.items():
                corners = zip(curve.false_alarm_rate, curve.hit_rate, strict=True)
                mark = said("curve of a reader") if reader else said("average curve")
                rows += [(panel.arm, mark, reader or None, float(x), float(y)) for x, y in corners]
            rows += [
                (panel.arm, said("operating point"), reader, x, y)
                for reader, (x, y) in panel.points.items()
            ]
        return Numbers(("arm", "mark", "reader", "false_alarm_rate", "hit_rate"), tuple(rows))


def roc_plot(analysis: Analysis, measure: ConclusionMeasure) -> RocPlot:
    """Curves of a measure, with the readers' operating points by their verdicts."""
    return RocPlot(
        tuple(
            RocPanel(
                arm,
                roc_curves(analysis.table, arm, AUC_FROM[measure]),
                _operating_points(analysis, arm),
                estimate_of(analysis.arms[arm], "discrimination", measure).estimate,
            )
            for arm in analysis.table.synthetic_arms
        )
    )


def _operating_points(analysis: Analysis, arm: str) -> dict[str, tuple[float, float]]:
    points = {}
    for reader, figures in analysis.readers.items():
        x, y = figures[arm].get("false_alarm_rate"), figures[arm].get("hit_rate")
        if x is not None and y is not None:
            points[reader] = (float(x), float(y))
    return points


def _draw(shown: tuple[RocPanel, ...]) -> Figure:
    arms = [panel.arm for panel in shown]
    columns = min(len(arms), 2)
    rows = math.ceil(len(arms) / columns)
    width = WIDTH if columns > 1 else 0.62 * WIDTH
    # Square panels, each with a title of up to two lines.
    side = (width - 0.5) / columns
    figure = new_figure(0.3 + rows * (side + 0.28), width=width)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for index, axes in enumerate(panels.flat):
        if index >= len(arms):
            axes.set_visible(False)
        else:
            _draw_panel(axes, shown[index], arms)
    figure.supxlabel(inked(said("False-alarm rate (real called synthetic)")), fontsize=8.5)
    figure.supylabel(inked(said("Hit rate (synthetic called synthetic)")), fontsize=8.5)
    return figure


def _draw_panel(axes: Axes, panel: RocPanel, arms: list[str]) -> None:
    colour = colour_of(panel.arm, arms)
    axes.plot([0, 1], [0, 1], color=DIM, linewidth=0.8, linestyle=(0, (3, 2)))
    for reader, curve in panel.curves.items():
        axes.plot(
            curve.false_alarm_rate,
            curve.hit_rate,
            color=FAINT if reader else colour,
            linewidth=0.9 if reader else 2.2,
            zorder=2 if reader else 4,
        )
    axes.plot(
        [x for x, _ in panel.points.values()],
        [y for _, y in panel.points.values()],
        linestyle="none",
        marker=marker_of(panel.arm, arms),
        markersize=5,
        markerfacecolor="white",
        markeredgecolor=colour,
        markeredgewidth=1.2,
        zorder=5,
    )
    axes.set_title(inked(short(panel.arm, 24)))
    if panel.auc is not None:
        axes.text(
            0.97,
            0.04,
            inked(said("AUC {auc}", auc=number(panel.auc))),
            ha="right",
            transform=axes.transAxes,
        )
    axes.set_aspect("equal")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks([0, 0.5, 1], inked_all(map(Numeral, ("0", "0.5", "1"))))
    axes.set_yticks([0, 0.5, 1], inked_all(map(Numeral, ("0", "0.5", "1"))))
