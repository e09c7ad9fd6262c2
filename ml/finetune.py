"""python -m ml.finetune: train one variant of a base model on prepared radiographs.

The run's folder says what was done, in full: ml/bank/run_folder.py lists what is in it. Ctrl-C
writes what ``--resume`` goes on from; a resumed run ends with the same bits as one that was not
stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.run_folder import WEIGHTS, base_digest, write_checkpoint, write_text
from ml.bank.writer import CONDITIONS
from ml.bases.families import adapter_of
from ml.bases.part_flags import add_base_flags, base_given
from ml.bases.prompt_length import check_lengths, note_cut
from ml.device import note_emulation, pick_device, pick_dtype
from ml.errors import MlError, said_by
from ml.memory import keep_memory
from ml.methods.config import VariantConfig, check, load_variants, override
from ml.methods.fitting import check_methods
from ml.stopping import sigterm_as_interrupt
from ml.training.kept_epochs import weights_keeper
from ml.training.model_card import model_card
from ml.training.progress import StepReport, watching
from ml.training.prompts import check_prompts_fit, trained_texts
from ml.training.provenance import changes_from_preset, compare_with_paper
from ml.training.repeatable import repeatable
from ml.training.run_options import describe, open_run, versions
from ml.training.trainer_notes import trainer_notes
from ml.training.warm_start import WarmStart, read_start

if TYPE_CHECKING:
    import torch

    from ml.methods.trainable import Trainable
    from ml.radiographs.training_images import PreparedData
    from ml.training.loop import Outcome


@dataclasses.dataclass(frozen=True)
class Finetuned:
    """What a call did."""

    run: Path
    ended: str
    steps: int
    last_loss: float | None
    held_out_loss: float | None
    """Of the weights that are kept, which are those of ``weights_step``."""

    seconds: float
    weights_step: int
    lowest_held_out_loss: float | None
    lowest_step: int | None


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
    prompts_given: bool = False,
    start_from: str | None = None,
) -> Finetuned:
    """Train a variant and write its run folder.

    Parameters
    ----------
    prompts_given : the prompts were given for these films, be they the presets' own words
    start_from : run or LoRA's file whose weights training begins from
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
    with repeatable(variant.training.deterministic):
        return _finetune(
            name,
            variant,
            base=base,
            data=data,
            run=run,
            resume=resume,
            cache=cache or data / "cache",
            device=device,
            processes=processes,
            show_progress=show_progress,
            prompts_given=prompts_given,
            start_from=start_from,
        )


def _finetune(
    name: str,
    variant: VariantConfig,
    *,
    base: str,
    data: Path,
    run: Path,
    resume: bool,
    cache: Path,
    device: str | None,
    processes: int | None,
    show_progress: bool,
    prompts_given: bool,
    start_from: str | None,
) -> Finetuned:
    prepared = _prepared(data, variant)
    check_prompts_fit(variant, prepared, given=prompts_given)
    from ml.library_logging import quieten
    from ml.training.frames import Frames, describe_buckets

    quieten()
    from ml.variants import base_name, locate_base

    accelerator = _accelerator(device, processes)
    main = accelerator.is_main_process
    base_sha256 = base_digest(locate_base(base))
    start = read_start(start_from, variant, base_sha256) if start_from else None
    pipeline = _loaded(base, variant, accelerator.device)
    cut = _words_not_read(pipeline, variant, prepared)
    changed = changes_from_preset(variant)
    variant = _settled(variant, pipeline, accelerator.device.type)
    if main:
        note_emulation(variant.training.dtype, str(accelerator.device))
        note_cut(cut, "caption" if variant.data.captions == "data" else "prompt")
    options = describe(
        name,
        variant,
        prepared,
        base=base,
        base_name=base_name(base),
        base_sha256=base_sha256,
        processes=accelerator.num_processes,
        changed=changed,
        words_not_read=cut,
        family=adapter_of(pipeline),
        start=start,
        buckets=describe_buckets(Frames(adapter_of(pipeline), variant.data), prepared.train),
    )
    if main:
        open_run(run, options, versions(accelerator.device), resume=resume)
    accelerator.wait_for_everyone()
    with watching(show_progress and main, name) as watch:
        outcome, trainable = _trained(
            pipeline, variant, prepared, run, accelerator, options, resume, cache, watch, start
        )
    if main and outcome.ended != "interrupted":
        _save(run, variant, trainable, options, outcome, prepared)
    accelerator.wait_for_everyone()
    return Finetuned(
        run,
        outcome.ended,
        outcome.steps,
        outcome.last_loss,
        outcome.held_out_loss,
        outcome.seconds,
        outcome.weights_step,
        outcome.lowest_held_out_loss,
        outcome.lowest_step,
    )


def _loaded(base: str, variant: VariantConfig, device: torch.device) -> Any:
    """Load the base, in the precision that it is trained in, and hold the variant against it."""
    from ml.variants import load_base

    whole = variant.kind in ("full", "dreambooth")
    # What is trained stays in float32; autocast does the rest.
    dtype = "float32" if whole else variant.training.dtype
    pipeline = load_base(base, dtype=dtype, device=str(device))
    check_methods(pipeline, variant)
    return pipeline


def _words_not_read(
    pipeline: Any, variant: VariantConfig, prepared: PreparedData
) -> dict[str, str]:
    word = (variant.embedding.token, variant.embedding.vectors)
    learnt = word if variant.kind == "textual_inversion" else None
    return check_lengths(pipeline, trained_texts(variant, prepared.train), learnt)


def _trained(
    pipeline: Any,
    variant: VariantConfig,
    prepared: PreparedData,
    run: Path,
    accelerator: Any,
    options: Mapping[str, Any],
    resume: bool,
    cache: Path,
    watch: Callable[[StepReport], None] | None,
    start: WarmStart | None,
) -> tuple[Outcome, Trainable]:
    """Draw DreamBooth's prior where there is one, and train."""
    import torch

    from ml.training.frames import commonest_shape
    from ml.training.loop import train
    from ml.training.samples import grid_writer, prior_images

    texts = trained_texts(variant, prepared.train)
    shape = commonest_shape(options["buckets"])
    prior = []
    try:
        if variant.kind == "dreambooth" and variant.training.prior_weight > 0:
            with accelerator.main_process_first():
                prior = prior_images(pipeline, variant, run / "prior", options["base_sha256"])
        return train(
            pipeline,
            variant,
            prepared,
            run,
            accelerator,
            prior=prior,
            resume=resume,
            cache=cache,
            watch=watch,
            draw_samples=grid_writer(pipeline, variant, run / "samples", texts, shape),
            keep_weights=weights_keeper(run, options),
            start=start,
        )
    except torch.OutOfMemoryError as error:
        raise MlError(
            "the device ran out of memory: use a smaller batch_size with more "
            "gradient_accumulation, gradient_checkpointing, or LoRA instead of full tuning."
        ) from error


def _save(
    run: Path,
    variant: VariantConfig,
    trainable: Trainable,
    options: Mapping[str, Any],
    outcome: Outcome,
    prepared: PreparedData,
) -> None:
    """Write the weights that the run ends with, what they are, and proof that they are those."""
    folder = WEIGHTS[variant.kind]
    trainable.save(run / folder, trainer_notes(options, outcome.weights_step, outcome.epochs))
    ended = dataclasses.asdict(outcome)
    paper = compare_with_paper(variant, prepared, outcome.epochs)
    write_text(run / "README.md", model_card(options, ended, folder, paper))
    write_checkpoint(
        run,
        variant.kind,
        base_sha256=options["base_sha256"],
        step=outcome.weights_step,
        outcome=ended,
    )


def _prepared(folder: Path, variant: VariantConfig) -> PreparedData:
    from ml.radiographs.training_images import read_prepared

    data = read_prepared(folder, variant.condition_only)
    if variant.training.early_stop is not None and not data.held_out:
        raise MlError(f"{folder} holds no held-out images, which training.early_stop goes by.")
    word = variant.embedding.token
    if variant.kind == "textual_inversion" and variant.data.captions == "data":
        without = [i.source for i in data.train if word not in i.caption]
        if without:
            raise MlError(
                f"the caption of {without[0]} and {len(without) - 1} others lacks {word}, the word "
                "to be learnt: leave data.captions at prompts, or prepare captions that hold it."
            )
    return data


def _settled(variant: VariantConfig, pipeline: Any, device_type: str) -> VariantConfig:
    """Replace "whatever the base or device has" by what that is, so that options say it."""
    training, adapter = variant.training, adapter_of(pipeline)
    step = adapter.size_step()
    if variant.data.size % step:
        raise MlError(
            f"data.size {variant.data.size} does not suit the base: use multiples of {step}."
        )
    dtype = str(pick_dtype(training.dtype, device_type)).removeprefix("torch.")
    predicts = adapter.settled_prediction(training.prediction_type)
    settled = override(training, {"dtype": dtype, "prediction_type": predicts}, "the base")
    guidance = variant.sampling.guidance_scale
    sampling = dataclasses.replace(
        variant.sampling, guidance_scale=adapter.guidance if guidance is None else guidance
    )
    return dataclasses.replace(variant, training=settled, sampling=sampling)


def _accelerator(device: str | None, processes: int | None) -> Any:
    """Start Hugging Face accelerate; every process that was asked for must be there."""
    from accelerate import Accelerator

    where = pick_device(device)
    if where.startswith("cuda:"):
        import torch

        # accelerate takes the current device, whatever --device says.
        torch.cuda.set_device(where)
    accelerator: Any = Accelerator(cpu=where == "cpu", mixed_precision="no")
    asked = processes or int(os.environ.get("WORLD_SIZE", "1"))
    if accelerator.num_processes != asked:
        raise MlError(
            f"{asked} processes were asked for, but {accelerator.num_processes} is running: start "
            f"with torchrun --nproc-per-node {asked} -m ml.finetune (accelerate launch --cpu "
            "starts one only)."
        )
    return accelerator


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.finetune",
        description="Train one variant of a base model on prepared radiographs.",
        epilog="python -m ml.variants lists the variants. Several GPUs: torchrun "
        "--nproc-per-node N -m ml.finetune ...",
    )
    result.add_argument("variant", help="M1, M2, ... or one of --config")
    add_base_flags(result, about="diffusers folder, single file or hub id")
    result.add_argument("--data", type=Path, required=True, help="folder that ml.prepare wrote")
    result.add_argument("--out", type=Path, help="run folder (runs/VARIANT)")
    result.add_argument("--config", type=Path, help="TOML file that overrides or adds variants")
    result.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one choice, such as training.min_snr_gamma=5 or data.fit=crop",
    )
    result.add_argument("--max-steps", type=int, help="stop after so many optimizer steps")
    result.add_argument("--epochs", type=int, help="times each film is seen (100)")
    result.add_argument(
        "--keep-every",
        type=int,
        metavar="EPOCHS",
        help="keep the weights of each so-manieth epoch: ml.generate M1@25 M1@50",
    )
    result.add_argument(
        "--start-from",
        metavar="RUN",
        help="begin from the weights of another run (RUN@25: of an epoch that it kept) or of a "
        "LoRA's file",
    )
    result.add_argument("--size", type=int, help="pixels a side")
    result.add_argument("--batch-size", type=int, help="images a process and micro step")
    result.add_argument("--learning-rate", type=float, help="default: the variant's own")
    result.add_argument("--seed", type=int, help="same seed, same weights (0)")
    result.add_argument("--condition-only", choices=CONDITIONS, help="train on one condition only")
    result.add_argument(
        "--captions",
        choices=("prompts", "data"),
        help="train with the variant's two prompts, or with the data's own captions",
    )
    for condition in CONDITIONS:
        result.add_argument(
            f"--prompt-{condition}",
            metavar="TEXT",
            help=f"of {condition} films; default: the variant's own, the paper's",
        )
    result.add_argument(
        "--allow-mirrored",
        action="store_true",
        help="also train on mirrored images; teaches hearts on the right",
    )
    result.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    result.add_argument("--cache", type=Path, help="folder of encoded images (DATA/cache)")
    result.add_argument("--device", help="cpu, cuda, mps; default: the best there is")
    result.add_argument(
        "--dtype",
        choices=("float32", "bfloat16"),
        help="default: bfloat16 where a CUDA device has it, else float32",
    )
    result.add_argument("--processes", type=int, help="fail unless so many take part")
    return result


def chosen_variant(arguments: argparse.Namespace) -> VariantConfig:
    """Return the variant with all that the command line overrides.

    Raises MlError for a variant that is not known, and for one that mirrors images without leave.
    """
    variants = load_variants(arguments.config)
    name = arguments.variant
    if name not in variants:
        raise MlError(f"variant {name!r} is not one of {', '.join(variants)}.")
    variant = variants[name]
    given: dict[str, Any] = {
        "training": {
            "max_steps": arguments.max_steps,
            "epochs": arguments.epochs,
            "keep_every_epochs": arguments.keep_every,
            "batch_size": arguments.batch_size,
            "learning_rate": arguments.learning_rate,
            "seed": arguments.seed,
            "dtype": arguments.dtype,
        },
        "data": {"size": arguments.size, "captions": arguments.captions},
        "condition_only": arguments.condition_only,
        "prompt_normal": arguments.prompt_normal,
        "prompt_abnormal": arguments.prompt_abnormal,
    }
    before = variant
    variant = override(variant, _without_none(given), "the command line")
    for text in arguments.set:
        variant = override(variant, _setting(text), f"--set {text}")
    if arguments.allow_mirrored:
        variant = override(variant, {"data": {"mirror": True}}, "--allow-mirrored")
    elif variant.data.mirror:
        raise MlError(f"{name} mirrors images, which needs --allow-mirrored: hearts lie left.")
    if variant.preset != before.preset:
        raise MlError("--set preset: name the preset itself, or a table of --config with like.")
    return check(variant, name)


def said(done: Finetuned) -> str:
    """Say how a run ended; every number names its weights."""
    text = f"{done.steps} steps in {done.seconds:.0f} s ({done.ended})."
    text += f" Kept are the weights of step {done.weights_step}"
    if done.held_out_loss is not None:
        text += f", held-out loss {done.held_out_loss:.4f}"
    if done.lowest_step not in (None, done.weights_step):
        text += f"; it was lowest, {done.lowest_held_out_loss:.4f}, at step {done.lowest_step}"
    return text + "."


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_none(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if value is not None
    }


def _setting(text: str) -> dict[str, Any]:
    """Read KEY=VALUE; a value that is not TOML is taken as text."""
    key, equals, value = text.partition("=")
    if not equals:
        raise MlError(f"--set {text!r} is not of the form key=value.")
    for written in (value, f'"{value}"'):
        try:
            return tomllib.loads(f"{key.strip()} = {written}")
        except (ValueError, RecursionError):
            continue
    raise MlError(f"--set {text!r} is not of the form key=value.")


def run(arguments: argparse.Namespace) -> Finetuned:
    """Do what the command line asks, and show how far it is.

    Raises
    ------
    MlError
        If something given cannot be used, or the loss is not a finite number.
    """
    variant = chosen_variant(arguments)
    folder = arguments.out or Path("runs") / arguments.variant
    # Each process links for itself; only the first one's folder is the run's.
    place = folder / "base" if _is_first() else folder / "base" / f".{os.environ['RANK']}"
    base = base_given(arguments, place)
    if base is None:
        raise MlError("name the base to tune with --base, or its parts.")
    return finetune(
        arguments.variant,
        variant,
        base=base,
        data=arguments.data,
        run=folder,
        resume=arguments.resume,
        cache=arguments.cache,
        device=arguments.device,
        processes=arguments.processes,
        show_progress=True,
        prompts_given=arguments.prompt_abnormal is not None,
        start_from=arguments.start_from,
    )


def _what_next(arguments: argparse.Namespace) -> str:
    """Say how to go on: a run that was stopped while the base loaded has nothing to resume."""
    folder: Path = arguments.out or Path("runs") / arguments.variant
    if any((folder / "resume").glob("*")):
        return "go on with --resume"
    return "no step was kept, so begin again"


def _is_first() -> bool:
    """Say whether this is the process that prints, of those that a launcher started."""
    return os.environ.get("RANK", "0") == "0"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    keep_memory()
    try:
        with sigterm_as_interrupt():
            done = run(arguments)
    except MlError as error:
        if _is_first():
            print(f"ml.finetune: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ml.finetune: {said_by(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if _is_first():
            print(f"ml.finetune: stopped at once; {_what_next(arguments)}.", file=sys.stderr)
        return 130
    if not _is_first():
        return 0
    if done.ended == "interrupted":
        print(
            f"ml.finetune: stopped after step {done.steps}; go on with --resume.", file=sys.stderr
        )
        return 130
    print(f"{done.run}: {said(done)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
