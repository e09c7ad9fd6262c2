"""Sizes and lengths of the small base model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

AUTOENCODER = "autoencoder"
"""Folder, in the work folder, of the autoencoder that is ready."""


@dataclass(frozen=True)
class PretrainingOptions:
    """Sizes and lengths; docs/decisions/0268 says what the defaults take."""

    size: int = 256
    vae_channels: tuple[int, ...] = (8, 16, 32, 96, 128)
    """Five levels: latents of a sixteenth of the side. Few channels where there are many pixels."""

    latent_channels: int = 16
    """Stable Diffusion 1.x has 4, at an eighth of the side: as many values in all."""

    unet_channels: tuple[int, ...] = (128, 192, 256)
    attention_levels: int = 2
    """How many of the U-Net's levels have attention, from the coarsest."""

    heads: int = 4
    text_width: int = 64
    crop: int = 128
    """Side of what the autoencoder is trained on; it has no attention and knows no places."""

    bfloat16: bool = False
    """Train the autoencoder in bfloat16; the denoiser always learns in float32."""

    autoencoder_steps: int = 2000
    autoencoder_batch: int = 4
    autoencoder_rate: float = 1e-3
    critic_channels: int = 24
    critic_rate: float = 4e-4
    critic_from: int = 700
    """Steps without the critic."""

    critic_ahead: int = 100
    """Steps before those at whose end the critic begins to learn."""

    critic_share: float = 0.5
    """Norm of the critic's gradient at the pixels, of that of the likeness."""

    denoiser_steps: int = 4000
    denoiser_batch: int = 8
    denoiser_rate: float = 5e-4
    caption_dropout: float = 0.1
    ema_decay: float = 0.998


LENGTHS: Mapping[str, PretrainingOptions] = MappingProxyType(
    {
        "short": PretrainingOptions(),
        "day": replace(
            PretrainingOptions(), autoencoder_steps=20_000, critic_from=5000, denoiser_steps=60_000
        ),
    }
)
