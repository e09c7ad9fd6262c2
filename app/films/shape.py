"""Pixels that are not square, made square."""

from typing import Final

import numpy as np
from PIL import Image

from app.domain.said import said
from app.films.film import GreyLevels
from app.films.notes import Note

# Below this a difference is the rounding of a header's decimals.
_TOLERANCE: Final = 0.01
# Beyond this a header is wrong, not a scanner's pixel long.
_LARGEST: Final = 4.0


def squared(levels: GreyLevels, aspect: float, notes: list[Note]) -> GreyLevels:
    """Stretch (height, width) along the coarser axis; `aspect` is a pixel's height over its width.

    No detail is given up: the axis of the finer pixels keeps its number of them.
    """
    if abs(aspect - 1) <= _TOLERANCE:
        return levels
    if not 1 / _LARGEST <= aspect <= _LARGEST:
        notes.append(
            Note(
                "header",
                said(
                    "says its pixels are {aspect:.3g} times as high as wide; ignored", aspect=aspect
                ),
            )
        )
        return levels
    height, width = levels.shape
    if aspect > 1:
        height = round(height * aspect)
    else:
        width = round(width / aspect)
    notes.append(
        Note(
            "aspect",
            said("has pixels {aspect:.3g} times as high as wide; shown square", aspect=aspect),
        )
    )
    resized = Image.fromarray(levels).resize((width, height), Image.Resampling.LANCZOS)
    shown: GreyLevels = np.clip(np.asarray(resized), 0, 255).astype(np.float32)
    return shown
