"""Train a small latent-diffusion model from nothing: first its autoencoder, then its U-Net.

A stand-in for a foundation model where none may be downloaded: the demo's base. All parts are of
the real classes, so what is tuned, saved and sampled here is done as with Stable Diffusion.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Log = Callable[[str], None]


@dataclass(frozen=True)
class PretrainingOptions:
    """Sizes and lengths; the defaults take about 26 minutes of two cores."""

    size: int = 128
    vae_channels: tuple[int, ...] = (16, 32, 64, 96)
    """Four levels: latents of an eighth of the side, as Stable Diffusion's."""

    latent_channels: int = 16
    """Stable Diffusion 1.x has 4. As many values in all as 4 at a quarter of the side."""

    unet_channels: tuple[int, ...] = (64, 128, 256)
    attention_levels: int = 2
    """How many of the U-Net's levels have attention, from the coarsest."""

    heads: int = 4
    text_width: int = 64
    autoencoder_steps: int = 2000
    autoencoder_batch: int = 2
    autoencoder_rate: float = 2e-3
    denoiser_steps: int = 1800
    denoiser_batch: int = 8
    denoiser_rate: float = 8e-4
    caption_dropout: float = 0.1
    ema_decay: float = 0.995


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


def train_autoencoder(
    vae: Any, images: NDArray[np.float32], options: PretrainingOptions, *, seed: int, log: Log
) -> float:
    """Train the autoencoder to give images back; set its scaling factor; return the last loss.

    The loss is the mean absolute error of the values and of their differences to neighbours at
    three scales (edges are what a film is read by), and a small Kullback-Leibler term.

    Parameters
    ----------
    images : (n, size, size), -1 to 1
    """
    import torch
    from torch.nn.functional import avg_pool2d, l1_loss

    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(
        vae.parameters(), options.autoencoder_rate, betas=(0.9, 0.99), fused=True
    )
    steps, last = options.autoencoder_steps, 0.0
    tell = _Progress("autoencoder", steps, log)
    vae.train()
    for step in range(steps):
        _set_rate(optimizer, options.autoencoder_rate, step, steps)
        chosen = torch.randint(len(images), (options.autoencoder_batch,), generator=generator)
        batch = _three_channels(images[chosen.numpy()])
        posterior = vae.encode(batch).latent_dist
        noise = torch.randn(posterior.mean.shape, generator=generator)
        decoded = vae.decode(posterior.mean + posterior.std * noise).sample
        loss = l1_loss(decoded, batch)
        for pool in (1, 2, 4):
            mine, theirs = avg_pool2d(decoded, pool), avg_pool2d(batch, pool)
            for axis in (-1, -2):
                loss = loss + l1_loss(mine.diff(dim=axis), theirs.diff(dim=axis))
        divergence = posterior.kl().mean() / posterior.mean[0].numel()
        (loss + 2e-5 * divergence).backward()
        _step(optimizer, vae.parameters())
        last = loss.item()
        tell(step, last)
    vae.eval().requires_grad_(False)
    standardise_latents(vae, images[:: max(len(images) // 256, 1)])
    return last


def standardise_latents(vae: Any, images: NDArray[np.float32]) -> None:
    """Give every latent channel mean 0 and standard deviation 1 over the images, exactly.

    Shift and scale are folded into the 1 x 1 convolutions at either side of the latents, so that
    reconstructions stay as they are and Stable Diffusion's one scaling factor is 1. Channels of
    unlike scale would be noised, and learnt, at unlike rates.

    Parameters
    ----------
    images : (n, size, size), -1 to 1
    """
    import torch

    with torch.no_grad():
        parts = _three_channels(images).split(8)
        means = torch.cat([vae.encode(part).latent_dist.mean for part in parts])
        shift, scale = means.mean(dim=(0, 2, 3)), means.std(dim=(0, 2, 3)).clamp(min=1e-3)
        into, out = vae.quant_conv, vae.post_quant_conv
        mean_rows, spread_rows = slice(None, len(shift)), slice(len(shift), None)
        into.weight[mean_rows] /= scale[:, None, None, None]
        into.bias[mean_rows] = (into.bias[mean_rows] - shift) / scale
        into.bias[spread_rows] -= 2 * scale.log()
        out.bias += out.weight[:, :, 0, 0] @ shift
        out.weight *= scale[None, :, None, None]
    vae.register_to_config(scaling_factor=1.0)


def train_denoiser(
    pipeline: Any,
    images: NDArray[np.float32],
    captions: Sequence[str],
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log,
) -> float:
    """Train U-Net and text encoder to predict velocity; return the last mean loss.

    The weights that are kept are averaged over the steps.

    Parameters
    ----------
    images : (n, size, size), -1 to 1
    captions : n, of few distinct texts
    """
    import torch
    from diffusers import DDPMScheduler
    from diffusers.training_utils import EMAModel
    from torch.nn.functional import mse_loss

    from ml.bases.tokens import token_ids

    vae, unet, text_encoder = pipeline.vae, pipeline.unet, pipeline.text_encoder
    scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
    with torch.inference_mode():
        posteriors = [
            vae.encode(_three_channels(images[i : i + 4])).latent_dist
            for i in range(0, len(images), 4)
        ]
        mean = torch.cat([p.mean for p in posteriors]) * vae.config.scaling_factor
        std = torch.cat([p.std for p in posteriors]) * vae.config.scaling_factor
    texts = sorted({*captions, ""})
    ids = token_ids(pipeline.tokenizer, texts)
    caption_of = [texts.index(caption) for caption in captions]
    mean, std = mean.clone(), std.clone()
    generator = torch.Generator().manual_seed(seed)
    trained = [*unet.parameters(), *text_encoder.parameters()]
    average = EMAModel(trained, decay=options.ema_decay)
    optimizer = torch.optim.AdamW(trained, options.denoiser_rate, weight_decay=1e-4, fused=True)
    steps, size, running = options.denoiser_steps, options.denoiser_batch, 1.0
    tell = _Progress("denoiser", steps, log)
    unet.train()
    text_encoder.train()
    for step in range(steps):
        _set_rate(optimizer, options.denoiser_rate, step, steps)
        chosen = torch.randint(len(mean), (size,), generator=generator)
        shape = (size, *mean.shape[1:])
        clean = mean[chosen] + std[chosen] * torch.randn(shape, generator=generator)
        noise = torch.randn(shape, generator=generator)
        # One step of each stretch of the schedule: less noise in the loss than drawing freely.
        places = (torch.arange(size) + torch.rand(size, generator=generator)) / size
        at = (places * scheduler.config.num_train_timesteps).long()
        dropped = torch.rand(size, generator=generator) < options.caption_dropout
        shown = [
            texts.index("") if drop else caption_of[i]
            for i, drop in zip(chosen.tolist(), dropped.tolist(), strict=True)
        ]
        text = text_encoder(ids)[0][shown]
        noisy = scheduler.add_noise(clean, noise, at)
        predicted = unet(noisy, at, encoder_hidden_states=text).sample
        loss = mse_loss(predicted, scheduler.get_velocity(clean, noise, at))
        loss.backward()
        _step(optimizer, trained)
        average.step(trained)
        running = 0.98 * running + 0.02 * loss.item()
        tell(step, running)
    average.copy_to(trained)
    for model in (unet, text_encoder):
        model.eval().requires_grad_(False)
    return running


def pretrain(
    images: NDArray[np.float32],
    captions: Sequence[str],
    out: Path,
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log = print,
) -> Any:
    """Train both parts and write the pipeline as a diffusers folder; return it."""
    from ml.bases.save import save_pipeline
    from ml.training.repeatable import repeatable

    pipeline = build(options, seed=seed)
    with repeatable():
        train_autoencoder(pipeline.vae, images, options, seed=seed, log=log)
        train_denoiser(pipeline, images, captions, options, seed=seed + 1, log=log)
    save_pipeline(pipeline, out)
    return pipeline


def _three_channels(images: NDArray[np.float32]) -> torch.Tensor:
    import torch

    return torch.from_numpy(np.ascontiguousarray(images))[:, None].expand(-1, 3, -1, -1)


def _set_rate(optimizer: Any, rate: float, step: int, steps: int) -> None:
    """Warm up over 50 steps, then fall as half a cosine."""
    share = min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))
    for group in optimizer.param_groups:
        group["lr"] = rate * max(share, 0.01)


def _step(optimizer: Any, parameters: Any) -> None:
    import torch

    torch.nn.utils.clip_grad_norm_(list(parameters), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


class _Progress:
    """Say where training stands, every tenth of the way."""

    def __init__(self, what: str, steps: int, log: Log) -> None:
        self._what, self._steps, self._log = what, steps, log
        self._start = time.monotonic()

    def __call__(self, step: int, loss: float) -> None:
        done = step + 1
        if done % max(self._steps // 10, 1) and done != self._steps:
            return
        elapsed = time.monotonic() - self._start
        remaining = elapsed / done * (self._steps - done)
        self._log(
            f"{self._what}: step {done} of {self._steps}, loss {loss:.4f}, "
            f"{elapsed:.0f} s, about {remaining:.0f} s to go"
        )
