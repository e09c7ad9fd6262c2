"""python -m ml.demo: the demonstration's model arms, from nothing, on a laptop's processor.

A small latent-diffusion model is trained on simulated radiographs, most of them flawed: smoothed,
grained, with broken ribs or the heart on the wrong side. That stands for a foundation model, which
knows what is asked for and draws it badly. Thirty good simulated radiographs (15 normal, 15
abnormal) then tune three variants of it, every one is sampled and measured, and what comes out is
an image bank like any other. The one in app/demo_images was made so, with torch 2.13.0:

    python -m app demo-bank --out films --per-condition 150 --seed 7
    python -m ml.demo --films films --work work --out app/demo_images
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ml import evaluate, generate
from ml.bank.writer import CONDITIONS, iter_records, read_header
from ml.errors import MlError
from ml.methods.config import VARIANTS, VariantConfig, override
from ml.small.pretrain import PretrainingOptions

BASE_NAME = "simulated-radiograph-ldm"
ARM_PREFIX = "simulated-"
"""Arms are called simulated-M0, ...: a study's own M0 may join the demo's database later."""

CAPTION = "human chest x-ray"
LICENCE = "As Negatoscope itself"
ATTRIBUTION = (
    "Drawn by small diffusion models that were trained on simulated radiographs only; "
    "no patient was imaged."
)

Log = Callable[[str], None]


@dataclass(frozen=True)
class DemoPlan:
    """Sizes and lengths of everything; the defaults take about 35 minutes of two cores."""

    pretraining: PretrainingOptions = field(default_factory=PretrainingOptions)
    tuned_on: int = 15
    """Films of each condition."""

    tuning: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: {
            "M1": {"training": {"learning_rate": 1e-3, "epochs": 40}, "lora": {"alpha": 16.0}},
            "M2": {
                "training": {
                    "learning_rate": 1e-3,
                    "text_encoder_learning_rate": 5e-4,
                    "epochs": 40,
                },
                "lora": {"alpha": 16.0, "conv_rank": 8, "conv_alpha": 8.0},
            },
            "M3": {"training": {"learning_rate": 3e-4, "epochs": 60}},
        }
    )
    """What differs from the presets: a small model learns at higher rates."""

    images: int = 12
    """Of each variant, half of each condition."""

    steps: int = 25
    guidance_scale: float = 3.0
    threads: int = 2


def demo(
    films: Path, work: Path, out: Path, *, plan: DemoPlan, seed: int = 0, log: Log = print
) -> None:
    """Pretrain, tune, sample and measure.

    Parameters
    ----------
    films : bank of simulated radiographs, with one arm of kind real and any others
    work : folder for the base model, runs, data and the evaluation's page
    out : folder of the bank that is made; must be new

    Raises
    ------
    MlError
        If the films are too few, or a folder is in the way.
    """
    import torch

    torch.set_num_threads(plan.threads)
    for folder in (work, out):
        if folder.exists() and any(folder.iterdir()):
            raise MlError(f"{folder} exists and is not empty: name a new folder.")
    start = time.monotonic()

    def tell(what: str) -> None:
        log(f"[{(time.monotonic() - start) / 60:5.1f} min] {what}")

    reference, others = split_films(films, plan.tuned_on)
    data = work / "data"
    _prepare(films, reference, data, plan.tuned_on, seed)
    tell(f"{2 * plan.tuned_on} films to tune on, {len(others)} others for the base model")

    base = work / BASE_NAME
    _pretrain(films, others, base, plan, seed, tell)
    tell("the base model is trained")
    for name, changes in plan.tuning.items():
        _tune(name, changes, base, data, work / "runs", plan, seed)
        tell(f"{name} is tuned")
    _sample(base, work / "runs", out, plan, seed)
    tell(f"{plan.images} images of each variant are drawn")
    options = ["--data", str(data), "--base", str(base), "--sheet", str(work / "evaluation.html")]
    evaluate.run(evaluate.parser().parse_args([str(out), *options, "--device", "cpu"]))
    tell(f"done; the bank is {out}, its page {work / 'evaluation.html'}")


def split_films(
    films: Path, tuned_on: int
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Part the films: half of the good ones to tune on and hold out, all others for the base.

    Raises
    ------
    MlError
        If not one arm is of kind real, or it has too few films of a condition.
    """
    good_arms = [arm["id"] for arm in read_header(films)["arms"] if arm["kind"] == "real"]
    if len(good_arms) != 1:
        raise MlError(f"{films} has {len(good_arms)} arms of kind real; the demo tunes on one.")
    reference_arm = good_arms[0]
    records = list(iter_records(films))
    reference: list[Mapping[str, Any]] = []
    for condition in CONDITIONS:
        good = [r for r in records if r["arm"] == reference_arm and r["condition"] == condition]
        half = good[: len(good) // 2]
        if len(half) < tuned_on:
            raise MlError(
                f"{films} holds {len(good)} {condition} films of the arm {reference_arm}; the demo "
                f"needs {2 * tuned_on}: python -m app demo-bank --per-condition {2 * tuned_on}."
            )
        reference += half
    chosen = {r["file"] for r in reference}
    return reference, [r for r in records if r["file"] not in chosen]


def _prepare(
    films: Path, reference: Iterable[Mapping[str, Any]], data: Path, tuned_on: int, seed: int
) -> None:
    from ml.prepare import prepare
    from ml.radiographs.sources import find_in_folder

    data.parent.mkdir(parents=True, exist_ok=True)
    index = data.parent / "films.csv"
    with index.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["file", "condition"])
        writer.writerows([r["file"], r["condition"]] for r in reference)
    prepare(
        find_in_folder(films, index),
        data,
        name="simulated radiographs",
        counts=dict.fromkeys(CONDITIONS, tuned_on),
        seed=seed,
        licence=LICENCE,
        attribution="Simulated: no patient was imaged.",
    )


def _pretrain(
    films: Path,
    others: Sequence[Mapping[str, Any]],
    base: Path,
    plan: DemoPlan,
    seed: int,
    tell: Log,
) -> None:
    from ml.measuring.films import read_films
    from ml.small.pretrain import pretrain

    size = plan.pretraining.size
    entries = [(str(r["file"]), r["condition"]) for r in others]
    images = read_films(films, entries, size=size).pixels.astype(np.float32) * 2 - 1
    prompts = VARIANTS["M0"].prompts
    captions = [
        CAPTION if _draw(seed, str(r["file"]), 3) == 0 else prompts[r["condition"]] for r in others
    ]
    pretrain(images, captions, base, plan.pretraining, seed=seed, log=tell)


def _tune(
    name: str,
    changes: Mapping[str, Any],
    base: Path,
    data: Path,
    runs: Path,
    plan: DemoPlan,
    seed: int,
) -> None:
    from ml.finetune import finetune

    common = {
        "data": {"size": plan.pretraining.size},
        "training": {
            "seed": seed,
            "batch_size": 2,
            "caption_dropout": 0.1,
            "gradient_checkpointing": False,
            "held_out_every_epochs": 0,
            "sample_every_epochs": 0,
            "checkpoint_every_epochs": 0,
        },
    }
    variant: VariantConfig = override(VARIANTS[name], common, "the demo")
    variant = override(variant, changes, f"the demo's {name}")
    runs.mkdir(parents=True, exist_ok=True)
    finetune(
        name, variant, base=str(base), data=data, run=runs / name, device="cpu", prompts_given=True
    )


def _sample(base: Path, runs: Path, out: Path, plan: DemoPlan, seed: int) -> None:
    options = {
        "--base": base,
        "--runs": runs,
        "--bank": out,
        "--count": plan.images,
        "--seed": seed,
        "--steps": plan.steps,
        "--guidance": plan.guidance_scale,
        "--batch-size": 6,
        "--device": "cpu",
        "--name": "Small diffusion models of simulated radiographs",
        "--licence": LICENCE,
        "--attribution": ATTRIBUTION,
        "--shard": "0/1",
    }
    given = [str(part) for option in options.items() for part in option]
    for name in ("M0", *plan.tuning):
        generate.run(generate.parser().parse_args([name, "--arm", ARM_PREFIX + name, *given]))


def _draw(seed: int, key: str, count: int) -> int:
    digest = hashlib.sha256(f"{seed} {key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % count


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.demo",
        description="Train a small base model on simulated radiographs, tune variants of it, "
        "sample and measure them. About 35 minutes of two processor cores.",
    )
    result.add_argument(
        "--films", type=Path, required=True, help="bank that python -m app demo-bank wrote"
    )
    result.add_argument("--work", type=Path, required=True, help="folder for models; must be new")
    result.add_argument("--out", type=Path, required=True, help="the bank to make; must be new")
    result.add_argument("--seed", type=int, default=0, help="same seed, same images (0)")
    result.add_argument("--threads", type=int, default=2, help="processor threads (2)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    plan = replace(DemoPlan(), threads=max(arguments.threads, 1))
    try:
        demo(
            arguments.films,
            arguments.work,
            arguments.out,
            plan=plan,
            seed=arguments.seed,
            log=lambda text: print(text, flush=True),
        )
    except MlError as error:
        print(f"ml.demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ml.demo: stopped; delete the work folder before another run.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
