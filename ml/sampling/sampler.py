"""Pipeline + one seed per image -> grey images.

One seed, one image. The seed is a hash of (bank seed, variant, prompt, index, attempt), and every
image draws its noise from its own generator on the CPU, so neither the batch it travels in, nor
the shard, nor the device decides which image is made. What remains is rounding: kernels may sum in
another order at another batch size. Images of one batch size are bit-equal on one machine; of
different batch sizes they differ by at most one grey level (tests/ml/test_sampling.py).

The loop is written out instead of calling the pipeline because guidance is left out outside its
interval (half the work there), latents stay in float32 under a bf16 U-Net, prompts are encoded
once, and on a CPU attention does less (ml/sampling/lean_attention.py). Its result equals the
pipeline's own call; a test says so.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.bank.writer import Condition, Shard
from ml.bases.autoencoders import decode
from ml.bases.families import adapter_of
from ml.bases.texts import TextCache
from ml.errors import MlError
from ml.sampling.grain import Grain

if TYPE_CHECKING:
    from ml.bases.adapter import Adapter
    from ml.sampling.lean_attention import Batch

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

FLOW_SCHEDULERS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "dpmpp-2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
        "unipc": ("UniPCMultistepScheduler", {}),
        "euler": ("FlowMatchEulerDiscreteScheduler", {}),
    }
)
"""Those that are for a base that predicts flow."""

Shapes = Mapping[Condition, Sequence[tuple[int, int, int]]]
"""(height, width, parts) by condition: an image has one of them, by its seed, in that mix."""

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
    shapes: Shapes | None = field(default=None, repr=False)
    """Of a variant that was tuned on films of several shapes; None: squares of ``size``."""

    batch_size: int = 8
    bit_exact: bool = False
    """Fill the last batch up, so that shards and resumed runs are bit-equal to one whole run."""

    grain: Grain | None = field(default=None, repr=False)
    """What is put on every image after it was judged; None: images are left as they were drawn."""

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
    pipeline : of any family
    requests : any number of them; prompts may be mixed, and shapes too, but a batch has one shape

    Raises
    ------
    MlError
        If the size or the sampler does not suit the base, or memory runs out (with what to do).
    """
    import torch

    from ml.sampling.lean_attention import lean_attention

    adapter = adapter_of(pipeline)
    _check_sizes(adapter, settings)
    texts = TextCache(adapter, adapter.denoiser.dtype)
    for batch in _batches(requests, settings):
        wanted = len(batch)
        if settings.bit_exact:
            batch += [batch[-1]] * (settings.batch_size - wanted)
        try:
            with torch.inference_mode(), lean_attention(adapter.denoiser) as passing:
                images = _sample_batch(adapter, batch, settings, texts, passing)
        except torch.OutOfMemoryError as error:
            raise MlError(
                f"the device ran out of memory at batch size {settings.batch_size}: "
                "use a smaller --batch-size, or --dtype bfloat16."
            ) from error
        for request, image in zip(batch[:wanted], images[:wanted], strict=True):
            yield _judged(request, image, settings)


def shape_of(request: ImageRequest, settings: SamplerSettings) -> tuple[int, int]:
    """Return an image's (height, width), which its seed decides where there are several."""
    choices = (settings.shapes or {}).get(request.condition, ())
    if not choices:
        return settings.size, settings.size
    ends = list(accumulate(parts for *_, parts in choices))
    height, width, _ = choices[bisect_right(ends, request.seed % ends[-1])]
    return height, width


def _check_sizes(adapter: Adapter, settings: SamplerSettings) -> None:
    step = adapter.size_step()
    listed = (settings.shapes or {}).values()
    for side in (settings.size, *(side for of in listed for shape in of for side in shape[:2])):
        if side % step:
            raise MlError(f"size {side} does not suit this base model: use a multiple of {step}.")


def _batches(
    requests: Iterable[ImageRequest], settings: SamplerSettings
) -> Iterator[list[ImageRequest]]:
    for _, alike in groupby(requests, key=lambda request: shape_of(request, settings)):
        while batch := list(islice(alike, settings.batch_size)):
            yield batch


def make_scheduler(name: str, config: Mapping[str, Any], *, flow: bool = False) -> Any:
    """Build a named sampler over a base model's noise schedule.

    Parameters
    ----------
    flow : whether the base predicts flow

    Raises
    ------
    MlError
        For a sampler that is not for flow, or not for a last level that is noise alone.
    """
    import diffusers

    if not flow:
        if name == "pndm" and config.get("rescale_betas_zero_snr"):
            raise MlError(
                "pndm cannot begin at noise alone, where this variant's steps begin (zero terminal "
                "SNR): use dpmpp-2m, ddim or another."
            )
        class_name, options = SCHEDULERS[name]
        return getattr(diffusers, class_name).from_config(config, **options)
    if name not in FLOW_SCHEDULERS:
        known = ", ".join(FLOW_SCHEDULERS)
        raise MlError(f"{name} is no sampler for a base that predicts flow: use one of {known}.")
    class_name, options = FLOW_SCHEDULERS[name]
    shift = float(config.get("flow_shift") or config.get("shift") or 1.0)
    levels = int(config.get("num_train_timesteps", 1000))
    if name == "euler":
        own: dict[str, Any] = {"shift": shift}
    else:
        own = {"flow_shift": shift, "use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    return getattr(diffusers, class_name)(num_train_timesteps=levels, **options, **own)


def _sample_batch(
    adapter: Adapter,
    batch: Sequence[ImageRequest],
    settings: SamplerSettings,
    texts: TextCache,
    passing: Batch,
) -> NDArray[np.float32]:
    """Return (batch, 3, height, width) float32, 0 to 1 but for overshoot."""
    import torch

    device, dtype = adapter.device, adapter.denoiser.dtype
    scheduler = make_scheduler(
        settings.scheduler, adapter.pipeline.scheduler.config, flow=adapter.learns_flow
    )
    scheduler.set_timesteps(settings.steps, device=device)
    shape = (1, *adapter.latent_shape(*shape_of(batch[0], settings)))
    generators = [torch.Generator("cpu").manual_seed(r.seed) for r in batch]
    noise = torch.cat([torch.randn(shape, generator=g) for g in generators])
    # Samplers of flow begin with the noise itself and scale nothing.
    latents = noise.to(device) * getattr(scheduler, "init_noise_sigma", 1.0)
    prompts = [r.prompt for r in batch]
    conditional = texts[prompts]
    both = texts[[settings.negative_prompt] * len(batch) + prompts]
    extra = {"generator": generators} if settings.scheduler == "euler-a" else {}

    count = len(scheduler.timesteps)
    first, last = (share * count for share in settings.guidance_interval)
    for number, timestep in enumerate(scheduler.timesteps):
        scaled = latents
        if hasattr(scheduler, "scale_model_input"):
            scaled = scheduler.scale_model_input(latents, timestep)
        model_input = scaled.to(dtype)
        guided = settings.guidance_scale != 1 and first <= number < last
        passing.halves_alike = guided and adapter.text_is_attended_only
        if guided:
            times = timestep.expand(2 * len(batch))
            prediction = adapter.predict(torch.cat([model_input, model_input]), times, both)
            without, with_prompt = prediction.float().chunk(2)
            prediction = without + settings.guidance_scale * (with_prompt - without)
        else:
            times = timestep.expand(len(batch))
            prediction = adapter.predict(model_input, times, conditional).float()
        latents = scheduler.step(prediction, timestep, latents, **extra).prev_sample
    return decode(adapter.vae, latents)


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
    rejection = None
    if grey.std() < BLACK_SD:
        rejection = "black"
    elif settings.max_chroma is not None and chroma > settings.max_chroma:
        rejection = "chroma"
    if settings.grain is not None:
        grey = settings.grain.add(grey, request.seed)
    pixels = np.rint(grey).astype(np.uint8)
    return SampledImage(request, pixels, chroma, rejection)
