"""Machines beside people: how people spread, and each machine's point with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from app.domain.said import said
from app.report.figures.plot import Numbers, ReportFigure, Value
from app.report.figures.style import (
    DIM,
    INK,
    MARKERS,
    SYNTHETIC,
    inked,
    inked_all,
    light_grid,
    new_figure,
    short,
)
from app.report.tables.machines import MEASURES
from app.report.words.numbers import percent
from app.report.words.question_figures import name_of, title_of
from app.statistics.analysis import Analysis
from app.statistics.protocols.machines import MachineComparison
from app.statistics.table.estimate import Estimate
from app.steps.question_figures import QuestionFigures

_ALTERNATIVE = said(
    "Figures of people and of machine readers on one axis; the numbers "
    "are in the table of machine readers."
)


@dataclass(frozen=True)
class MachinePlot:
    """A line an arm and figure: people above it, every machine below."""

    compared: tuple[MachineComparison, ...]
    level: float

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Arm and figure of every line."""
        return tuple(dict.fromkeys((one.arm, one.measure) for one in self.compared))

    @property
    def machines(self) -> tuple[str, ...]:
        """Machines by name."""
        return tuple(dict.fromkeys(one.machine for one in self.compared))

    def draw(self) -> Figure:
        """Draw it."""
        pitch = 0.5 + 0.13 * len(self.machines)
        figure = new_figure(1.1 + pitch * len(self.lines))
        axes = figure.subplots()
        for row, line in enumerate(self.lines):
            of_line = [one for one in self.compared if (one.arm, one.measure) == line]
            _draw_people(axes, row, of_line[0])
            for one in of_line:
                _draw_machine(axes, row, one, self.machines)
        names = [
            said("{short}\n{measures}", short=short(arm), measures=MEASURES[measure])
            for arm, measure in self.lines
        ]
        axes.set_yticks(range(len(names)), inked_all(names))
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        light_grid(axes)
        axes.set_xlabel(inked(said("Figure")))
        axes.set_xlim(max(0.0, min(self._ends()) - 0.05), 1.02)
        _explain(figure, self)
        return figure

    def _ends(self) -> list[float]:
        ends = [0.9]
        for one in self.compared:
            ends += one.by_reader.values()
            for estimate in (one.human, one.own):
                known = (estimate.low, estimate.high, estimate.estimate)
                ends += [end for end in known if end is not None]
        return ends

    def numbers(self) -> Numbers:
        """People together, every one of them, and every machine, by arm and figure."""
        rows: list[tuple[Value, ...]] = []
        for arm, measure in self.lines:
            of_line = [one for one in self.compared if (one.arm, one.measure) == (arm, measure)]
            people = of_line[0]
            rows.append((arm, measure, said("all people"), "people", *_three(people.human)))
            rows += [
                (arm, measure, reader, "person", value, None, None)
                for reader, value in people.by_reader.items()
            ]
            rows += [(arm, measure, one.machine, "machine", *_three(one.own)) for one in of_line]
        outer = percent(self.level).removesuffix("%")
        return Numbers(
            ("arm", "figure", "reader", "kind", "estimate", f"low_{outer}", f"high_{outer}"),
            tuple(rows),
        )


def _three(estimate: Estimate) -> tuple[Value, Value, Value]:
    return estimate.estimate, estimate.low, estimate.high


def machine_figures(analysis: Analysis) -> list[ReportFigure]:
    """The figure of machines beside people in telling arms from real; none without machines."""
    level = analysis.settings.level
    return _figure("machines", said("Machine readers beside people"), analysis.machines, level)


def finding_machine_figures(one: QuestionFigures) -> list[ReportFigure]:
    """The same of a finding."""
    title = title_of(one, said("machine readers beside people"))
    return _figure(name_of(one, "machines"), title, one.machines, one.settings.level)


def _figure(
    name: str, title: str, compared: tuple[MachineComparison, ...], level: float
) -> list[ReportFigure]:
    drawn = tuple(one for one in compared if one.own.estimate is not None)
    if not drawn:
        return []
    caption = said(
        "Short strokes are single people and the disc their mean; below it "
        "stands each machine. Lines are {level} intervals, those of machines "
        "over images.",
        level=percent(level),
    )
    return [ReportFigure(name, title, caption, _ALTERNATIVE, partial(MachinePlot, drawn, level))]


def _draw_people(axes: Axes, row: int, one: MachineComparison) -> None:
    values = list(one.by_reader.values())
    axes.plot(
        values,
        [row - 0.3] * len(values),
        linestyle="none",
        marker="|",
        markersize=6,
        markeredgewidth=0.9,
        color=DIM,
    )
    _draw(axes, row - 0.13, one.human, INK, "o")


def _draw_machine(axes: Axes, row: int, one: MachineComparison, machines: Sequence[str]) -> None:
    place = machines.index(one.machine)
    step = 0.4 / max(1, len(machines))
    _draw(axes, row + 0.08 + step * place, one.own, *_looks(place))


def _looks(place: int) -> tuple[str, str]:
    return SYNTHETIC[place % len(SYNTHETIC)], MARKERS[place % len(MARKERS)]


def _draw(axes: Axes, height: float, estimate: Estimate, colour: str, marker: str) -> None:
    if estimate.estimate is None:
        return
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [height] * 2, color=colour, linewidth=1.4)
    axes.plot([estimate.estimate], [height], marker=marker, markersize=6, color=colour)


def _explain(figure: Figure, plot: MachinePlot) -> None:
    looks: list[tuple[str, str, str]] = [
        (said("one person"), DIM, "|"),
        (said("people, mean"), INK, "o"),
    ]
    looks += [(name, *_looks(place)) for place, name in enumerate(plot.machines)]
    figure.legend(
        handles=[
            Line2D([], [], marker=marker, linestyle="none", color=colour, label=inked(name))
            for name, colour, marker in looks
        ],
        loc="outside lower center",
        ncols=min(len(looks), 5),
        handlelength=1.2,
    )
