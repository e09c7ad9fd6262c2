"""Realism and the share judged real over epochs: a line a variant, the real arm dashed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.domain.said import Numeral, said
from app.report.figures.plot import Numbers, ReportFigure, Value
from app.report.figures.style import (
    DASHES,
    DIM,
    MARKERS,
    SYNTHETIC,
    inked,
    light_grid,
    new_figure,
)
from app.report.tables.epochs import EpochCurve, epoch_curves, epoch_text
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import percent
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.table.estimate import Estimate

if TYPE_CHECKING:
    from app.services.summarise_study import ArmFacts


@dataclass(frozen=True)
class EpochPanel:
    """One measure: `lines` holds each variant's (epoch, arm, estimate), `real` the real arms'."""

    name: str
    lines: tuple[tuple[str, tuple[tuple[float, str, Estimate], ...]], ...]
    real: tuple[tuple[str, Estimate], ...]
    is_share: bool = False


@dataclass(frozen=True)
class EpochPlot:
    """The panels, one below the other."""

    panels: tuple[EpochPanel, ...]

    def draw(self) -> Figure:
        """A panel a measure, over the same epochs."""
        figure = new_figure(0.9 + 1.6 * len(self.panels))
        rows = figure.subplots(len(self.panels), 1, sharex=True, squeeze=False)
        for axes, panel in zip(rows[:, 0], self.panels, strict=True):
            _draw_panel(axes, panel)
        bottom = rows[-1, 0]
        bottom.set_xlabel(inked(said("epoch")))
        every = sorted({e for panel in self.panels for _, line in panel.lines for e, *_ in line})
        if len(every) <= 8:
            bottom.set_xticks(every, [inked(Numeral(epoch_text(epoch))) for epoch in every])
        handles, names = rows[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=min(len(names), 4))
        return figure

    def numbers(self) -> Numbers:
        """A row a panel, variant and epoch; the real arms have no epoch."""
        rows: list[tuple[Value, ...]] = []
        for panel in self.panels:
            for arm, one in panel.real:
                rows.append((panel.name, "real", None, arm, one.estimate, one.low, one.high))
            for variant, line in panel.lines:
                for epoch, arm, one in line:
                    figures = (one.estimate, one.low, one.high)
                    rows.append((panel.name, variant, epoch, arm, *figures))
        columns = ("figure", "variant", "epoch", "arm", "estimate", "low", "high")
        return Numbers(columns, tuple(rows))


def epoch_figures(analysis: Analysis, facts: Sequence["ArmFacts"]) -> dict[str, ReportFigure]:
    """The figure, by name; none where no variant was read at two epochs."""
    curves = epoch_curves(analysis, facts)
    panels = epoch_panels(analysis, curves)
    if not panels:
        return {}
    level = percent(analysis.settings.level)
    over = said(" over readers") if len(analysis.table.readers) > 1 else ""
    figure = ReportFigure(
        "epochs",
        said("Realism over epochs"),
        said(
            "Means{over} with their {level} intervals, each arm by itself; a line joins the "
            "epochs of one run. Dashed: the real arm. Intervals of neighbours that overlap do not "
            "say that the epochs are alike.",
            over=over,
            level=level,
        ),
        said(
            "Realism and share judged real over epochs by variant; the numbers are in the table "
            "below."
        ),
        partial(EpochPlot, panels),
    )
    return {figure.name: figure}


def epoch_panels(analysis: Analysis, curves: Sequence[EpochCurve]) -> tuple[EpochPanel, ...]:
    """A panel for each measure that was asked for and is known of a point."""
    measures = (
        ("realism", said("Mean realism"), "realism", "mean"),
        ("verdict", said("Share judged real"), "deception", "rate"),
    )
    panels = []
    for asked, name, family, key in measures:
        if not curves or not analysis.table.has(asked):  # type: ignore[arg-type]
            continue
        lines = tuple(
            (curve.variant, tuple((e, arm.arm, estimate_of(arm, family, key)) for e, arm in known))
            for curve in curves
            if (known := [p for p in curve.points if _known(p[1], family, key)])
        )
        real = tuple(
            (arm, estimate_of(analysis.arms[arm], family, key))
            for arm in analysis.table.real_arms
            if _known(analysis.arms[arm], family, key)
        )
        if lines:
            panels.append(EpochPanel(name, lines, real, is_share=asked == "verdict"))
    return tuple(panels)


def _known(arm: ArmAnalysis, family: str, key: str) -> bool:
    return estimate_of(arm, family, key).estimate is not None


def _draw_panel(axes: Axes, panel: EpochPanel) -> None:
    unit = 100.0 if panel.is_share else 1.0
    for arm, one in panel.real:
        at = (one.estimate or 0.0) * unit
        axes.axhline(at, color=DIM, linewidth=1, linestyle=(0, (3, 2)), label=arm, zorder=1)
    several = len(panel.lines) > 1
    for number, (variant, line) in enumerate(panel.lines):
        # Lines of several variants stand a little apart, so that their intervals can be seen.
        span = max(e for e, *_ in line) - min(e for e, *_ in line)
        aside = (number - (len(panel.lines) - 1) / 2) * 0.012 * span if several else 0.0
        colour = SYNTHETIC[number % len(SYNTHETIC)]
        places = [epoch + aside for epoch, *_ in line]
        axes.plot(
            places,
            [(one.estimate or 0.0) * unit for *_, one in line],
            color=colour,
            marker=MARKERS[number % len(MARKERS)],
            markersize=5,
            linestyle=(0, DASHES[number % len(DASHES)]) if several else "-",
            linewidth=1.3,
            label=variant,
            zorder=3,
        )
        for place, (*_, one) in zip(places, line, strict=True):
            if one.low is not None and one.high is not None:
                axes.plot(
                    [place] * 2, [one.low * unit, one.high * unit], color=colour, linewidth=1.3
                )
    axes.set_title(inked(panel.name) + (", %" if panel.is_share else ""))
    light_grid(axes, "y")
