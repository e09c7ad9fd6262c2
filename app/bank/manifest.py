"""images.jsonl: one record an image, read line by line however long it is (docs/bank-format.md)."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from app.bank.header import BankHeader
from app.bank.json_values import parse_json
from app.domain.conditions import Condition, condition_of, not_a_condition
from app.domain.errors import BadBank, BadImage
from app.domain.said import said, sentence_of
from app.films.film import DEFAULT_MAPPING, Film, GreyMapping
from app.films.reader import read_film, read_image_file
from app.films.regular_file import open_regular

MANIFEST_FILE: Final = "images.jsonl"
LONGEST_LINE_BYTES: Final = 2**20
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_RECORD_KEYS = ("file", "sha256", "arm", "condition", "width", "height", "provenance")
_LONGEST_PATH = 1000


@dataclass(frozen=True)
class ImageRecord:
    """One image of a bank; `file` is below its folder, `width` and `height` in pixels.

    Both are None where nothing is claimed about them, as in a table of images.
    """

    line_number: int
    file: str
    sha256: str
    arm: str
    condition: Condition
    width: int | None
    height: int | None
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BadRecord:
    """A line that can't be used; `reason` continues the sentence that `file` begins."""

    line_number: int
    file: str
    reason: str

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole, as it can be said in any language."""
        return said(
            "line {line}, {file}: {reason}",
            line=self.line_number,
            file=self.file or said("no file"),
            reason=self.reason,
        )


ManifestLine = ImageRecord | BadRecord


def iter_records(directory: Path, header: BankHeader) -> Iterator[ManifestLine]:
    """Each line of images.jsonl as a record of an arm of `header`, or as a BadRecord.

    Files are not opened here; see `read_verified`. Raises BadBank where there is no manifest.
    """
    path = directory / MANIFEST_FILE
    root = directory.resolve()
    try:
        with open_regular(path) as file:
            for number, line in _lines(file):
                if line is None:
                    yield BadRecord(
                        number, "", said("is longer than {most:,} bytes", most=LONGEST_LINE_BYTES)
                    )
                elif line.strip():
                    yield _record(number, line, header, root)
    except FileNotFoundError:
        raise BadBank(
            said(
                "{directory} has no {manifest_file}, so it holds no images.",
                directory=directory,
                manifest_file=MANIFEST_FILE,
            )
        ) from None
    except OSError as error:
        raise BadBank(
            said("{path} can't be read: {strerror}.", path=path, strerror=error.strerror)
        ) from None


def read_verified(
    directory: Path, record: ImageRecord, mapping: GreyMapping = DEFAULT_MAPPING
) -> Film:
    """Read a record's file after checking its digest, then its size; raises BadImage."""
    data = read_image_file(directory / record.file, record.file)
    check_digest(data, record.sha256, record.file)
    film = read_film(data, record.file, mapping=mapping)
    check_size(film, (record.width, record.height), record.file)
    return film


def check_digest(data: bytes, claimed: str, file: str) -> None:
    """Raise BadImage where a file's bytes have another SHA-256 than its record claims."""
    digest = hashlib.sha256(data).hexdigest()
    if digest != claimed:
        raise BadImage(
            file,
            said(
                "has the SHA-256 {digest}..., the manifest says {claimed}...; the file was "
                "changed or damaged",
                digest=digest[:12],
                claimed=claimed[:12],
            ),
        )


def check_size(film: Film, claimed: tuple[int | None, int | None], file: str) -> None:
    """Raise BadImage where a film, as displayed, has another (width, height) than is claimed."""
    if claimed not in ((film.width, film.height), (None, None)):
        raise BadImage(
            file,
            said(
                "has {width} x {height} pixels, the manifest says {claimed} x {claimed2}",
                width=film.width,
                height=film.height,
                claimed=claimed[0],
                claimed2=claimed[1],
            ),
        )


def check_path(file: str, root: Path) -> str | None:
    """Why `file` is no path below the resolved folder `root`, or None."""
    path = PurePosixPath(file)
    if len(file) > _LONGEST_PATH:
        return said(
            "has a path of {length} characters, at most {longest} are possible",
            length=len(file),
            longest=_LONGEST_PATH,
        )
    if path.is_absolute() or "\\" in file or re.match(r"[A-Za-z]:", file):
        return said("must be a path below the folder, written with /")
    if ".." in path.parts:
        return said("must stay below the folder, without ..")
    try:
        inside = (root / path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return said("is a link that leads nowhere")
    return None if inside else said("is a link that leads out of the folder")


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one that is too long, which is never held in memory whole."""
    number = 0
    while line := file.readline(LONGEST_LINE_BYTES + 1):
        number += 1
        if line.endswith(b"\n") or len(line) <= LONGEST_LINE_BYTES:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE_BYTES)
        yield number, None


def _record(number: int, line: bytes, header: BankHeader, root: Path) -> ManifestLine:
    try:
        data = parse_json(line)
    except ValueError as error:
        return BadRecord(number, "", sentence_of(error))
    if not isinstance(data, dict):
        return BadRecord(number, "", said("must be one JSON object"))
    file = data.get("file")
    if not isinstance(file, str) or not file.strip():
        return BadRecord(number, "", said("names no file"))
    try:
        return _checked(number, file, data, header, root)
    except ValueError as error:
        return BadRecord(number, file[:_LONGEST_PATH], sentence_of(error))


def _checked(
    number: int, file: str, data: dict[str, Any], header: BankHeader, root: Path
) -> ImageRecord:
    if (fault := check_path(file, root)) is not None:
        raise ValueError(fault)
    sha256, arm = data.get("sha256"), data.get("arm")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(said("sha256 must be 64 hexadecimal digits"))
    if arm is None:
        raise ValueError(said("names no arm"))
    if not isinstance(arm, str) or arm not in header.arm_ids:
        raise ValueError(
            said("is of the arm {arm}, which bank.json doesn't have", arm=repr(arm)[:150])
        )
    condition = condition_of(data.get("condition"), header.conditions)
    if condition is None:
        raise ValueError(not_a_condition(data.get("condition"), header.conditions))
    for key in ("width", "height"):
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**31:
            raise ValueError(
                said(
                    "{key} must be a whole number of pixels, not {value}",
                    key=key,
                    value=repr(value)[:150],
                )
            )
    provenance = data.get("provenance") or {}
    if not isinstance(provenance, dict):
        raise ValueError(said("provenance must be an object"))
    others = {key: value for key, value in data.items() if key not in _RECORD_KEYS}
    return ImageRecord(
        line_number=number,
        file=file,
        sha256=sha256.lower(),
        arm=arm,
        condition=condition,
        width=data["width"],
        height=data["height"],
        provenance=others | provenance,
    )
