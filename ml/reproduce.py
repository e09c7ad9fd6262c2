"""python -m ml.reproduce: the paper's whole study, from the radiographs to a measured bank.

Prepares the films, tunes every variant, draws its images and measures the bank, by the commands
that can also be typed one by one (--dry-run prints them). Run again after a kill, a full disk or
Ctrl-C, it goes on where it was and ends with the same images, byte for byte.

The paper: Clode da Silva et al., arXiv 2409.04424.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.disk_space import need_space
from ml.bank.run_folder import base_digest
from ml.bank.writer import CONDITIONS
from ml.bases.part_flags import add_base_flags, base_given
from ml.errors import MlError, said_by
from ml.memory import keep_memory
from ml.methods.config import VARIANTS
from ml.prepare import NLM_PREFIX
from ml.reproducing.steps import Step, Stopped, alone_in, state_of, take
from ml.stopping import sigterm_as_interrupt

if TYPE_CHECKING:
    from ml.reproducing.needs import Work
    from ml.reproducing.study import Study

IMAGES_EACH = 15
"""Films of each condition that the paper trained on."""


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.reproduce",
        description="The paper's whole study: prepare the films, tune every variant, fill the bank "
        "and measure it. Run again to continue.",
        epilog="Exit codes: 0 done, 1 refused or failed, 2 a flag is wrong, 130 stopped.",
    )
    add_base_flags(result, about="foundation model: diffusers folder, single file or hub id")
    result.add_argument(
        "--data",
        type=Path,
        required=True,
        help="the set as it is distributed, zip or folder; or a folder that ml.prepare wrote",
    )
    result.add_argument("--out", type=Path, required=True, help="folder of the study")
    result.add_argument(
        "--dry-run",
        action="store_true",
        help="print what would be done, with memory, time and room as computed, and do nothing",
    )
    _add_study_flags(result)
    _add_tuning_flags(result)
    result.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the best there is")
    result.add_argument(
        "--dtype",
        choices=("float32", "bfloat16"),
        help="default: bfloat16 where a CUDA device has it, else float32",
    )
    result.add_argument(
        "--measure-with",
        metavar="BASE",
        help="base whose autoencoder measures the bank; default: --base",
    )
    return result


def _add_study_flags(result: argparse.ArgumentParser) -> None:
    result.add_argument(
        "--source",
        choices=tuple(NLM_PREFIX),
        default="montgomery",
        help="which set --data is, unless it is prepared (montgomery)",
    )
    result.add_argument(
        "--variants",
        nargs="+",
        default=list(VARIANTS),
        metavar="VARIANT",
        help=f"presets, or variants of --config ({' '.join(VARIANTS)})",
    )
    for condition in CONDITIONS:
        result.add_argument(
            f"--{condition}",
            type=int,
            metavar="N",
            help=f"{condition} films to train on ({IMAGES_EACH})",
        )
    result.add_argument(
        "--count", type=int, default=50, help="images a variant, half of each condition (50)"
    )
    result.add_argument(
        "--seed", type=int, default=0, help="of the choice of films, of training and of images (0)"
    )
    result.add_argument("--steps", type=int, default=20, help="of the sampler (20)")
    result.add_argument("--batch-size", type=int, default=8, help="images drawn at once (8)")
    result.add_argument("--name", default="Reproduction of arXiv 2409.04424", help="of the bank")


def _add_tuning_flags(result: argparse.ArgumentParser) -> None:
    tuning = result.add_argument_group("tuning, of every variant; default: as the presets say")
    tuning.add_argument("--config", type=Path, help="TOML file that overrides or adds variants")
    tuning.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one choice, such as data.fit=crop",
    )
    tuning.add_argument("--epochs", type=int, help="times each film is seen (100)")
    tuning.add_argument("--max-steps", type=int, help="stop after so many optimizer steps")
    tuning.add_argument("--size", type=int, help="pixels a side, of training and of images")
    tuning.add_argument(
        "--captions",
        choices=("prompts", "data"),
        help="tune with the variants' two prompts, or with the data's own captions",
    )
    for condition in CONDITIONS:
        tuning.add_argument(
            f"--prompt-{condition}",
            metavar="TEXT",
            help="a preset's identifier or word is put before it",
        )


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks, or print what would be done.

    Raises
    ------
    MlError
        If something given cannot be used or does not fit, before anything is written.
    Stopped
        If somebody asked the step in work to stop.
    """
    _check_given(arguments)
    if arguments.dry_run:
        with tempfile.TemporaryDirectory() as folder:
            _go_through(arguments, Path(folder))
        return
    with alone_in(arguments.out):
        _go_through(arguments, arguments.out)


def _go_through(arguments: argparse.Namespace, folder: Path) -> None:
    """Look at the base and the plan, and take the steps.

    Parameters
    ----------
    folder : where a base in parts may be linked together
    """
    base = base_given(arguments, folder / "base")
    if base is None:
        raise MlError("name the foundation model with --base, or its parts.")
    from ml.reproducing.study import Study, remove_half_files
    from ml.variants import locate_base

    place = locate_base(base)
    study = Study(
        arguments, str(Path(base).resolve()) if place.exists() else base, base_digest(place)
    )
    if not arguments.dry_run:
        remove_half_files(study.out)
    steps = study.steps()
    work = _work(arguments, study)
    _tell_plan(arguments, study, work, place)
    done = True
    for number, step in enumerate(steps, start=1):
        # Of a step that comes after one that is not done nothing is known yet.
        state = state_of(study.out, step) if done else "new"
        done = done and state == "done"
        said = {"done": "done already", "begun": "to be continued", "new": "to do"}[state]
        print(f"step {number} of {len(steps)}, {step.name}: {said}", flush=True)
        if arguments.dry_run:
            print(f"    {step.command}")
        elif state != "done":
            _take(study.out, step)
            done = True
    if not arguments.dry_run:
        print(f"the bank is {study.bank}, its measures {study.out / 'evaluation.html'}; next: ")
        print(f"    python -m app import-bank {study.bank}")


def _take(out: Path, step: Step) -> None:
    print(f"    {step.command}", flush=True)
    take(out, step)


def _check_given(arguments: argparse.Namespace) -> None:
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise MlError(
            "this command is one process; the guide has the loop for several: docs/generating.md."
        )
    for name in ("count", "steps", "batch_size"):
        if getattr(arguments, name) < 1:
            raise MlError(f"--{name.replace('_', '-')} must be at least 1.")
    from ml.device import pick_device

    pick_device(arguments.device)


def _work(arguments: argparse.Namespace, study: Study) -> Mapping[str, Work]:
    """Return how much there is to do of each variant; look at the data for it.

    Raises
    ------
    MlError
        If they are not the set, too few, or not what a variant's prompts speak of.
    """
    from ml.radiographs.training_images import read_prepared
    from ml.reproducing.needs import Work
    from ml.training.prompts import check_prompts_fit

    common = (arguments.count, arguments.steps, arguments.batch_size)
    if study.is_prepared:
        for variant in study.variants.values():
            if variant.kind != "none":
                data = read_prepared(study.data, variant.condition_only)
                given = arguments.prompt_abnormal is not None
                check_prompts_fit(variant, data, given=given)
        whole = read_prepared(study.data)
        counts: Mapping[Any, int] = whole.counts
        held_out = len(whole.held_out)
    else:
        counts, held_out = _films_of_set(arguments)
    return {
        name: Work(
            sum(n for c, n in counts.items() if variant.condition_only in (None, c)),
            held_out,
            *common,
        )
        for name, variant in study.variants.items()
    }


def _films_of_set(arguments: argparse.Namespace) -> tuple[Mapping[Any, int], int]:
    """Return how many films of each condition are trained on and how many are left, by names."""
    from ml.reproducing.study import source_images

    there = source_images(arguments.data, NLM_PREFIX[arguments.source])
    if not sum(there.values()):
        raise MlError(
            f"{arguments.data} holds no {NLM_PREFIX[arguments.source]}*.png: --source says which "
            f"set it is ({', '.join(NLM_PREFIX)}), and other films are prepared with ml.prepare."
        )
    wanted = {}
    for condition in CONDITIONS:
        asked = getattr(arguments, condition)
        wanted[condition] = IMAGES_EACH if asked is None else asked
        if wanted[condition] > there[condition]:
            raise MlError(
                f"{wanted[condition]} {condition} films are asked for, and {arguments.data} holds "
                f"{there[condition]}."
            )
    return wanted, sum(there.values()) - sum(wanted.values())


def _tell_plan(
    arguments: argparse.Namespace, study: Study, work: Mapping[str, Work], base: Path
) -> None:
    """Print what each variant takes, as computed.

    Raises
    ------
    MlError
        If a variant cannot be tuned on this base, or the disk is too small.
    """
    from ml.device import pick_device
    from ml.library_logging import quieten
    from ml.reproducing.needs import Estimator, cache_bytes, memory_here, operations_a_second
    from ml.reproducing.outline import bytes_of, mapped_bytes, outline_of
    from ml.reproducing.plan_text import describe

    quieten()
    device = pick_device(arguments.device)
    outline = outline_of(base)
    estimator = Estimator(outline, mapped_bytes(base, bytes_of(outline, 4)))
    variants = study.variants
    needs = {name: estimator.needs(variant, work[name]) for name, variant in variants.items()}
    tuned = [name for name, variant in variants.items() if variant.kind != "none"]
    disk = sum(n.kept for n in needs.values()) + max(n.disk - n.kept for n in needs.values())
    disk += sum(work[name].drawn * variants[name].data.size ** 2 for name in variants)
    disk += max((cache_bytes(outline, variants[n], work[n]) for n in tuned), default=0)
    disk += _bytes_of_source(arguments.data) if not study.is_prepared else 0
    there = sum(p.stat().st_size for p in study.out.rglob("*") if p.is_file())
    need_space(study.out, max(disk - there, 0), "the study")
    speed = operations_a_second(device)
    lines = describe(needs, device=device, speed=speed, memory=memory_here(device), disk=disk)
    print("\n".join(lines), flush=True)


def _bytes_of_source(source: Path) -> int:
    if source.is_file():
        return source.stat().st_size
    return sum(path.stat().st_size for path in source.rglob("*.png"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    keep_memory()
    try:
        with sigterm_as_interrupt():
            run(arguments)
    except MlError as error:
        print(f"ml.reproduce: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ml.reproduce: {said_by(error)}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped):
        print("ml.reproduce: stopped; run the same command again to continue.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
