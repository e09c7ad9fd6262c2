"""From path lengths to a film: Beer-Lambert, scatter, blur, quantum noise, the grey curve."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter

from app.phantom.projection import Grid, Map, Outline, enlarge, single
from app.phantom.soft_tissue import smooth_field

Room = Literal["own", "other"]
"""Where a film was exposed: in the rooms of the demonstration's films, or in others."""


@dataclass(frozen=True)
class Technique:
    """How one film was exposed and processed.

    `kilovolts` is the tube voltage; `photons` the mean count per pixel behind air, in thousands;
    `scatter` scattered over primary radiation behind the thickest part; `blur` in cm;
    `enhancement` the share of low frequencies taken away by processing; `lung_grey` and
    `abdomen_grey` (0 to 255) fix contrast and brightness.
    """

    kilovolts: float
    photons: float
    scatter: float
    blur: float
    enhancement: float
    lung_grey: float
    abdomen_grey: float


def sample_technique(rng: np.random.Generator) -> Technique:
    """Draw tube voltage, dose and processing as they vary between rooms and radiographers."""
    return Technique(
        kilovolts=float(rng.uniform(95, 130)),
        photons=float(rng.uniform(25, 90)),
        scatter=float(rng.uniform(0.35, 0.9)),
        blur=float(rng.uniform(0.035, 0.060)),
        enhancement=float(rng.uniform(0.15, 0.45)),
        lung_grey=float(rng.uniform(82, 128)),
        abdomen_grey=float(rng.uniform(222, 243)),
    )


def sample_other_technique(rng: np.random.Generator) -> Technique:
    """Draw voltage, dose and processing of rooms that the demonstration's films are not from.

    Soft beams, much scatter, little processing, lungs too dark or too light: what a model knows
    that was trained elsewhere.
    """
    light = rng.random() < 0.5
    return Technique(
        kilovolts=float(rng.uniform(60, 85)),
        photons=float(rng.uniform(8, 25)),
        scatter=float(rng.uniform(0.9, 1.5)),
        blur=float(rng.uniform(0.060, 0.100)),
        enhancement=float(rng.uniform(0.0, 0.15)),
        lung_grey=float(rng.uniform(132, 165) if light else rng.uniform(38, 70)),
        abdomen_grey=float(rng.uniform(190, 220)),
    )


def _wide_blur(image: Map, sigma: float) -> Map:
    """Gaussian blur of `sigma` pixels, worked on a coarse copy because it is broad."""
    size = image.shape[0]
    step = max(1, size // 64)
    usable = size - size % step
    coarse = image[:usable, :usable].reshape(usable // step, step, usable // step, step)
    blurred = gaussian_filter(coarse.mean(axis=(1, 3)), sigma / step, mode="nearest")
    return enlarge(blurred, size)


def attenuation(
    technique: Technique, *, tissue: Map, fat: Map, bone: Map, blood_in_lung: Map
) -> Map:
    """Line integral of attenuation, without unit: tissue and bone in cm times 1/cm.

    The coefficients are effective ones for a filtered beam: about 0.19/cm for soft tissue at
    110 kV, falling with voltage; compact bone adds about 0.31/cm, falling faster.
    """
    relative = technique.kilovolts / 110
    water = 0.190 * relative**-0.35
    return single(water * (tissue - 0.13 * fat + blood_in_lung) + 0.31 * relative**-1.1 * bone)


def expose(
    grid: Grid, technique: Technique, integral: Map, rng: np.random.Generator, *, noise: bool = True
) -> Map:
    """Log exposure behind the patient, turned so that dense is large; shape (size, size)."""
    primary = np.exp(-integral)
    behind_thick = float(np.exp(-np.percentile(integral[::4, ::4], 90)))
    haze = _wide_blur(primary, grid.pixels(3.0))
    scattered = technique.scatter * (0.35 * haze + 0.65 * behind_thick * haze / haze.max() * 4)
    exposure = gaussian_filter(primary + scattered, grid.pixels(technique.blur))
    if noise:
        mottle = smooth_field(rng, grid.size, 1.3)
        exposure = exposure + mottle * np.sqrt(exposure / (technique.photons * 1000)) * 0.8
    return single(-np.log(np.clip(exposure, 1e-5, None)))


def develop(grid: Grid, technique: Technique, density: Map, *, lung: Map, body: Map) -> Map:
    """Grey levels 0 to 255 (bright is dense) by a smooth curve through anchors.

    The anchors that matter are the median of the lungs and the densest eighth of the body, which
    is how automatic exposure and processing make films of different patients alike.
    """
    low = _wide_blur(density, grid.pixels(2.2))
    balanced = density - technique.enhancement * (low - np.float32(low.mean()))
    few = balanced[::3, ::3]
    lung_level = float(np.median(few[lung[::3, ::3] > 0.5 * float(lung.max())]))
    dense_level = float(np.percentile(few[body[::3, ::3] > 0.6 * float(body.max())], 88))
    air_level = float(np.percentile(few, 0.2))
    thick_level = max(float(few.max()), dense_level + 0.3)
    levels = np.maximum.accumulate(np.array([air_level, lung_level, dense_level, thick_level]))
    greys = np.array([4.0, technique.lung_grey, technique.abdomen_grey, 252.0])
    return Outline(levels + np.arange(4) * 1e-3, greys).at(balanced)
