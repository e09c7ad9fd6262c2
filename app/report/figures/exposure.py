"""Psychometric curves: accuracy by the time a picture was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.domain.said import said
from app.report.figures.plot import Numbers, Value
from app.report.figures.style import (
    DIM,
    INK,
    MARKERS,
    SYNTHETIC,
    inked,
    inked_all,
    light_grid,
    new_figure,
)
from app.report.words.numbers import number, percent
from app.statistics.protocols.exposure import ExposureCurve


@dataclass(frozen=True)
class ExposurePlot:
    """Points with intervals, and the curve through them where one was fitted."""

    curves: tuple[ExposureCurve, ...]
    names: Mapping[str, str]
    level: float

    def draw(self) -> Figure:
        """Accuracy over exposure, on a logarithmic axis."""
        figure = new_figure(3.0)
        axes = figure.subplots()
        guess = self.curves[0].fit.guess
        axes.axhline(guess, color=DIM, linewidth=1, linestyle=(0, (3, 2)))
        # All arms are drawn where they are the only curve; with several each has its own.
        drawn = self.curves if len(self.curves) == 1 else self.curves[1:]
        for row, curve in enumerate(drawn):
            _draw_curve(axes, curve, self.names[curve.arm], row, len(drawn))
        durations = [ms for ms, _ in self.curves[0].points]
        axes.set_xscale("log")
        axes.set_xticks(durations, inked_all([number(ms, 0) for ms in durations]))
        axes.minorticks_off()
        axes.set_xlim(durations[0] / 1.35, durations[-1] * 1.35)
        axes.set_ylim(max(0.0, min(guess - 0.1, _lowest(drawn)) - 0.03), 1.02)
        axes.yaxis.set_major_formatter(lambda value, _: percent(value))
        axes.set_xlabel(inked(said("Shown for, milliseconds")))
        axes.set_ylabel(inked(said("Accuracy")))
        light_grid(axes, "y")
        axes.annotate(
            inked(said("guessing,\n{guess}", guess=percent(guess))),
            (1.01, guess),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7,
            color=DIM,
        )
        if len(drawn) > 1:
            figure.legend(loc="outside lower center", ncols=min(len(drawn), 4))
        return figure

    def numbers(self) -> Numbers:
        """A row a point, with the fitted curve at the same exposure."""
        rows: list[tuple[Value, ...]] = []
        for curve in self.curves:
            fitted = not curve.fit.why_not
            for ms, point in curve.points:
                share = point.share
                at = float(curve.fit.share_at(np.array([ms]))[0]) if fitted else None
                rows.append((self.names[curve.arm], ms, share.estimate, share.low, share.high, at))
        outer = percent(self.level).removesuffix("%")
        return Numbers(
            ("arm", "exposure_ms", "accuracy", f"low_{outer}", f"high_{outer}", "fitted"),
            tuple(rows),
        )


def _lowest(curves: Sequence[ExposureCurve]) -> float:
    """The lowest end of any interval, or point without one."""
    ends = [
        end
        for curve in curves
        for _, point in curve.points
        for end in (point.share.low, point.share.estimate)
        if end is not None
    ]
    return min(ends, default=0.0)


def _draw_curve(axes: Axes, curve: ExposureCurve, name: str, row: int, of: int) -> None:
    colour = SYNTHETIC[row % len(SYNTHETIC)] if of > 1 else INK
    # Side by side, so that the intervals of several arms can be told apart.
    aside = 1.0 + 0.04 * (row - (of - 1) / 2)
    for ms, point in curve.points:
        share = point.share
        if share.low is not None and share.high is not None:
            axes.plot([ms * aside] * 2, [share.low, share.high], color=colour, linewidth=1.1)
    known = [
        (ms * aside, p.share.estimate) for ms, p in curve.points if p.share.estimate is not None
    ]
    axes.plot(
        [ms for ms, _ in known],
        [share for _, share in known],
        linestyle="none",
        marker=MARKERS[row % len(MARKERS)] if of > 1 else "o",
        markersize=6,
        color=colour,
        label=inked(name),
    )
    if curve.fit.why_not:
        return
    ends = [ms for ms, _ in curve.points]
    grid = np.geomspace(ends[0] / 1.2, ends[-1] * 1.2, 200)
    axes.plot(grid, curve.fit.share_at(grid), color=colour, linewidth=1.3)
