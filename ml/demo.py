"""python -m ml.demo: the demonstration's model arms, from nothing, on a laptop's processor.

A small latent-diffusion model is trained on simulated radiographs of other rooms' exposures and on
flawed ones: smoothed, grained, with broken ribs or the heart on the wrong side. That stands for a
foundation model, which knows what is asked for and draws it otherwise. Thirty good simulated
radiographs (15 normal, 15 abnormal), which it never saw the like of, then tune three variants of
it, every one is sampled and measured, and what comes out is an image bank like any other. The films
have no lead letters: what is drawn gets them from the program that shows it.

    python -m app demo-bank --out films --per-condition 200 --seed 7 --size 512 \\
        --uncollimated --unmarked --other-rooms
    python -m ml.demo --films films --work work --out bank

It may be stopped at any time (Ctrl-C, SIGTERM); with --resume it goes on to the same bank.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ml import evaluate, generate
from ml.bank.writer import CONDITIONS, iter_records, read_header
from ml.errors import MlError, said_by
from ml.methods.config import VARIANTS, VariantConfig, override
from ml.small.options import AUTOENCODER, DECODER, LENGTHS, PretrainingOptions
from ml.small.stages import Stopped
from ml.training.resume import STATE, StopRequest, listening_for_stop

BASE_NAME = "simulated-radiograph-ldm"
PLAN = "plan.json"
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
    """Sizes and lengths of everything; docs/decisions/0295 says what they take."""

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

    images: Mapping[str, int] = field(
        default_factory=lambda: {"M0": 32, "M1": 32, "M2": 80, "M3": 80}
    )
    """Of each variant, half of each condition: few can't cover what real films show, however good
    they are."""

    steps: int = 25
    guidance_scale: float = 1.5
    threads: int = 2
    look_every: int = 250
    """Steps between two pictures of what the base has reached, in the work folder."""


def demo(
    films: Path,
    work: Path,
    out: Path,
    *,
    plan: DemoPlan,
    seed: int = 0,
    resume: bool = False,
    stop: StopRequest | None = None,
    log: Log = print,
) -> None:
    """Pretrain, tune, sample and measure.

    Parameters
    ----------
    films : bank of simulated radiographs, with one arm of kind real and others
    work : folder for the base model, runs, data and the evaluation's page
    out : folder of the bank that is made; both must be new, but where resumed
    stop : asks for a stop between steps

    Raises
    ------
    MlError
        If the films are too few, a folder is in the way, or a resumed run was begun otherwise.
    Stopped
        When asked to stop; what is needed to go on is kept.
    """
    import torch

    torch.set_num_threads(plan.threads)
    open_work(films, work, out, plan, seed, resume=resume)
    stop = stop or StopRequest()
    start = time.monotonic()

    def tell(what: str) -> None:
        log(f"[{(time.monotonic() - start) / 60:5.1f} min] {what}")

    reference, others = split_films(films, plan.tuned_on)
    data = work / "data"
    if not data.exists():
        _prepare(films, reference, data, plan.tuned_on, seed)
    tell(f"{2 * plan.tuned_on} films to tune on, {len(others)} others for the base model")

    base = work / BASE_NAME
    if not base.exists():
        _pretrain(films, others, work, plan, seed, stop, tell)
    tell("the base model is trained")
    for name, changes in plan.tuning.items():
        _tune(name, changes, base, data, work / "runs", plan, seed)
        tell(f"{name} is tuned")
    _sample(base, work / "runs", data, out, plan, seed)
    tell(f"{sum(plan.images.values())} images are drawn")
    options = ["--data", str(data), "--base", str(base), "--sheet", str(work / "evaluation.html")]
    evaluate.run(evaluate.parser().parse_args([str(out), *options, "--device", "cpu"]))
    tell(f"done; the bank is {out}, its page {work / 'evaluation.html'}")


def open_work(
    films: Path, work: Path, out: Path, plan: DemoPlan, seed: int, *, resume: bool
) -> None:
    """Write down what is begun, or hold what goes on against it.

    What comes after a part of pretraining depends on its length; until that part is ready, it may
    be made longer or shorter, for the rate is the same at every step. How many images are drawn is
    open until one is.
    """
    wanted = json.loads(json.dumps(dataclasses.asdict(plan) | {"seed": seed, "films": str(films)}))
    path = work / PLAN
    if not resume:
        for folder in (work, out):
            if folder.exists() and any(folder.iterdir()):
                raise MlError(f"{folder} exists and is not empty: name a new folder, or --resume.")
        work.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
        return
    if not path.is_file():
        raise MlError(f"{work} holds nothing to resume from: run without --resume.")
    begun = json.loads(path.read_text(encoding="utf-8"))
    free = {"threads"}
    if not (work / AUTOENCODER).exists():
        free |= {"pretraining.autoencoder_steps"}
    if not (work / DECODER).exists():
        free |= {"pretraining.decoder_steps"}
    if not (work / BASE_NAME).exists():
        free |= {"pretraining.denoiser_steps"}
    before, now = _flat(begun), _flat(wanted)
    if not out.exists():
        free |= {key for key in before.keys() | now.keys() if key.startswith("images.")}
    for key in sorted(before.keys() | now.keys()):
        if before.get(key) != now.get(key) and key not in free:
            raise MlError(
                f"{work} was begun with {key} {before.get(key)}, not {now.get(key)}: go on with "
                "the same options, or name a new folder."
            )
    path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return nested values by dotted keys."""
    result: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            result |= _flat(value, f"{above}{key}.")
        else:
            result[above + key] = value
    return result


def split_films(
    films: Path, tuned_on: int
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Part the films: half of the good ones to tune on and hold out, the flawed for the base.

    The base never sees a good film of the rooms that are tuned for: what tells M0 from its tuned
    variants would else be there from the start.

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
    others: list[Mapping[str, Any]] = [r for r in records if r["arm"] != reference_arm]
    if not others:
        raise MlError(
            f"{films} holds the arm {reference_arm} only; the base model learns from others: "
            "python -m app demo-bank --other-rooms."
        )
    return reference, others


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
    work: Path,
    plan: DemoPlan,
    seed: int,
    stop: StopRequest,
    tell: Log,
) -> None:
    from ml.small.films import film_store
    from ml.small.pretrain import pretrain
    from ml.small.stages import Keeping

    store = film_store(films, others, plan.pretraining.size, work / "films.npy")
    prompts = VARIANTS["M0"].prompts
    captions = [
        CAPTION if _draw(seed, str(r["file"]), 4) == 0 else prompts[r["condition"]] for r in others
    ]
    written = work / f".{BASE_NAME}"
    keeping = Keeping(stop=stop, look_every=plan.look_every)
    pretrain(
        store, captions, written, plan.pretraining, seed=seed, log=tell, work=work, keeping=keeping
    )
    written.rename(work / BASE_NAME)


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
        "data": {"size": plan.pretraining.size, "rotation": 1.0},
        "training": {
            "seed": seed,
            "batch_size": 2,
            "caption_dropout": 0.1,
            "gradient_checkpointing": False,
            # The base, as Stable Diffusion, never begins from noise alone and draws dark as grey.
            "zero_terminal_snr": True,
            "held_out_every_epochs": 0,
            "sample_every_epochs": 0,
            "checkpoint_every_epochs": 0,
        },
    }
    variant: VariantConfig = override(VARIANTS[name], common, "the demo")
    variant = override(variant, changes, f"the demo's {name}")
    run = runs / name
    if (run / "checkpoint.json").is_file():
        return
    kept = (run / STATE).is_file()
    if run.exists() and not kept:
        shutil.rmtree(run)
    run.parent.mkdir(parents=True, exist_ok=True)
    made = finetune(
        name,
        variant,
        base=str(base),
        data=data,
        run=run,
        resume=kept,
        device="cpu",
        prompts_given=True,
    )
    if made.ended == "interrupted":
        raise Stopped(f"{name} stopped after step {made.steps}")


def _sample(base: Path, runs: Path, data: Path, out: Path, plan: DemoPlan, seed: int) -> None:
    """Draw every variant's images; those of tuned ones get the grain of the films they were tuned
    on, so that the arms span what is told at a glance and what only anatomy tells."""
    options = {
        "--base": base,
        "--runs": runs,
        "--bank": out,
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
    for name in plan.images:
        grain = [] if name == "M0" else ["--grain", str(data)]
        count = ["--count", str(plan.images[name])]
        command = [name, "--arm", ARM_PREFIX + name, *count, *given, *grain]
        generate.run(generate.parser().parse_args(command))


def _draw(seed: int, key: str, count: int) -> int:
    digest = hashlib.sha256(f"{seed} {key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % count


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.demo",
        description="Train a small base model on simulated radiographs, tune variants of it, "
        "sample and measure them.",
    )
    result.add_argument(
        "--films", type=Path, required=True, help="bank that python -m app demo-bank wrote"
    )
    result.add_argument("--work", type=Path, required=True, help="folder for models")
    result.add_argument("--out", type=Path, required=True, help="the bank to make")
    result.add_argument("--resume", action="store_true", help="go on with what --work holds")
    result.add_argument(
        "--length",
        choices=tuple(LENGTHS),
        default="short",
        help="how long the base is trained (short); docs/decisions/0295 says what each takes",
    )
    for part, about in (
        ("autoencoder", "of 4 crops"),
        ("decoder", "of 4 crops, of the decoder alone"),
        ("denoiser", "of 8 films"),
    ):
        result.add_argument(
            f"--{part}-steps", type=int, help=f"steps {about}, in place of the length's"
        )
    result.add_argument("--seed", type=int, default=0, help="same seed, same images (0)")
    result.add_argument("--threads", type=int, default=2, help="processor threads (2)")
    return result


def plan_of(arguments: argparse.Namespace) -> DemoPlan:
    """Return the plan that the command line asks for. Raises MlError for steps below 1."""
    pretraining = LENGTHS[arguments.length]
    for part in ("autoencoder", "decoder", "denoiser"):
        steps = getattr(arguments, f"{part}_steps")
        if steps is not None and steps < 1:
            raise MlError(f"--{part}-steps is {steps}; give 1 or more.")
        if steps is not None:
            pretraining = replace(pretraining, **{f"{part}_steps": steps})
    return replace(DemoPlan(), pretraining=pretraining, threads=max(arguments.threads, 1))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        with listening_for_stop() as stop:
            demo(
                arguments.films,
                arguments.work,
                arguments.out,
                plan=plan_of(arguments),
                seed=arguments.seed,
                resume=arguments.resume,
                stop=stop,
                log=lambda text: print(text, flush=True),
            )
    except Stopped as stopped:
        print(f"ml.demo: {stopped}; --resume goes on.", file=sys.stderr)
        return 130
    except MlError as error:
        print(f"ml.demo: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ml.demo: {said_by(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ml.demo: stopped; --resume goes on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
