"""python -m ml.generate: fill an image bank from one or more variants, with provenance.

Run again, it continues: images that are there, byte for byte, are not made twice. Several
processes may fill one bank at a time (``--shard i/n``); their union is the unsharded set.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ml.bank.writer import (
    CONDITIONS,
    ArmDescription,
    Condition,
    Shard,
    merge_banks,
    write_manifest,
)
from ml.bases.families import adapter_of
from ml.bases.part_flags import add_base_flags, base_given
from ml.bases.prompt_length import check_lengths, note_cut
from ml.errors import MlError, said_by
from ml.memory import keep_memory
from ml.methods.config import DataConfig
from ml.radiographs.training_images import load_grey, read_prepared
from ml.sampling.filling import ArmPlan, fill_arm
from ml.sampling.grain import Grain, grain_of_data
from ml.sampling.loaded_variant import LoadedVariant
from ml.sampling.sampler import SCHEDULERS, SampledImage, SamplerSettings, Shapes, plan, sample
from ml.stopping import sigterm_as_interrupt
from ml.training.progress import PlainLines
from ml.training.prompts import check_prompts_known


def shard_of_this_process(given: str | None, environment: Mapping[str, str]) -> Shard:
    """Read ``--shard i/n``, else the launchers' variables.

    Without ``--shard``, torchrun's RANK of WORLD_SIZE and a Slurm array's task of its count are
    used, multiplied when both are there. An array may begin anywhere and have a step, but no gaps.

    Raises MlError for a shard not of that form, and an array with gaps.
    """
    if given is not None:
        index, slash, count = given.partition("/")
        if not (slash and index.isdecimal() and count.isdecimal()):
            raise MlError(f"--shard {given!r} is not of the form i/n, such as 0/4.")
        return Shard(int(index), int(count))
    try:
        rank, world = int(environment.get("RANK", 0)), int(environment.get("WORLD_SIZE", 1))
        first = int(environment.get("SLURM_ARRAY_TASK_MIN", 0))
        step = max(1, int(environment.get("SLURM_ARRAY_TASK_STEP", 1)))
        tasks = int(environment.get("SLURM_ARRAY_TASK_COUNT", 1))
        past_first = int(environment.get("SLURM_ARRAY_TASK_ID", first)) - first
        last = int(environment.get("SLURM_ARRAY_TASK_MAX", first + (tasks - 1) * step))
    except ValueError as error:
        raise MlError(
            f"the launcher's environment cannot be read ({error}): give --shard i/n."
        ) from error
    if last != first + (tasks - 1) * step or past_first % step:
        # A list such as 1,3,7: Slurm tells a task neither its place in it nor the list.
        raise MlError("the Slurm array's numbers have gaps: give --shard i/n.")
    return Shard(past_first // step * world + rank, tasks * world)


def counts_per_condition(total: int, only: Condition | None = None) -> dict[Condition, int]:
    """Share images between the conditions; of an odd number normal gets one more."""
    if only is not None:
        return {only: total}
    return {"normal": total - total // 2, "abnormal": total // 2}


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.generate",
        description="Fill an image bank from one or more variants. Run again to continue.",
        epilog="Several processes may fill one bank: give each --shard i/n, or start them with "
        "torchrun or as a Slurm array, whose variables are read.",
    )
    result.add_argument(
        "variants",
        nargs="*",
        metavar="VARIANT",
        help="M0, M1, ... or a run's name; M1@25 of an epoch that was kept",
    )
    result.add_argument(
        "--bank", type=Path, required=True, help="folder of the bank; made if absent"
    )
    result.add_argument("--runs", type=Path, default=Path("runs"), help="where ml.finetune wrote")
    add_base_flags(result, about="base model: folder, single file or hub id (M0 needs it)")
    result.add_argument(
        "--lora",
        type=Path,
        metavar="FILE",
        help="a LoRA of any trainer (layout of kohya, diffusers, ComfyUI or peft) as an arm, on "
        "--base; its alpha is read off the file",
    )
    result.add_argument(
        "--lora-weight", type=float, default=1.0, help="by which its updates are multiplied (1)"
    )
    _add_sampling_flags(result)
    result.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the best there is")
    result.add_argument(
        "--dtype",
        choices=("float32", "bfloat16", "float16"),
        help="default: bfloat16 where a CUDA device has it, else float32",
    )
    result.add_argument(
        "--shard", metavar="I/N", help="make every N-th image, from the I-th, from 0"
    )
    _add_bank_flags(result)
    return result


def _add_sampling_flags(result: argparse.ArgumentParser) -> None:
    defaults = SamplerSettings()
    result.add_argument(
        "--count", type=int, default=50, help="images a variant, half of each condition (50)"
    )
    result.add_argument("--condition", choices=CONDITIONS, help="make only this condition")
    result.add_argument("--seed", type=int, default=0, help="the bank's seed (0)")
    result.add_argument("--prompt-normal", metavar="TEXT", help="default: the variant's own")
    result.add_argument("--prompt-abnormal", metavar="TEXT", help="default: the variant's own")
    result.add_argument(
        "--negative-prompt",
        metavar="TEXT",
        default=defaults.negative_prompt,
        help="what guidance leads away from (nothing)",
    )
    result.add_argument(
        "--scheduler",
        choices=tuple(SCHEDULERS),
        default=defaults.scheduler,
        help=f"sampler ({defaults.scheduler})",
    )
    result.add_argument("--steps", type=int, default=defaults.steps, help=f"({defaults.steps})")
    result.add_argument(
        "--guidance",
        type=float,
        metavar="SCALE",
        help="classifier-free guidance; 1 is none; default: what the family is usually sampled "
        "with, 7.5 for Stable Diffusion 1.x and 2.x",
    )
    result.add_argument(
        "--guidance-interval",
        type=float,
        nargs=2,
        default=defaults.guidance_interval,
        metavar=("FROM", "TO"),
        help="share of the steps that is guided, noise 0 to image 1 (0 1)",
    )
    result.add_argument(
        "--size",
        type=int,
        help="pixels a side; default: what the base was made for, and of a variant that was tuned "
        "on films in buckets their shapes, in their mix",
    )
    result.add_argument(
        "--batch-size",
        type=int,
        default=defaults.batch_size,
        help=f"images drawn at once ({defaults.batch_size})",
    )
    result.add_argument(
        "--bit-exact",
        action="store_true",
        help="fill the last batch up, so that shards are bit-equal to one whole run",
    )
    result.add_argument(
        "--max-chroma",
        type=float,
        metavar="LEVELS",
        help="reject images of more colour than this, 0 to 255; default: record it only",
    )
    result.add_argument(
        "--grain",
        type=Path,
        metavar="DATA",
        help="prepared data: every image gets the grain that its films have and the variant does "
        "not draw, since the autoencoder smooths it away; default: no grain is added",
    )
    result.add_argument(
        "--max-attempts", type=int, default=5, help="seeds tried for an image that is rejected (5)"
    )


def _add_bank_flags(result: argparse.ArgumentParser) -> None:
    result.add_argument("--arm", help="arm to fill; default: the variant's name (one variant only)")
    result.add_argument("--name", help="name of the bank; default: the folder's")
    result.add_argument("--licence", help="licence of the images, as the bank states it")
    result.add_argument("--attribution", help="who must be thanked, as the bank states it")
    result.add_argument(
        "--merge",
        type=Path,
        nargs="+",
        metavar="BANK",
        help="instead of generating, gather banks of shards that were made without a common disk",
    )


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks; print one line an arm.

    Raises MlError for options that don't go together.
    """
    if arguments.merge:
        if arguments.variants:
            raise MlError("--merge gathers finished banks: give it no variants.")
        count = merge_banks(arguments.merge, arguments.bank)
        print(f"{arguments.bank} holds {count} images of {len(arguments.merge)} merged banks.")
        return
    if arguments.lora and arguments.variants:
        raise MlError("--lora is an arm of its own: give it no variants.")
    if arguments.lora is None and not arguments.variants:
        raise MlError("name at least one variant, such as M0 (python -m ml.variants lists them).")
    if arguments.arm and len(arguments.variants) > 1:
        raise MlError("--arm names one arm, so give one variant with it.")
    if arguments.count < 1 or arguments.max_attempts < 1:
        raise MlError("--count and --max-attempts must be at least 1.")
    shard = shard_of_this_process(arguments.shard, os.environ)
    if shard.count > 1:
        print(f"shard {shard.index}/{shard.count}", file=sys.stderr)
    lora = [arguments.arm or arm_of_file(arguments.lora)] if arguments.lora else []
    for variant in lora or dict.fromkeys(arguments.variants):
        _run_variant(variant, arguments, shard)
    total = write_manifest(
        arguments.bank,
        name=arguments.name,
        licence=arguments.licence,
        attribution=arguments.attribution,
    )
    print(f"{arguments.bank} holds {total} images.")


def _run_variant(variant: str, arguments: argparse.Namespace, shard: Shard) -> None:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    loaded = _loaded(variant, arguments)
    wanted = _plan_of(variant, loaded, arguments, shard)
    arm, of_arm = wanted.arm.id, (variant, wanted.prompts, wanted.counts)
    share = len(plan(*of_arm, bank_seed=arguments.seed, shard=shard))
    lines = PlainLines(f"{arm}: image", at_once=True)
    made = 0
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(arm, total=share)

        def advance(image: SampledImage) -> None:
            nonlocal made
            if image.rejection is None:
                made += 1
                bar.advance(task)
                if not sys.stderr.isatty():
                    lines.tell(made, share)

        try:
            outcome = fill_arm(loaded, arguments.bank, wanted, advance)
        except KeyboardInterrupt:
            write_manifest(arguments.bank, name=arguments.name)
            raise
    print(
        f"{outcome.arm}: {outcome.made} made, {outcome.already_there} already there, "
        f"{outcome.rejected} rejected, {outcome.given_up} given up."
    )


def _loaded(variant: str, arguments: argparse.Namespace) -> LoadedVariant:
    """Load a run's weights, or the file of ``--lora``."""
    from ml.variants import load_lora_file, load_variant

    with TemporaryDirectory() as folder:
        base = base_given(arguments, Path(folder))
        where = {"dtype": arguments.dtype, "device": arguments.device}
        if arguments.lora is None:
            return load_variant(variant, runs=arguments.runs, base=base, **where)
        if not (arguments.prompt_normal and arguments.prompt_abnormal):
            raise MlError(
                "a LoRA's file does not say which words it was taught: give --prompt-normal and "
                "--prompt-abnormal."
            )
        if base is None:
            raise MlError("--lora needs the base that it was tuned from: name it with --base.")
        prompts: dict[Condition, str] = {
            "normal": arguments.prompt_normal,
            "abnormal": arguments.prompt_abnormal,
        }
        return load_lora_file(
            variant,
            arguments.lora,
            base=base,
            prompts=prompts,
            weight=arguments.lora_weight,
            **where,
        )


def arm_of_variant(variant: str) -> str:
    """Return an arm's name from a variant's: M1-epoch25 of M1@25."""
    return variant.replace("@", "-epoch")


def arm_of_file(path: Path) -> str:
    """Return an arm's name from a file's: its letters, digits, dots, dashes and underscores."""
    stem = path.stem if path.is_file() else path.name
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("._-")[:64]
    return name or "lora"


def _plan_of(
    variant: str, loaded: LoadedVariant, arguments: argparse.Namespace, shard: Shard
) -> ArmPlan:
    """Return what an arm shall hold, by the command line and by the run it comes from."""
    adapter = adapter_of(loaded.pipeline)
    guidance = adapter.guidance if arguments.guidance is None else arguments.guidance
    settings = SamplerSettings(
        scheduler=arguments.scheduler,
        steps=arguments.steps,
        guidance_scale=guidance,
        guidance_interval=tuple(arguments.guidance_interval),
        negative_prompt=arguments.negative_prompt,
        size=arguments.size or adapter.native_size(),
        shapes=None if arguments.size else shapes_tuned_on(loaded.options),
        batch_size=arguments.batch_size,
        bit_exact=arguments.bit_exact,
        max_chroma=arguments.max_chroma,
    )
    only = arguments.condition or loaded.options.get("condition_only")
    counts = counts_per_condition(arguments.count, only)
    own = loaded.options["prompts"]
    given = {"normal": arguments.prompt_normal, "abnormal": arguments.prompt_abnormal}
    prompts: dict[Condition, str] = {c: given[c] or own[c] for c in counts}
    if given["abnormal"] is None:
        check_prompts_known(variant, loaded.options, arguments.runs, counts)
    note_cut(check_lengths(loaded.pipeline, {c: [prompts[c]] for c in counts}), "prompt")
    if arguments.grain is not None:
        settings = replace(settings, grain=grain_of(loaded, arguments.grain, prompts, settings))
    arm = describe_arm(arguments.arm or arm_of_variant(variant), loaded, settings)
    return ArmPlan(arm, prompts, counts, settings, arguments.seed, shard, arguments.max_attempts)


PILOTS = 4
"""Images of each condition that are drawn to see what grain a variant draws itself."""


def grain_of(
    loaded: LoadedVariant, data: Path, prompts: Mapping[Condition, str], settings: SamplerSettings
) -> Grain:
    """Measure what the films of prepared data lose in a variant's autoencoder, and it doesn't draw.

    Raises MlError where the folder holds no prepared data, or its films have no such grain.
    """
    prepared = read_prepared(data)
    config = DataConfig(size=settings.size)
    films = [load_grey(image, config) for image in prepared.train]
    pilots = plan("grain", prompts, dict.fromkeys(prompts, PILOTS), bank_seed=0)
    images = sample(loaded.pipeline, pilots, settings)
    drawn = [image.pixels for image in images if image.rejection is None]
    return grain_of_data(adapter_of(loaded.pipeline).vae, films, drawn, data=prepared.digest)


def shapes_tuned_on(options: Mapping[str, Any]) -> Shapes | None:
    """Return the shapes that a run's films were shown in, in their mix; None of squares."""
    buckets = options.get("buckets")
    if not buckets:
        return None
    tuned_on = {c: of for c, of in buckets["shapes"].items() if of}
    every = [shape for of in tuned_on.values() for shape in of]
    # A condition that was left out of training is drawn as the other one is.
    mixed = {c: tuned_on.get(c, every) for c in CONDITIONS}
    return {c: [(height, width, films) for height, width, films in of] for c, of in mixed.items()}


def describe_arm(arm: str, loaded: LoadedVariant, settings: SamplerSettings) -> ArmDescription:
    """Say in the bank what an arm is, from the run's resolved options."""
    options = loaded.options
    title = str(options["title"])
    if options.get("condition_only"):
        title += f", {options['condition_only']} only"
    training = {k: v for k, v in options.items() if k not in ("base", "prompts", "title")}
    description = (
        f"Sampled from {loaded.base_name} as variant {loaded.variant} ({title}); "
        f"{settings.steps} steps of {settings.scheduler}, guidance {settings.guidance_scale:g}."
    )
    if settings.grain is not None:
        films = len(settings.grain.strengths)
        description += (
            f" The grain that {films} training films have and it does not draw was added."
        )
    return ArmDescription(
        id=arm,
        label=f"{arm}: {title}",
        description=description,
        training_summary=str(options["training_summary"]),
        training=training,
        rejection_rule=settings.rejection_rule(),
        grey_mapping=(options.get("data") or {}).get("grey_mapping"),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    keep_memory()
    try:
        with sigterm_as_interrupt():
            run(arguments)
    except MlError as error:
        print(f"ml.generate: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ml.generate: {said_by(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ml.generate: stopped; run the same command again to continue.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
