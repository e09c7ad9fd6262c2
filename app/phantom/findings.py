"""Tuberculosis-like findings: miliary nodules, infiltrates, cavities, a right pleural effusion.

They follow the prompt of the study this project grew from (arXiv 2409.04424): "bilateral miliary
nodules with right middle lobe infiltrate, right pleural effusion", and add the two commonest
pictures of post-primary disease, the upper-lobe infiltrate and the cavity.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from app.phantom.anatomy import Anatomy
from app.phantom.projection import Cloud, Grid, Map, chord, enlarge, single
from app.phantom.soft_tissue import SoftTissue, smooth_field

_PATTERNS = (
    ("miliary", "middle-infiltrate", "effusion"),
    ("miliary", "effusion"),
    ("upper-infiltrate",),
    ("upper-infiltrate", "cavity"),
    ("upper-infiltrate", "effusion"),
    ("cavity", "middle-infiltrate"),
    ("miliary", "upper-infiltrate"),
    ("middle-infiltrate", "effusion"),
)


@dataclass(frozen=True)
class Disease:
    """What disease does to the lungs: `names` in words; maps of shape (size, size).

    `filled` is the share (0 to 1) of a ray's air replaced by fluid or cells, `nodules` tissue in
    cm added within lung, `hollow` air in cm in place of tissue.
    """

    names: tuple[str, ...]
    filled: Map
    nodules: Map
    hollow: Map


def no_disease(grid: Grid) -> Disease:
    """Healthy lungs."""
    none = np.zeros((grid.size, grid.size), dtype=np.float32)
    return Disease((), none, none, none)


def _miliary(grid: Grid, anatomy: Anatomy, lung: Map, rng: np.random.Generator) -> Map:
    count = int(rng.integers(1500, 3600))
    share = np.cumsum(lung.ravel().astype(np.float64))
    spot = np.searchsorted(share, rng.random(count) * share[-1])
    row, column = np.divmod(spot, grid.size)
    radius = rng.uniform(0.09, 0.18, count)
    x = grid.x[row, column].astype(np.float64) + (rng.random(count) - 0.5) * grid.pixel
    y = grid.y[row, 0].astype(np.float64) + (rng.random(count) - 0.5) * grid.pixel
    volume = 4 / 3 * np.pi * radius**3 * float(rng.uniform(2.6, 4.0))
    seeds = grid.deposit(Cloud(x, y, np.zeros(count), volume))
    return single(gaussian_filter(seeds, max(0.7, grid.pixels(0.085))))


def _fluffy(grid: Grid, rng: np.random.Generator) -> Map:
    field = (
        0.7 * smooth_field(rng, grid.size, grid.pixels(2.2))
        + 0.40 * smooth_field(rng, grid.size, grid.pixels(0.9))
        + 0.18 * smooth_field(rng, grid.size, grid.pixels(0.4))
    )
    return single(np.clip(0.62 + 0.38 * field, 0.0, 1.2))


def _zone(grid: Grid, x: float, y: float, wide: float, tall: float) -> Map:
    distance = np.hypot((grid.x - x) / wide, (grid.y - y) / tall)
    return single(np.exp(-0.5 * distance**2.6))


def _effusion(grid: Grid, anatomy: Anatomy, rng: np.random.Generator) -> Map:
    wall = 0.985 * anatomy.cavity_half_width
    low = anatomy.domes[0] + anatomy.recess
    level = low - float(rng.uniform(1.2, 6.5))
    across = np.clip(-grid.x, 0, wall)
    climb = float(rng.uniform(2.0, 4.5)) * np.exp(-(wall - across) / 2.6)
    surface = level - climb + 0.8 * np.exp(-across / 3.0)
    depth = grid.y - surface
    veil = np.clip((depth + 1.0) / 3.2, 0, 1)
    veil = veil * veil * (3 - 2 * veil) * (grid.x < 0)
    return single(veil)


def disease(grid: Grid, anatomy: Anatomy, soft: SoftTissue, rng: np.random.Generator) -> Disease:
    """Draw one picture of disease and where it lies."""
    pattern = _PATTERNS[int(rng.integers(len(_PATTERNS)))]
    scale, wide = anatomy.scale, anatomy.cavity_half_width
    nodules = np.zeros((grid.size, grid.size), dtype=np.float32)
    hollow = nodules.copy()
    coarse = grid.coarser(2)
    filled = np.zeros((coarse.size, coarse.size), dtype=np.float32)
    names: list[str] = []
    upper_side = -1 if rng.random() < 0.6 else 1
    if "miliary" in pattern:
        nodules = _miliary(grid, anatomy, soft.lung, rng)
        names.append("bilateral miliary nodules")
    if "upper-infiltrate" in pattern:
        sides = (-1, 1) if rng.random() < 0.3 else (upper_side,)
        for side in sides:
            zone = _zone(
                coarse,
                side * wide * float(rng.uniform(0.42, 0.60)),
                float(rng.uniform(3.5, 6.5)) * scale,
                float(rng.uniform(2.6, 4.2)) * scale,
                float(rng.uniform(2.4, 4.0)) * scale,
            )
            filled = np.maximum(
                filled, float(rng.uniform(0.45, 0.75)) * zone * _fluffy(coarse, rng)
            )
            names.append(f"{'right' if side < 0 else 'left'} upper lobe infiltrate")
    if "middle-infiltrate" in pattern:
        zone = _zone(
            coarse,
            -wide * float(rng.uniform(0.40, 0.52)),
            float(rng.uniform(14.5, 17.0)) * scale,
            float(rng.uniform(2.8, 4.0)) * scale,
            float(rng.uniform(1.8, 2.8)) * scale,
        )
        filled = np.maximum(filled, float(rng.uniform(0.45, 0.72)) * zone * _fluffy(coarse, rng))
        names.append("right middle lobe infiltrate")
    if "cavity" in pattern:
        x = upper_side * wide * float(rng.uniform(0.45, 0.62))
        y = float(rng.uniform(4.2, 7.2)) * scale
        outer = float(rng.uniform(1.4, 2.5)) * scale
        inner = outer - float(rng.uniform(0.35, 0.6))
        ragged = 1 + 0.05 * smooth_field(rng, grid.size, grid.pixels(1.2))
        far = np.hypot(grid.x - x, (grid.y - y) * float(rng.uniform(0.9, 1.15))) * ragged
        shell = 2 * outer * chord(far / outer) - 2 * inner * chord(far / inner)
        nodules = nodules + (0.75 * shell).astype(np.float32)
        hollow = (2 * inner * chord(far / inner) * anatomy.lung_density).astype(np.float32)
        haze = _zone(coarse, x, y, 1.7 * outer, 1.6 * outer) * _fluffy(coarse, rng)
        filled = np.maximum(filled, 0.45 * haze)
        names.append(f"{'right' if upper_side < 0 else 'left'} upper lobe cavity")
    if "effusion" in pattern:
        filled = np.maximum(filled, _effusion(coarse, anatomy, rng))
        names.append("right pleural effusion")
    return Disease(
        names=tuple(names),
        filled=enlarge(np.clip(filled, 0, 1).astype(np.float32), grid.size),
        nodules=nodules.astype(np.float32),
        hollow=hollow.astype(np.float32),
    )
