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
from ml.small.autoencoder import as_input, as_levels, in_bfloat16
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
        done, store = (
            json.loads(counter.read_text(encoding="utf-8"))["done"],
            np.lib.format.open_memmap(path),
        )
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
            counter.write_text(json.dumps({"done": done}), encoding="utf-8")
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
    texts = sorted({*captions, ""})
    stage = _begin(pipeline, options, seed)
    step_of = _Step(pipeline, latents, [texts.index(one) for one in captions], texts, options)

    def draw() -> None:
        if look is not None:
            with stage.average.applied():
                _draw_samples(pipeline, [t for t in texts if t], options, look)

    for model in stage.modules.values():
        model.train()
    loss = run_stage(
        "denoiser",
        stage,
        options.denoiser_steps,
        lambda step: step_of.take(stage, step),
        keeping=keeping or Keeping(),
        log=log,
        look=draw,
    )
    stage.average.copy_to_model()
    for model in stage.modules.values():
        model.eval().requires_grad_(False)
    return loss


def _begin(pipeline: Any, options: PretrainingOptions, seed: int) -> Stage:
    """What is trained, its optimizer and its average, as they are before the first step."""
    import torch

    from ml.methods.trainable import MovingAverage

    unet, text_encoder = pipeline.unet, pipeline.text_encoder
    named = {f"unet.{n}": p for n, p in unet.named_parameters()}
    named |= {f"text_encoder.{n}": p for n, p in text_encoder.named_parameters()}
    optimizer = torch.optim.AdamW(
        named.values(), options.denoiser_rate, weight_decay=1e-4, fused=True
    )
    return Stage(
        modules={"unet": unet, "text_encoder": text_encoder},
        optimizers={"both": optimizer},
        average=MovingAverage(named, options.ema_decay),
        generator=torch.Generator().manual_seed(seed),
    )


class _Step:
    """One step of training on latents, the text of each of which is `texts[caption_of[i]]`."""

    def __init__(
        self,
        pipeline: Any,
        latents: NDArray[np.float32],
        caption_of: Sequence[int],
        texts: Sequence[str],
        options: PretrainingOptions,
    ) -> None:
        from diffusers import DDPMScheduler

        from ml.bases.tokens import token_ids

        self._unet, self._text_encoder = pipeline.unet, pipeline.text_encoder
        self._scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
        self._latents, self._caption_of, self._options = latents, caption_of, options
        self._ids, self._no_text = token_ids(pipeline.tokenizer, texts), texts.index("")

    def take(self, stage: Stage, step: int) -> float:
        """Take it and return its loss."""
        loss = self._loss(stage.generator)
        loss.backward()
        (optimizer,) = stage.optimizers.values()
        set_rate(optimizer, self._options.denoiser_rate, step)
        take_step(optimizer, [p for group in optimizer.param_groups for p in group["params"]])
        stage.average.update(step)
        return float(loss.item())

    def _loss(self, generator: torch.Generator) -> torch.Tensor:
        import torch
        from torch.nn.functional import mse_loss

        clean, chosen = _draw_latents(self._latents, self._options.denoiser_batch, generator)
        size = len(clean)
        noise = torch.randn(clean.shape, generator=generator)
        # One step of each stretch of the schedule: less noise in the loss than drawing freely.
        places = (torch.arange(size) + torch.rand(size, generator=generator)) / size
        at = (places * self._scheduler.config.num_train_timesteps).long()
        dropped = torch.rand(size, generator=generator) < self._options.caption_dropout
        shown = [
            self._no_text if drop else self._caption_of[i]
            for i, drop in zip(chosen, dropped.tolist(), strict=True)
        ]
        text = self._text_encoder(self._ids)[0][shown]
        with in_bfloat16(self._options.bfloat16):
            predicted = self._unet(
                self._scheduler.add_noise(clean, noise, at), at, encoder_hidden_states=text
            ).sample
        return mse_loss(predicted.float(), self._scheduler.get_velocity(clean, noise, at))


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
