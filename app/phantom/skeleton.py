"""Bones, as a map of *compact* bone in cm: spine, ribs, clavicles, scapulae, upper arms."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter

from app.phantom.anatomy import Anatomy, Rib
from app.phantom.projection import (
    Cloud,
    Grid,
    Map,
    Outline,
    Points,
    chord,
    enlarge,
    long_bone,
    single,
)


def rib_course(rib: Rib, anatomy: Anatomy, *, points: int = 90) -> Points:
    """The middle line of a rib from the spine to the end of its bone, shape (points, 3)."""
    angle = np.linspace(0.10, rib.reach, points)
    rise = (0.15, 0.45)[rib.number - 1] if rib.number < 3 else 0.75
    fallen = ((1 - np.cos(angle)) / 2) ** 0.92
    y = rib.start + rib.drop * fallen - rise * np.sin(np.clip(angle * 2.4, 0, np.pi))
    lift = anatomy.apex[0 if rib.side < 0 else 1]
    height = np.clip((y + lift) / anatomy.cavity_height, 0.0, 1.3)
    wall = anatomy.cavity_edge.at(height).astype(np.float64) * anatomy.cavity_half_width + 0.35
    if rib.number == 1:
        wall = np.minimum(wall, 0.50 * anatomy.cavity_half_width)
    elif rib.number == 2:
        wall = np.minimum(wall, 0.72 * anatomy.cavity_half_width)
    deep = (
        anatomy.cavity_depth_share.at(np.maximum(height, 0.10)).astype(np.float64)
        * anatomy.cavity_depth
        / 2
    )
    x = 1.3 + (wall - 1.3) * np.sin(angle) ** 0.95
    z = -(deep + 0.2) * np.cos(angle)
    return np.stack([rib.side * x, y, z], axis=1)


def _ribs(
    grid: Grid, anatomy: Anatomy, courses: Sequence[tuple[Rib, Points]], rng: np.random.Generator
) -> list[Cloud]:
    clouds = []
    for rib, course in courses:
        if course[:, 1].min() > grid.top + grid.field + 2:
            continue
        count = len(course)
        place = np.linspace(0, 1, count)
        high = rib.half_height * (0.80 + 0.30 * place + 0.18 * np.clip((place - 0.9) / 0.1, 0, 1))
        high *= np.clip(place / 0.06, 0.6, 1) * np.clip((1 - place) / 0.015, 0.35, 1)
        # Beside the chest the rib runs along the ray; between ribs lies muscle there, so it
        # stands out less than its own length of bone would make it.
        tangent = np.gradient(course, axis=0)
        depthwise = np.abs(tangent[:, 2]) / np.sqrt((tangent**2).sum(axis=1))
        mineral = 1 - 0.5 * depthwise**4
        # Bone fades into cartilage in front and hides behind the spine at the back; a free end
        # elsewhere (a break) keeps its strength.
        behind = np.clip((np.abs(course[:, 0]) - 1.2) / 4.5, 0.12, 1)
        fades = course[-1, 2] > 0
        mineral *= behind * (np.clip((1 - place) / 0.10, 0.30, 1) if fades else 1.0)
        deep = np.full(count, 0.30 * anatomy.scale) * (1.0 - 0.25 * place)
        clouds.append(
            long_bone(
                course,
                broad=np.array([0.0, 1.0, 0.0]),
                half_height=high,
                half_depth=deep,
                cortex=anatomy.cortex * 1.9 * mineral,
                marrow=0.20 * mineral,
                step=grid.pixel,
                rng=rng,
            )
        )
    return clouds


def _clavicle(grid: Grid, anatomy: Anatomy, side: int, rng: np.random.Generator) -> Cloud:
    rise = anatomy.clavicle_rise[0 if side < 0 else 1]
    scale = anatomy.scale
    at = np.linspace(0, 1, 60)
    x = (1.7 + 14.6 * at) * scale
    y = 3.7 * scale - rise * at**0.9 + (0.45 * np.sin(2 * np.pi * at) - 0.5 * at * (1 - at)) * scale
    z = 5.5 - 4.0 * at + 1.5 * np.sin(2 * np.pi * at)
    path = np.stack([side * x, y, z], axis=1)
    high = np.interp(at, [0, 0.05, 0.16, 0.5, 0.8, 1], [0.85, 0.98, 0.72, 0.58, 0.62, 0.78]) * scale
    deep = np.interp(at, [0, 0.16, 0.5, 1], [0.8, 0.65, 0.55, 0.4]) * scale
    return long_bone(
        path,
        broad=np.array([0.0, 1.0, 0.0]),
        half_height=high,
        half_depth=deep,
        cortex=anatomy.cortex * 1.55,
        marrow=0.14,
        step=grid.pixel * 0.8,
        rng=rng,
    )


def _rod(
    grid: Grid,
    points: list[tuple[float, float]],
    high: list[float],
    deep: float,
    cortex: float,
    marrow: float,
    rng: np.random.Generator,
) -> Cloud:
    """A bone through a few frontal points, smoothed; `high` are half widths in the image plane."""
    knots = np.linspace(0, 1, len(points))
    at = np.linspace(0, 1, 60)
    x = Outline(knots, np.array([p[0] for p in points])).at(at)
    y = Outline(knots, np.array([p[1] for p in points])).at(at)
    path = np.stack([x, y, np.full(60, -4.0)], axis=1).astype(np.float64)
    return long_bone(
        path,
        broad=np.array([-(y[-1] - y[0]), x[-1] - x[0], 0.0]),
        half_height=np.interp(at, knots, high),
        half_depth=np.full(60, deep),
        cortex=cortex,
        marrow=marrow,
        step=grid.pixel * 0.8,
        rng=rng,
    )


def _shoulder(grid: Grid, anatomy: Anatomy, side: int, rng: np.random.Generator) -> list[Cloud]:
    index = 0 if side < 0 else 1
    out = anatomy.cavity_half_width + anatomy.scapula_out[index] - 13.0
    scale, cortex = anatomy.scale, anatomy.cortex

    def at(x: float, y: float) -> tuple[float, float]:
        return side * (x + out) * scale, y * scale

    lateral = _rod(
        grid,
        [at(13.6, 14.2), at(14.3, 12.2), at(15.0, 9.0), at(15.7, 6.2), at(16.4, 4.4)],
        [0.35, 0.42, 0.42, 0.55, 1.1], 0.6, cortex * 1.1, 0.10, rng,
    )  # fmt: skip
    medial = _rod(
        grid,
        [at(12.3, 2.2), at(11.9, 5.0), at(12.0, 9.0), at(12.8, 12.8), at(13.6, 14.2)],
        [0.15, 0.16, 0.16, 0.18, 0.3], 0.25, cortex * 0.6, 0.10, rng,
    )  # fmt: skip
    spine = _rod(
        grid,
        [at(12.1, 3.6), at(14.0, 2.6), at(16.4, 1.2), at(18.2, 0.2), at(19.3, 0.9)],
        [0.25, 0.42, 0.5, 0.62, 0.55], 0.5, cortex * 1.0, 0.10, rng,
    )  # fmt: skip
    coracoid = _rod(
        grid,
        [at(15.2, 2.9), at(15.4, 2.3), at(16.2, 2.2)],
        [0.5, 0.62, 0.45], 0.7, cortex * 0.9, 0.14, rng,
    )  # fmt: skip
    return [lateral, medial, spine, coracoid]


def _upper_arms(grid: Grid, anatomy: Anatomy) -> Map:
    """Heads and shafts of the humeri, in closed form."""
    total = np.zeros((grid.size, grid.size), dtype=np.float32)
    for index, side in enumerate((-1, 1)):
        x_upper, _, x_lower, y_lower, _ = anatomy.arms[index]
        out = anatomy.cavity_half_width + anatomy.scapula_out[index] - 13.0
        x, y = side * (18.6 + out) * anatomy.scale, 3.3 * anatomy.scale
        far = np.hypot(grid.x - x, grid.y - y) / (2.35 * anatomy.scale)
        total += 0.75 * chord(far) + 0.25 * np.exp(-0.5 * ((far - 0.96) / 0.03) ** 2)
        run = (x_lower - 0.3 * (x_lower - x_upper) - x) / (y_lower - y)
        across = (grid.x - x - run * (grid.y - y) - side * 0.3) / np.hypot(1, run)
        width = Outline(np.array([3.5, 6.5, 10.0]), np.array([2.2, 1.35, 1.1])).at(grid.y)
        shaft = 2 * width * (chord(across / width) - 0.72 * chord(across / (0.70 * width)))
        total = np.maximum(total, 0.42 * shaft * np.clip((grid.y - y) / 2, 0, 1))
    return total


def _blade(grid: Grid, anatomy: Anatomy) -> Map:
    """The thin plate of the scapulae: faint, with the edge of the medial border."""
    total = np.zeros((grid.size, grid.size), dtype=np.float32)
    for index, side in enumerate((-1, 1)):
        out = anatomy.cavity_half_width + anatomy.scapula_out[index] - 13.0
        y = grid.y / anatomy.scale
        x = grid.x * side / anatomy.scale - out
        inner = Outline(np.array([2.2, 5.0, 9.0, 14.2]), np.array([12.3, 11.9, 12.0, 13.6])).at(y)
        outer = Outline(np.array([2.2, 6.2, 9.0, 14.2]), np.array([16.2, 15.7, 15.0, 13.6])).at(y)
        within = np.clip((x - inner) / 0.15, 0, 1) * np.clip((outer - x) / 0.15, 0, 1)
        total += 0.07 * within * np.clip((y - 2.2) / 0.3, 0, 1) * np.clip((14.2 - y) / 0.3, 0, 1)
    return total


def _spine(grid: Grid, anatomy: Anatomy, rng: np.random.Generator) -> tuple[Map, list[Cloud]]:
    tops, widths = anatomy.vertebra_tops, anatomy.vertebra_half_width
    rows = grid.y[:, 0].astype(np.float64)
    index = np.clip(np.searchsorted(tops, rows) - 1, 0, len(widths) - 1)
    height = tops[index + 1] - tops[index]
    level = ((rows - tops[index]) / height - 0.5) * 2
    disc = np.clip((np.abs(level) - 0.78) / 0.10, 0, 1)
    half_width = widths[index] * (1 - 0.10 * np.clip(1 - level**2, 0, 1))
    endplate = np.exp(-0.5 * ((np.abs(level) - 0.78) / 0.055) ** 2)
    depth = (1 - disc) * 0.22 + 0.15 * endplate
    x = (grid.x + 5.0 * grid.turn) / single(half_width)[:, None]
    shape = chord(x, 3.0)
    rim = np.exp(-0.5 * ((np.abs(x) - 0.94) / 0.05) ** 2)
    bodies = depth[:, None].astype(np.float32) * shape
    bodies += (0.13 * (1 - disc))[:, None].astype(np.float32) * rim

    return bodies.astype(np.float32), _processes(anatomy, rng)


def _processes(anatomy: Anatomy, rng: np.random.Generator) -> list[Cloud]:
    """Pedicles seen end-on as rings, spinous processes as smaller ones, transverse processes."""
    tops, half = anatomy.vertebra_tops[:-1, None], anatomy.vertebra_half_width[:, None]
    tall = np.diff(anatomy.vertebra_tops)[:, None]
    count = len(half)
    parts: list[Cloud] = []
    specks = 500
    middle = tops + 0.36 * tall
    rings = [
        (side * half * 0.66, middle + rng.normal(0, 0.03, (count, 1)) * tall,
         0.20 * half, 0.24 * tall, -6.0, 0.035)
        for side in (-1, 1)
    ]  # fmt: skip
    rings.append(
        (rng.normal(0, 0.03, (count, 1)), tops + 0.98 * tall, 0.16 * half, 0.28 * tall, -8.5, 0.05)
    )
    for x, y, wide, high, z, bone in rings:
        angle = rng.uniform(0, 2 * np.pi, (count, specks))
        rim = rng.normal(1, 0.16, (count, specks))
        volume = 2 * np.pi * np.sqrt(wide * high) * bone / specks
        parts.append(
            _flat(x + wide * rim * np.cos(angle), y + high * rim * np.sin(angle), z, volume)
        )
    reach = (1.4 - 0.04 * np.arange(count)[:, None]) * half
    for side in (-1, 1):
        out = rng.uniform(0, 1, (count, specks))
        x = side * (half * 0.9 + 0.75 * reach * out)
        y = middle + 0.15 + 0.20 * rng.normal(0, 1, (count, specks))
        parts.append(_flat(x, y, -7.0, 0.06 * reach * 0.9 / specks))
    return parts


def _flat(x: Points, y: Points, z: float, volume: Points) -> Cloud:
    return Cloud(x.ravel(), y.ravel(), np.full(x.size, z), np.broadcast_to(volume, x.shape).ravel())


def skeleton(
    grid: Grid,
    anatomy: Anatomy,
    courses: Sequence[tuple[Rib, Points]],
    rng: np.random.Generator,
) -> Map:
    """Project all bones; `courses` are the ribs as they run (see `rib_course`)."""
    bodies, processes = _spine(grid, anatomy, rng)
    clouds = [*processes, *_ribs(grid, anatomy, courses, rng)]
    for side in (-1, 1):
        clouds.append(_clavicle(grid, anatomy, side, rng))
        clouds.extend(_shoulder(grid, anatomy, side, rng))
    total = grid.deposit(*clouds)
    coarse = grid.coarser(2)
    broad = enlarge(_blade(coarse, anatomy) + _upper_arms(coarse, anatomy), grid.size)
    total = gaussian_filter(total, 0.65) + broad
    return single(total + bodies)
