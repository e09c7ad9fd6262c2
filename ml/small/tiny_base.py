"""A small Stable Diffusion 1.x pipeline of the real classes, of any size, with random weights.

For tests, trials and the demo: everything a base model has (U-Net, autoencoder, CLIP text encoder
and tokenizer, scheduler), as a diffusers folder of a few megabytes. It draws noise until trained.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Sequence
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
    from diffusers import (
        AutoencoderKL,
        PNDMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    factor = 2 ** (len(vae_channels) - 1)
    step = factor * 2 ** (len(unet_channels) - 1)
    if size < step or size % step:
        raise MlError(f"size {size} does not suit these channels: use a multiple of {step}.")
    for channels in (*unet_channels, *vae_channels):
        if channels < 8 or channels % 8:
            raise MlError(f"{channels} channels: use multiples of 8.")
    vocabulary, merges = byte_vocabulary() if small_vocabulary else clip_vocabulary()
    attention_levels = len(unet_channels) - 1
    down = ("CrossAttnDownBlock2D",) * attention_levels + ("DownBlock2D",)
    up = ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * attention_levels
    groups = 8 if min(*unet_channels, *vae_channels) < 32 else 32
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        unet = UNet2DConditionModel(
            sample_size=size // factor,
            in_channels=latent_channels,
            out_channels=latent_channels,
            block_out_channels=tuple(unet_channels),
            layers_per_block=layers_per_block,
            down_block_types=down,
            up_block_types=up,
            cross_attention_dim=text_width,
            attention_head_dim=heads,  # diffusers' name for what is the number of heads here
            norm_num_groups=groups,
        )
        vae = AutoencoderKL(
            block_out_channels=tuple(vae_channels),
            layers_per_block=layers_per_block,
            down_block_types=("DownEncoderBlock2D",) * len(vae_channels),
            up_block_types=("UpDecoderBlock2D",) * len(vae_channels),
            latent_channels=latent_channels,
            norm_num_groups=groups,
            sample_size=size,
        )
        text_encoder = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(vocabulary),
                hidden_size=text_width,
                projection_dim=text_width,
                intermediate_size=4 * text_width,
                num_attention_heads=max(text_width // 16, 1),
                num_hidden_layers=text_layers,
                max_position_embeddings=77,
                bos_token_id=vocabulary[START],
                eos_token_id=vocabulary[END],
                pad_token_id=vocabulary[END],
            )
        )
    pipeline: Any = StableDiffusionPipeline(
        unet=unet,
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77),
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
    if out is not None:
        save_pipeline(pipeline, out)
    return pipeline
