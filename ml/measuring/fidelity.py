"""How close a set of synthetic images is to a set of real ones: KID, PRDC, Fréchet distance.

All take feature matrices of shape (images, features), float64, one row an image, and know nothing
of where the features come from (`ml.measuring.features`). Values compare only within one choice
of features: a KID on VAE features is not a KID on Inception features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.errors import MlError

Features = NDArray[np.float64]

MINIMUM_IMAGES_FOR_FID = 2048
"""Below this a Fréchet distance says more about the number of images than about the images."""


@dataclass(frozen=True)
class KernelDistance:
    """Kernel distance (KID) of two sets, with the jackknife standard error over images."""

    kid: float
    standard_error: float
    n_reference: int
    n_images: int


@dataclass(frozen=True)
class Coverage:
    """Precision, recall, density and coverage of a set against a reference."""

    precision: float
    recall: float
    density: float
    coverage: float
    k: int


def kernel_distance(reference: Features, images: Features) -> KernelDistance:
    r"""Kernel Inception Distance: the unbiased squared MMD under a cubic polynomial kernel.

    .. math:: k(x, y) = (x^\top y / d + 1)^3

    .. math:: \widehat{MMD}^2 = \frac{\sum_{i \ne j} k(x_i, x_j)}{m(m-1)}
              + \frac{\sum_{i \ne j} k(y_i, y_j)}{n(n-1)} - \frac{2 \sum_{ij} k(x_i, y_j)}{mn}

    The estimator is unbiased at any size, which is why it is used for sets of thirty; it may be
    negative when the sets do not differ. All images enter at once (no subsets); the standard
    error leaves out one image at a time, of either set.

    Parameters
    ----------
    reference, images : (m, d) and (n, d)

    Raises
    ------
    MlError
        With fewer than 3 images in either set.

    References
    ----------
    Bińkowski M, Sutherland DJ, Arbel M, Gretton A. Demystifying MMD GANs. ICLR 2018,
    doi:10.48550/arXiv.1801.01401. Jackknife of a two-sample U-statistic: Arvesen JN. Jackknifing
    U-statistics. Ann Math Stat 1969, doi:10.1214/aoms/1177697287.
    """
    m, n = len(reference), len(images)
    if min(m, n) < 3:
        raise MlError(f"KID needs at least 3 images in each set; there are {m} and {n}.")
    xx = _cubic_kernel(reference, reference)
    yy = _cubic_kernel(images, images)
    xy = _cubic_kernel(reference, images)
    np.fill_diagonal(xx, 0.0)
    np.fill_diagonal(yy, 0.0)
    within_x, within_y, between = xx.sum(), yy.sum(), xy.sum()
    kid = within_x / (m * (m - 1)) + within_y / (n * (n - 1)) - 2 * between / (m * n)

    without_x = (
        (within_x - 2 * xx.sum(axis=1)) / ((m - 1) * (m - 2))
        + within_y / (n * (n - 1))
        - 2 * (between - xy.sum(axis=1)) / ((m - 1) * n)
    )
    without_y = (
        within_x / (m * (m - 1))
        + (within_y - 2 * yy.sum(axis=1)) / ((n - 1) * (n - 2))
        - 2 * (between - xy.sum(axis=0)) / (m * (n - 1))
    )
    variance = (m - 1) / m * np.square(without_x - without_x.mean()).sum()
    variance += (n - 1) / n * np.square(without_y - without_y.mean()).sum()
    return KernelDistance(float(kid), float(np.sqrt(variance)), m, n)


def precision_recall_density_coverage(
    reference: Features, images: Features, *, k: int = 5
) -> Coverage:
    """Precision and recall, density and coverage by k-nearest-neighbour balls.

    * precision: share of images inside the ball of at least one reference image;
    * recall: share of reference images inside the ball of at least one image;
    * density: mean number of reference balls an image lies in, divided by k (may exceed 1);
    * coverage: share of reference images whose ball holds at least one image.

    A ball's radius is the distance to the k-th nearest neighbour within the same set, the image
    itself not counted.

    Parameters
    ----------
    reference, images : (m, d) and (n, d)
    k : neighbours, at least 1 and below both sizes

    Raises
    ------
    MlError
        Where a set has no more than k images.

    References
    ----------
    Naeem MF et al. Reliable fidelity and diversity metrics for generative models. ICML 2020,
    doi:10.48550/arXiv.2002.09797. Precision and recall: Kynkäänniemi T et al. NeurIPS 2019,
    doi:10.48550/arXiv.1904.06991.
    """
    if k < 1 or k >= min(len(reference), len(images)):
        raise MlError(
            f"with k = {k} neighbours each set needs more than {k} images; "
            f"there are {len(reference)} and {len(images)}."
        )
    radius_reference = _kth_neighbour(reference, k)
    radius_images = _kth_neighbour(images, k)
    distance = _distances(reference, images)
    in_reference_ball = distance < radius_reference[:, None]
    in_image_ball = distance < radius_images[None, :]
    return Coverage(
        precision=float(in_reference_ball.any(axis=0).mean()),
        recall=float(in_image_ball.any(axis=1).mean()),
        density=float(in_reference_ball.sum(axis=0).mean() / k),
        coverage=float((distance.min(axis=1) < radius_reference).mean()),
        k=k,
    )


def frechet_distance(
    reference: Features, images: Features, *, minimum: int = MINIMUM_IMAGES_FOR_FID
) -> float:
    r"""Fréchet distance of two Gaussian fits (FID on Inception features).

    .. math:: |\mu_x - \mu_y|^2 + \mathrm{tr}(C_x + C_y - 2 (C_x C_y)^{1/2})

    Raises
    ------
    MlError
        If a set has fewer than ``minimum`` images, or no more images than features: its
        covariance would be rank-deficient and the distance biased by the number of images.

    References
    ----------
    Heusel M et al. GANs trained by a two time-scale update rule. NeurIPS 2017,
    doi:10.48550/arXiv.1706.08500. Bias: Chong MJ, Forsyth D. CVPR 2020,
    doi:10.48550/arXiv.1911.07023.
    """
    m, n, d = len(reference), len(images), reference.shape[1]
    needed = max(minimum, d + 1)
    if min(m, n) < needed:
        raise MlError(
            f"FID is refused: it needs at least {needed} images in each set for {d} features, and "
            f"there are {m} and {n}, so the covariance would be rank-deficient. Use KID instead."
        )
    mean_gap = reference.mean(axis=0) - images.mean(axis=0)
    cov_x = np.cov(reference, rowvar=False)
    cov_y = np.cov(images, rowvar=False)
    # The eigenvalues of Cx Cy are those of the symmetric Cx^1/2 Cy Cx^1/2: real and >= 0.
    values, vectors = np.linalg.eigh(cov_x)
    root_x = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.linalg.eigvalsh(root_x @ cov_y @ root_x)
    trace = np.sqrt(np.clip(cross, 0, None)).sum()
    return float(mean_gap @ mean_gap + np.trace(cov_x) + np.trace(cov_y) - 2 * trace)


def standardised(reference: Features, *others: Features) -> tuple[Features, ...]:
    """Scale every feature to mean 0 and sd 1 of the reference; constant features are dropped.

    Autoencoders of different bases differ in the scale of their activations, and the cubic kernel
    is not invariant to scale: without this step one loud channel would be the distance.
    """
    mean = reference.mean(axis=0)
    sd = reference.std(axis=0)
    kept = sd > 1e-8 * max(float(sd.max(initial=0.0)), 1e-300)
    return tuple((x[:, kept] - mean[kept]) / sd[kept] for x in (reference, *others))


def _cubic_kernel(x: Features, y: Features) -> Features:
    kernel: Features = (x @ y.T / x.shape[1] + 1.0) ** 3
    return kernel


def _distances(x: Features, y: Features) -> Features:
    squared = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1)[None, :] - 2 * x @ y.T
    distances: Features = np.sqrt(np.clip(squared, 0, None))
    return distances


def _kth_neighbour(x: Features, k: int) -> Features:
    # Position 0 of each sorted row is the image itself.
    radius: Features = np.partition(_distances(x, x), k, axis=1)[:, k]
    return radius
