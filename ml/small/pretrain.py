"""Train a small latent-diffusion model from nothing: its autoencoder, its decoder, its U-Net.

A stand-in for a foundation model where none may be downloaded: the demo's base. All parts are of
the real classes, so what is tuned, saved and sampled here is done as with Stable Diffusion.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.small.autoencoder import train_autoencoder
from ml.small.decoder import train_decoder
from ml.small.denoiser import encode_films, train_denoiser
from ml.small.options import AUTOENCODER, DECODER, PretrainingOptions
from ml.small.stages import Keeping, Log

LATENTS = "latents.npy"


def build(options: PretrainingOptions, *, seed: int) -> Any:
    """Build the untrained pipeline, which predicts velocity.

    A network that predicts noise says next to nothing of the film at high noise, where noise is
    nearly its input; of velocity it learns within minutes where things are (Salimans T, Ho J,
    doi:10.48550/arXiv.2202.00512).

    Returns
    -------
    StableDiffusionPipeline
    """
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel

    from ml.small.tiny_base import build_tiny_base

    pipeline = build_tiny_base(
        None,
        seed=seed,
        size=options.size,
        unet_channels=options.unet_channels,
        vae_channels=options.vae_channels,
        latent_channels=options.latent_channels,
        text_width=options.text_width,
        text_layers=2,
    )
    pipeline.scheduler = type(pipeline.scheduler).from_config(
        pipeline.scheduler.config, prediction_type="v_prediction"
    )
    plain = len(options.unet_channels) - options.attention_levels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pipeline.unet = UNet2DConditionModel.from_config(
            pipeline.unet.config,
            attention_head_dim=options.heads,  # the count of heads, whatever its name says
            down_block_types=("DownBlock2D",) * plain
            + ("CrossAttnDownBlock2D",) * options.attention_levels,
            up_block_types=("CrossAttnUpBlock2D",) * options.attention_levels
            + ("UpBlock2D",) * plain,
        )
        pipeline.vae = AutoencoderKL.from_config(pipeline.vae.config, mid_block_add_attention=False)
        # Little noise from the first step on; from a deviation of 1 it takes hundreds to fall.
        pipeline.vae.quant_conv.bias.data[options.latent_channels :] = -4.0
    return pipeline


def pretrain(
    films: NDArray[np.uint8],
    captions: Sequence[str],
    out: Path,
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log = print,
    work: Path | None = None,
    keeping: Keeping | None = None,
) -> Any:
    """Train all parts and write the pipeline as a diffusers folder; return it.

    Parameters
    ----------
    films : (n, size, size), grey levels; may be mapped from a file
    captions : n, of few distinct texts
    work : folder in which each part's state is kept; a stopped run goes on from it to the same
        weights. None: nothing is kept
    keeping : how often; its path is set here

    Raises
    ------
    Stopped
        When asked to stop, after keeping the state.
    """
    from ml.bases.save import save_pipeline
    from ml.training.repeatable import repeatable

    keeping = keeping or Keeping()
    pipeline = build(options, seed=seed)
    with repeatable():
        _autoencoder(pipeline, films, options, seed=seed, log=log, work=work, keeping=keeping)
        latents = encode_films(
            pipeline.vae, films, path=work and work / LATENTS, keeping=keeping, log=log
        )
        train_denoiser(
            pipeline,
            latents,
            captions,
            options,
            seed=seed + 1,
            log=log,
            keeping=replace(keeping, path=work and work / "denoiser.pt"),
            look=work and work / "denoiser.png",
        )
    save_pipeline(pipeline, out)
    return pipeline


def _autoencoder(
    pipeline: Any,
    films: NDArray[np.uint8],
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log,
    work: Path | None,
    keeping: Keeping,
) -> None:
    """Train the pipeline's autoencoder, then its decoder on, or take what is ready."""
    from diffusers import AutoencoderKL

    parts = ((AUTOENCODER, train_autoencoder), (DECODER, train_decoder))
    for name, train in parts:
        ready = None if work is None else work / name
        if ready is not None and (ready / "config.json").is_file():
            pipeline.vae = AutoencoderKL.from_pretrained(ready).eval().requires_grad_(False)
            continue
        train(
            pipeline.vae,
            films,
            options,
            seed=seed,
            log=log,
            keeping=replace(keeping, path=work and work / f"{name}.pt"),
            look=work and work / f"{name}.png",
        )
        if ready is not None:
            written = ready.with_name(f".{ready.name}")
            pipeline.vae.save_pretrained(written)
            written.rename(ready)
