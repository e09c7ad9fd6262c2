"""How stored values become display grey levels from 0 (black) to 255 (white).

Integers of up to 16 bits are mapped value by value, not pixel by pixel: there are at most 65,536
of them, so every formula is evaluated once a value and then looked up.
"""

from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.films.film import GreyLevels

Values = NDArray[np.float64]

# Of pixels, to each side; what lies outside is clipped. One hot pixel or a lead marker must not
# decide the contrast of a chest.
CLIPPED_PERCENT: Final = 0.5
_CODES: Final = 65_536
# Counting and looking up cast to 64 bits; in pieces, so that a large film is never held at that
# width, and small enough for a processor's cache.
_PIECE: Final = 1 << 18
_SLICE: Final = 1 << 16


class StoredValues:
    """A picture's stored values, and how many pixels have each.

    `values` is a 1-D float64 array: each value that the type could hold (integers that span at
    most 65,536) or every pixel's own. `counts` has the same length, in pixels.
    """

    def __init__(self, pixels: NDArray[Any]) -> None:
        """Take a 2-D array; raises ValueError with a reason for values that aren't finite."""
        if np.issubdtype(pixels.dtype, np.floating) and not np.isfinite(pixels).all():
            raise ValueError("holds values that are not finite numbers")
        self._shape = pixels.shape
        self.dtype = pixels.dtype
        coded = _coded(pixels)
        self._codes: NDArray[Any] | None = None
        if coded is None:
            self.values: Values = pixels.ravel().astype(np.float64)
        else:
            self._codes, self.values = coded

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many pixels have each of `values`; counted when first asked for."""
        if self._codes is None:
            return np.ones(self.values.size, dtype=np.int64)
        return _counts(self._codes, self.values.size)

    def counts_without(self, pixels: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The counts of all pixels but those of `pixels`, (height, width)."""
        if pixels is None:
            return self.counts
        if self._codes is None:
            return (~pixels.ravel()).astype(np.int64)
        return _counts(self._codes[~pixels], self.values.size)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which of `values` occur."""
        return self.counts > 0

    def picture(self, levels: Values) -> GreyLevels:
        """The picture, (height, width), where each of `values` has become its level."""
        narrow = levels.astype(np.float32)
        if self._codes is None:
            return narrow.reshape(self._shape)
        return _looked_up(narrow, self._codes)

    def as_they_are(self) -> GreyLevels:
        """The picture, (height, width), of values that are levels already."""
        if self._codes is not None and self._codes.dtype == self.dtype == np.uint8:
            return self._codes.astype(np.float32)
        return self.picture(self.values)

    def percentiles(self, values: Values, counts: NDArray[np.int64] | None = None) -> Values:
        """The 0.5th and 99.5th percentile, shape (2,), of `values` that stand for `self.values`.

        Linear between neighbours, as `numpy.percentile`; `counts` (default: all pixels) says how
        many pixels of each value count, and where none does all of them do. Where both ends are
        alike, lowest and highest: more than 99 percent of the pixels are one value then, and what
        differs is still a picture.
        """
        if counts is None or not counts.any():
            counts = self.counts
        there = counts > 0
        values, counts = values[there], counts[there]
        if np.any(np.diff(values) < 0):
            order = np.argsort(values, kind="stable")
            values, counts = values[order], counts[order]
        places = np.cumsum(counts)
        shares = np.array([CLIPPED_PERCENT, 100 - CLIPPED_PERCENT]) / 100
        virtual = (places[-1] - 1) * shares
        below = np.floor(virtual)
        low = values[np.searchsorted(places, below, side="right")]
        above = np.minimum(below + 1, places[-1] - 1)
        high = values[np.searchsorted(places, above, side="right")]
        ends: Values = low + (high - low) * (virtual - below)
        return ends if ends[0] < ends[1] else np.array([values[0], values[-1]])


def scaled(values: Values, low: float, high: float) -> Values:
    """Map `low` to 0 and `high` to 255, clipped; all 0 where `low` equals `high`."""
    if low == high:
        return np.zeros_like(values)
    levels: Values = np.clip((values - low) * (255.0 / (high - low)), 0.0, 255.0)
    return levels


def luma(colours: NDArray[Any]) -> NDArray[Any]:
    """Grey of (height, width, 3) values deeper than 8 bits: ITU-R BT.601, as Pillow has it at 8.

    Three equal channels keep their values.
    """
    red = colours[..., 0]
    if np.array_equal(red, colours[..., 1]) and np.array_equal(red, colours[..., 2]):
        return np.ascontiguousarray(red)
    mixed = colours[..., :3].astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    if np.issubdtype(colours.dtype, np.integer):
        mixed = np.rint(mixed)
    grey: NDArray[Any] = mixed.astype(colours.dtype)
    return grey


def _coded(pixels: NDArray[Any]) -> tuple[NDArray[Any], Values] | None:
    """Codes from 0 and the value of each, for integers that span at most 65,536 values."""
    kind = pixels.dtype
    if kind in (np.uint8, np.uint16):
        return pixels, np.arange(float(np.iinfo(kind).max) + 1)
    if kind == np.bool_:
        return pixels.astype(np.uint8), np.arange(2.0)
    if not np.issubdtype(kind, np.integer):
        return None
    low, high = int(pixels.min()), int(pixels.max())
    if high - low >= _CODES:
        return None
    codes = (pixels.astype(np.int64) - low).astype(np.uint16)
    return codes, np.arange(float(low), float(high) + 1)


def _looked_up(levels: GreyLevels, codes: NDArray[Any]) -> GreyLevels:
    """The level of each code, in the codes' shape (height, width)."""
    picture = np.empty(codes.shape, dtype=np.float32)
    flat, flat_codes = picture.reshape(-1), codes.reshape(-1)
    for start in range(0, flat.size, _SLICE):
        part = slice(start, start + _SLICE)
        np.take(levels, flat_codes[part], mode="clip", out=flat[part])
    return picture


def _counts(codes: NDArray[Any], size: int) -> NDArray[np.int64]:
    flat = codes.ravel()
    total = np.zeros(size, dtype=np.int64)
    for start in range(0, flat.size, _PIECE):
        counts = np.bincount(flat[start : start + _PIECE])
        total[: counts.size] += counts
    return total
