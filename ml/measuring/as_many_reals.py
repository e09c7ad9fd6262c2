"""What as many real images would cover: twelve images can't cover what sixty real ones do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.measuring.fidelity import precision_recall_density_coverage
from ml.measuring.mix import same_mix

Array = NDArray[np.float64]

SUBSETS = 20

CLEARLY_LESS = 0.9
"""Of what all real images cover: below it the number of images is what holds an arm back."""


@dataclass(frozen=True)
class CoveredByReals:
    """Mean coverage of the reference by real images, as many as the arm has or all there are."""

    coverage: float
    images: int


def covered_by_reals(
    reference: Array,
    reals: Array,
    conditions: Sequence[str],
    wanted: Sequence[str],
    *,
    k: int,
    seed: int = 0,
) -> CoveredByReals | None:
    """Measure the coverage of the reference by subsets of other real images, as an arm's is.

    Coverage grows with the number of images: an arm is to be compared with real images of its own
    number, in its own mix of conditions. Where there are fewer, all of that mix are taken.

    Parameters
    ----------
    reference, reals : (m, d) and (r, d), scaled to one yardstick; no image in both
    conditions : of the reals
    wanted : of the arm's images

    Returns
    -------
    The mean over 20 seeded subsets; None where a condition of the arm is absent, or k images are
    not to be had.
    """
    largest = same_mix(conditions, wanted, seed=seed)
    size = min(len(wanted), len(largest))
    if min(size, len(reference)) <= k:
        return None
    subsets = [largest]
    if size < len(largest):
        rng = np.random.default_rng(seed)
        subsets = [_drawn(conditions, wanted, rng) for _ in range(SUBSETS)]
    shares = [
        precision_recall_density_coverage(reference, reals[places], k=k).coverage
        for places in subsets
    ]
    return CoveredByReals(float(np.mean(shares)), size)


def _drawn(
    conditions: Sequence[str], wanted: Sequence[str], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw as many real images of each condition as the arm has."""
    held = np.array(conditions)
    parts = [
        rng.choice(np.flatnonzero(held == condition), count, replace=False)
        for condition, count in sorted(Counter(wanted).items())
    ]
    return np.concatenate(parts)


def too_few_to_cover(
    arm: str, images: int, own: float, reals: CoveredByReals, of_all: float, training: int
) -> str:
    """Say that an arm has too few images to cover what all real ones do; nothing where it hasn't.

    Parameters
    ----------
    own : the arm's coverage
    of_all : that of all `training` real images
    """
    if reals.images < images or images >= training or reals.coverage >= CLEARLY_LESS * of_all:
        return ""
    return (
        f"{arm}: {images} images are too few for the coverage that all {training} training images "
        f"reach ({of_all:.2f}): as many real ones reach {reals.coverage:.2f}, so compare its "
        f"{own:.2f} with that, or generate more."
    )
