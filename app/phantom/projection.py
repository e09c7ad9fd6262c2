"""Parallel projection of a body onto a square detector: path lengths, in cm, per pixel.

Axes of the body, in cm: `x` to the image's right (the patient's left, as films are hung), `y`
downwards from the apex of the lungs, `z` towards the front. The ray runs along `z`. Two kinds of
matter are projected: solids given row by row in closed form (`Grid.x`, `Grid.y`), and thin or
curved ones (bone shells, vessels, nodules) as clouds of small volumes, whose projection is exact
in mass: `deposit` adds volume / pixel area to the pixels under each sample.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Map = NDArray[np.float32]
Points = NDArray[np.float64]


def single(values: NDArray[Any]) -> Map:
    """`values` in single precision, copied only where they are not."""
    return np.asarray(values, dtype=np.float32)


@dataclass(frozen=True)
class Cloud:
    """Small volumes: position `x`, `y`, `z` in cm and `volume` in cm3, each of shape (n,)."""

    x: Points
    y: Points
    z: Points
    volume: Points


@dataclass(frozen=True)
class Grid:
    """The detector's pixels in body coordinates.

    `field` is the side seen in cm, `top` the body's y at the upper edge, `shift` the body's x at
    the middle, `lean` the sideways lean of the body (cm per cm), `bow` its sideways curve (1/cm)
    and `turn` the tangent of the patient's rotation about the long axis.
    """

    size: int
    field: float
    top: float
    shift: float
    lean: float
    bow: float
    turn: float

    @property
    def pixel(self) -> float:
        """Side of a pixel in cm."""
        return self.field / self.size

    def _offset(self, y: Points) -> Points:
        below = y - (self.top + self.field / 2)
        return self.shift + self.lean * below + self.bow * below**2

    @cached_property
    def y(self) -> Map:
        """Body y of the rows, shape (size, 1)."""
        rows = self.top + (np.arange(self.size) + 0.5) * self.pixel
        return rows[:, None].astype(np.float32)

    @cached_property
    def x(self) -> Map:
        """Body x of the pixels, shape (size, size)."""
        columns = (np.arange(self.size) + 0.5) * self.pixel - self.field / 2
        rows = self.y[:, 0].astype(np.float64)
        return (columns[None, :] - self._offset(rows)[:, None]).astype(np.float32)

    def pixels(self, length: float) -> float:
        """A length in cm as a number of pixels."""
        return length / self.pixel

    def deposit(self, *clouds: Cloud) -> Map:
        """The clouds' path length in cm, shape (size, size); what falls outside is lost.

        Samples lie about a pixel apart and the caller blurs by about as much, so each goes whole
        to the pixel it falls in: a third of the time of sharing it among four.
        """
        places, volumes = [], []
        for cloud in clouds:
            across = cloud.x + cloud.z * self.turn + self._offset(cloud.y) + self.field / 2
            column = np.floor(across / self.pixel).astype(np.int64)
            row = np.floor((cloud.y - self.top) / self.pixel).astype(np.int64)
            inside = (column >= 0) & (row >= 0) & (column < self.size) & (row < self.size)
            places.append((row * self.size + column)[inside])
            volumes.append(cloud.volume[inside])
        total = np.bincount(
            np.concatenate(places),
            weights=np.concatenate(volumes),
            minlength=self.size * self.size,
        )
        return single(total / self.pixel**2).reshape(self.size, self.size)

    def coarser(self, step: int) -> "Grid":
        """The same field with pixels `step` times as large, for what has no fine detail."""
        return replace(self, size=-(-self.size // step))


@dataclass(frozen=True)
class Outline:
    """A smooth curve through control points: `values` at `knots`, level beyond the ends."""

    knots: Points
    values: Points

    @cached_property
    def _table(self) -> tuple[Points, Points]:
        fine = np.linspace(self.knots[0], self.knots[-1], 800)
        return fine, PchipInterpolator(self.knots, self.values)(fine)

    def at(self, where: NDArray[Any]) -> Map:
        """The curve's values, shape of `where`."""
        return single(np.interp(where, *self._table))


def chord(u: NDArray[Any], power: float = 2.0) -> Map:
    """Share of the full depth met by a ray at relative distance `u` from a solid's middle."""
    if power == 2.0:
        return single(np.sqrt(np.clip(1 - u * u, 0, 1)))
    inside = np.clip(1 - np.abs(u) ** np.float32(power), 0, 1)
    return single(np.power(inside, np.float32(1 / power)))


def enlarge(coarse: Map, size: int) -> Map:
    """The square map `coarse` stretched to (size, size), linearly between its pixels' middles."""
    count = coarse.shape[0]
    at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    first = np.minimum(at.astype(np.int64), count - 2)
    share = (at - first).astype(np.float32)
    rows = coarse[first] * (1 - share)[:, None] + coarse[first + 1] * share[:, None]
    return single(rows[:, first] * (1 - share) + rows[:, first + 1] * share)


def along(path: Points, step: float) -> Points:
    """The polyline `path` (n, 3) resampled at about `step` cm, shape (m, 3)."""
    lengths = np.sqrt((np.diff(path, axis=0) ** 2).sum(axis=1))
    arc = np.concatenate([[0.0], np.cumsum(lengths)])
    count = max(3, int(np.ceil(arc[-1] / step)) + 1)
    at = np.linspace(0, arc[-1], count)
    return np.stack([np.interp(at, arc, path[:, axis]) for axis in range(3)], axis=1)


def long_bone(
    path: Points,
    *,
    broad: Points,
    half_height: Points,
    half_depth: Points,
    cortex: float | Points,
    marrow: float | Points,
    step: float,
    rng: np.random.Generator,
) -> Cloud:
    """A hollow bone of elliptical section along `path` (n, 3), as volumes of *compact* bone.

    `broad` (3,) is the direction of the section's height; `half_height` and `half_depth` (n,) its
    semi-axes in cm; `cortex` the wall in cm and `marrow` the share of compact bone inside it,
    along the path or one for all; `step` the spacing of samples in cm. The wall seen edge-on is
    what gives ribs their outlines.
    """
    fine = along(path, step)
    count = len(fine)
    place = np.linspace(0, 1, count)
    old = np.linspace(0, 1, len(path))
    high = np.interp(place, old, half_height)[:, None]
    deep = np.interp(place, old, half_depth)[:, None]
    wall_width = np.interp(place, old, np.broadcast_to(cortex, len(path)))[:, None]
    filling = np.interp(place, old, np.broadcast_to(marrow, len(path)))[:, None]
    tangent = np.gradient(fine, axis=0)
    length = np.sqrt((tangent**2).sum(axis=1, keepdims=True))
    tangent = tangent / length
    up = broad - tangent * (tangent * broad).sum(axis=1, keepdims=True)
    up /= np.sqrt((up**2).sum(axis=1, keepdims=True)) + 1e-9
    out = np.cross(tangent, up)

    perimeter = np.pi * (3 * (high + deep) - np.sqrt((3 * high + deep) * (high + 3 * deep)))
    around = max(12, int(np.ceil(float(perimeter.max()) / (2.4 * step))))
    golden = (np.arange(count) * 0.6180339887498949) % 1.0
    angle = 2 * np.pi * (np.arange(around)[None, :] + golden[:, None]) / around
    sine, cosine = np.sin(angle), np.cos(angle)
    stretch = np.sqrt((high * cosine) ** 2 + (deep * sine) ** 2) * (2 * np.pi / around)
    wall = stretch * length * wall_width * rng.uniform(0.85, 1.15, stretch.shape)

    inner = 5
    radius = np.sqrt(rng.random((count, inner)))
    turn = rng.random((count, inner)) * 2 * np.pi
    spongy = np.pi * high * deep * length * filling / inner * rng.uniform(0.4, 1.6, radius.shape)

    first = np.concatenate([high * sine, high * radius * np.sin(turn)], axis=1)
    second = np.concatenate([deep * cosine, deep * radius * np.cos(turn)], axis=1)
    volume = np.concatenate([wall, spongy], axis=1)
    x, y, z = (
        (fine[:, axis, None] + first * up[:, axis, None] + second * out[:, axis, None]).ravel()
        for axis in range(3)
    )
    return Cloud(x, y, z, volume.ravel())
