"""Grey levels of values that come without a header: by their depth alone."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.said import said
from app.films.film import GreyLevels, GreyMapping
from app.films.grey import StoredValues, scaled
from app.films.notes import Note

# 255 * 257 = 65,535: what widening 8 bits to 16 multiplies by.
_WIDENED: Final = 257
# Of 255; a film whose brightest level is below shows next to nothing.
_DIM: Final = 32.0


def plain_levels(
    stored: StoredValues,
    mapping: GreyMapping,
    notes: list[Note],
    left_out: NDArray[np.bool_] | None = None,
) -> tuple[GreyLevels, tuple[float, float] | None, bool]:
    """Levels (height, width), the values that became black and white, whether 8 bits hold them.

    8-bit values stay as they are. 16-bit values that are all multiples of 257 are 8-bit values
    that were widened, and are narrowed again. Deeper ones are stretched by percentiles, or under
    `as-is` laid over the whole range of their type. Pixels of `left_out`, (height, width), become
    black and don't count.

    Raises ValueError where `mapping` is as-is and the values are real numbers beyond 0 to 1.
    """
    levels, limits, is_eight_bit = _levels(stored, mapping, notes, left_out)
    if left_out is not None:
        levels = np.where(left_out, np.float32(0), levels)
    # One pixel in many tells it of nearly every film.
    if levels[::61, ::61].max() < _DIM and levels.max() < _DIM:
        notes.append(
            Note(
                "dim",
                said("has {level:.0f} of 255 as its brightest level", level=float(levels.max())),
            )
        )
    return levels, limits, is_eight_bit


def _levels(
    stored: StoredValues,
    mapping: GreyMapping,
    notes: list[Note],
    left_out: NDArray[np.bool_] | None,
) -> tuple[GreyLevels, tuple[float, float] | None, bool]:
    if stored.dtype == np.uint8:
        return stored.as_they_are(), None, True
    if stored.dtype == np.uint16 and not np.any(stored.values[stored.present] % _WIDENED):
        return stored.picture(np.floor(stored.values / _WIDENED)), None, True
    if mapping == "as-is":
        low, high = _whole_range(stored)
        return stored.picture(scaled(stored.values, low, high)), (low, high), False
    low, high = (
        float(end) for end in stored.percentiles(stored.values, stored.counts_without(left_out))
    )
    notes.append(
        Note(
            "stretched",
            said("was stretched by percentiles, from {low:g} to {high:g}", low=low, high=high),
        )
    )
    return stored.picture(scaled(stored.values, low, high)), (low, high), False


def _whole_range(stored: StoredValues) -> tuple[float, float]:
    """The ends of an integer type, or 0 and 1; raises ValueError for real numbers beyond these."""
    if np.issubdtype(stored.dtype, np.integer):
        ends = np.iinfo(stored.dtype)
        return float(ends.min), float(ends.max)
    there = stored.values[stored.present]
    if there.min() < 0 or there.max() > 1:
        raise ValueError(
            "holds real numbers beyond 0 to 1, which the grey mapping as-is has no range for"
        )
    return 0.0, 1.0
