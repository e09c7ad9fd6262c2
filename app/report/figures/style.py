"""How every figure looks, and how it becomes SVG and PNG.

Colours are Okabe and Ito's, told apart by colour-blind eyes; markers, dashes and lightness carry
the same information, so that a grey print loses nothing. Text is drawn as paths: a figure then
looks alike wherever it is opened.
"""

import io
import threading
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

WIDTH = 5.2  # inches: half of a wide page, readable there and on a phone
PNG_DPI = 220
INK = "#1c2226"
DIM = "#57616a"
FAINT = "#c3c9cc"
REAL = "#1c2226"
SYNTHETIC = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MARKERS = ("s", "D", "^", "v", "P", "X")
DASHES: tuple[Any, ...] = ((4, 1.5), (1.2, 1.2), (6, 1.5, 1.2, 1.5), (8, 2), (3, 3), (2, 1))
# Light to dark, so that the steps of a scale keep their order in grey.
STEPS_LIGHT, STEPS_DARK = "#dde8ee", "#123c53"

# `Any` as the key: matplotlib types its settings by a list of every name.
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#838d95",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": "#838d95",
    "ytick.color": "#838d95",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.solid_capstyle": "butt",
    "svg.fonttype": "path",
    # Same data, same bytes.
    "svg.hashsalt": "negatoscope",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
# matplotlib's settings are global and its drawing is not safe in several threads at once.
_one_at_a_time = threading.Lock()


def render(draw: Callable[[], Figure]) -> tuple[bytes, bytes]:
    """The SVG and the PNG of a figure that `draw` makes."""
    with _one_at_a_time, mpl.rc_context(_STYLE):
        figure = draw()
        svg, png = io.BytesIO(), io.BytesIO()
        FigureCanvasSVG(figure)
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": "Negatoscope"})
        FigureCanvasAgg(figure)
        figure.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": "Negatoscope"})
        return svg.getvalue(), png.getvalue()


def new_figure(height: float, *, width: float = WIDTH) -> Figure:
    """An empty figure, inches."""
    return Figure(figsize=(width, height), layout="constrained")


def colour_of(arm: str, synthetic_arms: Sequence[str]) -> str:
    """An arm's colour: ink for real ones."""
    if arm not in synthetic_arms:
        return REAL
    return SYNTHETIC[synthetic_arms.index(arm) % len(SYNTHETIC)]


def marker_of(arm: str, synthetic_arms: Sequence[str]) -> str:
    """An arm's marker: a disc for real ones."""
    if arm not in synthetic_arms:
        return "o"
    return MARKERS[synthetic_arms.index(arm) % len(MARKERS)]


def dashes_of(arm: str, synthetic_arms: Sequence[str]) -> Any:
    """An arm's line: unbroken for real ones."""
    if arm not in synthetic_arms:
        return (0, ())
    return (0, DASHES[synthetic_arms.index(arm) % len(DASHES)])


def short(arm: str, longest: int = 18) -> str:
    """An arm's key on at most two lines."""
    if len(arm) <= longest:
        return arm
    for cut in range(longest, 4, -1):
        if arm[cut - 1] in "-_ .":
            rest = arm[cut:]
            return f"{arm[:cut]}\n{rest if len(rest) <= longest else rest[: longest - 1] + '…'}"
    return f"{arm[:longest]}\n{arm[longest : 2 * longest]}"


def light_grid(axes: Axes, axis: str = "x") -> None:
    """Faint lines behind the data."""
    axes.grid(visible=True, axis=axis, color="#e6e9ea", linewidth=0.8)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
