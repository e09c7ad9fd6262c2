"""From pixels to latents and back, for the two kinds of autoencoder that bases have.

Most have an ``AutoencoderKL``: an image becomes *moments*, mean and log-variance, from which
latents are drawn. Sana's ``AutoencoderDC`` gives the latents themselves; there is nothing to draw.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

KINDS = ("AutoencoderKL", "AutoencoderDC")


def draws_latents(vae: Any) -> bool:
    """Say whether latents are drawn from moments (False: the encoder gives them)."""
    return type(vae).__name__ != "AutoencoderDC"


def latent_channels(vae: Any) -> int:
    """Return the channels of the latents."""
    return int(vae.config.latent_channels)


def kept_channels(vae: Any) -> int:
    """Return the channels of what is kept of an image: of moments twice the latents'."""
    return latent_channels(vae) * (2 if draws_latents(vae) else 1)


def encode(vae: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Return what is kept of images, (n, kept channels, h, w), from (n, 3, height, width)."""

    encoded = vae.encode(pixels)
    kept: torch.Tensor = encoded.latent_dist.parameters if draws_latents(vae) else encoded.latent
    return kept


def latents_of(vae: Any, kept: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return the latents that a denoiser is trained on, (n, channels, h, w).

    Parameters
    ----------
    kept : (n, kept channels, h, w), as `encode` gives it
    noise : (n, channels, h, w), standard normal, by which latents are drawn from moments
    """
    drawn = draw_latents(kept, noise) if draws_latents(vae) else kept
    shift, scale = _shift_and_scale(vae, drawn)
    # A shift of 0 is not subtracted: the sum would be the same, the sign of zero not.
    latents: torch.Tensor = (drawn if shift is None else drawn - shift) * scale
    return latents


def draw_latents(moments: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return latents drawn from moments, not scaled yet: mean + standard deviation * noise.

    Parameters
    ----------
    moments : (n, 2 * channels, h, w): mean and log-variance, as the encoder gives them
    noise : (n, channels, h, w), standard normal
    """
    import torch

    mean, log_variance = moments.chunk(2, dim=1)
    deviation = torch.exp(0.5 * log_variance.clamp(-30.0, 20.0))
    return mean + deviation * noise


def decode(vae: Any, latents: torch.Tensor) -> NDArray[np.float32]:
    """Decode latents (n, channels, h, w) into (n, 3, height, width), 0 to 1 but for overshoot."""
    import torch

    shift, scale = _shift_and_scale(vae, latents)
    unscaled = latents / scale if shift is None else latents / scale + shift
    scaled = unscaled.to(vae.dtype)
    # One at a time: full-size activations are most of the memory, and batching gains nothing here.
    pictures = torch.cat([vae.decode(one).sample.float() for one in scaled.split(1)])
    unit: NDArray[np.float32] = ((pictures + 1) / 2).cpu().numpy()
    return unit


def _shift_and_scale(vae: Any, like: torch.Tensor) -> tuple[Any, Any]:
    """Return what latents are moved and multiplied by: numbers, or (1, channels, 1, 1)."""
    import torch

    config = vae.config
    scale: Any = float(config.scaling_factor)
    shift = getattr(config, "shift_factor", None)
    means, deviations = (getattr(config, n, None) for n in ("latents_mean", "latents_std"))
    if means is None or deviations is None:
        return shift or None, scale
    mean, deviation = (
        torch.tensor(values, device=like.device, dtype=like.dtype).view(1, -1, 1, 1)
        for values in (means, deviations)
    )
    return mean, scale / deviation
