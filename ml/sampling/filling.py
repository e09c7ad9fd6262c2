"""Filling one arm of a bank: what is missing is made, and each image is recorded as it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ml.bank.disk_space import need_space
from ml.bank.software import software_versions
from ml.bank.writer import ArmDescription, ArmWriter, Condition, Shard, utc_now
from ml.bases.families import adapter_of
from ml.bases.prompt_length import check_lengths, words_not_read
from ml.errors import MlError
from ml.sampling.loaded_variant import LoadedVariant
from ml.sampling.sampler import (
    ImageRequest,
    SampledImage,
    SamplerSettings,
    image_seed,
    plan,
    sample,
    shape_of,
)

SAME_ON_RESUME = (
    "variant",
    "base_model",
    "checkpoint_sha256",
    "negative_prompt",
    "bank_seed",
    "scheduler",
    "steps",
    "guidance_scale",
    "guidance_interval",
    "max_chroma",
    "grain",
    "size",
    "shapes",
    "dtype",
)
"""Provenance that all images of an arm have in common."""


@dataclass(frozen=True)
class ArmOutcome:
    """What one call did for one arm (of this shard's share)."""

    arm: str
    made: int
    already_there: int
    rejected: int
    given_up: int
    """Images of which every attempt was rejected."""


@dataclass(frozen=True)
class ArmPlan:
    """What an arm shall hold, and how its images are drawn."""

    arm: ArmDescription
    prompts: Mapping[Condition, str]
    counts: Mapping[Condition, int]
    settings: SamplerSettings
    bank_seed: int
    shard: Shard | None = None
    max_attempts: int = 5


def fill_arm(
    loaded: LoadedVariant,
    bank: Path,
    wanted: ArmPlan,
    progress: Callable[[SampledImage], None] | None = None,
) -> ArmOutcome:
    """Make a shard's missing images of one arm and record each as it is done.

    A rejected image is tried again with the seed of the next attempt, ``max_attempts`` times in
    all; every attempt stays on record.

    Parameters
    ----------
    progress : called with every `SampledImage`

    Raises
    ------
    MlError
        If the bank holds images of this arm that were made another way, the disk is too small, or
        the prompts of two conditions differ only in words that the text encoder does not read.
    """
    arm, prompts, counts = wanted.arm, wanted.prompts, wanted.counts
    settings, seed = wanted.settings, wanted.bank_seed
    common = _common_provenance(loaded, settings, seed)
    requests = plan(loaded.variant, prompts, counts, bank_seed=seed, shard=wanted.shard)
    made = rejected = 0
    with ArmWriter(bank, arm, shard=wanted.shard) as writer:
        done, attempts = _progress_so_far(writer, common, prompts)
        due = [r for r in requests if (r.condition, r.index) not in done]
        queue = [
            _attempt(r, attempts.get((r.condition, r.index), 0), seed, loaded.variant) for r in due
        ]
        queue = [r for r in queue if r.attempt < wanted.max_attempts]
        given_up = len(due) - len(queue)
        cut = check_lengths(loaded.pipeline, {c: [prompts[c]] for c, n in counts.items() if n})
        if lost := words_not_read(loaded.pipeline, settings.negative_prompt):
            common["negative_words_not_read"] = lost
        # A grey PNG is hardly larger than its pixels.
        need_space(bank, len(queue) * settings.size**2, f"the images of {arm.id}")
        while queue:
            if settings.shapes:
                # A batch has one shape.
                queue.sort(key=lambda request: shape_of(request, settings))
            again: list[ImageRequest] = []
            for image in sample(loaded.pipeline, queue, settings):
                _record(writer, image, common, cut)
                if image.rejection is None:
                    made += 1
                else:
                    rejected += 1
                    following = image.request.attempt + 1
                    if following < wanted.max_attempts:
                        again.append(_attempt(image.request, following, seed, loaded.variant))
                    else:
                        given_up += 1
                if progress is not None:
                    progress(image)
            queue = again
    return ArmOutcome(arm.id, made, len(requests) - len(due), rejected, given_up)


def _common_provenance(
    loaded: LoadedVariant, settings: SamplerSettings, bank_seed: int
) -> dict[str, Any]:
    """Return what all images of one call have in common."""
    denoiser = adapter_of(loaded.pipeline).denoiser
    several: dict[str, Any] = {}
    if settings.shapes:
        several["shapes"] = {c: [list(shape) for shape in of] for c, of in settings.shapes.items()}
    if settings.grain is not None:
        several["grain"] = settings.grain.provenance()
    return {
        **several,
        "variant": loaded.variant,
        "base_model": loaded.base_name,
        "checkpoint_sha256": loaded.checkpoint_sha256,
        "negative_prompt": settings.negative_prompt,
        "bank_seed": bank_seed,
        "scheduler": settings.scheduler,
        "steps": settings.steps,
        "guidance_scale": settings.guidance_scale,
        "guidance_interval": list(settings.guidance_interval),
        "max_chroma": settings.max_chroma,
        "size": settings.size,
        "batch_size": settings.batch_size,
        "dtype": str(denoiser.dtype).removeprefix("torch."),
        "device": denoiser.device.type,
        "software": software_versions(),
    }


def _record(
    writer: ArmWriter, image: SampledImage, common: Mapping[str, Any], cut: Mapping[str, str]
) -> None:
    """Write a picture, or that it was turned away, with how it was made."""
    request = image.request
    provenance = {
        **common,
        "prompt": request.prompt,
        "seed": request.seed,
        "chroma": round(image.chroma, 3),
        "created_at": utc_now(),
    }
    if request.prompt in cut:
        provenance["words_not_read"] = cut[request.prompt]
    place: dict[str, Any] = {
        "condition": request.condition,
        "index": request.index,
        "attempt": request.attempt,
    }
    if image.rejection is None:
        writer.add_image(image.pixels, **place, provenance=provenance)
    else:
        writer.add_rejection(**place, reason=image.rejection, provenance=provenance)


def _progress_so_far(
    writer: ArmWriter, common: Mapping[str, Any], prompts: Mapping[Condition, str]
) -> tuple[set[tuple[str, int]], dict[tuple[str, int], int]]:
    """Return the images that are there and, of all others, the attempt that is next."""
    done: set[tuple[str, int]] = set()
    attempts: dict[tuple[str, int], int] = {}
    for record in writer.records():
        expected = {key: common.get(key) for key in SAME_ON_RESUME}
        if record["condition"] in prompts:
            expected["prompt"] = prompts[record["condition"]]
        for key, value in expected.items():
            if record["provenance"].get(key) != value:
                raise MlError(
                    f"the bank's arm {writer.arm.id} was made with {key} "
                    f"{record['provenance'].get(key)!r}, not {value!r}: "
                    "use another bank, another --arm, or the same options."
                )
        place = (record["condition"], record["index"])
        if "rejected" in record:
            attempts[place] = max(attempts.get(place, 0), record["attempt"] + 1)
        elif writer.has_image(record):
            done.add(place)
        else:
            attempts[place] = max(attempts.get(place, 0), record["attempt"])
    return done, attempts


def _attempt(request: ImageRequest, attempt: int, bank_seed: int, variant: str) -> ImageRequest:
    seed = image_seed(bank_seed, variant, request.prompt, request.index, attempt)
    return replace(request, attempt=attempt, seed=seed)
