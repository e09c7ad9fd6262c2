"""Which images, captions and random numbers each step has, and who takes them.

A step's images are numbered over all processes and micro steps, and every process takes its own:
two processes with batch 1 train as one with batch 2, but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ml.methods.config import TrainingConfig, VariantConfig
from ml.radiographs.training_images import TrainingImage, view_count
from ml.training.randomness import Draw, draw, shuffled


@dataclass(frozen=True)
class Batch:
    """What passes through the model at once."""

    images: list[TrainingImage]
    draws: list[Draw]
    captions: list[str]


def step_count(config: TrainingConfig, images: int, processes: int = 1) -> int:
    """Return the optimizer steps of a run on so many images."""
    of_a_step = config.batch_size * config.gradient_accumulation * processes
    total = math.ceil(config.epochs * images / of_a_step)
    return min(total, config.max_steps or total)


class Batches:
    """The batches of a run.

    Parameters
    ----------
    images : what is trained on
    prior : DreamBooth's images, as many of which stand in the second half of each batch; or none
    shape : (channels, h, w) of the latents
    levels : of noise
    process, processes : which of how many this is

    Attributes
    ----------
    step_size : images of a step, of all processes together
    total : optimizer steps of the whole run
    """

    def __init__(
        self,
        variant: VariantConfig,
        images: Sequence[TrainingImage],
        prior: Sequence[TrainingImage],
        *,
        shape: tuple[int, ...],
        levels: int,
        process: int,
        processes: int,
    ) -> None:
        config = variant.training
        self._variant, self._images, self._prior = variant, images, prior
        self._shape, self._levels = shape, levels
        self._each = config.batch_size * config.gradient_accumulation
        self._first = process * self._each
        self.step_size: int = self._each * processes
        self.total = step_count(config, len(images), processes)

    def epochs(self, steps: int) -> float:
        """Return how often the images were seen after so many steps."""
        return steps * self.step_size / len(self._images)

    def image(self, step: int, slot: int) -> TrainingImage:
        """Return the image in a place of a step; every image is seen once an epoch."""
        epoch, place = divmod(step * self.step_size + slot, len(self._images))
        order = shuffled(self._variant.training.seed, "epoch", epoch, count=len(self._images))
        return self._images[order[place]]

    def sources(self, step: int) -> str:
        """Name the images of a step."""
        slots = range(self.step_size)
        return ", ".join(dict.fromkeys(self.image(step, slot).source for slot in slots))

    def micro(self, step: int, number: int) -> Batch:
        """Return what this process passes through the model in a micro step."""
        config = self._variant.training
        first = self._first + number * config.batch_size
        slots = range(first, first + config.batch_size)
        images = [self.image(step, slot) for slot in slots]
        draws = [
            self._draw(
                step,
                slot,
                views=view_count(self._variant.data),
                caption_dropout=config.caption_dropout,
                noise_offset=config.noise_offset,
            )
            for slot in slots
        ]
        captions = captions_of(self._variant, images, draws)
        if self._prior:
            chosen = [self._prior_image(step, slot) for slot in slots]
            images += chosen
            captions += [image.caption for image in chosen]
            draws += [self._draw(step, slot, "prior", views=1) for slot in slots]
        return Batch(images, draws, captions)

    def _draw(
        self,
        step: int,
        slot: int,
        *key: str,
        views: int,
        caption_dropout: float = 0.0,
        noise_offset: float = 0.0,
    ) -> Draw:
        return draw(
            self._variant.training.seed,
            step,
            slot,
            *key,
            shape=self._shape,
            views=views,
            timesteps=self._levels,
            caption_dropout=caption_dropout,
            noise_offset=noise_offset,
        )

    def _prior_image(self, step: int, slot: int) -> TrainingImage:
        seed, count = self._variant.training.seed, len(self._prior)
        return self._prior[shuffled(seed, step, slot, "prior image", count=count)[0]]


def captions_of(
    variant: VariantConfig, images: Sequence[TrainingImage], draws: Sequence[Draw]
) -> list[str]:
    """Return what each image is shown with: its own caption, its condition's prompt, or nothing."""
    own, prompts = variant.data.captions == "data", variant.prompts
    return [
        "" if d.drop_caption else image.caption if own else prompts[image.condition]
        for image, d in zip(images, draws, strict=True)
    ]
