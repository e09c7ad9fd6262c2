"""Shapes that films are shown in where none is padded: as near to a film's own as the base allows.

A square needs black beside most films, which a model then draws and real films lack. Here a film is
given the nearest of a few shapes that all have about as many pixels as the square, and what of it
stands over is cut off: a few per cent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Shape = tuple[int, int]
"""(height, width) in pixels."""


@dataclass(frozen=True)
class Cut:
    """How a film becomes a picture of a shape."""

    resized: Shape
    """To which the whole film is brought."""

    top: int
    left: int
    """Where in that the picture begins."""

    lost: float
    """Share of the film that is cut off."""


def bucket_shapes(size: int, step: int) -> list[Shape]:
    """Return the shapes, tallest first.

    Sides are multiples of ``step``; no shape has more pixels than the square of ``size`` or a side
    less than half of it, as in kohya's scripts.

    Parameters
    ----------
    size : side of the square, a multiple of ``step``
    """
    shapes = {(size, size)}
    least = -(-max(size // 2, step) // step) * step
    for short in range(least, size, step):
        long = size * size // short // step * step
        shapes |= {(short, long), (long, short)}
    return sorted(shapes, key=lambda shape: shape[1] / shape[0])


def bucket_of(film: Shape, shapes: Sequence[Shape]) -> Shape:
    """Return the shape whose ratio of sides is nearest to a film's; of two equal ones the first."""
    ratio = math.log(film[1] / film[0])
    return min(shapes, key=lambda shape: abs(math.log(shape[1] / shape[0]) - ratio))


def cut_of(film: Shape, shape: Shape) -> Cut:
    """Return how a film covers a shape: aspect kept, the middle kept, no more cut than needed."""
    factor = max(shape[0] / film[0], shape[1] / film[1])
    height, width = (
        max(round(side * factor), want) for side, want in zip(film, shape, strict=True)
    )
    lost = 1 - shape[0] * shape[1] / (height * width)
    return Cut((height, width), (height - shape[0]) // 2, (width - shape[1]) // 2, lost)
