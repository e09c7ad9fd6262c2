"""The paper's study as steps, each of them one of the commands that can be typed by hand."""

from __future__ import annotations

import argparse
import dataclasses
import gc
import json
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.films.limits import SMALLEST_SIDE
from ml import evaluate, finetune, generate, prepare
from ml.bank.run_folder import file_digest, read_checkpoint, read_json
from ml.bank.writer import CONDITIONS, Condition, iter_records, sha256_of_file
from ml.errors import MlError
from ml.methods.config import PROMPT_ABNORMAL, PROMPT_NORMAL, VariantConfig, load_variants
from ml.reproducing.steps import Step, Stopped, digest_of_texts

PRESET_PROMPTS = {"normal": PROMPT_NORMAL, "abnormal": PROMPT_ABNORMAL}


class Study:
    """A study's places and its steps.

    Parameters
    ----------
    arguments : of ``python -m ml.reproduce``
    base : folder or file of the base model, or its hub id
    base_sha256 : of its weights

    Raises
    ------
    MlError
        For a variant that is not known, or choices that do not go together.
    """

    def __init__(self, arguments: argparse.Namespace, base: str, base_sha256: str) -> None:
        self._given = arguments
        self._base, self._base_sha256 = base, base_sha256
        self.out: Path = arguments.out
        self.is_prepared = (arguments.data / "data.json").is_file()
        self.data: Path = arguments.data if self.is_prepared else self.out / "data"
        self.bank, self.runs = self.out / "bank", self.out / "runs"
        known = load_variants(arguments.config)
        if unknown := [name for name in arguments.variants if name not in known]:
            raise MlError(f"variant {unknown[0]!r} is not one of {', '.join(known)}.")
        self._presets = {name: known[name] for name in dict.fromkeys(arguments.variants)}
        self.variants = {name: self._chosen(name) for name in self._presets}
        for name, variant in self.variants.items():
            if variant.data.size < SMALLEST_SIDE:
                raise MlError(
                    f"{name} would be drawn with {variant.data.size} pixels a side; films have at "
                    f"least {SMALLEST_SIDE}: choose a larger --size."
                )
        own = [name for name, v in self.variants.items() if v.data.captions == "data"]
        if own and None in (arguments.prompt_normal, arguments.prompt_abnormal):
            raise MlError(
                f"{own[0]} is tuned on the films' own captions, so nothing says what to draw: give "
                "--prompt-normal and --prompt-abnormal."
            )

    def steps(self) -> list[Step]:
        """Return every step, in order: what was tuned is drawn at once, so that a bank grows."""
        steps = [] if self.is_prepared else [self._prepare()]
        for name, variant in self.variants.items():
            if variant.kind != "none":
                steps.append(self._tune(name))
            steps.append(self._draw(name))
        return [*steps, self._measure()]

    def _prepare(self) -> Step:
        given, out = self._given, self.out
        argv = [given.source, "--source", str(given.data), "--out", str(self.data)]
        argv += [
            part
            for condition in CONDITIONS
            if (count := getattr(given, condition)) is not None
            for part in (f"--{condition}", str(count))
        ]
        argv += ["--seed", str(given.seed)]

        def do() -> None:
            for left in out.glob(f".{self.data.name}.*"):  # of a sitting that was killed
                shutil.rmtree(left, ignore_errors=True)
            prepare.run(prepare.parser().parse_args(argv))

        return Step(
            "prepare",
            _command("prepare", argv),
            lambda: {"source": source_digest(given.data), "options": _without(argv, given.data)},
            lambda: prepared_digest(self.data),
            do,
            left=self.data / "data.json",
        )

    def _tune(self, name: str) -> Step:
        run = self.runs / name
        argv = self._tuning_arguments(name)

        def do() -> None:
            resume = ["--resume"] if (run / "resume" / "state.pt").is_file() else []
            done = finetune.run(finetune.parser().parse_args([*argv, *resume]))
            _let_go()
            if done.ended == "interrupted":
                raise Stopped
            print(f"{run}: {finetune.said(done)}", flush=True)
            # Of a full tuning the state is several times the weights.
            shutil.rmtree(run / "resume", ignore_errors=True)

        return Step(
            f"tune {name}",
            _command("finetune", argv),
            lambda: {
                "config": _plain(dataclasses.asdict(self.variants[name])),
                "base_sha256": self._base_sha256,
                "data_digest": self._data_digest(),
            },
            lambda: read_checkpoint(run).sha256,
            do,
            left=run / "checkpoint.json",
        )

    def _draw(self, name: str) -> Step:
        argv = self._drawing_arguments(name)
        run, tuned = self.runs / name, self.variants[name].kind != "none"

        def do() -> None:
            generate.run(generate.parser().parse_args(argv))
            _let_go()

        return Step(
            f"draw {name}",
            _command("generate", argv),
            lambda: {
                "weights": read_checkpoint(run).sha256 if tuned else self._base_sha256,
                "prompts": self.variants[name].prompts,
                "options": _without(argv, self._base, self.runs, self.bank),
            },
            lambda: arm_digest(self.bank, generate.arm_of_variant(name)),
            do,
        )

    def _measure(self) -> Step:
        given = self._given
        page = self.out / "evaluation.html"
        base = given.measure_with or self._base
        argv = [str(self.bank), "--data", str(self.data), "--base", base, "--sheet", str(page)]
        argv += _flags(device=given.device)

        def do() -> None:
            evaluate.run(evaluate.parser().parse_args(argv))
            _let_go()

        return Step(
            "measure",
            _command("evaluate", argv),
            lambda: {
                "arms": {name: arm_digest(self.bank, name) for name in self.variants},
                "data_digest": self._data_digest(),
                "base_sha256": self._base_sha256,
                "options": _without(argv, self._base, self.bank, self.data, page),
            },
            lambda: digest_of_texts(
                *(digest_of_file(path) for path in (self.bank / "evaluation.json", page))
            ),
            do,
            derived=True,
        )

    def _tuning_arguments(self, name: str) -> list[str]:
        given = self._given
        argv = [name, "--base", self._base, "--data", str(self.data)]
        argv += ["--out", str(self.runs / name), "--cache", str(self.out / "cache")]
        argv += _flags(
            config=given.config,
            epochs=given.epochs,
            max_steps=given.max_steps,
            size=given.size,
            seed=given.seed,
            captions=given.captions,
            device=given.device,
            dtype=given.dtype,
        )
        for condition in CONDITIONS:
            if (text := getattr(given, f"prompt_{condition}")) is not None:
                preset = self._presets[name]
                argv += [f"--prompt-{condition}", prefix_of(preset, condition) + text]
                if preset.kind == "dreambooth":
                    argv += ["--set", f"class_prompt_{condition}={json.dumps(text)}"]
        return argv + [part for text in given.set for part in ("--set", text)]

    def _chosen(self, name: str) -> VariantConfig:
        return finetune.chosen_variant(finetune.parser().parse_args(self._tuning_arguments(name)))

    def _drawing_arguments(self, name: str) -> list[str]:
        given, variant = self._given, self.variants[name]
        argv = [name, "--bank", str(self.bank), "--runs", str(self.runs)]
        if variant.kind == "none":
            argv += ["--base", self._base]
        for condition in CONDITIONS:
            if getattr(given, f"prompt_{condition}") is not None:
                argv += [f"--prompt-{condition}", variant.prompts[condition]]
        argv += _flags(
            count=given.count,
            seed=given.seed,
            steps=given.steps,
            size=variant.data.size,
            batch_size=given.batch_size,
            device=given.device,
            dtype=given.dtype,
            name=given.name,
        )
        # Stopped anywhere and run again, the batches must round as those of one sitting.
        return [*argv, "--bit-exact", "--shard", "0/1"]

    def _data_digest(self) -> str:
        return str(read_json(self.data / "data.json").get("digest"))


def prefix_of(preset: VariantConfig, condition: Condition) -> str:
    """Return what a preset puts before the paper's prompt, such as DreamBooth's identifier."""
    own, paper = preset.prompts[condition], PRESET_PROMPTS[condition]
    return own.removesuffix(paper) if own.endswith(paper) else ""


def source_digest(source: Path) -> str:
    """Return one digest of a zip, or of the names and sizes of a folder's files."""
    if source.is_file():
        return file_digest(source)
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return digest_of_texts(
        *(f"{path.relative_to(source).as_posix()} {path.stat().st_size}" for path in files)
    )


def prepared_digest(data: Path) -> str:
    """Return one digest of prepared data. Raises MlError where an image is missing."""
    index = data / "metadata.jsonl"
    texts = [digest_of_file(index)]
    for line in index.read_text("utf-8").splitlines():
        texts.append(digest_of_file(data / json.loads(line)["file_name"]))
    return digest_of_texts(*texts)


def arm_digest(bank: Path, arm: str) -> str:
    """Return one digest of an arm's images. Raises MlError where one is missing or another."""
    texts = []
    for record in iter_records(bank):
        if record["arm"] == arm:
            path = bank / str(record["file"])
            if not path.is_file() or sha256_of_file(path) != record["sha256"]:
                raise MlError(f"{path} is not the image that was drawn.")
            texts.append(f"{record['file']} {record['sha256']}")
    if not texts:
        raise MlError(f"{bank} holds no images of {arm}.")
    return digest_of_texts(*texts)


def digest_of_file(path: Path) -> str:
    """Return a file's sha256. Raises MlError where it is not there."""
    if not path.is_file():
        raise MlError(f"{path} is missing.")
    return file_digest(path)


def _flags(**values: Any) -> list[str]:
    return [
        part
        for name, value in values.items()
        if value is not None
        for part in ("--" + name.replace("_", "-"), str(value))
    ]


def _without(argv: Sequence[str], *places: str | Path) -> list[str]:
    """Return options without the places they name: a study may be moved with its base."""
    dropped = {str(place) for place in places}
    return ["" if part in dropped else part for part in argv]


def _command(name: str, argv: Sequence[str]) -> str:
    return shlex.join(["python", "-m", f"ml.{name}", *argv])


def _plain(content: Any) -> Any:
    """Return what a JSON file would give back."""
    return json.loads(json.dumps(content))


def remove_half_files(folder: Path) -> None:
    """Remove what a killed sitting had begun to write beside its place."""
    for left in folder.rglob(".*.tmp"):
        left.unlink()


def _let_go() -> None:
    """Free what a step held before the next begins."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def source_images(source: Path, prefix: str) -> Mapping[str, int]:
    """Count the films of a set of the NLM, normal and abnormal, by their names alone.

    Raises MlError where the source is no folder and no zip.
    """
    import re
    import zipfile

    if source.is_dir():
        names = [path.as_posix() for path in source.rglob("*.png")]
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
    else:
        what = "neither a folder nor a zip" if source.is_file() else "not there"
        raise MlError(f"{source} is {what}: name the set as it is distributed, or prepared data.")
    form = re.compile(rf"{prefix}\d+_([01])\.png")
    films = {name.rsplit("/", 1)[-1] for name in names if "mask" not in name.lower()}
    kinds = [match[1] for name in films if (match := form.fullmatch(name))]
    return {"normal": kinds.count("0"), "abnormal": kinds.count("1")}
