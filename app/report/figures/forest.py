"""Forest plots: an arm a line, its estimate, interval and single readers."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from app.report.figures.style import DIM, FAINT, INK, colour_of, light_grid, new_figure, short
from app.report.words.conclusions import MEASURES, estimate_of
from app.report.words.numbers import Style, percent, with_interval
from app.statistics.analysis import Analysis
from app.statistics.realness.equivalence import Conclusion
from app.statistics.table.estimate import Estimate

_STATE_MARKERS = {"distinguishable": "s", "equivalent": "D", "inconclusive": "o"}


@dataclass(frozen=True)
class ForestLine:
    """One arm of a forest plot; `readers` are the readers' own figures."""

    arm: str
    estimate: Estimate
    readers: tuple[float, ...]
    conclusion: Conclusion | None = None


def draw_deception(analysis: Analysis) -> Figure:
    """Rate judged real of every arm, the real arm's as the line to compare with."""
    lines = [_line(analysis, arm, "deception", "rate", "deception_rate") for arm in analysis.arms]
    real = next((line for line in lines if line.arm in analysis.table.real_arms), None)
    return _draw(
        analysis,
        lines,
        style="percent",
        label="Judged real",
        limits=(0.0, 1.0),
        reference=None if real is None else real.estimate.estimate,
        reference_name="real images",
    )


def draw_realism_means(analysis: Analysis) -> Figure:
    """Mean realism of every arm on the whole of its scale."""
    lines = [_line(analysis, arm, "realism", "mean", "realism_mean") for arm in analysis.arms]
    real = next((line for line in lines if line.arm in analysis.table.real_arms), None)
    return _draw(
        analysis,
        lines,
        style="plain",
        label="Mean realism",
        limits=(analysis.table.realism_min or 0.0, analysis.table.realism_max or 1.0),
        reference=None if real is None else real.estimate.estimate,
        reference_name="real images",
    )


def draw_auc(analysis: Analysis) -> Figure:
    """AUC of every synthetic arm with the equivalence margin; markers tell the conclusions."""
    conclusions = {
        arm.arm: arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None
    }
    key = next(iter(conclusions.values())).measure
    lines = [
        _line(analysis, arm, "discrimination", key, key, conclusion=conclusion)
        for arm, conclusion in conclusions.items()
    ]
    return _draw(
        analysis,
        lines,
        style="plain",
        label=f"AUC from {MEASURES[key]} (0.5 = rated alike)",
        limits=None,
        reference=0.5,
        reference_name="",
        margin=analysis.settings.margin,
    )


def _line(
    analysis: Analysis,
    arm: str,
    family: str,
    key: str,
    reader_key: str,
    *,
    conclusion: Conclusion | None = None,
) -> ForestLine:
    values = [analysis.readers[reader][arm].get(reader_key) for reader in analysis.readers]
    return ForestLine(
        arm,
        estimate_of(analysis.arms[arm], family, key),
        tuple(float(value) for value in values if value is not None),
        conclusion,
    )


def _draw(
    analysis: Analysis,
    lines: Sequence[ForestLine],
    *,
    style: Style,
    label: str,
    limits: tuple[float, float] | None,
    reference: float | None,
    reference_name: str,
    margin: float | None = None,
) -> Figure:
    figure = new_figure(0.95 + 0.44 * len(lines) + (0.3 if margin is not None else 0.0))
    axes = figure.subplots()
    synthetic = analysis.table.synthetic_arms
    if margin is not None:
        axes.axvspan(0.5 - margin, 0.5 + margin, color="#eef1f2", zorder=0)
    if reference is not None:
        axes.axvline(reference, color=DIM, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
    for row, line in enumerate(lines):
        _draw_readers(axes, row, line)
        _draw_line(axes, row, line, colour_of(line.arm, synthetic), style)
    axes.set_yticks(range(len(lines)), [short(line.arm) for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    light_grid(axes)
    axes.set_xlabel(label)
    _set_limits(axes, lines, limits)
    if style == "percent":
        axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    if margin is not None:
        _explain_markers(figure, analysis, lines)
    elif reference is not None and reference_name:
        axes.annotate(
            reference_name,
            (reference, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            color=DIM,
        )
    return figure


def _draw_readers(axes: Axes, row: int, line: ForestLine) -> None:
    axes.plot(
        line.readers,
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
        axes.text(1.02, row, "not estimable", transform=beside, va="center", color=DIM)
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
    axes.text(1.02, row, with_interval(estimate, style), transform=beside, va="center", fontsize=8)


def _set_limits(
    axes: Axes, lines: Sequence[ForestLine], limits: tuple[float, float] | None
) -> None:
    if limits is None:
        ends = [0.35, 0.65]
        for line in lines:
            ends += list(line.readers)
            ends += [end for end in (line.estimate.low, line.estimate.high) if end is not None]
        low, high = max(0.0, min(ends) - 0.03), min(1.0, max(ends) + 0.03)
        limits = (low, high)
    pad = 0.02 * (limits[1] - limits[0])
    axes.set_xlim(limits[0] - pad, limits[1] + pad)


def _explain_markers(figure: Figure, analysis: Analysis, lines: Sequence[ForestLine]) -> None:
    level = analysis.settings.level
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
            label=state,
        )
        for state, marker in _STATE_MARKERS.items()
        if state in states
    ]
    handles += [
        Line2D([], [], color=INK, linewidth=1.4, label=f"{percent(level)} interval"),
        Line2D([], [], color=INK, linewidth=4, label=f"{percent(2 * level - 1)}"),
        Line2D([], [], color=FAINT, linewidth=7, alpha=0.6, label="margin"),
    ]
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        handlelength=1.2,
        columnspacing=1.0,
        fontsize=7.5,
    )
