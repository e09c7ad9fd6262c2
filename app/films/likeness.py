"""A fingerprint by which nearly the same picture is known again: saved anew, resized, rewindowed.

A perceptual hash by the discrete cosine transform (Zauner, Implementation and benchmarking of
perceptual image hash functions, 2010), of 256 bits in place of 64: chest radiographs are so much
alike that 64 bits confuse patients.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.films.film import GreyLevels

Prints = NDArray[np.uint64]

_SIDE: Final = 64
_WAVES: Final = 16
NEAR_BITS: Final = 32
"""Bits (of 256) by which two pictures may differ and still be called nearly the same.

Of 60 public films no two differ by less than 60. Saved as JPEG, halved or with noise a film differs
from itself by up to 4, with gamma 0.8 or a third more contrast by up to 28.
"""


def fingerprint(levels: GreyLevels | NDArray[np.uint8]) -> str:
    """64 hexadecimal digits for a picture of shape (height, width); the same for either type."""
    waves = _COSINES @ _averaged(levels) @ _COSINES.T
    bits = waves > np.median(waves)
    return np.packbits(bits).tobytes().hex()


def _averaged(levels: GreyLevels | NDArray[np.uint8]) -> NDArray[np.float64]:
    """The picture in 64 x 64 pixels, each the mean of those it stands for."""
    if levels.dtype == np.uint8 and levels.shape == (8 * _SIDE, 8 * _SIDE):
        # Pillow's own means in less than half of its time: whole numbers and eighths add up without
        # rounding, in whatever order.
        rows = levels.reshape(_SIDE, 8, -1).sum(axis=1, dtype=np.uint16)
        means: NDArray[np.float64] = rows.reshape(_SIDE, _SIDE, 8).sum(axis=2) / 64
        return means
    # A large film is thinned out first; what is averaged below is blurred far more than that.
    step = max(1, min(levels.shape) // (8 * _SIDE))
    thin = Image.fromarray(np.ascontiguousarray(levels[::step, ::step], dtype=np.float32))
    return np.asarray(thin.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)


def prints_of(fingerprints: list[str]) -> Prints:
    """Fingerprints as an array to compare, (n, 4)."""
    data = bytes.fromhex("".join(fingerprints))
    return np.frombuffer(data, dtype=">u8").astype(np.uint64).reshape(-1, 4)


def distances(one: Prints, others: Prints) -> NDArray[np.int64]:
    """Bits by which one fingerprint, (4,), differs from each of others, (n, 4)."""
    counted: NDArray[np.int64] = np.bitwise_count(others ^ one).sum(axis=1, dtype=np.int64)
    return counted


def _cosine_rows() -> NDArray[np.float64]:
    places = (np.arange(_SIDE) + 0.5) * np.pi / _SIDE
    rows: NDArray[np.float64] = np.cos(np.outer(np.arange(_WAVES), places))
    return rows


_COSINES: Final = _cosine_rows()
