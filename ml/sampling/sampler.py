"""Pipeline + one seed per image -> grey images.

One seed, one image. The seed is a hash of (bank seed, variant, prompt, index, attempt), and every
image draws its noise from its own generator on the CPU, so neither the batch it travels in, nor
the shard, nor the device decides which image is made. What remains is rounding: kernels may sum in
another order at another batch size. Images of one batch size are bit-equal on one machine; of
different batch sizes they differ by at most one grey level (tests/ml/test_sampling.py).

The loop is written out instead of calling the pipeline because guidance is left out outside its
interval (half the work there), latents stay in float32 under a bf16 U-Net, and prompts are encoded
once. Its result equals the pipeline's own call; a test says so.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.bank.writer import Condition, Shard
from ml.errors import MlError

if TYPE_CHECKING:
    import torch

SEED_BITS = 53
"""Seeds stay exact in every JSON reader, those that keep numbers as doubles included."""

SCHEDULERS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "dpmpp-2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
        "dpmpp-2m-karras": (
            "DPMSolverMultistepScheduler",
            {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True},
        ),
        "unipc": ("UniPCMultistepScheduler", {}),
        "ddim": ("DDIMScheduler", {"clip_sample": False, "set_alpha_to_one": False}),
        "euler": ("EulerDiscreteScheduler", {}),
        "euler-a": ("EulerAncestralDiscreteScheduler", {}),
        "pndm": ("PNDMScheduler", {"skip_prk_steps": True, "set_alpha_to_one": False}),
    }
)

MOST_STEPS = 500
"""Half of the 1000 that Stable Diffusion is trained with; near them samplers divide by zero."""

BLACK_SD = 1.0
"""An image whose grey levels (0-255) vary by less than this shows nothing."""


@dataclass(frozen=True)
class SamplerSettings:
    """How images are drawn from a pipeline; everything that decides their content but the seed."""

    scheduler: str = "dpmpp-2m"
    steps: int = 20
    guidance_scale: float = 7.5
    guidance_interval: tuple[float, float] = (0.0, 1.0)
    """Share of the steps, from noise (0) to image (1), in which guidance is applied.

    Kynkäänniemi T et al., Applying guidance in a limited interval, doi:10.48550/arXiv.2404.07724.
    """

    negative_prompt: str = ""
    size: int = 512
    batch_size: int = 8
    bit_exact: bool = False
    """Fill the last batch up, so that shards and resumed runs are bit-equal to one whole run."""

    max_chroma: float | None = None
    """Mean difference of the largest and smallest channel (0-255) above which to reject."""

    def __post_init__(self) -> None:
        if self.scheduler not in SCHEDULERS:
            raise MlError(f"scheduler {self.scheduler!r} is not one of {', '.join(SCHEDULERS)}.")
        start, end = self.guidance_interval
        if not 0 <= start <= end <= 1:
            raise MlError(
                f"guidance interval {start} to {end} is not within 0 (noise) to 1 (image)."
            )
        for name, value, least in (
            ("steps", self.steps, 1),
            ("size", self.size, 8),
            ("batch size", self.batch_size, 1),
            ("guidance scale", self.guidance_scale, 0),
        ):
            if not least <= value < math.inf:
                raise MlError(f"{name} is {value}, but it must be at least {least}.")
        if self.steps > MOST_STEPS:
            raise MlError(f"steps is {self.steps}, but it can be at most {MOST_STEPS}.")
        if self.max_chroma is not None and not self.max_chroma >= 0:
            raise MlError(f"max chroma is {self.max_chroma}, but it must be at least 0.")

    def rejection_rule(self) -> str:
        """State in one sentence which images are turned away."""
        rule = f"not a finite number, or grey levels varying by less than {BLACK_SD:g} of 255"
        if self.max_chroma is not None:
            rule += f", or mean chroma above {self.max_chroma:g} of 255"
        return rule


@dataclass(frozen=True)
class ImageRequest:
    """One image to make. ``index`` counts from 0 within a variant's condition."""

    condition: Condition
    prompt: str
    index: int
    seed: int
    attempt: int = 0


@dataclass(frozen=True)
class SampledImage:
    """What came of a request: (height, width) uint8 grey, and why it is rejected, if it is."""

    request: ImageRequest
    pixels: NDArray[np.uint8]
    chroma: float
    rejection: str | None


def image_seed(bank_seed: int, variant: str, prompt: str, index: int, attempt: int = 0) -> int:
    """Return the seed of one image, 0 to 2**53 - 1."""
    key = json.dumps([bank_seed, variant, prompt, index, attempt]).encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> (64 - SEED_BITS)


def plan(
    variant: str,
    prompts: Mapping[Condition, str],
    counts: Mapping[Condition, int],
    *,
    bank_seed: int,
    shard: Shard | None = None,
) -> tuple[ImageRequest, ...]:
    """List a shard's images: every ``shard.count``-th of all, so that shards get equal work."""
    shard = shard or Shard()
    requests = [
        ImageRequest(c, prompts[c], i, image_seed(bank_seed, variant, prompts[c], i))
        for c in prompts
        for i in range(counts[c])
    ]
    return tuple(requests[shard.index :: shard.count])


def sample(
    pipeline: Any, requests: Iterable[ImageRequest], settings: SamplerSettings
) -> Iterator[SampledImage]:
    """Draw the requested images, batch by batch, in their order.

    Parameters
    ----------
    pipeline : StableDiffusionPipeline
    requests : any number of them; prompts may be mixed

    Raises
    ------
    MlError
        If the size does not suit the autoencoder, or memory runs out (with what to do).
    """
    import torch

    step = pipeline.vae_scale_factor * 2 ** (len(pipeline.unet.config.block_out_channels) - 1)
    if settings.size % step:
        raise MlError(
            f"size {settings.size} does not suit this base model: use a multiple of {step}."
        )
    embeddings = _PromptEmbeddings(pipeline)
    remaining = iter(requests)
    while batch := list(islice(remaining, settings.batch_size)):
        wanted = len(batch)
        if settings.bit_exact:
            batch += [batch[-1]] * (settings.batch_size - wanted)
        try:
            with torch.inference_mode():
                images = _sample_batch(pipeline, batch, settings, embeddings)
        except torch.OutOfMemoryError as error:
            raise MlError(
                f"the device ran out of memory at batch size {settings.batch_size}: "
                "use a smaller --batch-size, or --dtype bfloat16."
            ) from error
        for request, image in zip(batch[:wanted], images[:wanted], strict=True):
            yield _judged(request, image, settings)


def make_scheduler(name: str, config: Mapping[str, Any]) -> Any:
    """Build a named sampler over a base model's noise schedule."""
    import diffusers

    class_name, options = SCHEDULERS[name]
    return getattr(diffusers, class_name).from_config(config, **options)


def _sample_batch(
    pipeline: Any,
    batch: Sequence[ImageRequest],
    settings: SamplerSettings,
    embeddings: _PromptEmbeddings,
) -> NDArray[np.float32]:
    """Return (batch, 3, height, width) float32, 0 to 1 but for overshoot."""
    import torch

    device, dtype = pipeline.unet.device, pipeline.unet.dtype
    scheduler = make_scheduler(settings.scheduler, pipeline.scheduler.config)
    scheduler.set_timesteps(settings.steps, device=device)
    side = settings.size // pipeline.vae_scale_factor
    shape = (1, pipeline.unet.config.in_channels, side, side)
    generators = [torch.Generator("cpu").manual_seed(r.seed) for r in batch]
    noise = torch.cat([torch.randn(shape, generator=g) for g in generators])
    latents = noise.to(device) * scheduler.init_noise_sigma
    conditional = torch.stack([embeddings[r.prompt] for r in batch])
    unconditional = embeddings[settings.negative_prompt].expand_as(conditional)
    both = torch.cat([unconditional, conditional])
    extra = {"generator": generators} if settings.scheduler == "euler-a" else {}

    count = len(scheduler.timesteps)
    first, last = (share * count for share in settings.guidance_interval)
    for number, timestep in enumerate(scheduler.timesteps):
        model_input = scheduler.scale_model_input(latents, timestep).to(dtype)
        if settings.guidance_scale != 1 and first <= number < last:
            prediction = pipeline.unet(
                torch.cat([model_input, model_input]), timestep, encoder_hidden_states=both
            ).sample.float()
            without, with_prompt = prediction.chunk(2)
            prediction = without + settings.guidance_scale * (with_prompt - without)
        else:
            prediction = pipeline.unet(
                model_input, timestep, encoder_hidden_states=conditional
            ).sample.float()
        latents = scheduler.step(prediction, timestep, latents, **extra).prev_sample
    return decode(pipeline.vae, latents)


def decode(vae: Any, latents: torch.Tensor) -> NDArray[np.float32]:
    """Decode latents (n, channels, h, w) into (n, 3, height, width), 0 to 1 but for overshoot."""
    import torch

    scaled = (latents / vae.config.scaling_factor).to(vae.dtype)
    # One at a time: full-size activations are most of the memory, and batching gains nothing here.
    pictures = torch.cat([vae.decode(one).sample.float() for one in scaled.split(1)])
    unit: NDArray[np.float32] = ((pictures + 1) / 2).cpu().numpy()
    return unit


def _judged(
    request: ImageRequest, image: NDArray[np.float32], settings: SamplerSettings
) -> SampledImage:
    if not np.isfinite(image).all():
        blank = np.zeros(image.shape[1:], dtype=np.uint8)
        return SampledImage(request, blank, 0.0, "not finite")
    image = image.clip(0, 1)
    chroma = float((image.max(axis=0) - image.min(axis=0)).mean() * 255)
    # Training images have three equal channels; the mean is the nearest such image.
    grey = image.mean(axis=0) * 255
    pixels = np.rint(grey).astype(np.uint8)
    rejection = None
    if grey.std() < BLACK_SD:
        rejection = "black"
    elif settings.max_chroma is not None and chroma > settings.max_chroma:
        rejection = "chroma"
    return SampledImage(request, pixels, chroma, rejection)


class _PromptEmbeddings:
    """Text encoder outputs, computed once a prompt, (tokens, features) each."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._known: dict[str, torch.Tensor] = {}

    def __getitem__(self, prompt: str) -> torch.Tensor:
        if prompt not in self._known:
            encoded, _ = self._pipeline.encode_prompt(
                prompt, self._pipeline.unet.device, 1, do_classifier_free_guidance=False
            )
            self._known[prompt] = encoded[0].to(self._pipeline.unet.dtype)
        return self._known[prompt]
