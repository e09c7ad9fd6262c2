"""Prepared radiographs as training images: grey, of one shape, in a few slightly changed views."""

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
from ml.radiographs.buckets import Shape, cut_of

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


def stored_shape(image: TrainingImage) -> Shape:
    """Return a prepared image's own (height, width), of which only its header is read.

    Raises MlError naming the file that is missing or broken.
    """
    from PIL import Image

    try:
        with Image.open(image.path) as picture:
            return picture.height, picture.width
    except (OSError, ValueError, SyntaxError) as error:
        raise MlError(f"{image.path} cannot be read: prepare the data again.") from error


def load_grey(image: TrainingImage, data: DataConfig, shape: Shape | None = None) -> Grey:
    """Read a prepared image as grey, 0 to 1, without a stop at eight bits.

    Parameters
    ----------
    shape : (height, width) that it shall cover; default: the square that ``data`` says

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
    return fitted(grey, data.size, data.fit) if shape is None else covering(grey, shape)


def fitted(grey: Grey, size: int, fit: str) -> Grey:
    """Resize to a square, aspect kept: the whole image on black (pad) or its centre (crop)."""
    height, width = grey.shape
    longest = max(height, width) if fit == "pad" else min(height, width)
    grey = _resized(grey, _scaled((height, width), size, longest))
    height, width = grey.shape
    if fit == "crop":
        top, left = (height - size) // 2, (width - size) // 2
        return np.ascontiguousarray(grey[top : top + size, left : left + size])
    square = np.zeros((size, size), dtype=np.float32)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = grey
    return square


def covering(grey: Grey, shape: Shape) -> Grey:
    """Resize until a shape is covered, aspect kept, and keep the middle."""
    height, width = grey.shape
    cut = cut_of((height, width), shape)
    rows, columns = (slice(at, at + n) for at, n in zip((cut.top, cut.left), shape, strict=True))
    return np.ascontiguousarray(_resized(grey, cut.resized)[rows, columns])


def film_share(film: Shape, number: int, image_key: str, data: DataConfig) -> Grey:
    """Return where in a padded view the film is: (size, size), 1 film, 0 black that was added.

    Parameters
    ----------
    film : the prepared image's own (height, width)
    number, image_key : as for `view`, whose turn and move it shares
    """
    inside = np.ones(_scaled(film, data.size, max(film)), dtype=np.float32)
    square = fitted(inside, data.size, "pad")
    mirrored, number = divmod(number, data.augmentations)
    if mirrored:
        square = np.ascontiguousarray(square[:, ::-1])
    return square if number == 0 else _moved(square, _changes(image_key, number), data)


def _scaled(film: Shape, size: int, side: int) -> Shape:
    """Return a film's (height, width) where the given side of it becomes ``size``."""
    height, width = (max(round(n * size / side), 1) for n in film)
    return height, width


def _resized(grey: Grey, shape: Shape) -> Grey:
    from PIL import Image

    if grey.shape == shape:
        return grey
    resized = Image.fromarray(grey).resize(shape[::-1], Image.Resampling.LANCZOS)
    return np.asarray(resized, dtype=np.float32).clip(0, 1)


def view_count(data: DataConfig) -> int:
    """Return how many views of each image are kept."""
    return data.augmentations * (2 if data.mirror else 1)


def view(grey: Grey, number: int, image_key: str, data: DataConfig) -> Grey:
    """Return one view of an image; number 0 is the image itself.

    Turn, move, scale, contrast and brightness are drawn from a generator that is keyed by image
    and number, so a view is the same in every run. Views are mirrored only where ``data.mirror``
    says so, and then from number ``data.augmentations`` on.
    """
    mirrored, number = divmod(number, data.augmentations)
    if mirrored:
        grey = np.ascontiguousarray(grey[:, ::-1])
    if number == 0:
        return grey
    changes = _changes(image_key, number)
    values = _moved(grey, changes, data)
    contrast, bright = changes[4:]
    # Both curves keep 0 and 1: padding stays black, burnt-in letters white.
    values += np.float32(4 * contrast * data.intensity) * values * (1 - values) * (values - 0.5)
    changed: Grey = values.clip(0, 1) ** np.float32(1 + bright * data.intensity / 2)
    return changed


def _changes(image_key: str, number: int) -> NDArray[np.float64]:
    """Draw turn, move across and down, size, contrast and brightness, each -1 to 1."""
    key = hashlib.sha256(f"view {image_key} {number}".encode()).digest()
    draw = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "big")))
    return draw.uniform(-1, 1, 6)


def _moved(grey: Grey, changes: NDArray[np.float64], data: DataConfig) -> Grey:
    """Turn, move and scale."""
    from PIL import Image

    turn, across, down, size = changes[:4]
    angle, scale = np.deg2rad(turn * data.rotation), 1 + size * data.scale
    height, width = grey.shape
    middle, centre = (height - 1) / 2, (width - 1) / 2
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    dx, dy = across * data.shift * width, down * data.shift * height
    # Beyond the edge the film is reflected: crooked black edges would be learnt, and would tell
    # a reader which images are synthetic. Padding stays black.
    reach = data.shift + data.scale / 2 + np.sin(np.deg2rad(data.rotation)) / 2
    margin = min(int(np.ceil(reach * max(height, width) * 1.1)) + 2, min(height, width) - 1)
    wide = np.pad(grey, margin, mode="reflect")
    matrix = (
        cosine,
        sine,
        margin + centre - cosine * (centre + dx) - sine * (middle + dy),
        -sine,
        cosine,
        margin + middle + sine * (centre + dx) - cosine * (middle + dy),
    )
    moved = Image.fromarray(wide).transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=0
    )
    return np.asarray(moved, dtype=np.float32).clip(0, 1)


def to_model(grey: Grey) -> NDArray[np.float32]:
    """Return what the autoencoder takes: (3, height, width), three equal channels, -1 to 1."""
    return np.repeat((grey * 2 - 1)[None], 3, axis=0)
