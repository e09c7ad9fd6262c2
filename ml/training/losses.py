"""How far a model's predictions are from what they should be."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch

from ml.bases.adapter import Adapter, Text
from ml.bases.autoencoders import latents_of
from ml.bases.objectives import Objective
from ml.bases.texts import TextCache
from ml.methods.config import VariantConfig
from ml.methods.trainable import Trainable
from ml.radiographs.training_images import TrainingImage
from ml.training.averages import Average
from ml.training.batches import Batch, captions_of
from ml.training.cache import MomentCache
from ml.training.frames import Frames
from ml.training.randomness import Draw, draw

HELD_OUT_TIMES = 4
"""Noise levels that each held-out image is measured at, one in each quarter of the schedule."""


class Losses:
    """The error of each image of a batch.

    Parameters
    ----------
    moments : filled with all images that will be asked for
    trains_text : whether captions must pass through the text encoders anew each time
    """

    def __init__(
        self,
        adapter: Adapter,
        objective: Objective,
        variant: VariantConfig,
        moments: MomentCache,
        frames: Frames,
        *,
        trains_text: bool,
        device: torch.device,
    ) -> None:
        self._adapter, self._objective, self._moments = adapter, objective, moments
        self._frames, self._masked = frames, variant.training.masked_loss
        self._told = variant.data.fit == "buckets"
        self._texts = None if trains_text else TextCache(adapter)
        self._device = device
        asked = variant.training.dtype
        self._dtype = adapter.vae.dtype if asked is None else getattr(torch, asked)

    def __call__(self, model: Any, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean squared error of each image and the weight of its noise level."""
        device, pairs = self._device, zip(batch.images, batch.draws, strict=True)
        kept = torch.stack([self._moments[image, d.view] for image, d in pairs])
        posterior = torch.stack([d.posterior for d in batch.draws])
        noise = torch.stack([d.noise for d in batch.draws]).to(device)
        places = torch.tensor([d.timestep for d in batch.draws], device=device)
        latents = latents_of(self._adapter.vae, kept.to(device), posterior.to(device))
        shown = self._objective.example(latents, noise, places)
        enabled = self._dtype != torch.float32
        with torch.autocast(device.type, dtype=self._dtype, enabled=enabled):
            output = model(shown.noisy, shown.times, self._text(batch))
        error = (output.float() - shown.target).square()
        return self._mean(error, batch), self._objective.weights(places)

    def _mean(self, error: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return each image's mean, (n,), of errors (n, channels, h, w): of its film if masked."""
        if not self._masked:
            return error.mean(dim=(1, 2, 3))
        pairs = zip(batch.images, batch.draws, strict=True)
        shares = torch.stack([self._frames.film_share(image, d.view) for image, d in pairs])
        shares = shares.to(error.device)
        return (error * shares).sum(dim=(1, 2, 3)) / (shares.sum(dim=(1, 2, 3)) * error.shape[1])

    def _text(self, batch: Batch) -> Text:
        text = self._read(batch.captions)
        if not self._told:
            return text
        return self._adapter.told_corners(text, [self._frames.corner(i) for i in batch.images])

    def _read(self, captions: Sequence[str]) -> Text:
        if self._texts is not None:
            return self._texts[captions]
        tokens = self._adapter.tokens(captions)
        return {key: tensor.to(self._device) for key, tensor in tokens.items()}


class HeldOut:
    """The loss on images that are not trained on, at noise that is the same every time.

    Parameters
    ----------
    latent : tells (channels, h, w) of an image's latents
    """

    def __init__(
        self,
        variant: VariantConfig,
        images: Sequence[TrainingImage],
        losses: Losses,
        *,
        latent: Callable[[TrainingImage], tuple[int, ...]],
        levels: int,
    ) -> None:
        self.images = images
        self._variant, self._losses = variant, losses
        self._latent, self._levels = latent, levels

    def __call__(self, trainable: Trainable, average: Average | None, accelerator: Any) -> float:
        """Measure it with the weights of now, or with their average where one is kept."""
        errors = []
        with torch.no_grad(), average.applied() if average else nullcontext():
            for number, image in enumerate(self.images):
                shape = self._latent(image)
                draws = [self._draw(number, q, shape) for q in range(HELD_OUT_TIMES)]
                images = [image] * HELD_OUT_TIMES
                batch = Batch(images, draws, captions_of(self._variant, images, draws))
                error, _ = self._losses(trainable.module, batch)
                errors.append(float(error.mean()))
        mine = torch.tensor([sum(errors) / len(errors)], device=accelerator.device)
        # Early stop hangs on it: were it one bit off on one device, some would stop, others wait.
        return float(accelerator.gather(mine)[0])

    def _draw(self, number: int, quarter: int, shape: tuple[int, ...]) -> Draw:
        key = (self._variant.training.seed, "held out", number, quarter)
        one = draw(*key, shape=shape, views=1, timesteps=self._levels)
        moved = (one.timestep + quarter * self._levels) // HELD_OUT_TIMES
        return Draw(0, moved, False, one.posterior, one.noise)
