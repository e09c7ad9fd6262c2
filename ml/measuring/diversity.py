"""Diversity within a set: the mean multi-scale structural similarity over pairs of images."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.errors import MlError

if TYPE_CHECKING:
    import torch

WINDOW = 11
WINDOW_SD = 1.5
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, Wang et al. 2003."""


@dataclass(frozen=True)
class Diversity:
    """Mean MS-SSIM over pairs: 1 when all images are the same, lower when they vary more."""

    mean_ms_ssim: float
    pairs: int
    scales: int


def ms_ssim(first: torch.Tensor, second: torch.Tensor, *, data_range: float = 1.0) -> torch.Tensor:
    r"""Multi-scale structural similarity of pairs of grey images.

    .. math:: \prod_{j<M} cs_j^{w_j} \cdot ssim_M^{w_M}

    with an 11 x 11 Gaussian window (sd 1.5), constants 0.01 and 0.03, 2 x 2 mean pooling between
    scales and negative factors set to 0. Five scales need images above 160 pixels a side; smaller
    images get as many scales as fit, with the weights scaled to sum to 1.

    Parameters
    ----------
    first, second : (pairs, 1, height, width), values 0 to ``data_range``

    Returns
    -------
    (pairs,)

    References
    ----------
    Wang Z, Simoncelli EP, Bovik AC. Multiscale structural similarity for image quality
    assessment. Asilomar 2003, doi:10.1109/ACSSC.2003.1292216.
    """
    import torch
    from torch.nn.functional import avg_pool2d

    scales = scales_that_fit(min(first.shape[-2:]))
    weights = np.array(WEIGHTS[:scales])
    if scales < len(WEIGHTS):
        weights /= weights.sum()
    kernel = _gaussian(first.dtype)
    result = torch.ones(len(first), dtype=first.dtype)
    for scale, weight in enumerate(weights):
        if scale:
            padding = [side % 2 for side in first.shape[-2:]]
            first = avg_pool2d(first, 2, padding=padding)
            second = avg_pool2d(second, 2, padding=padding)
        ssim, contrast = _ssim(first, second, kernel, data_range)
        factor = ssim if scale == scales - 1 else contrast
        result = result * factor.clamp(min=0) ** float(weight)
    return result


def diversity(
    images: NDArray[np.float64], *, max_pairs: int = 500, seed: int = 0, batch: int = 32
) -> Diversity:
    """Mean MS-SSIM over all pairs of a set, or over ``max_pairs`` seeded ones where there are more.

    Parameters
    ----------
    images : (n, height, width), values 0 to 1, all of one size

    Raises
    ------
    MlError
        With fewer than 2 images, or images too small for one scale.
    """
    import torch

    if len(images) < 2:
        raise MlError(
            f"diversity compares pairs, so it needs at least 2 images, not {len(images)}."
        )
    pairs = np.array(list(combinations(range(len(images)), 2)))
    if len(pairs) > max_pairs:
        pairs = np.random.default_rng(seed).choice(pairs, size=max_pairs, replace=False)
    stack = torch.as_tensor(images, dtype=torch.float32)[:, None]
    values = [
        ms_ssim(stack[chunk[:, 0]], stack[chunk[:, 1]])
        for chunk in (pairs[i : i + batch] for i in range(0, len(pairs), batch))
    ]
    mean = float(torch.cat(values).mean())
    return Diversity(mean, len(pairs), scales_that_fit(min(images.shape[1:])))


def scales_that_fit(side: int) -> int:
    """Return how many of the five scales an image's shorter side allows.

    Raises MlError where not even the first fits.
    """
    scales = 0
    while scales < len(WEIGHTS) and side >= WINDOW:
        scales += 1
        side = (side + 1) // 2
    if scales == 0:
        raise MlError(f"MS-SSIM needs images of at least {WINDOW} pixels a side.")
    return scales


def _ssim(
    first: torch.Tensor, second: torch.Tensor, kernel: torch.Tensor, data_range: float
) -> tuple[torch.Tensor, torch.Tensor]:
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    mu1, mu2 = _blur(first, kernel), _blur(second, kernel)
    var1 = _blur(first * first, kernel) - mu1 * mu1
    var2 = _blur(second * second, kernel) - mu2 * mu2
    covariance = _blur(first * second, kernel) - mu1 * mu2
    contrast = (2 * covariance + c2) / (var1 + var2 + c2)
    luminance = (2 * mu1 * mu2 + c1) / (mu1 * mu1 + mu2 * mu2 + c1)
    return (luminance * contrast).mean(dim=(1, 2, 3)), contrast.mean(dim=(1, 2, 3))


def _blur(image: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import conv2d

    rows: torch.Tensor = conv2d(image, kernel[None, None, :, None])
    return conv2d(rows, kernel[None, None, None, :])


def _gaussian(dtype: Any) -> torch.Tensor:
    import torch

    offset = torch.arange(WINDOW, dtype=dtype) - WINDOW // 2
    window = torch.exp(-(offset**2) / (2 * WINDOW_SD**2))
    return window / window.sum()
