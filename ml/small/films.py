"""The base model's films as one file of grey levels, read once and mapped from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.boundary import writing


def film_store(
    bank: Path, records: Sequence[Mapping[str, Any]], size: int, path: Path
) -> NDArray[np.uint8]:
    """Return films (n, size, size), in the records' order; written to the path if not there yet.

    Raises
    ------
    MlError
        Naming the file that is missing or no picture.
    """
    from ml.measuring.films import read_films

    if not path.is_file():
        written = path.with_name(f".{path.name}")
        with writing(written):
            store = np.lib.format.open_memmap(written, "w+", np.uint8, (len(records), size, size))
            for start in range(0, len(records), 64):
                part = records[start : start + 64]
                entries = [(str(r["file"]), r["condition"]) for r in part]
                pixels = read_films(bank, entries, size=size).pixels
                store[start : start + len(part)] = np.rint(pixels * 255)
            store.flush()
        written.rename(path)
    films: NDArray[np.uint8] = np.lib.format.open_memmap(path, "r")
    return films
