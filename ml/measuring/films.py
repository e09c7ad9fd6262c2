"""Grey images for measuring, read from a bank or from prepared data, all of one square size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml.bank.writer import Condition
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


Fit = Literal["pad", "crop"]


def read_films(
    folder: Path, entries: Iterable[tuple[str, Condition]], *, size: int, fit: Fit = "pad"
) -> Films:
    """Read a bank's images, named relative to its folder.

    Raises
    ------
    MlError
        Naming the file that is missing or no picture.
    """
    from ml.radiographs.pixels import UnusableImage, read_radiograph
    from ml.radiographs.training_images import fitted

    pixels, names, conditions = [], [], []
    for name, condition in entries:
        try:
            levels = read_radiograph(folder / name).pixels
        except UnusableImage as error:
            raise MlError(f"{folder / name} {error}.") from error
        grey = levels.astype(np.float32) / np.float32(np.iinfo(levels.dtype).max)
        pixels.append(fitted(grey, size, fit))
        names.append(name)
        conditions.append(condition)
    return _films(pixels, names, conditions, size)


def read_data(folder: Path, *, size: int, fit: Fit = "pad") -> tuple[Films, Films]:
    """Read prepared data as they were trained on: training films and held-out films.

    Raises
    ------
    MlError
        If the folder is not what ``ml.prepare`` writes, or was changed since.
    """
    from ml.methods.config import DataConfig
    from ml.radiographs.training_images import load_grey, read_prepared

    prepared = read_prepared(folder)
    data = DataConfig(size=size, fit=fit)
    training, held_out = (
        _films(
            [load_grey(image, data) for image in images],
            [image.file_name for image in images],
            [image.condition for image in images],
            size,
        )
        for images in (prepared.train, prepared.held_out)
    )
    return training, held_out


def _films(
    pixels: list[NDArray[np.float32]], names: list[str], conditions: list[Condition], size: int
) -> Films:
    stack = np.stack(pixels) if pixels else np.zeros((0, size, size))
    return Films(stack.astype(np.float64), tuple(names), tuple(conditions))
