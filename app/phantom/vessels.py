"""The branching vessels of the lungs, grown from the hila, as a map of blood in cm."""

import numpy as np
from scipy.ndimage import gaussian_filter

from app.phantom.anatomy import Anatomy
from app.phantom.projection import Cloud, Grid, Map, Points, single

_LEVELS = 7
_FAN = (-1.4, -1.2, -0.95, -0.7, -0.4, -0.1, 0.25, 0.5, 0.7, 0.85, 1.0, 1.12, 1.25, 1.38, 1.5)
_SAMPLES = 18


def _grow(
    root: tuple[float, float],
    side: int,
    anatomy: Anatomy,
    rng: np.random.Generator,
) -> list[tuple[Cloud, float]]:
    """All branches of one lung, level by level: their volumes and their mean radius in cm."""
    scale = anatomy.scale
    # Directions fan out from straight up through outwards to straight down; the lower half of
    # the fan is fuller, as blood is when standing.
    fan = np.array(_FAN) + rng.normal(0, 0.09, len(_FAN))
    reach = np.interp(fan, [-1.4, -0.6, 0.1, 0.9, 1.5], [9.5, 8.5, 7.5, 11.5, 13.0]) * scale
    forward = rng.uniform(-0.9, 0.9, len(_FAN))
    direction = np.stack([side * np.cos(fan), np.sin(fan), forward], axis=1)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    start = np.tile([root[0], root[1], 0.0], (len(_FAN), 1)) + rng.normal(0, 0.35, (len(_FAN), 3))
    start[:, 1] += np.clip(fan, -1.2, 1.6) * 1.1
    length = reach / 4.4 * 1.2
    radius = np.where(fan > 0.2, 0.36, 0.27) * scale * rng.uniform(0.85, 1.15, len(_FAN))
    levels: list[tuple[Cloud, float]] = []
    for level in range(_LEVELS):
        bend = rng.normal(0, 0.16, direction.shape)
        if level:
            # Small branches lean outwards, away from the hilum.
            bend += 0.10 * np.array([side, 0.0, 0.0])
        at = np.linspace(0, 1, _SAMPLES)[None, :, None]
        path = start[:, None, :] + length[:, None, None] * (
            at * direction[:, None, :] + 0.5 * at**2 * bend[:, None, :]
        )
        taper = radius[:, None] * (1 - 0.22 * at[:, :, 0])
        volume = np.pi * taper**2 * (length / _SAMPLES)[:, None]
        flat = path.reshape(-1, 3)
        # A lung is about ten cm deep: branches beyond its surface are not there.
        inside = np.abs(flat[:, 2]) < 6.5 * scale
        levels.append(
            (
                Cloud(flat[inside, 0], flat[inside, 1], flat[inside, 2], volume.ravel()[inside]),
                float(radius.mean()),
            )
        )
        tip = path[:, -1, :]
        onward = direction + bend
        onward /= np.linalg.norm(onward, axis=1, keepdims=True)
        start, direction, length, radius = _fork(tip, onward, length, radius, rng)
    return levels


def _fork(
    tip: Points, onward: Points, length: Points, radius: Points, rng: np.random.Generator
) -> tuple[Points, Points, Points, Points]:
    aside = rng.normal(0, 1, onward.shape)
    aside -= onward * (aside * onward).sum(axis=1, keepdims=True)
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    wide = rng.uniform(0.15, 0.40, (len(tip), 1))
    narrow = -rng.uniform(0.30, 0.70, (len(tip), 1))
    first, second = onward + wide * aside, onward + narrow * aside
    direction = np.concatenate([first, second])
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    share = rng.uniform(0.70, 0.86, len(tip))
    return (
        np.concatenate([tip, tip]),
        direction,
        np.concatenate([length * 0.80, length * 0.74]) * rng.uniform(0.8, 1.2, 2 * len(tip)),
        np.concatenate([radius * share, radius * (0.66 + 0.9 * (0.86 - share))]),
    )


def _trunks(grid: Grid, anatomy: Anatomy, rng: np.random.Generator) -> Map:
    """The descending pulmonary arteries and the knot of vessels at either hilum."""
    clouds: list[Cloud] = []
    for index, side in enumerate((-1, 1)):
        x, y = anatomy.hila[index]
        x *= 1.0 if anatomy.heart_side > 0 else 0.95
        at = np.linspace(0, 1, 240)
        jitter = rng.normal(0, 0.1, 4)
        path_x = x + side * (-0.3 + 1.4 * at + 0.5 * np.sin(2.2 * at) + jitter[0])
        path_y = y - 1.0 + jitter[1] + (5.4 + jitter[2]) * at * anatomy.scale
        radius = (0.72 - 0.42 * at) * anatomy.scale * (1 + jitter[3])
        turn = rng.uniform(0, 2 * np.pi, (24, 240))
        out = np.sqrt(rng.uniform(0, 1, (24, 240)))
        volume = np.pi * radius**2 * (np.hypot(1.5, 5.4) / 240) / 24
        cloud = Cloud(
            (path_x + radius * out * np.cos(turn)).ravel(),
            (path_y + 0.3 * radius * out * np.sin(turn)).ravel(),
            np.zeros(24 * 240),
            np.broadcast_to(volume, (24, 240)).ravel(),
        )
        clouds.append(cloud)
        knots, specks = 9, 300
        size = rng.uniform(0.22, 0.38, (knots, 1)) * anatomy.scale
        middle_x = x + side * 0.45 + 0.75 * rng.normal(0, 1, (knots, 1))
        middle_y = y + 1.15 * rng.normal(0, 1, (knots, 1))
        shape = (knots, specks)
        clouds.append(
            Cloud(
                (middle_x + size * rng.normal(0, 1, shape)).ravel(),
                (middle_y + size * rng.normal(0, 1, shape)).ravel(),
                np.zeros(knots * specks),
                np.broadcast_to(11.0 * size**3 / specks, shape).ravel(),
            )
        )
    return single(gaussian_filter(grid.deposit(*clouds), grid.pixels(0.08), truncate=2.5))


def vessels(grid: Grid, anatomy: Anatomy, rng: np.random.Generator, *, fullness: float) -> Map:
    """Blood in the lungs' vessels, cm per pixel, shape (size, size); `fullness` 1 is ordinary.

    The caller limits it to where there is lung.
    """
    layers: list[list[Cloud]] = [[], [], [], []]
    widths = [0.0, 0.0, 0.0, 0.0]
    for index, side in enumerate((-1, 1)):
        for level, (cloud, radius) in enumerate(_grow(anatomy.hila[index], side, anatomy, rng)):
            layer = (0, 1, 2, 2)[level] if level < 4 else 3
            layers[layer].append(cloud)
            widths[layer] = max(widths[layer], radius)
    total = _trunks(grid, anatomy, rng)
    for clouds, width, share in zip(layers, widths, (1.0, 1.0, 1.0, 0.75), strict=True):
        spread = max(0.55, grid.pixels(0.5 * width))
        total += share * gaussian_filter(grid.deposit(*clouds), spread, truncate=2.5)
    return single(fullness * total)
