"""Open a data set that comes as a folder or as a zip, without trusting the zip."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from app.domain.errors import BadTable
from app.domain.said import said

__all__ = ["BadTable", "opened_folder"]

MOST_BYTES = 64 * 2**30
"""Unpacked; Shenzhen, the larger of the two NLM sets, has 4 GiB."""

MOST_FILES = 500_000
MOST_GROWTH = 100
"""Unpacked size over the zip's own. Radiographs hardly shrink; a bomb grows a thousandfold."""

HARMLESS_BYTES = 2**28
"""Growth is not looked at below this."""


@contextmanager
def opened_folder(source: Path, within: Path | None = None) -> Iterator[Path]:
    """Give the source's folder; a zip is unpacked for as long as it is needed.

    It is unpacked `within` a folder, or where temporary files are kept.

    Raises BadTable for what is neither, or a zip that is broken, encrypted, too large, or that
    names places outside itself. Nothing of such a zip is unpacked.
    """
    if source.is_dir():
        yield source
        return
    if not source.exists():
        raise BadTable(said("{source} is missing.", source=source))
    if not zipfile.is_zipfile(source):
        raise BadTable(said("{source} is neither a folder nor a zip file.", source=source))
    place = Path(tempfile.gettempdir()) if within is None else within
    with tempfile.TemporaryDirectory(prefix="radiographs-", dir=place) as folder:
        try:
            with zipfile.ZipFile(source) as archive:
                entries = _checked(source, archive, place)
                for entry in entries:
                    archive.extract(entry, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise BadTable(
                said(
                    "{source} cannot be unpacked ({error}): fetch it again.",
                    source=source,
                    error=error,
                )
            ) from error
        except OSError as error:
            raise BadTable(
                said(
                    "{source} cannot be unpacked: {value}.",
                    source=source,
                    value=error.strerror or error,
                )
            ) from error
        yield Path(folder)


def _checked(source: Path, archive: zipfile.ZipFile, place: Path) -> list[zipfile.ZipInfo]:
    """Return the entries worth unpacking. `zipfile` reads no more of one than it declares."""
    entries = []
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", str(path)):
            raise BadTable(
                said(
                    "{source} names {filename}, a place outside itself: not unpacked.",
                    source=source,
                    filename=entry.filename,
                )
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BadTable(
                said(
                    "{source} holds a link, {filename}: not unpacked.",
                    source=source,
                    filename=entry.filename,
                )
            )
        if entry.flag_bits & 1:
            raise BadTable(
                said("{source} is encrypted: unpack it and name the folder.", source=source)
            )
        if not entry.is_dir() and "__MACOSX" not in path.parts:
            entries.append(entry)
    size, packed = sum(e.file_size for e in entries), source.stat().st_size
    if len(entries) > MOST_FILES or size > MOST_BYTES:
        raise BadTable(
            said(
                "{source} would unpack to {n_entries} files of {size:.1f} GiB in all: unpack "
                "it yourself and name the folder.",
                source=source,
                n_entries=len(entries),
                size=size / 2**30,
            )
        )
    if size > HARMLESS_BYTES and size > MOST_GROWTH * packed:
        raise BadTable(
            said(
                "{source} would grow {size:.0f}-fold when unpacked, as no radiographs do: not "
                "unpacked.",
                source=source,
                size=size / packed,
            )
        )
    free = shutil.disk_usage(place).free
    if size > free:
        raise BadTable(
            said(
                "{source} needs {size:.1f} GiB in {place}, where {free:.1f} GiB are free: "
                "unpack it elsewhere and name the folder.",
                source=source,
                size=size / 2**30,
                place=place,
                free=free / 2**30,
            )
        )
    return entries
