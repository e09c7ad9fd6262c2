"""The figure of a plan: expected half-width above, power below, over images an arm."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from app.report.figures.style import DIM, MARKERS, STEPS_DARK, light_grid, new_figure
from app.report.plan.text import chance, readers_text, share_correct
from app.report.words.numbers import number, percent
from app.statistics.planning.plan import Plan, Question

_HEIGHT = 4.9
_WIDTH = 9.6
# Light for few readers, dark for many: one hue, so that the order stays in grey print.
_DOTTED = (0, (2, 2))
_FEW, _MANY = "#86bfe3", STEPS_DARK


def draw_plan(plan: Plan) -> Figure:
    """Two panels a question; a line is a number of readers.

    Dotted lines: the difference (or margin) that the half-width must stay under, and the power
    aimed at. The deception rate's own interval has none, its power being that of a difference.
    """
    figure = new_figure(_HEIGHT, width=_WIDTH)
    panels = figure.subplots(2, len(plan.questions), sharex=True, sharey="row", squeeze=False)
    colours = _colours(len(plan.readers))
    for column, question in enumerate(plan.questions):
        above, below = panels[0, column], panels[1, column]
        above.set_title(_title(plan, question))
        for row, readers in enumerate(plan.readers):
            cells = [plan.cell(readers, cases) for cases in plan.cases]
            widths = [cell.expected[question].half_width for cell in cells]
            powers = [cell.expected[question].power for cell in cells]
            style = {
                "color": colours[row],
                "marker": ("o", *MARKERS)[row % (len(MARKERS) + 1)],
                "markersize": 4.5,
                "linewidth": 1.4,
                "clip_on": False,
            }
            known = [(k, w) for k, w in zip(plan.cases, widths, strict=True) if w is not None]
            above.plot(
                [k for k, _ in known], [w for _, w in known], label=readers_text(readers), **style
            )
            below.plot(plan.cases, powers, **style)
        if question != "deception":  # its power is that of a difference, its interval is not
            _mark(above, plan.effects[question], number(plan.effects[question]))
        _mark(below, plan.target_power, percent(plan.target_power))
        below.set_xlabel("Sets" if plan.layout.pictures > 1 else "Images an arm")
        below.set_ylim(0.0, 1.0)
        below.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        for axes in (above, below):
            light_grid(axes, "y")
            axes.set_xlim(left=0)
            axes.set_xticks(_ticks(plan.cases))
    panels[0, 0].set_ylim(bottom=0.0)
    panels[0, 0].set_ylabel("Expected half-width")
    panels[1, 0].set_ylabel("Power")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    handles.append(Line2D([], [], color=DIM, linewidth=1.0, linestyle=_DOTTED))
    labels.append("difference or margin; power aimed at")
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=min(len(labels), 6),
        handlelength=2.2,
        columnspacing=1.6,
    )
    return figure


def _title(plan: Plan, question: Question) -> str:
    scenario = plan.scenario
    return {
        "deception": f"Deception {percent(scenario.deception)},\nreal {percent(plan.real_rate)}",
        "accuracy": f"Accuracy {number(0.5 + _signed_accuracy(plan))}\nagainst 0.5",
        "auc": f"AUC {number(scenario.auc)}\nagainst 0.5",
        "equivalence": f"Equivalent within ±{number(plan.settings.margin)},\n"
        f"AUC {number(scenario.equivalence_auc)}",
        "share": f"Share {percent(plan.asked.share)}\nagainst {percent(plan.asked.against)}",
        "noticed": f"Noticing {percent(plan.asked.share)}\nagainst {percent(plan.asked.against)}",
        "phases": f"AUC {number(scenario.auc)} told,\n{number(plan.asked.naive_auc)} before",
        "choice": f"Correct {number(share_correct(plan))}\nagainst {number(chance(plan))}",
    }[question]


def _signed_accuracy(plan: Plan) -> float:
    return (plan.real_rate - plan.scenario.deception) / 2.0


def _mark(axes: Axes, height: float, text: str) -> None:
    axes.axhline(height, color=DIM, linewidth=1.0, linestyle=_DOTTED, zorder=1)
    axes.annotate(
        text,
        (1.0, height),
        xycoords=("axes fraction", "data"),
        xytext=(5, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=7,
        color=DIM,
    )


def _colours(count: int) -> list[str]:
    ramp = LinearSegmentedColormap.from_list("readers", [_FEW, _MANY])
    return [to_hex(ramp(row / max(1, count - 1))) for row in range(count)]


def _ticks(cases: Sequence[int]) -> list[int]:
    """Every number of images where there is room, else some of them."""
    return list(cases) if len(cases) <= 6 else list(cases[:: (len(cases) + 5) // 6])
