"""Sizes and lengths of the small base model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

AUTOENCODER = "autoencoder"
"""Folder, in the work folder, of the autoencoder that is ready."""

DECODER = "decoder"
"""Folder, in the work folder, of the autoencoder whose decoder is ready too."""


@dataclass(frozen=True)
class PretrainingOptions:
    """Sizes and lengths; docs/decisions/0295 says what the defaults take."""

    size: int = 256
    vae_channels: tuple[int, ...] = (16, 32, 64, 128)
    """Four levels: latents of an eighth of the side. Few channels where there are many pixels."""

    latent_channels: int = 8
    """Stable Diffusion 1.x has 4, at as many places."""

    unet_channels: tuple[int, ...] = (64, 128, 192, 256)
    attention_levels: int = 3
    """How many of the U-Net's levels have attention, from the coarsest."""

    heads: int = 4
    text_width: int = 64
    crop: int = 128
    """Side of what the autoencoder is trained on; it has no attention and knows no places."""

    bfloat16: bool = True
    """Products in bfloat16 while training; weights, their averages and losses are float32."""

    autoencoder_steps: int = 3000
    autoencoder_batch: int = 4
    autoencoder_rate: float = 1e-3
    critic_channels: int = 24
    critic_rate: float = 4e-4
    critic_from: int = 1500
    """Steps without the critic."""

    critic_ahead: int = 100
    """Steps before those at whose end the critic begins to learn."""

    critic_share: float = 0.5
    """Norm of the critic's gradient at the pixels, of that of the likeness."""

    decoder_steps: int = 3000
    """Steps of the decoder alone, after the autoencoder's."""

    decoder_rate: float = 5e-4
    denoiser_steps: int = 8000
    denoiser_batch: int = 8
    denoiser_rate: float = 5e-4
    caption_dropout: float = 0.1
    ema_decay: float = 0.998


LENGTHS: Mapping[str, PretrainingOptions] = MappingProxyType(
    {
        "short": PretrainingOptions(),
        "day": replace(
            PretrainingOptions(),
            autoencoder_steps=20_000,
            critic_from=5000,
            decoder_steps=20_000,
            denoiser_steps=100_000,
        ),
    }
)
