"""Random numbers of training, each a function of where it is used and of nothing else.

Every draw comes from a generator keyed by (seed, step, slot), slot being the image's place among
all of a step's images, whichever process or micro step it falls to. A run that is stopped and
resumed, or spread over processes, draws what one that ran through draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.sampling.seeded import generator

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Draw:
    """What is random about one image in one step."""

    view: int
    timestep: int
    drop_caption: bool
    posterior: torch.Tensor
    """(channels, h, w): which latents the image's moments give."""

    noise: torch.Tensor
    """(channels, h, w): what the network must find."""


def draw(
    *key: int | str,
    shape: tuple[int, ...],
    views: int,
    timesteps: int,
    caption_dropout: float = 0.0,
    noise_offset: float = 0.0,
) -> Draw:
    """Draw all that is random about one image, in a fixed order.

    Parameters
    ----------
    key : seed, step, slot
    shape : (channels, h, w) of the latents
    noise_offset : standard deviation of a shift that a channel's noise has in common
    """
    import torch

    source = generator(*key)
    number = int(torch.randint(views, (), generator=source))
    timestep = int(torch.randint(timesteps, (), generator=source))
    dropped = float(torch.rand((), generator=source)) < caption_dropout
    posterior = torch.randn(shape, generator=source)
    noise = torch.randn(shape, generator=source)
    if noise_offset:
        noise = noise + noise_offset * torch.randn((shape[0], 1, 1), generator=source)
    return Draw(number, timestep, dropped, posterior, noise)


def shuffled(*key: int | str, count: int) -> list[int]:
    """Return 0 to count - 1 in an order that is a function of the key (seed, epoch)."""
    import torch

    order: list[int] = torch.randperm(count, generator=generator(*key)).tolist()
    return order
