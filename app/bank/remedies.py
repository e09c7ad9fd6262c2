"""What can be done to all pictures alike, so that less tells arms apart than anatomy."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.bank.leak_audit import box_of
from app.domain.errors import BadInput
from app.domain.said import said

COARSEST: Final = 32
"""The lowest resolution, in pixels, that a remedy leaves."""

Pixels = NDArray[np.uint8]
# Share of the pixels at each end that become black and white.
_TAIL: Final = 0.005


@dataclass(frozen=True)
class Remedies:
    """Which of them, in the order in which they are applied.

    crop_margin  cut the black margin off, and of what is left the largest square in the middle
    grey_range   stretch the greys so that all but the ends' half per cent use 0 to 255
    resolution   shrink to so many pixels and enlarge again, so that no finer detail is left
    """

    crop_margin: bool = False
    grey_range: bool = False
    resolution: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return self == Remedies()

    def __str__(self) -> str:
        named = (
            said("margin cropped") * self.crop_margin,
            said("grey range stretched") * self.grey_range,
            said("detail of {pixels} pixels", pixels=self.resolution) if self.resolution else "",
        )
        return ", ".join(name for name in named if name)

    def check(self, size: int) -> None:
        """Raise BadInput for nothing to do, or a resolution that pictures of `size` don't have."""
        if self.is_empty:
            raise BadInput(
                said("Name a remedy: cropping the margin, the grey range or a resolution.")
            )
        if self.resolution is not None and not COARSEST <= self.resolution < size:
            raise BadInput(
                said(
                    "The resolution must be from {coarsest} to below the size, {size}, not "
                    "{resolution}.",
                    coarsest=COARSEST,
                    size=size,
                    resolution=self.resolution,
                )
            )


def remedied(pixels: Pixels, remedies: Remedies, size: int) -> Pixels:
    """A rendition's grey levels, (side, side), after the remedies, as (size, size)."""
    square = _cropped(pixels) if remedies.crop_margin else pixels
    levels = square.astype(np.float32)
    if remedies.resolution is not None and remedies.resolution < max(square.shape):
        levels = _resized(levels, remedies.resolution)
    if levels.shape != (size, size):
        levels = _resized(levels, size)
    if remedies.grey_range:
        levels = _stretched(levels)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _cropped(pixels: Pixels) -> Pixels:
    box = box_of(pixels)
    if box is None:
        return pixels
    inside = pixels[box]
    side = min(inside.shape)
    top, left = ((length - side) // 2 for length in inside.shape)
    return inside[top : top + side, left : left + side]


def _resized(levels: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    resized = Image.fromarray(levels).resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(resized, dtype=np.float32)


def _stretched(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """By the quantiles of what is not the black margin; a picture of one grey stays as it is."""
    box = box_of(np.clip(levels, 0, 255).astype(np.uint8))
    if box is None:
        return levels
    low, high = np.quantile(levels[box], (_TAIL, 1 - _TAIL))
    if high - low < 1:
        return levels
    stretched = (levels - low) * (255 / (high - low))
    margin = np.ones(levels.shape, dtype=bool)
    margin[box] = False
    stretched[margin] = 0
    return np.asarray(stretched, dtype=np.float32)
