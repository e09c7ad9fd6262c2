# mypy: disable-error-code="no-untyped-call"
"""What tuning and drawing a variant would take: memory, time and room on the disk, computed.

Nothing of it is measured but the device's speed, in a trial of under a second. Memory is what the
shapes of the base say (`ml.reproducing.allocations`) for the largest of the phases: encoding,
a step of training, drawing. docs/measured.md says how far it is from what processes took.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import torch

from ml.bases.autoencoders import draws_latents, latent_channels
from ml.bases.families import adapter_of
from ml.errors import MlError
from ml.methods.config import VariantConfig
from ml.methods.fitting import check_methods
from ml.methods.trainable import Trainable
from ml.radiographs.training_images import view_count
from ml.reproducing.allocations import Count, counting
from ml.reproducing.outline import bytes_of, copied
from ml.sampling.lean_attention import bytes_held
from ml.training.batches import step_count
from ml.training.loop import HELD_OUT_MOST, bytes_of_run
from ml.training.losses import HELD_OUT_TIMES
from ml.training.samples import SAMPLES_AT_ONCE

LIBRARIES = int(0.5 * 2**30)
"""Bytes that Python with torch, diffusers and transformers takes on a CPU before any model."""

STATES = {"adamw": 8, "adamw-8bit": 2}
"""Bytes an optimizer keeps of each weight."""

MOST_STATES = 16
"""Of an optimizer that is not listed: no one that is offered keeps more."""

GPU_OPERATIONS = 10e12
"""A second, assumed of a GPU that is not here: single films do not fill a card, whatever its peak.
A guess to plan by."""


@dataclass(frozen=True)
class Work:
    """How much there is to do."""

    train: int
    held_out: int
    drawn: int
    """Images of the variant in the bank."""

    steps: int
    """Of its sampler."""

    batch_size: int
    """Images that are drawn at once."""


@dataclass(frozen=True)
class Needs:
    """What a variant takes; bytes, and operations of matrix products and convolutions."""

    parameters: int
    """Weights as float32."""

    trained: int
    """How many weights change."""

    states: int
    """Gradients apart, what the optimizer and averages keep."""

    activations: int
    """Most that a phase holds beside those, gradients among them."""

    tuning: int
    """Operations of the whole run."""

    drawing: int
    """Operations of its images."""

    disk: int
    """Bytes that its run writes while it is in work."""

    kept: int
    """Those that stay when it is done."""

    whole: bool
    """Whether the whole denoiser is trained, so that a GPU too holds it in float32."""

    @property
    def on_cpu(self) -> int:
        """Return the memory of a process, float32."""
        return LIBRARIES + self.parameters + self.states + self.activations

    @property
    def on_gpu(self) -> int:
        """Return the memory of a GPU in bfloat16, at most: activations count as float32."""
        # What is trained stays in float32, and of the whole denoiser a 16-bit copy is made.
        weights = self.parameters + 2 * self.trained if self.whole else self.parameters // 2
        return weights + self.states + self.activations


class Estimator:
    """Computes the needs of variants of one base.

    Parameters
    ----------
    outline : of the base (`ml.reproducing.outline`)
    mapped : bytes of its largest file, if that is mapped while it is widened to float32
    """

    def __init__(self, outline: Any, mapped: int = 0) -> None:
        self._outline, self._mapped = outline, mapped
        self._shared: dict[tuple[str, int, int], Count] = {}

    def needs(self, variant: VariantConfig, work: Work) -> Needs:
        """Return what a variant takes.

        Raises
        ------
        MlError
            If it cannot be tuned on this base.
        """
        size, step_of_size = variant.data.size, adapter_of(self._outline).size_step()
        if size % step_of_size:
            raise MlError(
                f"data.size {size} does not suit the base: use multiples of {step_of_size}."
            )
        encoding, decoding = self._autoencoder(size, "encode"), self._autoencoder(size, "decode")
        drawing = self._forward(size, 2 * work.batch_size)
        image = 2 * work.steps * drawing.operations // (2 * work.batch_size) + decoding.operations
        drawn = work.drawn * image
        parameters = bytes_of(self._outline, 4)
        # A text's keys are held from the first step until the images are decoded.
        while_drawn = max(drawing.most, decoding.most) + self._text_held(2 * work.batch_size)
        if variant.kind == "none":
            most = max(while_drawn, self._mapped)
            return Needs(parameters, 0, 0, most, 0, drawn, 0, 0, whole=False)
        check_methods(self._outline, variant)
        step, trainable = self._step(variant)
        grids = self._forward(size, 2 * SAMPLES_AT_ONCE)
        config = variant.training
        weights = trainable.bytes_trained() // 4
        averages = 4 if config.ema_decay else 0
        kept = STATES.get(config.optimizer, MOST_STATES) + averages
        phases = [step.most, encoding.most, while_drawn]
        if config.sample_every_epochs:
            phases.append(grids.most + self._text_held(2 * SAMPLES_AT_ONCE))
        one = self._forward(size, 1).operations
        return Needs(
            parameters,
            weights,
            kept * weights,
            # A file is mapped before anything else is there.
            max(*phases, self._mapped - kept * weights),
            self._tuning(variant, work, step, one, encoding, decoding),
            drawn,
            bytes_of_run(variant, trainable),
            trainable.bytes_to_save(),
            whole=variant.kind in ("full", "dreambooth"),
        )

    def _tuning(
        self,
        variant: VariantConfig,
        work: Work,
        step: Count,
        one: int,
        encoding: Count,
        decoding: Count,
    ) -> int:
        """Return the operations of a run: its steps, and what is measured and drawn meanwhile."""
        config = variant.training
        steps = step_count(config, work.train)
        epochs = steps * config.batch_size * config.gradient_accumulation / work.train
        total = steps * config.gradient_accumulation * step.operations
        held_out = min(work.held_out, HELD_OUT_MOST)
        views = work.train * view_count(variant.data) + held_out
        if config.held_out_every_epochs:
            times = math.ceil(epochs / config.held_out_every_epochs)
            total += times * held_out * HELD_OUT_TIMES * one
        grids = 2 * variant.sampling.images_per_condition
        pictures = 0
        if config.sample_every_epochs:
            pictures = grids * int(epochs / config.sample_every_epochs)
        if variant.kind == "dreambooth" and config.prior_weight:
            pictures += 2 * config.prior_images
            views += 2 * config.prior_images
        total += pictures * (2 * variant.sampling.steps * one + decoding.operations)
        return int(total + views * encoding.operations)

    def _step(self, variant: VariantConfig) -> tuple[Count, Trainable]:
        """Count a step of training: one batch forward and back."""
        config = variant.training
        images = config.batch_size
        if variant.kind == "dreambooth" and config.prior_weight:
            images *= 2
        with torch.device("meta"):
            trainable = Trainable(copied(self._outline), variant)
        trainable.module.train()
        adapter = trainable.adapter
        latents = _latents(adapter, variant.data.size, images)
        with counting() as count:
            text = _text(adapter, images, encoded=not trainable.trains_text)
            output = trainable.module(latents, _times(images), text)
            # On the engine's own function: a tensor's method would be answered by torch's modes.
            torch.autograd.backward((output.float() - latents).square().mean())
        return count, trainable

    def _forward(self, size: int, images: int) -> Count:
        key = ("forward", size, images)
        if key not in self._shared:
            adapter = adapter_of(self._outline)
            with torch.no_grad(), counting() as count:
                text = _text(adapter, images, encoded=True)
                adapter.predict(_latents(adapter, size, images), _times(images), text)
            self._shared[key] = count
        return self._shared[key]

    def _text_held(self, images: int) -> int:
        adapter = adapter_of(self._outline)
        tokens = max(of.shape[-1] for of in adapter.tokens(["chest x-ray"]).values())
        return bytes_held(adapter.denoiser, images, tokens)

    def _autoencoder(self, size: int, what: str) -> Count:
        key = (what, size, 1)
        if key not in self._shared:
            vae, adapter = self._outline.vae, adapter_of(self._outline)
            side = adapter.latent_shape(size)[1]
            with torch.no_grad(), counting() as count:
                if what == "encode":
                    vae.encode(torch.empty(1, 3, size, size, device="meta"))
                else:
                    vae.decode(torch.empty(1, latent_channels(vae), side, side, device="meta"))
            self._shared[key] = count
        return self._shared[key]


def cache_bytes(outline: Any, variant: VariantConfig, work: Work) -> int:
    """Return what the encoded images of a variant take on the disk."""
    adapter = adapter_of(outline)
    channels, side, _ = adapter.latent_shape(variant.data.size)
    kept = channels * (2 if draws_latents(adapter.vae) else 1)
    images = work.train * view_count(variant.data) + min(work.held_out, HELD_OUT_MOST)
    if variant.kind == "dreambooth":
        images += 2 * variant.training.prior_images
    return images * (4 * kept * side * side + 1024)


def _latents(adapter: Any, size: int, images: int) -> torch.Tensor:
    return torch.empty(images, *adapter.latent_shape(size), device="meta")


def _times(images: int) -> torch.Tensor:
    return torch.empty(images, device="meta")


def _text(adapter: Any, images: int, *, encoded: bool) -> Any:
    tokens = {k: t.to("meta") for k, t in adapter.tokens(["chest x-ray"] * images).items()}
    if not encoded:
        return tokens
    with torch.no_grad():
        return adapter.encode(tokens)


def operations_a_second(device: str) -> float:
    """Try how fast a device calculates a convolution of a U-Net's, in under a second.

    Returns
    -------
    multiplications and additions a second, in the type that training uses there
    """
    from ml.device import pick_dtype

    dtype = pick_dtype(None, device)
    images = 8 if device.startswith("cuda") else 1
    pixels = torch.ones(images, 320, 64, 64, device=device, dtype=dtype)
    layer = torch.nn.Conv2d(320, 320, 3, padding=1, device=device, dtype=dtype)
    with torch.no_grad():
        layer(pixels)
        _wait(device)
        began, times = time.perf_counter(), 0
        while time.perf_counter() - began < 0.3:
            layer(pixels)
            _wait(device)
            times += 1
        seconds = time.perf_counter() - began
    return times * images * 2 * 9 * 320 * 320 * 64 * 64 / seconds


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def memory_here(device: str) -> int:
    """Return the memory of a device in all, bytes."""
    import os

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[1])
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
