"""Grey images for measuring, read from a bank or from prepared data, all of one square size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ml.bank import Condition
from ml.errors import MlError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Films:
    """A set of grey images (n, size, size; 0 to 1), their names and conditions."""

    pixels: Array
    names: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def __len__(self) -> int:
        return len(self.names)

    def of(self, conditions: set[Condition]) -> Films:
        """Return those of the given conditions."""
        kept = [i for i, c in enumerate(self.conditions) if c in conditions]
        return Films(
            self.pixels[kept],
            tuple(self.names[i] for i in kept),
            tuple(self.conditions[i] for i in kept),
        )


def read_films(folder: Path, entries: Iterable[tuple[str, Condition]], *, size: int) -> Films:
    """Read images named relative to a folder.

    Raises
    ------
    MlError
        Naming the file that is missing or no picture.
    """
    pixels, names, conditions = [], [], []
    for name, condition in entries:
        pixels.append(read_grey(folder / name, size=size))
        names.append(name)
        conditions.append(condition)
    stack = np.stack(pixels) if pixels else np.zeros((0, size, size))
    return Films(stack, tuple(names), tuple(conditions))


def read_grey(path: Path, *, size: int) -> Array:
    """Read one image as (size, size) grey, 0 to 1: aspect kept, padded with black, centred.

    Raises
    ------
    MlError
        Naming the file and what is wrong with it.
    """
    from ml.radiographs import UnusableImage, read_radiograph

    try:
        pixels = read_radiograph(path).pixels
    except UnusableImage as error:
        raise MlError(f"{path} {error}.") from error
    return _fit(pixels / np.iinfo(pixels.dtype).max, size)


def read_data(folder: Path, *, size: int) -> tuple[Films, Films]:
    """Read prepared data: training films and held-out films.

    Raises
    ------
    MlError
        If the folder is not what ``ml.prepare`` writes, or a file cannot be read.
    """
    path = folder / "metadata.jsonl"
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise MlError(
            f"{folder} holds no prepared data (no metadata.jsonl): run python -m ml.prepare first."
        ) from error
    entries: dict[str, list[tuple[str, Condition]]] = {"train": [], "held_out": []}
    for number, line in enumerate(lines, start=1):
        try:
            record: Mapping[str, Any] = json.loads(line)
            name, condition, split = record["file_name"], record["condition"], record["split"]
            entries[split].append((name, condition))
        except (ValueError, KeyError, TypeError) as error:
            raise MlError(
                f"{path}, line {number} lacks file_name, condition or split train|held_out."
            ) from error
        if condition not in get_args(Condition):
            raise MlError(f"{path}, line {number}: condition {condition!r} is not known.")
    return (
        read_films(folder, entries["train"], size=size),
        read_films(folder, entries["held_out"], size=size),
    )


def _fit(grey: Array, size: int) -> Array:
    from PIL import Image

    height, width = grey.shape
    scale = size / max(height, width)
    shape = max(round(width * scale), 1), max(round(height * scale), 1)
    if shape != (width, height):
        picture = Image.fromarray(grey.astype(np.float32))
        grey = np.asarray(picture.resize(shape, Image.Resampling.LANCZOS), dtype=np.float64)
    result = np.zeros((size, size))
    top, left = (size - grey.shape[0]) // 2, (size - grey.shape[1]) // 2
    result[top : top + grey.shape[0], left : left + grey.shape[1]] = grey.clip(0, 1)
    return result
