"""Prepared radiographs as training images: square, grey, in a few slightly changed views."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.bank.run_folder import read_json
from ml.bank.writer import CONDITIONS, Condition
from ml.errors import MlError
from ml.methods.config import DataConfig

Grey = NDArray[np.float32]
"""(height, width), 0 black to 1 white."""


@dataclass(frozen=True)
class TrainingImage:
    """One prepared radiograph."""

    path: Path
    file_name: str
    condition: Condition
    caption: str
    source: str
    pixels_sha256: str


@dataclass(frozen=True)
class PreparedData:
    """What ``ml.prepare`` wrote."""

    name: str
    digest: str
    train: tuple[TrainingImage, ...]
    held_out: tuple[TrainingImage, ...]
    licence: str | None
    attribution: str | None
    source_kind: str
    """What ``ml.prepare`` was told the source is: montgomery, shenzhen, folder, ..."""

    grey_mapping: str | None = None
    """How deep films became grey; None in folders from before this was written down."""

    @property
    def counts(self) -> dict[Condition, int]:
        """Return how many images of each condition are trained on."""
        return {c: sum(image.condition == c for image in self.train) for c in CONDITIONS}


def read_prepared(folder: Path, only: Condition | None = None) -> PreparedData:
    """Read a prepared folder's index.

    Parameters
    ----------
    only : leave the images of the other condition out

    Raises
    ------
    MlError
        If the folder is not what ``ml.prepare`` writes or was changed since, or is left empty.
    """
    path = folder / "metadata.jsonl"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MlError(
            f"{folder} holds no prepared data (no metadata.jsonl): run python -m ml.prepare first."
        ) from error
    about = read_json(folder / "data.json")
    digest = hashlib.sha256(content).hexdigest()
    if about.get("digest") != digest:
        raise MlError(f"{path} was changed since ml.prepare wrote it: prepare the data again.")
    splits: dict[str, list[TrainingImage]] = {"train": [], "held_out": []}
    # Not splitlines(): captions may hold other line ends, such as U+2028, as they are.
    for number, line in enumerate(content.decode("utf-8").removesuffix("\n").split("\n"), start=1):
        try:
            record = json.loads(line)
            splits[record["split"]].append(_training_image(folder, record))
        except (ValueError, KeyError, TypeError) as error:
            raise MlError(f"{path}, line {number} cannot be used ({error!r}).") from error
    train, held_out = (
        tuple(image for image in splits[split] if only in (None, image.condition))
        for split in ("train", "held_out")
    )
    if not train:
        raise MlError(f"{folder} holds no {only or ''} images to train on.".replace("  ", " "))
    return PreparedData(
        str(about.get("name") or folder.name),
        digest,
        train,
        held_out,
        about.get("licence"),
        about.get("attribution"),
        _source_kind(about),
        about.get("grey_mapping"),
    )


def _source_kind(about: Mapping[str, Any]) -> str:
    """Return the kind of source; of data prepared before it was written down, as far as known."""
    if "source_kind" in about:
        return str(about["source_kind"])
    from_nlm = "National Library of Medicine" in str(about.get("attribution"))
    return str(about.get("name")) if from_nlm else "unknown"


def _training_image(folder: Path, record: Mapping[str, Any]) -> TrainingImage:
    condition = next(c for c in CONDITIONS if c == record["condition"])
    name = str(record["file_name"])
    return TrainingImage(
        folder / name,
        name,
        condition,
        str(record["text"]),
        str(record["source"]),
        str(record["pixels_sha256"]),
    )


def load_grey(image: TrainingImage, data: DataConfig) -> Grey:
    """Read a prepared image as (size, size) grey, 0 to 1, without a stop at eight bits.

    Raises
    ------
    MlError
        Naming the file that is missing, broken or not the one that was prepared.
    """
    from PIL import Image

    from ml.radiographs.pixels import Radiograph

    try:
        with Image.open(image.path) as picture:
            values = np.asarray(picture)
    except (OSError, ValueError, SyntaxError) as error:
        raise MlError(f"{image.path} cannot be read: prepare the data again.") from error
    if values.dtype == np.int32:
        values = values.astype(np.uint16)
    if values.ndim != 2 or Radiograph(values, (), None).digest != image.pixels_sha256:
        raise MlError(f"{image.path} was changed since ml.prepare wrote it: prepare it again.")
    grey = values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)
    return fitted(grey, data.size, data.fit)


def fitted(grey: Grey, size: int, fit: str) -> Grey:
    """Resize to a square, aspect kept: the whole image on black (pad) or its centre (crop)."""
    from PIL import Image

    height, width = grey.shape
    longest = max(height, width) if fit == "pad" else min(height, width)
    shape = max(round(width * size / longest), 1), max(round(height * size / longest), 1)
    if shape != (width, height):
        resized = Image.fromarray(grey).resize(shape, Image.Resampling.LANCZOS)
        grey = np.asarray(resized, dtype=np.float32).clip(0, 1)
    height, width = grey.shape
    if fit == "crop":
        top, left = (height - size) // 2, (width - size) // 2
        return np.ascontiguousarray(grey[top : top + size, left : left + size])
    square = np.zeros((size, size), dtype=np.float32)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = grey
    return square


def view_count(data: DataConfig) -> int:
    """Return how many views of each image are kept."""
    return data.augmentations * (2 if data.mirror else 1)


def view(grey: Grey, number: int, image_key: str, data: DataConfig) -> Grey:
    """Return one view of an image; number 0 is the image itself.

    Turn, move, scale, contrast and brightness are drawn from a generator that is keyed by image
    and number, so a view is the same in every run. Views are mirrored only where ``data.mirror``
    says so, and then from number ``data.augmentations`` on.
    """
    from PIL import Image

    mirrored, number = divmod(number, data.augmentations)
    if mirrored:
        grey = np.ascontiguousarray(grey[:, ::-1])
    if number == 0:
        return grey
    key = hashlib.sha256(f"view {image_key} {number}".encode()).digest()
    draw = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "big")))
    turn, across, down, size, contrast, bright = draw.uniform(-1, 1, 6)
    angle, scale = np.deg2rad(turn * data.rotation), 1 + size * data.scale
    side = grey.shape[0]
    centre = (side - 1) / 2
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    dx, dy = across * data.shift * side, down * data.shift * side
    # Beyond the edge the film is reflected: crooked black edges would be learnt, and would tell
    # a reader which images are synthetic. Padding stays black.
    reach = data.shift + data.scale / 2 + np.sin(np.deg2rad(data.rotation)) / 2
    margin = min(int(np.ceil(reach * side * 1.1)) + 2, side - 1)
    wide = np.pad(grey, margin, mode="reflect")
    matrix = (
        cosine,
        sine,
        margin + centre - cosine * (centre + dx) - sine * (centre + dy),
        -sine,
        cosine,
        margin + centre + sine * (centre + dx) - cosine * (centre + dy),
    )
    moved = Image.fromarray(wide).transform(
        (side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=0
    )
    values = np.asarray(moved, dtype=np.float32).clip(0, 1)
    # Both curves keep 0 and 1: padding stays black, burnt-in letters white.
    values += np.float32(4 * contrast * data.intensity) * values * (1 - values) * (values - 0.5)
    changed: Grey = values.clip(0, 1) ** np.float32(1 + bright * data.intensity / 2)
    return changed


def to_model(grey: Grey) -> NDArray[np.float32]:
    """Return what the autoencoder takes: (3, size, size), three equal channels, -1 to 1."""
    return np.repeat((grey * 2 - 1)[None], 3, axis=0)
