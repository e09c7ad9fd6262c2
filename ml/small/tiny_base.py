"""A small Stable Diffusion 1.x pipeline of the real classes, of any size, with random weights.

For tests, trials and the demo: everything a base model has (U-Net, autoencoder, CLIP text encoder
and tokenizer, scheduler), as a diffusers folder of a few megabytes. It draws noise until trained.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ml.bases.clip_vocabulary import END, START, byte_vocabulary, clip_vocabulary
from ml.bases.save import save_pipeline
from ml.errors import MlError


def build_tiny_base(
    out: Path | None,
    *,
    seed: int = 0,
    size: int = 64,
    unet_channels: Sequence[int] = (32, 64),
    vae_channels: Sequence[int] = (32, 64),
    latent_channels: int = 4,
    layers_per_block: int = 1,
    text_width: int = 32,
    text_layers: int = 2,
    heads: int = 8,
    small_vocabulary: bool = False,
) -> Any:
    """Build the pipeline and write it to a folder, if one is given.

    Parameters
    ----------
    size : pixels a side of the images it is made for; the autoencoder shrinks them by
        2 ** (len(vae_channels) - 1)
    unet_channels, vae_channels : one number a level, multiples of 8; SD 1.5 has four of each
    latent_channels : 4 in Stable Diffusion 1.x
    heads : of each attention layer; must divide every level's channels. SD 1.5's 8 heads are 40 to
        160 wide; of few channels use few heads, or attention takes most of the time
    small_vocabulary : use a vocabulary of bytes even where CLIP's is installed

    Returns
    -------
    StableDiffusionPipeline

    Raises
    ------
    MlError
        Where size and channels don't suit each other.
    """
    from ml.library_logging import quieten

    quieten()
    import torch
    from transformers import CLIPTokenizer

    _refuse_odd_sizes(size, unet_channels, vae_channels)
    factor = 2 ** (len(vae_channels) - 1)
    vocabulary, merges = byte_vocabulary() if small_vocabulary else clip_vocabulary()
    groups = 8 if min(*unet_channels, *vae_channels) < 32 else 32
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        unet = _unet(
            unet_channels,
            sample_size=size // factor,
            in_channels=latent_channels,
            out_channels=latent_channels,
            layers_per_block=layers_per_block,
            cross_attention_dim=text_width,
            attention_head_dim=heads,  # diffusers' name for what is the number of heads here
            norm_num_groups=groups,
        )
        vae = _autoencoder(
            vae_channels,
            layers_per_block=layers_per_block,
            latent_channels=latent_channels,
            norm_num_groups=groups,
            sample_size=size,
        )
        text_encoder = _text_encoder(vocabulary, text_width, text_layers)
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)
    pipeline = _pipeline(unet=unet, vae=vae, text_encoder=text_encoder, tokenizer=tokenizer)
    if out is not None:
        save_pipeline(pipeline, out)
    return pipeline


def _refuse_odd_sizes(size: int, unet_channels: Sequence[int], vae_channels: Sequence[int]) -> None:
    step = 2 ** (len(vae_channels) - 1) * 2 ** (len(unet_channels) - 1)
    if size < step or size % step:
        raise MlError(f"size {size} does not suit these channels: use a multiple of {step}.")
    for channels in (*unet_channels, *vae_channels):
        if channels < 8 or channels % 8:
            raise MlError(f"{channels} channels: use multiples of 8.")


def _unet(channels: Sequence[int], **options: Any) -> Any:
    """A U-Net of so many levels, all but the coarsest with attention to the text."""
    from diffusers import UNet2DConditionModel

    with_attention = len(channels) - 1
    return UNet2DConditionModel(
        block_out_channels=tuple(channels),
        down_block_types=("CrossAttnDownBlock2D",) * with_attention + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * with_attention,
        **options,
    )


def _autoencoder(channels: Sequence[int], **options: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=tuple(channels),
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        **options,
    )


def _text_encoder(vocabulary: Mapping[str, int], width: int, layers: int) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(vocabulary),
            hidden_size=width,
            projection_dim=width,
            intermediate_size=4 * width,
            num_attention_heads=max(width // 16, 1),
            num_hidden_layers=layers,
            max_position_embeddings=77,
            bos_token_id=vocabulary[START],
            eos_token_id=vocabulary[END],
            pad_token_id=vocabulary[END],
        )
    )


def _pipeline(**parts: Any) -> Any:
    """The parts as one pipeline, with the noise schedule of Stable Diffusion 1.x."""
    from diffusers import PNDMScheduler, StableDiffusionPipeline

    pipeline: Any = StableDiffusionPipeline(
        **parts,
        scheduler=PNDMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            num_train_timesteps=1000,
            set_alpha_to_one=False,
            skip_prk_steps=True,
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
