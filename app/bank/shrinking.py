"""Shrinking a large film: Pillow's Lanczos, bit for bit, in half of its time.

Pillow adds up one output pixel after the other, each addition waiting for the one before it. Here
the same weights meet the same pixels in the same order, but many rows of the film at once, as a
sparse matrix times a dense one. docs/decisions/0237 says what it saves and how it is held to
Pillow.
"""

import math
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.films.film import GreyLevels

_LOBES: Final = 3.0
# So many rows stay in a processor's cache.
_STRIP: Final = 64
# Levels in a cache line of 64 bytes.
_LINE: Final = 16


def shrunk(levels: GreyLevels, width: int, height: int) -> GreyLevels:
    """The picture, (height, width) of its own, as `Image.resize` by LANCZOS makes it, float32.

    Both sides must shrink. Not clipped, so that some levels lie beyond the film's own.
    """
    across = _weights(levels.shape[1], width)
    narrow = np.empty((levels.shape[0], width), dtype=np.float32)
    room = _room(levels.shape[1])
    for top in range(0, levels.shape[0], _STRIP):
        strip = room[: min(_STRIP, levels.shape[0] - top)]
        strip[:] = levels[top : top + _STRIP]
        narrow[top : top + _STRIP] = (across @ strip.T.astype(np.float64, order="C")).T
    # Rounded to 32 bits between the two passes, as Pillow's own picture in between is.
    small: GreyLevels = (_weights(levels.shape[0], height) @ narrow.astype(np.float64)).astype(
        np.float32
    )
    return small


def _room(width: int) -> GreyLevels:
    """Rows for a strip, an odd number of cache lines apart.

    One below the other at 2,048 or 4,096 levels, as detectors have, they would all fall into the
    same few places of the cache, and turning them would take three times as long.
    """
    lines = -(-width // _LINE) | 1
    return np.empty((_STRIP, lines * _LINE), dtype=np.float32)[:, :width]


@lru_cache(maxsize=16)
def _weights(inputs: int, outputs: int) -> Any:
    """Lanczos weights, sparse, (outputs, inputs); every row sums to 1.

    The window is as much wider as the picture shrinks (Pillow's `precompute_coeffs`).
    """
    # Loaded when the first large film comes, which many imports never see.
    from scipy.sparse import csr_array

    scale = inputs / outputs
    reach = _LOBES * scale
    centres = (np.arange(outputs) + 0.5) * scale
    # To whole numbers as C does it, towards zero.
    first = np.maximum(0, (centres - reach + 0.5).astype(np.int64))
    end = np.minimum(inputs, (centres + reach + 0.5).astype(np.int64))
    taps = int((end - first).max())
    places = first[:, None] + np.arange(taps)
    inside = places < end[:, None]
    weights = _lanczos((places - centres[:, None] + 0.5) * (1 / scale)) * inside
    # One after the other: numpy's own sum adds in another order and rounds otherwise.
    total = np.zeros(outputs)
    for tap in range(taps):
        total += weights[:, tap]
    weights /= total[:, None]
    starts = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])
    parts = (weights[inside], places[inside].astype(np.int32), starts.astype(np.int32))
    return csr_array(parts, shape=(outputs, inputs))


def _lanczos(places: NDArray[np.float64]) -> NDArray[np.float64]:
    near: NDArray[np.float64] = _sinc(places) * _sinc(places / _LOBES)
    return np.where((places >= -_LOBES) & (places < _LOBES), near, 0.0)


def _sinc(places: NDArray[np.float64]) -> NDArray[np.float64]:
    angles = places * math.pi
    # The C library's sine; numpy's differs from it in the last bit on some processors.
    sines = np.array(list(map(math.sin, angles.ravel().tolist()))).reshape(angles.shape)
    ratios = np.ones_like(angles)
    np.divide(sines, angles, out=ratios, where=angles != 0)
    return ratios
