"""Training the small base's U-Net and text encoder, on latents that are worked out once."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.boundary import writing
from ml.small.autoencoder import as_input, as_levels
from ml.small.options import PretrainingOptions
from ml.small.stages import Keeping, Log, Stage, Stopped, run_stage, set_rate, take_step

if TYPE_CHECKING:
    import torch

LOOK_SEED = 20261127


def encode_films(
    vae: Any, films: NDArray[np.uint8], *, path: Path | None, keeping: Keeping, log: Log
) -> NDArray[np.float32]:
    """Return means and deviations of the films' latents, (n, 2 * channels, rows, columns).

    With a path they are kept there as they come, and a stopped run goes on from those.

    Raises
    ------
    Stopped
        When asked to stop.
    """
    import torch

    with torch.inference_mode():
        first = vae.encode(as_input(films[:1])).latent_dist.parameters
    shape = (len(films), *first.shape[1:])
    done, counter = 0, path.with_suffix(".json") if path else None
    if path is None or counter is None:
        store = np.empty(shape, np.float32)
    elif counter.is_file() and path.is_file():
        done, store = json.loads(counter.read_text())["done"], np.lib.format.open_memmap(path)
    else:
        with writing(path):
            store = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    while done < len(films):
        end = min(done + 32, len(films))
        with torch.inference_mode():
            for i in range(done, end, 4):
                part = as_input(films[i : min(i + 4, end)])
                posterior = vae.encode(part).latent_dist
                store[i : i + len(part)] = torch.cat([posterior.mean, posterior.std], dim=1)
        done = end
        if counter is not None and isinstance(store, np.memmap):
            store.flush()
            counter.write_text(json.dumps({"done": done}))
        if done % 320 == 0 or done == len(films):
            log(f"latents: {done} of {len(films)}")
        if keeping.stop.made and done < len(films):
            raise Stopped(f"latents stopped after {done} of {len(films)}")
    return store


def train_denoiser(
    pipeline: Any,
    latents: NDArray[np.float32],
    captions: Sequence[str],
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log,
    keeping: Keeping | None = None,
    look: Path | None = None,
) -> float:
    """Train U-Net and text encoder to predict velocity; return the mean loss.

    The weights that are kept are averaged over the steps.

    Parameters
    ----------
    latents : (n, 2 * channels, rows, columns), means and deviations by `encode_films`
    captions : n, of few distinct texts
    look : picture of samples, drawn every ``keeping.look_every`` steps
    """
    import torch
    from diffusers import DDPMScheduler
    from torch.nn.functional import mse_loss

    from ml.bases.tokens import token_ids
    from ml.methods.trainable import MovingAverage

    unet, text_encoder = pipeline.unet, pipeline.text_encoder
    scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
    texts = sorted({*captions, ""})
    ids = token_ids(pipeline.tokenizer, texts)
    caption_of = [texts.index(caption) for caption in captions]
    named = {f"unet.{n}": p for n, p in unet.named_parameters()}
    named |= {f"text_encoder.{n}": p for n, p in text_encoder.named_parameters()}
    optimizer = torch.optim.AdamW(
        named.values(), options.denoiser_rate, weight_decay=1e-4, fused=True
    )
    stage = Stage(
        modules={"unet": unet, "text_encoder": text_encoder},
        optimizers={"both": optimizer},
        average=MovingAverage(named, options.ema_decay),
        generator=torch.Generator().manual_seed(seed),
    )

    def one_step(step: int) -> float:
        clean, chosen = _draw_latents(latents, options.denoiser_batch, stage.generator)
        size = len(clean)
        noise = torch.randn(clean.shape, generator=stage.generator)
        # One step of each stretch of the schedule: less noise in the loss than drawing freely.
        places = (torch.arange(size) + torch.rand(size, generator=stage.generator)) / size
        at = (places * scheduler.config.num_train_timesteps).long()
        dropped = torch.rand(size, generator=stage.generator) < options.caption_dropout
        shown = [
            texts.index("") if drop else caption_of[i]
            for i, drop in zip(chosen, dropped.tolist(), strict=True)
        ]
        text = text_encoder(ids)[0][shown]
        predicted = unet(
            scheduler.add_noise(clean, noise, at), at, encoder_hidden_states=text
        ).sample
        loss = mse_loss(predicted, scheduler.get_velocity(clean, noise, at))
        loss.backward()
        set_rate(optimizer, options.denoiser_rate, step)
        take_step(optimizer, named.values())
        stage.average.update(step)
        return float(loss.item())

    def draw() -> None:
        if look is not None:
            with stage.average.applied():
                _draw_samples(pipeline, [t for t in texts if t], options, look)

    unet.train()
    text_encoder.train()
    steps = options.denoiser_steps
    loss = run_stage(
        "denoiser", stage, steps, one_step, keeping=keeping or Keeping(), log=log, look=draw
    )
    stage.average.copy_to_model()
    for model in (unet, text_encoder):
        model.eval().requires_grad_(False)
    return loss


def _draw_latents(
    latents: NDArray[np.float32], count: int, generator: torch.Generator
) -> tuple[torch.Tensor, list[int]]:
    """Draw latents of films at random, and say of which films."""
    import torch

    chosen: list[int] = torch.randint(len(latents), (count,), generator=generator).tolist()
    mean, deviation = torch.from_numpy(latents[chosen]).chunk(2, dim=1)
    return mean + deviation * torch.randn(mean.shape, generator=generator), chosen


def _draw_samples(
    pipeline: Any, texts: Sequence[str], options: PretrainingOptions, path: Path
) -> None:
    """Write four samples of each caption, a row each, as the weights of now draw them."""
    import torch
    from diffusers import DPMSolverMultistepScheduler
    from PIL import Image

    trained = pipeline.scheduler
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(trained.config)
    rows = []
    try:
        for text in texts:
            drawn = pipeline(
                [text] * 4,
                num_inference_steps=15,
                guidance_scale=2.0,
                height=options.size,
                width=options.size,
                output_type="pt",
                generator=torch.Generator().manual_seed(LOOK_SEED),
            ).images
            rows.append(np.hstack(list(as_levels(drawn * 2 - 1))))
    finally:
        pipeline.scheduler = trained
    Image.fromarray(np.vstack(rows)).save(path)
