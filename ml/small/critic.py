"""What makes a decoder draw texture: a network that tells its patches from films' patches.

Mean absolute error alone is least for the mean of all textures that may be there, which is none.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

FEATURE_WEIGHT = 5.0
"""Of the likeness of the critic's features, beside its verdict."""


def build_critic(channels: int, *, seed: int) -> Any:
    """Build a critic of patches of 46 pixels a side, its weights' norm held at 1.

    Isola P et al. (patches), doi:10.1109/CVPR.2017.632; Miyato T et al. (spectral norm),
    doi:10.48550/arXiv.1802.05957.
    """
    import torch
    from torch import nn
    from torch.nn.utils.parametrizations import spectral_norm

    widths = (1, channels, 2 * channels, 4 * channels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [
            nn.Sequential(
                spectral_norm(nn.Conv2d(inside, outside, 4, stride=2, padding=1)),
                nn.LeakyReLU(0.2),
            )
            for inside, outside in pairwise(widths)
        ]
        verdict = spectral_norm(nn.Conv2d(widths[-1], 1, 4, padding=1))
        return nn.ModuleList([*layers, verdict])


def features(critic: Any, images: torch.Tensor) -> list[torch.Tensor]:
    """Return what each layer says of images (n, 3, size, size); the last is the verdict."""
    value, result = images.mean(dim=1, keepdim=True), []
    for layer in critic:
        value = layer(value)
        result.append(value)
    return result


def critic_loss(critic: Any, films: torch.Tensor, decoded: torch.Tensor) -> torch.Tensor:
    """Return the hinge loss of telling films (above 0) from decoded ones (below)."""
    from torch.nn.functional import relu

    real, drawn = features(critic, films)[-1], features(critic, decoded)[-1]
    return 0.5 * (relu(1 - real).mean() + relu(1 + drawn).mean())


def decoder_loss(critic: Any, films: torch.Tensor, decoded: torch.Tensor) -> torch.Tensor:
    """Return how far decoded films are from passing, and from the films' own features.

    Wang T-C et al. (matching of features), doi:10.1109/CVPR.2018.00917.
    """
    import torch
    from torch.nn.functional import l1_loss

    with torch.no_grad():
        wanted = features(critic, films)[:-1]
    *drawn, verdict = features(critic, decoded)
    likeness = [l1_loss(mine, theirs) for mine, theirs in zip(drawn, wanted, strict=True)]
    return -verdict.mean() + FEATURE_WEIGHT * torch.stack(likeness).mean()
