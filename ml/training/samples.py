"""Images that training itself draws: DreamBooth's prior, and grids that show how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ml.bank.writer import CONDITIONS, Condition
from ml.errors import MlError
from ml.methods.config import VariantConfig
from ml.radiographs.pixels import Radiograph
from ml.radiographs.training_images import TrainingImage
from ml.sampling.sampler import SamplerSettings, plan, sample
from ml.training.progress import counted

SAMPLES_AT_ONCE = 4


def prior_images(
    pipeline: Any, variant: VariantConfig, folder: Path, base_sha256: str
) -> list[TrainingImage]:
    """Draw what the untouched base shows for the class prompts, once; later calls read it.

    Images that show nothing are left out; the base and the training's seed decide the images.

    Raises MlError where none of them shows anything.
    """
    from PIL import Image

    prompts: dict[Condition, str] = {
        "normal": variant.class_prompt_normal,
        "abnormal": variant.class_prompt_abnormal,
    }
    wanted = [c for c in CONDITIONS if variant.condition_only in (None, c)]
    settings = sampler_settings(variant)
    training = variant.training
    known = (base_sha256, prompts, wanted, training.seed, training.prior_images, settings)
    digest = hashlib.sha256(repr(known).encode()).hexdigest()[:12]
    folder = folder / digest
    if not (folder / "complete").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        counts = {c: training.prior_images if c in wanted else 0 for c in CONDITIONS}
        requests = plan("prior", prompts, counts, bank_seed=training.seed)
        for image in counted(sample(pipeline, requests, settings), "prior images", len(requests)):
            if image.rejection is None:
                name = f"{image.request.condition}-{image.request.index:04d}.png"
                Image.fromarray(image.pixels).save(folder / name)
        (folder / "complete").touch()
    images = []
    for condition in wanted:
        for path in sorted(folder.glob(f"{condition}-*.png")):
            with Image.open(path) as picture:
                pixels = np.asarray(picture)
            sha256 = Radiograph(pixels, (), None).digest
            images.append(
                TrainingImage(path, path.name, condition, prompts[condition], path.name, sha256)
            )
    if not images:
        raise MlError("the base draws nothing but blank images for the class prompts.")
    return images


def sampler_settings(
    variant: VariantConfig, shape: tuple[int, int] | None = None
) -> SamplerSettings:
    """Return how a variant's training draws images: as squares, or of one (height, width)."""
    guidance = variant.sampling.guidance_scale
    return SamplerSettings(
        steps=variant.sampling.steps,
        guidance_scale=SamplerSettings().guidance_scale if guidance is None else guidance,
        size=variant.data.size,
        shapes=None if shape is None else {c: [(*shape, 1)] for c in CONDITIONS},
        batch_size=SAMPLES_AT_ONCE,
    )


def grid_writer(
    pipeline: Any,
    variant: VariantConfig,
    folder: Path,
    texts: Mapping[Condition, Sequence[str]],
    shape: tuple[int, int] | None = None,
) -> Callable[[int], None] | None:
    """Return what draws ``epoch-0025.png``: a row a condition, the same seeds every time.

    Parameters
    ----------
    texts : what each condition is trained with; its first is what is drawn
    shape : (height, width) of each picture; default: the square that films are shown in
    """
    each = variant.sampling.images_per_condition
    conditions = [c for c in CONDITIONS if texts.get(c)]
    if not each:
        return None
    counts: Mapping[Condition, int] = dict.fromkeys(conditions, each)
    prompts: dict[Condition, str] = {c: next(iter(texts[c])) for c in conditions}
    settings = sampler_settings(variant, shape)

    def write(epoch: int) -> None:
        from PIL import Image

        requests = plan("samples", prompts, counts, bank_seed=variant.training.seed)
        pictures = [i.pixels for i in sample(pipeline, requests, settings)]
        rows = [np.hstack(pictures[n * each : (n + 1) * each]) for n in range(len(conditions))]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.vstack(rows)).save(folder / f"epoch-{epoch:04d}.png")

    return write
