"""Known faults of image generators, put into the phantom one at a time.

Two change the anatomy before projection (ribs, mirrored heart) and two the finished picture
(smooth, grain). Every fault has a strength between 0 (a careful reader may miss it) and 1
(plain), drawn anew for every image.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from app.phantom.anatomy import Anatomy, Rib
from app.phantom.projection import Map, Outline, Points, single

Fault = Literal["smooth", "ribs", "mirrored", "grain"]
FAULTS: tuple[Fault, ...] = get_args(Fault)


def as_fault(name: str) -> Fault:
    """`name` as a fault; ValueError with the known names when it is none."""
    for fault in FAULTS:
        if fault == name:
            return fault
    raise ValueError(f"fault {name!r} is unknown; use one of {', '.join(FAULTS)}.")


def mirror_heart(anatomy: Anatomy, strength: float, rng: np.random.Generator) -> Anatomy:
    """The same patient with the heart's apex on the wrong side.

    Weak: a heart nearly as wide to either side, leaning the wrong way. Strong: a full mirror
    image, aortic knob and, mostly, stomach included.
    """
    lean = 0.60 + 0.40 * strength
    knots = np.union1d(anatomy.left_border.knots, anatomy.right_border.knots)
    apex = np.interp(knots, anatomy.left_border.knots, anatomy.left_border.values)
    other = np.interp(knots, anatomy.right_border.knots, anatomy.right_border.values)
    stomach_follows = rng.random() < 0.25 + 0.6 * strength
    right_hilum, left_hilum = anatomy.hila
    return replace(
        anatomy,
        heart_side=-1,
        stomach_side=-1 if stomach_follows else 1,
        left_border=Outline(knots, lean * apex + (1 - lean) * other),
        right_border=Outline(knots, lean * other + (1 - lean) * apex),
        hila=((-left_hilum[0], left_hilum[1]), (-right_hilum[0], right_hilum[1])),
    )


def disturb_ribs(
    courses: Sequence[tuple[Rib, Points]], strength: float, rng: np.random.Generator
) -> list[tuple[Rib, Points]]:
    """Ribs broken with displaced halves, forked in two, or drawn into their neighbour."""
    visible = [index for index, (rib, _) in enumerate(courses) if 3 <= rib.number <= 9]
    count = 3 + round(4 * strength)
    chosen = set(rng.choice(visible, size=count, replace=False).tolist())
    first_kind = int(rng.integers(3))
    result: list[tuple[Rib, Points]] = []
    for index, (rib, course) in enumerate(courses):
        if index not in chosen:
            result.append((rib, course))
            continue
        kind = (first_kind + sorted(chosen).index(index)) % 3
        size = len(course)
        if kind == 0:
            cut = int(size * rng.uniform(0.22, 0.36))
            gap = max(2, round(size * (0.018 + 0.022 * strength)))
            offset = rng.choice([-1, 1]) * (0.55 + 0.6 * strength)
            outer = course[cut + gap :].copy()
            outer[:, 1] += offset * np.exp(-np.arange(len(outer)) / (0.30 * size))
            result += [(rib, course[: cut - gap]), (rib, outer)]
        elif kind == 1:
            start = int(size * rng.uniform(0.10, 0.22))
            end = int(size * rng.uniform(0.50, 0.95))
            twin = course[start:end].copy()
            away = np.clip(np.arange(len(twin)) / (0.20 * size), 0, 1)
            twin[:, 1] += (0.95 + 0.45 * strength) * away * rng.choice([-1, 1])
            result += [(rib, course), (replace(rib, half_height=0.85 * rib.half_height), twin)]
        else:
            drawn = course.copy()
            at = np.linspace(0, 1, size)
            middle = rng.uniform(0.26, 0.62)
            drawn[:, 1] += (
                rng.choice([-1, 1]) * (1.3 + 0.8 * strength)
                * np.exp(-0.5 * ((at - middle) / 0.11) ** 2)
            )  # fmt: skip
            result.append((rib, drawn))
    return result


def smooth_over(grey: Map, strength: float, scale: float) -> Map:
    """Waxy texture: fine detail gone, main edges kept (a guided filter with itself as guide).

    `grey` 0 to 255; `scale` is pixels per pixel of a 512 image. He, Sun and Tang, IEEE TPAMI 2013,
    doi:10.1109/TPAMI.2012.213.
    """
    width = max(3, round((5 + 4 * strength) * scale)) | 1
    tolerance = (4.5 + 5.0 * strength) ** 2
    mean = uniform_filter(grey, width)
    variance = np.clip(uniform_filter(grey * grey, width) - mean**2, 0, None)
    slope = variance / (variance + tolerance)
    level = uniform_filter(mean - slope * mean, width)
    waxy = uniform_filter(slope, width) * grey + level
    return single(gaussian_filter(waxy, (0.45 + 0.35 * strength) * scale))


def add_grain(grey: Map, strength: float, rng: np.random.Generator) -> Map:
    """The same grain everywhere: in air, lung and bone alike, as quantum noise never is."""
    grain = gaussian_filter(rng.standard_normal(grey.shape, dtype=np.float32), 0.6)
    grain /= grain.std()
    return single(grey + np.float32(3.5 + 5.0 * strength) * grain)
