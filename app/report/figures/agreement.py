"""Reader x reader agreement as a heat map."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from app.domain.said import Numeral
from app.report.figures.plot import Numbers
from app.report.figures.style import (
    INK,
    STEPS_DARK,
    STEPS_LIGHT,
    WIDTH,
    inked,
    inked_all,
    new_figure,
)
from app.report.words.numbers import number
from app.statistics.agreement.by_arm import Kind
from app.statistics.agreement.kappa import pairwise_kappa
from app.statistics.table.ratings import Float, RatingsTable

# Beyond this many readers numbers in the cells can't be read any more.
_MOST_LABELLED = 14
_MOST_NAMED = 30
# Of kappa, as many as an eye tells apart.
_STEPS = 20


def pair_kappas(table: RatingsTable, kind: Kind) -> Float:
    """Cohen's kappa of every pair of readers over the images of all arms; NaN where undefined.

    Unweighted for verdicts, quadratic weights for realism.

    Returns
    -------
    (J, J) array of float
    """
    matrix = table.pooled_matrix(kind, table.arms)
    if kind == "verdict":
        return pairwise_kappa(matrix, (0.0, 1.0))
    return pairwise_kappa(matrix, table.categories(), "quadratic")


@dataclass(frozen=True)
class AgreementPlot:
    """Kappa of every pair of readers, (J, J); NaN where undefined."""

    readers: tuple[str, ...]
    kappas: Float

    def draw(self) -> Figure:
        """The lower half of the matrix: every pair once."""
        return _draw(self.kappas, self.readers)

    def numbers(self) -> Numbers:
        """A row a pair."""
        rows = [
            (one, other, _known(self.kappas[j, k]))
            for j, one in enumerate(self.readers)
            for k, other in enumerate(self.readers[:j])
        ]
        return Numbers(("reader", "other_reader", "kappa"), tuple(rows))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _draw(kappas: Float, readers: Sequence[str]) -> Figure:
    n = len(readers)
    side = min(WIDTH, 1.5 + 0.42 * n) if n <= _MOST_LABELLED else WIDTH
    figure = new_figure(max(side * 0.84, 1.9), width=max(side, 2.8))
    axes = figure.subplots()
    shown = np.where(np.tri(n, k=-1, dtype=bool), kappas, np.nan)
    known = shown[np.isfinite(shown)]
    bottom = min(0.0, float(np.floor(known.min() * 10) / 10)) if known.size else 0.0
    norm = BoundaryNorm(np.linspace(bottom, 1.0, _STEPS + 1), _STEPS)
    colours = LinearSegmentedColormap.from_list("agreement", [STEPS_LIGHT, STEPS_DARK], N=_STEPS)
    _draw_squares(axes, shown, norm, colours)
    axes.set_xlim(-0.5, n - 1.5)
    axes.set_ylim(n - 1.5, -0.5)
    axes.set_aspect("equal")
    if n <= _MOST_LABELLED:
        middle = (bottom + 1.0) / 2
        for row in range(1, n):
            for column in range(row):
                value = shown[row, column]
                if np.isfinite(value):
                    axes.text(
                        column,
                        row - 1,
                        inked(Numeral(number(float(value)).replace("0.", "."))),
                        ha="center",
                        va="center",
                        fontsize=7.5,
                        color="white" if value > middle else INK,
                    )
                else:
                    axes.text(column, row - 1, "–", ha="center", va="center", fontsize=7.5)
    named = range(n) if n <= _MOST_NAMED else range(0, n, n // 15)
    axes.set_yticks(
        [k - 1 for k in named if k > 0], inked_all([readers[k] for k in named if k > 0])
    )
    axes.set_xticks(
        [k for k in named if k < n - 1], inked_all([readers[k] for k in named if k < n - 1])
    )
    if n > 9:
        axes.tick_params(axis="x", labelrotation=90)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    ticks = [fifth / 5 for fifth in range(math.ceil(bottom * 5 - 1e-9), 6)]
    scale = ScalarMappable(norm, colours)
    bar = figure.colorbar(scale, ax=axes, shrink=0.75, pad=0.02, label=inked("κ"), ticks=ticks)
    bar.ax.set_yticklabels(inked_all([number(tick, 1) for tick in ticks]))
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    return figure


def _draw_squares(axes: Axes, shown: Float, norm: BoundaryNorm, colours: Colormap) -> None:
    """One path a colour: vectors like the rest, and few however many readers there are."""
    rows, columns = np.nonzero(np.isfinite(shown))
    steps = np.asarray(norm(np.minimum(shown[rows, columns], 1.0 - 1e-9)))
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    for step in np.unique(steps):
        middles = np.column_stack((columns, rows - 1))[steps == step]
        squares = Path.make_compound_path_from_polys(middles[:, None, :] + corners)
        colour = colours(int(step))
        axes.add_patch(PathPatch(squares, facecolor=colour, edgecolor=colour, linewidth=0.3))
