"""What surrounds the patient on a film: collimation and the lead side marker.

The marker's small letters read SIM: every simulated picture says what it is, wherever it goes.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.phantom.projection import Map

_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "L": (((0.0, 0.0), (0.0, 1.0), (0.6, 1.0)),),
    "R": (
        ((0.0, 1.0), (0.0, 0.0), (0.38, 0.0), (0.55, 0.08), (0.6, 0.25), (0.55, 0.42),
         (0.38, 0.5), (0.0, 0.5)),
        ((0.3, 0.5), (0.6, 1.0)),
    ),
    "S": (
        ((0.58, 0.14), (0.45, 0.02), (0.15, 0.02), (0.02, 0.15), (0.04, 0.35), (0.5, 0.58),
         (0.58, 0.8), (0.45, 0.98), (0.15, 0.98), (0.0, 0.85)),
    ),
    "I": (((0.3, 0.0), (0.3, 1.0)),),
    "M": (((0.0, 1.0), (0.0, 0.0), (0.3, 0.55), (0.6, 0.0), (0.6, 1.0)),),
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """Collimation and marker of one film, in shares of the image's side.

    `margins` are the unexposed borders left, top, right, bottom; `skew` their tilt; `side` the
    letter, on the patient's side it names; `at` its place from that upper corner; `height` the
    letter's height; `turned` its rotation in radians; `level` the grey of lead.
    """

    margins: tuple[float, float, float, float]
    skew: float
    side: str
    at: tuple[float, float]
    height: float
    turned: float
    level: float


def sample_frame(rng: np.random.Generator) -> Frame:
    """Draw borders and marker; the same law for every arm, so that neither tells arms apart."""
    collimated = rng.random() < 0.45
    widths = rng.uniform(0, 0.035, 4) * (rng.random(4) < 0.55) * collimated
    return Frame(
        margins=(float(widths[0]), float(widths[1]), float(widths[2]), float(widths[3])),
        skew=float(rng.normal(0, 0.008)) if collimated else 0.0,
        side="L" if rng.random() < 0.7 else "R",
        at=(float(rng.uniform(0.055, 0.12)), float(rng.uniform(0.07, 0.17))),
        height=float(rng.uniform(0.030, 0.042)),
        turned=float(rng.normal(0, 0.18)),
        level=float(rng.uniform(225, 250)),
    )


def _letters(frame: Frame, size: int) -> tuple[Map, slice, slice]:
    left_of_image = frame.side == "R"
    middle_x = (frame.at[0] if left_of_image else 1 - frame.at[0]) * size
    middle_y = frame.at[1] * size
    tall = frame.height * size
    half = int(np.ceil(2.2 * tall))
    top, left = max(0, int(middle_y) - half), max(0, int(middle_x) - half)
    rows, columns = slice(top, min(size, top + 2 * half)), slice(left, min(size, left + 2 * half))
    y, x = np.mgrid[rows, columns].astype(np.float32)
    x, y = x + 0.5 - middle_x, y + 0.5 - middle_y
    cosine, sine = np.cos(frame.turned), np.sin(frame.turned)
    x, y = cosine * x + sine * y, -sine * x + cosine * y
    cover = np.zeros_like(x)
    small = 0.46
    placed = [(frame.side, -0.3, -0.62, 1.0)]
    placed += [
        (letter, (index - 1) * 0.86 * small - 0.3 * small, 0.58, small)
        for index, letter in enumerate("SIM")
    ]
    for letter, offset_x, offset_y, scale in placed:
        thick = tall * scale * (0.085 if scale == 1.0 else 0.095)
        for stroke in _STROKES[letter]:
            for (x0, y0), (x1, y1) in pairwise(stroke):
                ax, ay = tall * (offset_x + scale * x0), tall * (offset_y + scale * y0)
                bx, by = tall * scale * (x1 - x0), tall * scale * (y1 - y0)
                share = np.clip(((x - ax) * bx + (y - ay) * by) / (bx * bx + by * by), 0, 1)
                distance = np.hypot(x - ax - share * bx, y - ay - share * by)
                cover = np.maximum(cover, np.clip(thick + 0.5 - distance, 0, 1))
    return cover, rows, columns


def put_marker(grey: Map, frame: Frame) -> Map:
    """`grey` with the lead marker laid on it."""
    cover, rows, columns = _letters(frame, grey.shape[0])
    marked = grey.copy()
    marked[rows, columns] += cover * np.maximum(frame.level - marked[rows, columns], 0)
    return marked


def mark(pixels: NDArray[np.uint8], *, seed: int) -> NDArray[np.uint8]:
    """Return a square picture with a marker, drawn by the law of the phantom's own films."""
    frame = sample_frame(np.random.default_rng(seed))
    marked = put_marker(pixels.astype(np.float32), frame)
    return np.clip(np.rint(marked), 0, 255).astype(np.uint8)


def collimate(grey: Map, frame: Frame) -> Map:
    """`grey` with the unexposed borders black."""
    size = grey.shape[0]
    at = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = at[None, :], at[:, None]
    left, top, right, bottom = frame.margins
    inside = np.ones_like(grey)
    for margin, distance in (
        (left, x - left + frame.skew * (y - 0.5)),
        (top, y - top - frame.skew * (x - 0.5)),
        (right, 1 - right - x - frame.skew * (y - 0.5)),
        (bottom, 1 - bottom - y + frame.skew * (x - 0.5)),
    ):
        if margin:
            inside = inside * np.clip(distance * size / 1.5 + 0.5, 0, 1)
    return grey * inside
