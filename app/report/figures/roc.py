"""ROC curves of every reader and their average, with each reader's operating point."""

import math

from matplotlib.figure import Figure

from app.report.figures.style import (
    DIM,
    FAINT,
    WIDTH,
    colour_of,
    marker_of,
    new_figure,
    short,
)
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import number
from app.statistics.analysis import Analysis
from app.statistics.realness.discrimination import AUC_FROM, roc_curves
from app.statistics.table.settings import ConclusionMeasure


def draw_roc(analysis: Analysis, measure: ConclusionMeasure) -> Figure:
    """One panel a synthetic arm; positive = synthetic."""
    arms = analysis.table.synthetic_arms
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
            continue
        arm = arms[index]
        colour = colour_of(arm, arms)
        axes.plot([0, 1], [0, 1], color=DIM, linewidth=0.8, linestyle=(0, (3, 2)))
        curves = roc_curves(analysis.table, arm, AUC_FROM[measure])
        for reader, curve in curves.items():
            if reader:
                axes.plot(
                    curve.false_alarm_rate, curve.hit_rate, color=FAINT, linewidth=0.9, zorder=2
                )
        if "" in curves:
            axes.plot(
                curves[""].false_alarm_rate,
                curves[""].hit_rate,
                color=colour,
                linewidth=2.2,
                zorder=4,
            )
        points = [
            (figures[arm].get("false_alarm_rate"), figures[arm].get("hit_rate"))
            for figures in analysis.readers.values()
        ]
        axes.plot(
            [x for x, y in points if x is not None and y is not None],
            [y for x, y in points if x is not None and y is not None],
            linestyle="none",
            marker=marker_of(arm, arms),
            markersize=5,
            markerfacecolor="white",
            markeredgecolor=colour,
            markeredgewidth=1.2,
            zorder=5,
        )
        auc = estimate_of(analysis.arms[arm], "discrimination", measure).estimate
        axes.set_title(short(arm, 24))
        if auc is not None:
            axes.text(0.97, 0.04, f"AUC {number(auc)}", ha="right", transform=axes.transAxes)
        axes.set_aspect("equal")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    figure.supxlabel("False-alarm rate (real called synthetic)", fontsize=8.5)
    figure.supylabel("Hit rate (synthetic called synthetic)", fontsize=8.5)
    return figure
