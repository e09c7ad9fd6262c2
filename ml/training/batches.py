"""Which images, captions and random numbers each step has, and who takes them.

A step's images are numbered over all processes and micro steps, and every process takes its own:
two processes with batch 1 train as one with batch 2, but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ml.methods.config import TrainingConfig, VariantConfig
from ml.radiographs.training_images import TrainingImage, view_count
from ml.training.frames import Frames
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
    frames : tell the shape of each image's latents
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
        frames: Frames,
        levels: int,
        process: int,
        processes: int,
    ) -> None:
        config = variant.training
        self._variant, self._images, self._prior = variant, images, prior
        self._frames, self._levels = frames, levels
        self._each = config.batch_size * config.gradient_accumulation
        self._first = process * self._each
        self.step_size: int = self._each * processes
        self.total = step_count(config, len(images), processes)
        shapes = [frames.latent(image) for image in images]
        self._order = ShapedOrder(config.seed, config.batch_size, shapes)

    def epochs(self, steps: int) -> float:
        """Return how often the images were seen after so many steps, on average."""
        return steps * self.step_size / len(self._images)

    def image(self, step: int, slot: int) -> TrainingImage:
        """Return the image in a place of a step."""
        return self._images[self._order[step * self.step_size + slot]]

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
                image,
                step,
                slot,
                views=view_count(self._variant.data),
                caption_dropout=config.caption_dropout,
                noise_offset=config.noise_offset,
            )
            for image, slot in zip(images, slots, strict=True)
        ]
        captions = captions_of(self._variant, images, draws)
        if self._prior:
            chosen = [self._prior_image(step, slot) for slot in slots]
            draws += [
                self._draw(image, step, slot, "prior", views=1)
                for image, slot in zip(chosen, slots, strict=True)
            ]
            images += chosen
            captions += [image.caption for image in chosen]
        return Batch(images, draws, captions)

    def _draw(
        self,
        image: TrainingImage,
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
            shape=self._frames.latent(image),
            views=views,
            timesteps=self._levels,
            caption_dropout=caption_dropout,
            noise_offset=noise_offset,
        )

    def _prior_image(self, step: int, slot: int) -> TrainingImage:
        seed, count = self._variant.training.seed, len(self._prior)
        return self._prior[shuffled(seed, step, slot, "prior image", count=count)[0]]


class ShapedOrder:
    """The endless order of images: a function of the seed, every batch of one shape.

    Where all have one shape each image comes once an epoch. Otherwise a round is as many epochs as
    a batch has images: in it each shape has a batch for every image that it has, in a shuffled
    order, and its images fill them, so that each image comes as often as a round has epochs.

    Parameters
    ----------
    batch : images that pass through the model at once
    shapes : of each image
    """

    def __init__(self, seed: int, batch: int, shapes: Sequence[tuple[int, ...]]) -> None:
        self._seed, self._batch, self._count = seed, batch, len(shapes)
        kinds = sorted(set(shapes))
        self._kinds = [kinds.index(shape) for shape in shapes]
        self._members = [
            [n for n, kind in enumerate(self._kinds) if kind == which]
            for which in range(len(kinds))
        ]
        self._round = lru_cache(maxsize=4)(self._drawn_round)

    def __getitem__(self, place: int) -> int:
        """Return which image stands in a place of the order."""
        if len(self._members) == 1:
            epoch, place = divmod(place, self._count)
            return shuffled(self._seed, "epoch", epoch, count=self._count)[place]
        batch, within = divmod(place, self._batch)
        number, place = divmod(batch, self._count)
        kind, rank = self._round(number)[place]
        members = self._members[kind]
        turn, place = divmod(rank * self._batch + within, len(members))
        key = (self._seed, "shape", kind, number, turn)
        return members[shuffled(*key, count=len(members))[place]]

    def _drawn_round(self, number: int) -> list[tuple[int, int]]:
        """Return, of each batch of a round, its shape and how many of that shape came before."""
        seen = [0] * len(self._members)
        batches = []
        for image in shuffled(self._seed, "round", number, count=self._count):
            kind = self._kinds[image]
            batches.append((kind, seen[kind]))
            seen[kind] += 1
        return batches


def captions_of(
    variant: VariantConfig, images: Sequence[TrainingImage], draws: Sequence[Draw]
) -> list[str]:
    """Return what each image is shown with: its own caption, its condition's prompt, or nothing."""
    own, prompts = variant.data.captions == "data", variant.prompts
    return [
        "" if d.drop_caption else image.caption if own else prompts[image.condition]
        for image, d in zip(images, draws, strict=True)
    ]
