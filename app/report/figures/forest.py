"""Forest plots: an arm a line, its estimate, interval and single readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from app.domain.said import said
from app.report.figures.plot import Numbers, Value
from app.report.figures.style import (
    DIM,
    FAINT,
    INK,
    colour_of,
    inked,
    light_grid,
    new_figure,
    short,
)
from app.report.words.conclusions import MEASURES, estimate_of
from app.report.words.numbers import Style, percent, with_interval
from app.report.words.terms import term
from app.statistics.analysis import Analysis
from app.statistics.realness.equivalence import Conclusion
from app.statistics.table.estimate import Estimate

_STATE_MARKERS = {"distinguishable": "s", "equivalent": "D", "inconclusive": "o"}


@dataclass(frozen=True)
class ForestLine:
    """One arm of a forest plot; `readers` are the readers' own figures by name."""

    arm: str
    estimate: Estimate
    readers: Mapping[str, float]
    conclusion: Conclusion | None = None


@dataclass(frozen=True)
class ForestPlot:
    """Lines of one estimand with what they are held against.

    `reference` is the dashed line and `reference_name` what is written above it; `margin` is that
    of equivalence, None where no conclusion is drawn; `limits` are the ends of the axis, None
    where they follow from the data.
    """

    lines: tuple[ForestLine, ...]
    synthetic: tuple[str, ...]
    level: float
    label: str
    style: Style = "plain"
    limits: tuple[float, float] | None = None
    reference: float | None = None
    reference_name: str = ""
    margin: float | None = None

    def draw(self) -> Figure:
        """Draw it."""
        lines = self.lines
        figure = new_figure(0.95 + 0.44 * len(lines) + (0.3 if self.margin is not None else 0.0))
        axes = figure.subplots()
        if self.margin is not None:
            axes.axvspan(0.5 - self.margin, 0.5 + self.margin, color="#eef1f2", zorder=0)
        if self.reference is not None:
            axes.axvline(self.reference, color=DIM, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
        for row, line in enumerate(lines):
            # A single reader's figure is the estimate itself.
            if max(len(one.readers) for one in lines) > 1:
                _draw_readers(axes, row, line)
            _draw_line(axes, row, line, colour_of(line.arm, self.synthetic), self.style)
        axes.set_yticks(range(len(lines)), [short(line.arm) for line in lines])
        axes.set_ylim(len(lines) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        light_grid(axes)
        axes.set_xlabel(inked(self.label))
        _set_limits(axes, lines, self.limits)
        if self.style == "percent":
            axes.xaxis.set_major_formatter(lambda value, _: percent(value))
        if self.margin is not None:
            _explain_markers(figure, self.level, lines)
        elif self.reference is not None and self.reference_name:
            axes.annotate(
                inked(self.reference_name),
                (self.reference, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=7,
                color=DIM,
            )
        return figure

    def numbers(self) -> Numbers:
        """A row an arm, then a row for each of its readers."""
        rows: list[tuple[Value, ...]] = []
        for line in self.lines:
            one, test = line.estimate, line.conclusion
            rows.append(
                (
                    line.arm,
                    said("all readers"),
                    one.estimate,
                    one.low,
                    one.high,
                    None if test is None else test.low,
                    None if test is None else test.high,
                    None if test is None else test.state,
                    self.reference,
                    self.margin,
                )
            )
            nothing = (None,) * 7
            rows += [(line.arm, reader, value, *nothing) for reader, value in line.readers.items()]
        inner = percent(2 * self.level - 1).removesuffix("%")
        outer = percent(self.level).removesuffix("%")
        return Numbers(
            (
                "arm",
                "reader",
                "estimate",
                f"low_{outer}",
                f"high_{outer}",
                f"low_{inner}",
                f"high_{inner}",
                "conclusion",
                "reference",
                "margin",
            ),
            tuple(rows),
        )


def deception_plot(analysis: Analysis) -> ForestPlot:
    """Rate judged real of every arm, the real arm's as the line to compare with."""
    return _against_real_arm(
        analysis,
        ("deception", "rate", "deception_rate"),
        said("Judged real"),
        "percent",
        (0.0, 1.0),
    )


def realism_mean_plot(analysis: Analysis) -> ForestPlot:
    """Mean realism of every arm on the whole of its scale."""
    table = analysis.table
    ends = (table.realism_min or 0.0, table.realism_max or 1.0)
    return _against_real_arm(
        analysis, ("realism", "mean", "realism_mean"), said("Mean realism"), "plain", ends
    )


def auc_plot(analysis: Analysis) -> ForestPlot:
    """AUC of every synthetic arm with the equivalence margin; markers tell the conclusions."""
    conclusions = {
        arm.arm: arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None
    }
    key = next(iter(conclusions.values())).measure
    return ForestPlot(
        lines=tuple(
            _line(analysis, arm, ("discrimination", key, key), conclusion)
            for arm, conclusion in conclusions.items()
        ),
        synthetic=tuple(analysis.table.synthetic_arms),
        level=analysis.settings.level,
        label=said("AUC from {measures} (0.5 = rated alike)", measures=MEASURES[key]),
        reference=0.5,
        margin=analysis.settings.margin,
    )


def _against_real_arm(
    analysis: Analysis,
    path: tuple[str, str, str],
    label: str,
    style: Style,
    limits: tuple[float, float],
) -> ForestPlot:
    lines = tuple(_line(analysis, arm, path, None) for arm in analysis.arms)
    real = next((line for line in lines if line.arm in analysis.table.real_arms), None)
    return ForestPlot(
        lines=lines,
        synthetic=tuple(analysis.table.synthetic_arms),
        level=analysis.settings.level,
        label=label,
        style=style,
        limits=limits,
        reference=None if real is None else real.estimate.estimate,
        reference_name=said("real images"),
    )


def _line(
    analysis: Analysis, arm: str, path: tuple[str, str, str], conclusion: Conclusion | None
) -> ForestLine:
    """`path` is the family, its figure, and the name of that figure among a reader's own."""
    family, key, of_reader = path
    values = {name: figures[arm].get(of_reader) for name, figures in analysis.readers.items()}
    return ForestLine(
        arm,
        estimate_of(analysis.arms[arm], family, key),
        {name: float(value) for name, value in values.items() if value is not None},
        conclusion,
    )


def _draw_readers(axes: Axes, row: int, line: ForestLine) -> None:
    axes.plot(
        list(line.readers.values()),
        [row + 0.27] * len(line.readers),
        linestyle="none",
        marker="|",
        markersize=5,
        markeredgewidth=0.9,
        color=DIM,
        alpha=0.65,
        zorder=2,
    )


def _draw_line(axes: Axes, row: int, line: ForestLine, colour: str, style: Style) -> None:
    """The estimate with its interval, the equivalence test's interval and the figures beside."""
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    estimate, conclusion = line.estimate, line.conclusion
    if estimate.estimate is None:
        axes.text(1.02, row, inked(said("not estimable")), transform=beside, va="center", color=DIM)
        return
    if estimate.low is not None and estimate.high is not None:
        ends = [estimate.low, estimate.high]
        axes.plot(ends, [row, row], color=colour, linewidth=1.4, zorder=3)
    if conclusion is not None and conclusion.low is not None and conclusion.high is not None:
        ends = [conclusion.low, conclusion.high]
        axes.plot(ends, [row, row], color=colour, linewidth=4, zorder=3)
    is_open = conclusion is not None and conclusion.state == "inconclusive"
    axes.plot(
        [estimate.estimate],
        [row],
        marker="o" if conclusion is None else _STATE_MARKERS[conclusion.state],
        markersize=7,
        color=colour,
        markerfacecolor="white" if is_open else colour,
        markeredgewidth=1.5,
        zorder=4,
    )
    axes.text(
        1.02, row, inked(with_interval(estimate, style)), transform=beside, va="center", fontsize=8
    )


def _set_limits(
    axes: Axes, lines: Sequence[ForestLine], limits: tuple[float, float] | None
) -> None:
    if limits is None:
        ends = [0.35, 0.65]
        for line in lines:
            ends += list(line.readers.values())
            ends += [end for end in (line.estimate.low, line.estimate.high) if end is not None]
        low, high = max(0.0, min(ends) - 0.03), min(1.0, max(ends) + 0.03)
        limits = (low, high)
    pad = 0.02 * (limits[1] - limits[0])
    axes.set_xlim(limits[0] - pad, limits[1] + pad)


def _explain_markers(figure: Figure, level: float, lines: Sequence[ForestLine]) -> None:
    states = {line.conclusion.state for line in lines if line.conclusion is not None}
    handles = [
        Line2D(
            [],
            [],
            marker=marker,
            linestyle="none",
            color=INK,
            markerfacecolor="white" if state == "inconclusive" else INK,
            markersize=6,
            label=inked(term(state)),
        )
        for state, marker in _STATE_MARKERS.items()
        if state in states
    ]
    handles.append(
        Line2D(
            [],
            [],
            color=INK,
            linewidth=1.4,
            label=inked(said("{level} interval", level=percent(level))),
        )
    )
    if any(line.conclusion is not None and line.conclusion.low is not None for line in lines):
        handles.append(Line2D([], [], color=INK, linewidth=4, label=inked(percent(2 * level - 1))))
    handles.append(Line2D([], [], color=FAINT, linewidth=7, alpha=0.6, label=inked(said("margin"))))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        handlelength=1.2,
        columnspacing=1.0,
        fontsize=7.5,
    )
