"""The calibration curve: how often readers are right against what their confidence says."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from app.domain.said import said
from app.report.figures.plot import Numbers
from app.report.figures.style import DIM, INK, SYNTHETIC, inked, inked_all, light_grid, new_figure
from app.statistics.protocols.calibration import Calibration

_LARGEST = 130.0


@dataclass(frozen=True)
class CurvePoint:
    """One level: what it says, the share right with its interval, how many readings."""

    level: float
    name: str
    probability: float
    correct: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class CalibrationPlot:
    """The points, the least sure first."""

    points: tuple[CurvePoint, ...]

    def draw(self) -> Figure:
        """Discs whose area counts readings; the broken line is perfect calibration."""
        figure = new_figure(3.5, width=4.2)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=DIM, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
        shown = [point for point in self.points if point.correct is not None]
        most = max((point.n for point in shown), default=1)
        axes.plot(
            [point.probability for point in shown],
            [point.correct or 0.0 for point in shown],
            color=SYNTHETIC[0],
            linewidth=1.2,
            zorder=3,
        )
        for point in shown:
            if point.low is not None and point.high is not None:
                axes.plot(
                    [point.probability] * 2,
                    [point.low, point.high],
                    color=INK,
                    linewidth=1.1,
                    zorder=2,
                )
        axes.scatter(
            [point.probability for point in shown],
            [point.correct or 0.0 for point in shown],
            s=[18 + _LARGEST * point.n / most for point in shown],
            color=SYNTHETIC[0],
            edgecolor="white",
            linewidth=0.8,
            zorder=4,
        )
        for point in shown:
            axes.annotate(
                inked(said("n = {n}", n=point.n)),
                (point.probability, -0.01),
                ha="center",
                va="bottom",
                fontsize=7,
                color=DIM,
            )
        low = min((point.probability for point in self.points), default=0.0)
        axes.set_xlim(low - 0.06, 1.06)
        axes.set_ylim(-0.02, 1.03)
        axes.set_xticks(
            [point.probability for point in self.points],
            inked_all(
                [
                    said(
                        "{level:g}\n{value:.3g}%", level=point.level, value=100 * point.probability
                    )
                    for point in self.points
                ]
            ),
        )
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"])
        axes.set_xlabel(inked(said("Confidence, and what it was taken to say")))
        axes.set_ylabel(inked(said("Share right")))
        light_grid(axes, "y")
        return figure

    def numbers(self) -> Numbers:
        """A row a level."""
        return Numbers(
            ("level", "name", "probability", "readings", "share_right", "low", "high"),
            tuple(
                (
                    point.level,
                    point.name or None,
                    point.probability,
                    point.n,
                    point.correct,
                    point.low,
                    point.high,
                )
                for point in self.points
            ),
        )


def calibration_plot(figures: Calibration) -> CalibrationPlot:
    """The points of the curve over all arms."""
    return CalibrationPlot(
        tuple(
            CurvePoint(
                level=level.level,
                name=level.name,
                probability=level.probability,
                correct=level.correct.estimate,
                low=level.correct.low,
                high=level.correct.high,
                n=level.n,
            )
            for level in figures.levels
        )
    )
