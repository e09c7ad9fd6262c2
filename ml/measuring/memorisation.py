"""Is a synthetic image a copy of a training image? Nearest neighbours, judged by real ones.

A model tuned on thirty films may give back one of them. Such an image looks realistic, and a
reader study alone would praise it. Each synthetic image is therefore compared with every training
image, and its closeness is judged by how close *different* training images are to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.errors import MlError

COMPARED_SIDE = 64
"""Images are compared at this many pixels a side: anatomy, not grain."""

LARGEST_SHIFT = 3
"""Shifts tried in each direction, in pixels of the compared size."""

FLAG_PERCENTILE = 95.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Neighbour:
    """An image's closest training image, by either measure."""

    nearest: str
    """The training image with the highest correlation."""

    correlation: float
    nearest_in_latents: str
    latent_distance: float
    correlation_percentile: float
    """Share (0-100) of training images whose own nearest neighbour is less alike."""

    latent_percentile: float
    """Share (0-100) of training images whose own nearest neighbour is farther away."""

    flagged: bool


@dataclass(frozen=True)
class Yardstick:
    """How close different training images are to each other: each one's nearest other."""

    correlations: Array
    """(m,) highest correlation with another training image."""

    latent_distances: Array
    """(m,) smallest latent distance to another training image."""

    percentile: float = FLAG_PERCENTILE

    @property
    def correlation(self) -> float:
        """What an image's correlation must exceed to be flagged."""
        return float(np.percentile(self.correlations, self.percentile))

    @property
    def latent_distance(self) -> float:
        """What an image's latent distance must fall below to be flagged."""
        return float(np.percentile(self.latent_distances, 100 - self.percentile))


def yardstick(
    training_images: Array, training_latents: Array, *, percentile: float = FLAG_PERCENTILE
) -> Yardstick:
    """Measure every training image's nearest other training image.

    Parameters
    ----------
    training_images : (m, side, side), grey, as `compared` makes them
    training_latents : (m, features)

    Raises
    ------
    MlError
        With fewer than 3 training images: their distances are then nothing to judge by.
    """
    m = len(training_images)
    if m < 3:
        raise MlError(f"memorisation needs at least 3 training images to judge by, not {m}.")
    correlation = shifted_correlation(training_images, training_images)
    distance = _distances(training_latents, training_latents)
    np.fill_diagonal(correlation, -np.inf)
    np.fill_diagonal(distance, np.inf)
    return Yardstick(correlation.max(axis=1), distance.min(axis=1), percentile)


def memorisation(
    images: Array,
    latents: Array,
    training_images: Array,
    training_latents: Array,
    training_names: Sequence[str],
    judge: Yardstick,
) -> tuple[Neighbour, ...]:
    """Find each image's nearest training image and flag what is closer than training images are.

    An image is flagged when its highest correlation exceeds the percentile of the training images'
    own nearest-neighbour correlations *and* its smallest latent distance lies below the mirrored
    percentile of theirs. Both, because either alone flags a share of honest images by
    construction. Both percentiles are reported, so that another rule can be applied afterwards.

    Parameters
    ----------
    images, training_images : (n, side, side) and (m, side, side), grey, as `compared` makes them
    latents, training_latents : (n, features) and (m, features)
    training_names : m names to report
    judge : of the same training images

    References
    ----------
    The comparison with the distances among real images follows Dar SUH et al., Unconditional
    latent diffusion models memorize patient imaging data, doi:10.48550/arXiv.2402.01054; here with
    pixel correlation and autoencoder latents instead of a trained copy detector.
    """
    correlation = shifted_correlation(images, training_images)
    distance = _distances(latents, training_latents)
    neighbours = []
    for row_correlation, row_distance in zip(correlation, distance, strict=True):
        by_pixels, by_latents = int(row_correlation.argmax()), int(row_distance.argmin())
        best, least = float(row_correlation[by_pixels]), float(row_distance[by_latents])
        neighbours.append(
            Neighbour(
                nearest=training_names[by_pixels],
                correlation=best,
                nearest_in_latents=training_names[by_latents],
                latent_distance=least,
                correlation_percentile=float(100 * (judge.correlations < best).mean()),
                latent_percentile=float(100 * (judge.latent_distances > least).mean()),
                flagged=best > judge.correlation and least < judge.latent_distance,
            )
        )
    return tuple(neighbours)


def compared(image: Array, *, side: int = COMPARED_SIDE) -> Array:
    """Reduce a grey image (height, width; 0 to 1) to (side, side) by area means, shape ignored."""
    from PIL import Image

    small = Image.fromarray(image.astype(np.float32)).resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)


def shifted_correlation(x: Array, y: Array, *, largest_shift: int = LARGEST_SHIFT) -> Array:
    """Highest Pearson correlation of every pair over small shifts.

    Parameters
    ----------
    x, y : (n, side, side) and (m, side, side)
    largest_shift : pixels tried in each direction; correlation is over the overlap

    Returns
    -------
    (n, m), between -1 and 1; a constant image correlates 0 with everything.
    """
    best = np.full((len(x), len(y)), -1.0)
    shifts = range(-largest_shift, largest_shift + 1)
    for down in shifts:
        for right in shifts:
            flat_x = _unit_rows(_overlap(x, down, right))
            flat_y = _unit_rows(_overlap(y, -down, -right))
            np.maximum(best, flat_x @ flat_y.T, out=best)
    return best


def _overlap(x: Array, down: int, right: int) -> Array:
    height, width = x.shape[1:]
    rows = slice(max(down, 0), height + min(down, 0))
    columns = slice(max(right, 0), width + min(right, 0))
    return x[:, rows, columns]


def _unit_rows(x: Array) -> Array:
    flat = x.reshape(len(x), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: Array = np.divide(flat, length, out=np.zeros_like(flat), where=length > 1e-9)
    return unit


def _distances(x: Array, y: Array) -> Array:
    # Root mean square over features, so that the number does not grow with the image size.
    squared = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1)[None, :] - 2 * x @ y.T
    distances: Array = np.sqrt(np.clip(squared, 0, None) / x.shape[1])
    return distances
