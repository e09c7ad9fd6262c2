"""The body of one simulated patient: every number the projection needs, drawn from one generator.

Lengths in cm, angles as tangents. The curves are control points of the outlines seen on frontal
films; they were drawn up by eye from the textbook anatomy of the chest, so the phantom is a
teaching model and measures nothing about people.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.phantom.projection import Outline, Points

Sex = Literal["F", "M"]
VERTEBRAE_ABOVE_T1 = 4
VERTEBRAE = 22
Arm = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Breast:
    """Soft tissue in front of the lower chest: middle, semi-axes below and above, thickness."""

    x: float
    y: float
    half_width: float
    below: float
    above: float
    thickness: float


@dataclass(frozen=True)
class Rib:
    """One rib: its pair's number from 1, its side (-1 image left, +1 image right) and its course.

    `start` is y at the spine, `drop` how far it falls from spine to front, `reach` the angle in
    radians at which bone ends (pi would be the sternum), `half_height` the half height in cm.
    """

    number: int
    side: int
    start: float
    drop: float
    reach: float
    half_height: float


@dataclass(frozen=True)
class Anatomy:
    """One simulated patient, standing, as seen from the front."""

    sex: Sex
    age: int
    scale: float
    fat: float
    cavity_height: float
    cavity_half_width: float
    cavity_depth: float
    lung_density: float
    cavity_edge: Outline
    cavity_depth_share: Outline
    apex: tuple[float, float]
    skin: Outline
    shoulder: Outline
    body_depth: Outline
    arms: tuple[Arm, ...]
    breasts: tuple[Breast, ...]
    heart_side: int
    left_border: Outline
    right_border: Outline
    knob: tuple[float, float, float]
    heart_depth: float
    aorta_edge: float
    domes: tuple[float, float]
    dome_middles: tuple[float, float]
    recess: float
    stomach_side: int
    stomach: tuple[float, float, float, float, float]
    gas: tuple[tuple[float, float, float, float], ...]
    hila: tuple[tuple[float, float], tuple[float, float]]
    trachea_radius: float
    carina: float
    vertebra_tops: Points
    vertebra_half_width: Points
    ribs: tuple[Rib, ...]
    clavicle_rise: tuple[float, float]
    scapula_out: tuple[float, float]
    cortex: float


def _outline(rng: np.random.Generator, pairs: list[tuple[float, float]], jitter: float) -> Outline:
    knots = np.array([knot for knot, _ in pairs], dtype=np.float64)
    values = np.array([value for _, value in pairs], dtype=np.float64)
    return Outline(knots, values + rng.normal(0, jitter, len(values)))


@dataclass(frozen=True)
class _Build:
    """What a patient's parts are sized by; lengths in centimetres.

    `build` and `inspiration` are deviations from the usual, in standard deviations.
    """

    sex: Sex
    age: int
    build: float
    scale: float
    fat: float
    inspiration: float
    height: float
    half_width: float
    depth: float
    dome: float


@dataclass(frozen=True)
class _Mediastinum:
    """Both borders of heart and vessels, and what else is placed by them."""

    heart: float
    bulge: float
    knob_y: float
    left: Outline
    right: Outline


def sample_anatomy(rng: np.random.Generator) -> Anatomy:
    """Draw one patient; sex, build, age and posture vary as they do in a chest clinic.

    Parts are drawn in one order, always: another order gives other patients from the same seed.
    """
    of = _sample_build(rng)
    edge, depth_share = _cavity(rng)
    skin = _skin(rng, of)
    shoulder = _shoulder(rng, of)
    arms = _arms(rng, of)
    breasts = _breasts_of_a_woman(rng, of) if of.sex == "F" else _breasts_of_a_man(rng, of)
    middle = _mediastinum(rng, of)
    tops = _vertebra_tops(rng, of)
    ribs = _ribs(rng, of, tops)
    return Anatomy(
        sex=of.sex,
        age=of.age,
        scale=of.scale,
        fat=of.fat,
        cavity_height=of.height,
        cavity_half_width=of.half_width,
        cavity_depth=of.depth,
        lung_density=float(np.clip(rng.normal(0.27, 0.03) - 0.02 * of.inspiration, 0.2, 0.36)),
        cavity_edge=edge,
        cavity_depth_share=depth_share,
        apex=(float(rng.normal(0, 0.25)), float(rng.normal(0, 0.25))),
        skin=skin,
        shoulder=shoulder,
        body_depth=_body_depth(of),
        arms=arms,
        breasts=breasts,
        heart_side=1,
        left_border=middle.left,
        right_border=middle.right,
        knob=(middle.bulge - 1.75 * of.scale, middle.knob_y, 1.75 * of.scale),
        heart_depth=10.3 * middle.heart,
        aorta_edge=float(2.75 * of.scale + 0.3 * _old(of) + rng.normal(0, 0.15)),
        domes=(of.dome + float(rng.normal(-0.4, 0.3)), of.dome + float(rng.normal(0.7, 0.4))),
        dome_middles=(
            float(rng.normal(6.3, 0.4)) * of.scale,
            float(rng.normal(6.8, 0.4)) * of.scale,
        ),
        recess=float(rng.normal(4.3, 0.4)) * of.scale,
        stomach_side=1,
        stomach=(
            float(rng.normal(6.4, 0.8)) * of.scale,
            float(rng.uniform(1.0, 1.7)),
            float(rng.uniform(1.8, 3.3)),
            float(rng.uniform(0.7, 1.5)),
            float(rng.uniform(2.0, 5.5)) if rng.random() < 0.8 else 0.0,
        ),
        gas=tuple(
            (
                float(rng.uniform(4.5, 10.5)) * (1 if rng.random() < 0.75 else -1),
                float(rng.uniform(3.5, 8.0)),
                float(rng.uniform(0.5, 1.3)),
                float(rng.uniform(0.6, 2.0)),
            )
            for _ in range(int(rng.integers(0, 7)))
        ),
        hila=((-4.3 * middle.heart, 10.9 * of.scale), (4.7 * middle.heart, 10.0 * of.scale)),
        trachea_radius=(0.92 if of.sex == "M" else 0.78) * of.scale,
        carina=8.0 * of.scale + float(rng.normal(0, 0.3)),
        vertebra_tops=tops,
        vertebra_half_width=np.linspace(1.35, 2.25, VERTEBRAE) * of.scale,
        ribs=ribs,
        clavicle_rise=(float(rng.normal(3.6, 0.8)), float(rng.normal(3.6, 0.8))),
        scapula_out=(float(rng.normal(0.0, 0.7)), float(rng.normal(0.0, 0.7))),
        cortex=float(np.clip(0.085 - 0.0004 * (of.age - 45) + rng.normal(0, 0.006), 0.06, 0.105)),
    )


def _sample_build(rng: np.random.Generator) -> _Build:
    sex: Sex = "F" if rng.random() < 0.5 else "M"
    age = int(np.clip(rng.normal(46, 15), 19, 82))
    build = float(np.clip(rng.normal(0, 1), -1.8, 2.0))
    scale = float(rng.normal(1.0 if sex == "M" else 0.93, 0.03))
    fat = float(np.clip(1.3 + 0.55 * build + (0.35 if sex == "F" else 0.0), 0.5, 3.2))
    inspiration = float(np.clip(rng.normal(0, 1), -1.7, 1.5))

    height = 26.3 * scale + 1.3 * inspiration
    half_width = 13.3 * scale + 0.35 * build + float(rng.normal(0, 0.25))
    depth = 14.5 * scale + 0.5 * build
    dome = height - 4.6 * scale
    return _Build(sex, age, build, scale, fat, inspiration, height, half_width, depth, dome)


def _old(of: _Build) -> float:
    """Age as deviation from 45 years, in 30 years."""
    return (of.age - 45) / 30


def _cavity(rng: np.random.Generator) -> tuple[Outline, Outline]:
    """The edge of the chest cavity and its depth, as shares of its half width and depth."""
    edge = _outline(
        rng,
        [(0.0, 0.40), (0.012, 0.455), (0.035, 0.535), (0.08, 0.64), (0.16, 0.765), (0.28, 0.865),
         (0.42, 0.93), (0.6, 0.975), (0.8, 1.0), (1.0, 0.985), (1.3, 0.95)],
        0.006,
    )  # fmt: skip
    depth_share = _outline(
        rng,
        [(0.0, 0.0), (0.012, 0.20), (0.03, 0.32), (0.08, 0.47), (0.16, 0.62), (0.3, 0.80),
         (0.5, 0.94), (0.75, 1.0), (1.3, 0.97)],
        0.0,
    )  # fmt: skip
    return edge, depth_share


def _skin(rng: np.random.Generator, of: _Build) -> Outline:
    wall = 1.15 + 0.75 * of.fat
    bust = 0.5 if of.sex == "F" else 0.2
    return Outline(
        np.array([-12.0, 0.0, 4.0, 7.0, 9.5, 12.0, 16.0, 21.0, 25.0, 29.0, 40.0]) * of.scale,
        np.array([9.5, 8.5, 6.8, 4.6, 2.6, 1.5, 0.8 + bust, 0.6 + bust, 0.1, -0.2, 0.3])
        + of.half_width + wall + rng.normal(0, 0.15, 11),
    )  # fmt: skip


def _shoulder(rng: np.random.Generator, of: _Build) -> Outline:
    neck = (5.2 if of.sex == "F" else 6.0) + 0.5 * max(of.build, 0)
    slope = float(rng.normal(0, 0.8))
    return Outline(
        np.array([0.0, neck - 0.8, neck, neck + 0.8, neck + 2.2, 11.0, 14.5, 18.0, 21.5, 26.0]),
        np.array([-30.0, -24.0, -9.5, -6.6, -4.9, -4.2 + 0.3 * slope, -3.2 + 0.6 * slope,
                  -1.6 + slope, 1.0 + slope, 6.0 + slope]),
    )  # fmt: skip


def _body_depth(of: _Build) -> Outline:
    return Outline(
        np.array([-9.0, -4.0, 1.0, 6.0, 12.0, 20.0, 27.0, 36.0]),
        np.array([13.5, 16.5, 19.0, 20.4, 21.0, 21.6, 22.3, 22.8]) * of.scale + 0.9 * of.build,
    )


def _arms(rng: np.random.Generator, of: _Build) -> tuple[Arm, ...]:
    spread = rng.normal(0, 0.8, 2)
    return tuple(
        (
            side * (of.half_width + 4.9 + 0.5 * of.fat + 0.3 * spread[index]),
            4.0,
            side * (of.half_width + 8.6 + 0.9 * of.fat + 1.8 * spread[index]),
            26.0,
            3.6 + 0.45 * of.fat,
        )
        for index, side in enumerate((-1, 1))
    )


def _breasts_of_a_woman(rng: np.random.Generator, of: _Build) -> tuple[Breast, ...]:
    size = float(np.clip(rng.normal(0.55 + 0.2 * of.build, 0.3), 0.1, 1.2))
    sag = float(rng.normal(0.0, 0.7)) + 0.03 * (of.age - 45)
    return tuple(
        Breast(
            x=side * (of.half_width * 0.62 + float(rng.normal(0, 0.25))),
            y=16.3 * of.scale + sag + float(rng.normal(0, 0.3)),
            half_width=5.3 + 1.7 * size,
            below=4.2 + 2.6 * size,
            above=7.0 + 1.5 * size,
            thickness=1.3 + 3.6 * size,
        )
        for side in (-1, 1)
    )


def _breasts_of_a_man(rng: np.random.Generator, of: _Build) -> tuple[Breast, ...]:
    return tuple(
        Breast(
            x=side * of.half_width * 0.70,
            y=11.0 * of.scale + float(rng.normal(0, 0.3)),
            half_width=6.2,
            below=4.0,
            above=9.0,
            thickness=0.55 + 0.3 * max(of.build, 0) + 0.3 * float(rng.random()),
        )
        for side in (-1, 1)
    )


def _mediastinum(rng: np.random.Generator, of: _Build) -> _Mediastinum:
    scale = of.scale
    size = 1.0 + rng.normal(0, 0.05) + 0.0015 * (of.age - 45)
    heart = scale * float(np.clip(size - 0.02 * of.inspiration + 0.02 * of.build, 0.86, 1.16))
    old = _old(of)
    bulge = float(np.clip(4.15 + 0.45 * old + rng.normal(0, 0.2), 3.5, 5.2)) * scale
    knob_y = (6.3 - 0.3 * old) * scale
    waist = float(rng.normal(0, 0.3))
    apex_y = of.dome - 1.6 * scale
    left = _outline(
        rng,
        [(-6.0, 4.2), (-0.5, 3.9 * scale), (1.6, 2.75 * scale), (knob_y - 2.4, 2.5 * scale),
         (knob_y - 1.1, bulge - 0.6), (knob_y + 0.1, bulge), (knob_y + 1.35, bulge - 0.5),
         (knob_y + 2.4, 3.55 * heart + 0.5 * waist), (10.2 * scale, 4.05 * heart + waist),
         (12.2 * scale, 4.95 * heart + 0.6 * waist),
         (0.5 * (12.2 * scale + apex_y), 7.1 * heart), (apex_y - 1.6, 8.6 * heart),
         (apex_y, 9.15 * heart), (apex_y + 1.5, 8.75 * heart), (apex_y + 3.0, 7.3 * heart),
         (apex_y + 7.0, 3.0)],
        0.05,
    )  # fmt: skip
    right = _outline(
        rng,
        [(-6.0, 4.2), (-0.5, 3.9 * scale), (1.6, 2.85 * scale), (3.8 * scale, 2.6 * scale),
         (7.5 * scale, 2.75 * scale),
         (9.5 * scale, 2.95 * heart), (11.2 * scale, 3.45 * heart), (13.2 * scale, 4.2 * heart),
         (15.5 * scale, 4.6 * heart), (17.8 * scale, 4.45 * heart), (20.0 * scale, 3.6 * heart),
         (23.0 * scale, 2.6), (30.0, 2.4)],
        0.06,
    )  # fmt: skip
    return _Mediastinum(heart, bulge, knob_y, left, right)


def _vertebra_tops(rng: np.random.Generator, of: _Build) -> NDArray[np.float64]:
    pitch = np.linspace(1.55, 3.0, VERTEBRAE) * of.scale * float(rng.normal(1.0, 0.02))
    pitch[:VERTEBRAE_ABOVE_T1] = 1.6 * of.scale
    tops = np.concatenate([[0.0], np.cumsum(pitch)])
    return np.asarray(tops - tops[VERTEBRAE_ABOVE_T1] - 1.6 * of.scale + float(rng.normal(0, 0.3)))


def _ribs(rng: np.random.Generator, of: _Build, tops: NDArray[np.float64]) -> tuple[Rib, ...]:
    middles = (tops[:-1] + tops[1:]) / 2
    ribs = []
    steep = float(rng.normal(1.0, 0.09))
    drops = (2.8, 5.2, 7.2, 8.8, 10.0, 11.0, 11.8, 12.3, 12.4, 12.4, 12.5, 13.0)
    reaches = (0.80, 0.78, 0.775, 0.77, 0.765, 0.755, 0.74, 0.71, 0.67, 0.61, 0.44, 0.30)
    for side in (-1, 1):
        for number in range(1, 13):
            ribs.append(
                Rib(
                    number=number,
                    side=side,
                    start=float(middles[VERTEBRAE_ABOVE_T1 + number - 1]
                                - 0.35 + rng.normal(0, 0.12)),
                    drop=drops[number - 1] * of.scale * steep * float(rng.normal(1, 0.025)),
                    reach=np.pi * reaches[number - 1] * float(rng.normal(1, 0.012)),
                    half_height=(0.60 if of.sex == "M" else 0.54) * of.scale
                    * (1.15 if number == 1 else 1.0) * float(rng.normal(1, 0.05)),
                )
            )  # fmt: skip
    return tuple(ribs)
