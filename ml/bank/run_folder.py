"""A run's folder: what was trained, from what, and proof that its weights are those.

options.json     every choice, resolved, with the base and the data's digest
versions.json    software
checkpoint.json  the weights' files, each with its sha256
lora/ | pipeline/ | embedding/   the weights
base/            of a base in parts: links to them, its schedule and its tokenizer
epochs/0025/     the weights of an epoch that was kept, with a checkpoint.json of their own
train_log.csv, samples/, resume/, README.md
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ml.boundary import writing
from ml.errors import MlError

WEIGHTS = {
    "lora": "lora",
    "full": "pipeline",
    "dreambooth": "pipeline",
    "textual_inversion": "embedding",
}
"""Folder of the weights, by kind of variant."""

BASE_PARTS = (
    "unet",
    "transformer",
    "vae",
    "text_encoder",
    "text_encoder_2",
    "text_encoder_3",
)


@dataclass(frozen=True)
class Checkpoint:
    """The weights that a run ended with."""

    kind: str
    files: Mapping[str, str]
    """sha256 of each file, named relative to the run's folder."""

    sha256: str
    base_sha256: str
    outcome: Mapping[str, Any] | None = None
    """How the run ended (`ml.training.loop.Outcome`); None of runs before it was kept."""


def epoch_folder(run: Path, epoch: int) -> Path:
    """Return where the weights of an epoch are kept."""
    return run / "epochs" / f"{epoch:04d}"


def epochs_kept(run: Path) -> list[int]:
    """Return the epochs whose weights are kept, in their order."""
    names = (path.parent.name for path in run.glob("epochs/*/checkpoint.json"))
    return sorted(int(name) for name in names if name.isdecimal())


def write_checkpoint(
    run: Path,
    kind: str,
    *,
    base_sha256: str,
    step: int,
    outcome: Mapping[str, Any] | None = None,
) -> Checkpoint:
    """Write ``checkpoint.json`` over the weights that lie in the run's folder.

    Parameters
    ----------
    step : of the weights
    outcome : how the run ended
    """
    folder = run / WEIGHTS[kind]
    files = {
        path.relative_to(run).as_posix(): file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    digest = digest_of(files, base_sha256)
    write_json(
        run / "checkpoint.json",
        {
            "kind": kind,
            "step": step,
            "files": files,
            "sha256": digest,
            "base_sha256": base_sha256,
            "outcome": outcome,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
    return Checkpoint(kind, files, digest, base_sha256, outcome)


def read_checkpoint(run: Path) -> Checkpoint:
    """Read ``checkpoint.json`` and hold it against the files.

    Raises
    ------
    MlError
        If there is none, or a file is missing or is not the one that training wrote.
    """
    content = read_json(run / "checkpoint.json")
    try:
        checkpoint = Checkpoint(
            content["kind"],
            content["files"],
            content["sha256"],
            content["base_sha256"],
            content.get("outcome"),
        )
    except KeyError as error:
        raise MlError(f"{run / 'checkpoint.json'} lacks {error}.") from error
    for name, expected in checkpoint.files.items():
        path = run / name
        if not path.is_file():
            raise MlError(f"{path} is missing: copy the whole run folder, or train again.")
        if file_digest(path) != expected:
            raise MlError(f"{path} is not the file that training wrote: its sha256 differs.")
    return checkpoint


def digest_of(files: Mapping[str, str], *further: str) -> str:
    """Return one sha256 over the sha256 of several files and their names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{files[name]}\n".encode())
    for text in further:
        whole.update(text.encode())
    return whole.hexdigest()


def base_digest(path: Path) -> str:
    """Return the sha256 of a base model's weights, of a diffusers folder or of a single file.

    Raises MlError where the base holds no weights.
    """
    if path.is_file():
        return file_digest(path)
    files: dict[str, str] = {}
    for part in BASE_PARTS:
        for file in _weight_files(path / part):
            files[file.relative_to(path).as_posix()] = file_digest(file)
    if not files:
        raise MlError(f"{path} holds no weights in {', '.join(BASE_PARTS)}.")
    return digest_of(files)


def _weight_files(folder: Path) -> Iterable[Path]:
    """Return what diffusers reads by default: safetensors before pickles, no half-size copies."""
    for suffix in (".safetensors", ".bin"):
        files = [p for p in sorted(folder.glob(f"*{suffix}")) if p.name.count(".") == 1]
        if files:
            return files
    return []


def file_digest(path: Path) -> str:
    """Return a file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises MlError, a sentence on what is wrong with it."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise MlError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise MlError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise MlError(f"{path} holds no JSON object.")
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object, whole or not at all."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all. Raises MlError where it can't be written."""
    written = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with writing(written):
        written.write_text(text, "utf-8")
        written.replace(path)
