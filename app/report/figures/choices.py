"""Figures of sets: the share in which the real picture was found, and the ranking of arms."""

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from app.domain.said import said
from app.report.figures.forest import ForestLine, ForestPlot
from app.report.figures.plot import Numbers
from app.report.figures.style import INK, SYNTHETIC, inked, light_grid, new_figure, short
from app.report.words.numbers import percent
from app.statistics.protocols.forced_choice import ForcedChoice
from app.statistics.protocols.preference import ArmStrength

ALL_SETS = said("all sets")


def found_plot(one: ForcedChoice, level: float) -> ForestPlot:
    """Share of sets in which the real picture was chosen, with the line of guessing.

    Of arms only where their sets show no other, so that one line of guessing holds for all.
    """
    own = [arm for arm in one.arms if arm.d_prime.estimate is not None]
    lines = [
        ForestLine(
            ALL_SETS, one.correct.share, {name: share for name, (_, share) in one.readers.items()}
        ),
        *(ForestLine(arm.arm, arm.against_real.share, {}) for arm in own if len(own) > 1),
    ]
    return ForestPlot(
        lines=tuple(lines),
        synthetic=tuple(arm.arm for arm in own),
        level=level,
        label=said("Real one of {pictures} chosen", pictures=one.pictures),
        style="percent",
        limits=(0.0, 1.0),
        reference=one.correct.chance,
        reference_name=said("guessing, {chance}", chance=percent(one.correct.chance)),
    )


def taken_plot(one: ForcedChoice, level: float) -> ForestPlot:
    """Share of sets in which an arm's picture was taken for the real one."""
    return ForestPlot(
        lines=tuple(ForestLine(arm.arm, arm.taken.share, {}) for arm in one.arms),
        synthetic=tuple(arm.arm for arm in one.arms),
        level=level,
        label=said("Taken for the real one"),
        style="percent",
        limits=(0.0, 1.0),
        reference=one.arms[0].taken.chance,
        reference_name=said("guessing, {chance}", chance=percent(one.arms[0].taken.chance)),
    )


@dataclass(frozen=True)
class RankingPlot:
    """Log strengths with intervals on the left, ranks with theirs on the right."""

    arms: tuple[ArmStrength, ...]
    level: float

    def draw(self) -> Figure:
        """Arms from the most preferred down."""
        figure = new_figure(0.95 + 0.44 * len(self.arms))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.5, 1.0))
        for row, arm in enumerate(self.arms):
            one, colour = arm.strength, SYNTHETIC[row % len(SYNTHETIC)]
            if one.low is not None and one.high is not None:
                left.plot([one.low, one.high], [row, row], color=colour, linewidth=1.4)
            left.plot([one.estimate], [row], marker="o", markersize=7, color=colour)
            ends = [arm.best_rank, arm.worst_rank]
            right.plot(ends, [row, row], color=colour, linewidth=4, alpha=0.45)
            right.plot([arm.rank], [row], marker="o", markersize=7, color=colour)
        left.axvline(0.0, color=INK, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
        left.set_yticks(range(len(self.arms)), [short(arm.arm) for arm in self.arms])
        left.set_ylim(len(self.arms) - 0.4, -0.6)
        left.set_xlabel(inked(said("Log strength (0 = mean)")))
        right.set_xlabel(inked(said("Rank")))
        right.set_xlim(0.6, len(self.arms) + 0.4)
        right.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        for axes in (left, right):
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
            light_grid(axes)
        return figure

    def numbers(self) -> Numbers:
        """A row an arm."""
        outer = percent(self.level).removesuffix("%")
        return Numbers(
            (
                "arm",
                "log_strength",
                f"low_{outer}",
                f"high_{outer}",
                "rank",
                "best_rank",
                "worst_rank",
            ),
            tuple(
                (
                    arm.arm,
                    arm.strength.estimate,
                    arm.strength.low,
                    arm.strength.high,
                    arm.rank,
                    arm.best_rank,
                    arm.worst_rank,
                )
                for arm in self.arms
            ),
        )
