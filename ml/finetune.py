"""python -m ml.finetune: train one variant of a base model on prepared radiographs.

The run's folder says what was done, in full: ml/run_folder.py lists what is in it. Ctrl-C writes
what ``--resume`` goes on from; a resumed run ends with the same bits as one that ran through.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.config import VariantConfig, check, load_variants, override
from ml.errors import MlError
from ml.run_folder import WEIGHTS, base_digest, read_json, write_checkpoint, write_json, write_text

if TYPE_CHECKING:
    from ml.data import PreparedData
    from ml.train import StepReport

PLACES = ("base",)
"""Options that may differ when a run is resumed: the same base may lie elsewhere."""


@dataclasses.dataclass(frozen=True)
class Finetuned:
    """What a call did."""

    run: Path
    ended: str
    steps: int
    last_loss: float | None
    held_out_loss: float | None
    seconds: float


def finetune(
    name: str,
    variant: VariantConfig,
    *,
    base: str,
    data: Path,
    run: Path,
    resume: bool = False,
    cache: Path | None = None,
    device: str | None = None,
    processes: int | None = None,
    show_progress: bool = False,
) -> Finetuned:
    """Train a variant and write its run folder.

    Parameters
    ----------
    cache : folder for what the autoencoder makes of the data; default: ``cache`` in ``data``
    processes : how many must take part; default: as many as the launcher says

    Raises
    ------
    MlError
        If something given cannot be used, or the loss is not a finite number.
    """
    if variant.kind == "none":
        raise MlError(f"{name} is the base model itself: there is nothing to train, generate it.")
    check(variant, name)
    prepared = _prepared(data, variant)
    from ml.library_logging import quieten

    quieten()
    from ml.train import train
    from ml.training_samples import grid_writer, prior_images
    from ml.variants import load_base, locate_base

    accelerator = _accelerator(device, processes)
    main = accelerator.is_main_process
    source = locate_base(base)
    whole = variant.kind in ("full", "dreambooth")
    pipeline = load_base(
        base,
        # What is trained stays in float32; autocast does the rest.
        dtype="float32" if whole else variant.training.dtype,
        device=str(accelerator.device),
    )
    variant = _settled(variant, pipeline, accelerator.device.type)
    options = describe(
        name,
        variant,
        prepared,
        base=base,
        base_sha256=base_digest(source),
        processes=accelerator.num_processes,
    )
    if main:
        _open_run(run, options, resume=resume)
    accelerator.wait_for_everyone()
    prior = []
    if variant.kind == "dreambooth" and variant.training.prior_weight > 0:
        with accelerator.main_process_first():
            prior = prior_images(pipeline, variant, run / "prior")
    with _watching(show_progress and main, name) as watch:
        outcome, trainable = train(
            pipeline,
            variant,
            prepared,
            run,
            accelerator,
            prior=prior,
            resume=resume,
            cache=cache or data / "cache",
            watch=watch,
            draw_samples=grid_writer(pipeline, variant, run / "samples"),
        )
    if main and outcome.ended != "interrupted":
        folder = WEIGHTS[variant.kind]
        trainable.save(run / folder)
        write_text(run / "README.md", model_card_of(options, dataclasses.asdict(outcome), folder))
        write_checkpoint(run, variant.kind, base_sha256=options["base_sha256"], step=outcome.steps)
    accelerator.wait_for_everyone()
    return Finetuned(
        run,
        outcome.ended,
        outcome.steps,
        outcome.last_loss,
        outcome.held_out_loss,
        outcome.seconds,
    )


def describe(
    name: str,
    variant: VariantConfig,
    data: PreparedData,
    *,
    base: str,
    base_sha256: str,
    processes: int,
) -> dict[str, Any]:
    """Return a run's ``options.json``: every choice, resolved."""
    from ml.variants import base_name

    path = Path(base).expanduser()
    training = variant.training
    only = f", {variant.condition_only} images only" if variant.condition_only else ""
    length = f"{training.epochs} epochs"
    if training.max_steps:
        length = f"at most {training.max_steps} steps"
    return {
        "variant": name,
        "kind": variant.kind,
        "title": variant.title,
        "condition_only": variant.condition_only,
        "prompts": variant.prompts,
        "prediction_type": training.prediction_type,
        "base": str(path.resolve()) if path.exists() else base,
        "base_name": base_name(base),
        "base_sha256": base_sha256,
        "training_summary": f"{variant.title}{only}, from {base_name(base)} on {len(data.train)} "
        f"radiographs of {data.name}, {variant.data.size} px, {length}.",
        "data": {
            "name": data.name,
            "digest": data.digest,
            "train": len(data.train),
            "held_out": len(data.held_out),
            "licence": data.licence,
            "attribution": data.attribution,
        },
        "processes": processes,
        "from_paper": variant.from_paper,
        "our_reading": variant.our_reading,
        "config": dataclasses.asdict(variant),
    }


def model_card_of(options: Mapping[str, Any], outcome: Mapping[str, Any], folder: str) -> str:
    """Return the run's README.md."""
    from ml.model_card import model_card

    return model_card(options, {**outcome}, folder)


def _prepared(folder: Path, variant: VariantConfig) -> PreparedData:
    from ml.data import read_prepared

    return read_prepared(folder, variant.condition_only)


def _settled(variant: VariantConfig, pipeline: Any, device_type: str) -> VariantConfig:
    """Replace "whatever the base or device has" by what that is, so that options say it."""
    import torch

    from ml.variants import pick_dtype

    training = variant.training
    step = pipeline.vae_scale_factor * 2 ** (len(pipeline.unet.config.block_out_channels) - 1)
    if variant.data.size % step:
        raise MlError(
            f"data.size {variant.data.size} does not suit this base: use multiples of {step}."
        )
    dtype = str(pick_dtype(training.dtype, device_type)).removeprefix("torch.")
    if training.dtype is None and not torch.cuda.is_available():
        dtype = "float32"
    predicts = training.prediction_type or pipeline.scheduler.config.get(
        "prediction_type", "epsilon"
    )
    if predicts not in ("epsilon", "v_prediction"):
        raise MlError(f"the base predicts {predicts!r}, which cannot be tuned here.")
    settled = dataclasses.replace(training, dtype=dtype, prediction_type=predicts)
    return dataclasses.replace(variant, training=settled)


def _accelerator(device: str | None, processes: int | None) -> Any:
    """Start Hugging Face accelerate; every process that was asked for must be there."""
    from accelerate import Accelerator

    from ml.variants import pick_device

    where = pick_device(device)
    accelerator: Any = Accelerator(cpu=where == "cpu", mixed_precision="no")
    asked = processes or int(os.environ.get("WORLD_SIZE", "1"))
    if accelerator.num_processes != asked:
        raise MlError(
            f"{asked} processes were asked for, but {accelerator.num_processes} is running: start "
            f"with torchrun --nproc-per-node {asked} -m ml.finetune (accelerate launch --cpu "
            "starts one only)."
        )
    return accelerator


def _open_run(run: Path, options: dict[str, Any], *, resume: bool) -> None:
    """Write the options of a new run, or hold those of a resumed one against them."""
    if resume:
        before = read_json(run / "options.json")
        difference = first_difference(before, options)
        if difference:
            raise MlError(f"{run} was begun with other options: {difference}; it cannot go on so.")
    elif run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise MlError(f"{run} exists: go on with --resume, or name a new folder.")
    from ml.generate import software_versions

    run.mkdir(parents=True, exist_ok=True)
    if not resume:
        write_json(run / "options.json", options)
    write_json(run / "versions.json", software_versions())


def first_difference(some: Any, others: Any, where: str = "") -> str | None:
    """Return the first place where two options differ, and how."""
    if isinstance(some, dict) and isinstance(others, dict):
        for key in sorted({*some, *others}):
            if where == "" and key in PLACES:
                continue
            inner = f"{where}.{key}" if where else key
            difference = first_difference(some.get(key), others.get(key), inner)
            if difference:
                return difference
        return None
    return None if some == others else f"{where} was {some!r}, is {others!r}"
