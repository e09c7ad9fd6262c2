"""Writing a bank: an image is in its place before its record is, and neither is ever half there."""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.bank.header import HEADER_FILE, BankHeader, header_to_json
from app.bank.manifest import MANIFEST_FILE, ImageRecord, check_path
from app.domain.conditions import Condition
from app.domain.errors import BadBank
from app.domain.said import said


class BankWriter:
    """Fills the folder `directory`; a context manager, one process at a time.

    Opened over a bank that a crash cut short it removes the torn last line and goes on: adding
    an image that is recorded already writes nothing.
    """

    def __init__(self, directory: Path, header: BankHeader) -> None:
        self._directory = directory
        self._header = header
        try:
            (directory / "images").mkdir(parents=True, exist_ok=True)
            _write_whole(directory / HEADER_FILE, header_to_json(header).encode())
            manifest = directory / MANIFEST_FILE
            self._recorded = _recorded_lines(manifest)
            self._manifest = manifest.open("ab")
        except OSError as error:
            raise BadBank(
                said(
                    "{directory} can't be written to: {strerror}.",
                    directory=directory,
                    strerror=error.strerror,
                )
            ) from None
        self._line_number = len(self._recorded)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Make the manifest durable and close it."""
        os.fsync(self._manifest.fileno())
        self._manifest.close()

    def add(
        self,
        pixels: NDArray[np.uint8],
        *,
        file: str,
        arm: str,
        condition: Condition,
        provenance: Mapping[str, Any],
    ) -> ImageRecord:
        """Write `pixels`, shape (height, width), as PNG to `file` in the bank and record it."""
        if arm not in self._header.arm_ids:
            raise ValueError(f"the bank has no arm {arm!r}")
        if (fault := check_path(file, self._directory.resolve())) is not None:
            raise ValueError(f"{file} {fault}")
        data = _png(pixels)
        self._line_number += 1
        record = ImageRecord(
            line_number=self._line_number,
            file=file,
            sha256=hashlib.sha256(data).hexdigest(),
            arm=arm,
            condition=condition,
            width=int(pixels.shape[1]),
            height=int(pixels.shape[0]),
            provenance=provenance,
        )
        line = _line(record)
        if line in self._recorded:
            self._line_number -= 1
            return record
        path = self._directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, data)
        self._manifest.write(line)
        self._manifest.flush()
        self._recorded.add(line)
        return record


def _line(record: ImageRecord) -> bytes:
    content = {
        "file": record.file,
        "sha256": record.sha256,
        "arm": record.arm,
        "condition": record.condition,
        "width": record.width,
        "height": record.height,
        "provenance": dict(record.provenance),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def _recorded_lines(manifest: Path) -> set[bytes]:
    if not manifest.is_file():
        return set()
    content = manifest.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with manifest.open("r+b") as file:
            file.truncate(whole)
    return set(content[:whole].splitlines(keepends=True))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    if pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise ValueError(f"an image is a 2-D array of uint8, not {pixels.shape} {pixels.dtype}")
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
