"""How every figure looks, and how it becomes a file.

Colours are Okabe and Ito's, told apart by colour-blind eyes; markers, dashes and lightness carry
the same information, so that a grey print loses nothing. In SVG and PDF text is text, which a
journal can set anew and a search can find; Verdana, as wide as DejaVu Sans, stands in for it.
"""

import io
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from PIL import Image

from app.words.language import ENGLISH, Language, language

WIDTH = 5.2  # inches: half of a wide page, readable there and on a phone
DPI = 300  # what journals ask of pictures made of pixels
Ending = Literal["svg", "pdf", "png", "tiff"]
# The kinds of file a figure comes as, with their media types.
MEDIA_TYPES: dict[Ending, str] = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
    "tiff": "image/tiff",
}
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
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
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
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    # Same data, same bytes.
    "svg.hashsalt": "negatoscope",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
# matplotlib's settings are global and its drawing is not safe in several threads at once.
_one_at_a_time = threading.Lock()


# In which language the figure that is being drawn speaks.
_spoken: ContextVar[str] = ContextVar("_spoken", default=ENGLISH)


@contextmanager
def _speaking(tongue: str) -> Iterator[None]:
    before = _spoken.set(tongue)
    try:
        yield
    finally:
        _spoken.reset(before)


def inked(sentence: str) -> str:
    """A sentence in the language of the figure that is being drawn; matplotlib takes plain str."""
    told: str = language(_spoken.get()).say(sentence)
    return told


def inked_all(sentences: Iterable[str]) -> list[str]:
    """The same of several."""
    return [inked(one) for one in sentences]


class _Marked(ScalarFormatter):
    """Numbers of an axis with a language's decimal mark."""

    def __init__(self, tongue: Language) -> None:
        super().__init__()
        self._tongue = tongue

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self._tongue.number(super().__call__(x, pos))


def _mark_axes(figure: Figure, tongue: Language) -> None:
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:
                axis.set_major_formatter(_Marked(tongue))


def render(draw: Callable[[], Figure], ending: Ending, tongue: str = ENGLISH) -> bytes:
    """A figure that `draw` makes, as a file; the same figure gives the same bytes."""
    with _one_at_a_time, mpl.rc_context(_STYLE), _speaking(tongue):
        figure, file = draw(), io.BytesIO()
        if tongue != ENGLISH:
            _mark_axes(figure, language(tongue))
        if ending == "svg":
            figure.savefig(file, format="svg", metadata={"Date": None, "Creator": "Negatoscope"})
        elif ending == "pdf":
            nothing = {"CreationDate": None, "Producer": None}
            figure.savefig(file, format="pdf", metadata={"Creator": "Negatoscope", **nothing})
        else:
            _pixels(figure).save(file, format=ending.upper(), **_PIXEL_OPTIONS[ending])
        return file.getvalue()


# Software that sets pages takes the size of a picture from its resolution.
_PIXEL_OPTIONS: dict[str, dict[str, Any]] = {
    "png": {"dpi": (DPI, DPI), "optimize": True},
    "tiff": {"dpi": (DPI, DPI), "compression": "tiff_lzw"},
}


def _pixels(figure: Figure) -> Image.Image:
    """The figure as an RGB picture without transparency, which journals refuse."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    return Image.open(file).convert("RGB")


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
