"""Is there room for what a command is about to write? Asked before work begins, not after hours."""

from __future__ import annotations

import shutil
from pathlib import Path

from ml.errors import MlError

SPARE_BYTES = 2**26
"""Left free for logs, manifests and whatever else is small."""


def need_space(folder: Path, wanted: int, what: str) -> None:
    """Refuse to begin where so many bytes do not fit.

    Parameters
    ----------
    folder : where they will be written; its nearest parent that exists is asked
    wanted : bytes, as good an estimate as there is
    what : the subject of the sentence, such as "the run"

    Raises
    ------
    MlError
        Naming the folder, what is needed and what is free.
    """
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if wanted + SPARE_BYTES > free:
        raise MlError(
            f"{what} would need about {_size(wanted)} in {folder} and {_size(SPARE_BYTES)} to "
            f"spare, where {_size(free)} are free: make room, or name a folder on another disk."
        )


def same_disk(some: Path, other: Path) -> bool:
    """Say whether two folders, or their nearest parents that exist, share their free space."""
    devices = []
    for folder in (some, other):
        place = folder.absolute()
        while not place.exists():
            place = place.parent
        devices.append(place.stat().st_dev)
    return devices[0] == devices[1]


def _size(number: int) -> str:
    return f"{number / 2**30:.1f} GiB" if number >= 2**29 else f"{number / 2**20:.0f} MiB"
