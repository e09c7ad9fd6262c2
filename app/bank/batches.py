"""Where an import's records come from, a batch at a time: a bank's manifest or a table."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.bank.header import BankHeader
from app.bank.index import IndexRow
from app.bank.manifest import BadRecord, ImageRecord
from app.bank.rendering import Wanted
from app.domain.errors import BadImage
from app.domain.said import said
from app.films.film import GreyMapping
from app.films.reader import read_image_file

Digest = tuple[str, str]

# Files of a table are held from hashing to decoding, so that each is read once.
MOST_BYTES_HELD: Final = 128 * 2**20

Line = ImageRecord | IndexRow | BadRecord


@dataclass(frozen=True)
class Source:
    """Where records come from; `lines` begins anew each time it is called.

    A line of a table is an `IndexRow` and of the header's only arm.
    """

    directory: Path
    header: BankHeader
    lines: Callable[[], Iterator[Line]]

    def kind(self, arm: str) -> str:
        """Whether that arm is real or synthetic."""
        return next(one.kind for one in self.header.arms if one.id == arm)

    def mapping(self, arm: str) -> GreyMapping:
        """How files of that arm become grey levels."""
        return next(one.grey_mapping for one in self.header.arms if one.id == arm)


@dataclass(frozen=True)
class Batch:
    """Records of a batch, and the bytes of those that had to be read to be known."""

    lines: Sequence[ImageRecord | BadRecord]
    held: Mapping[Digest, bytes]

    def wanted(self, source: Source, record: ImageRecord) -> Wanted:
        """What is to be rendered for a record of this batch."""
        return Wanted(
            source.directory / record.file,
            record.file,
            record.sha256,
            record.width,
            record.height,
            source.mapping(record.arm),
            self.held.get(digest_of(record), b""),
            asks_history=source.kind(record.arm) == "synthetic",
        )


def batches(source: Source, most: int) -> Iterator[list[Line]]:
    """Lines in batches of `most`, or of so many bytes where the files are to be held."""
    batch: list[Line] = []
    weight = 0
    for line in source.lines():
        batch.append(line)
        weight += _weight(source.directory, line)
        if len(batch) == most or weight >= MOST_BYTES_HELD:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _weight(directory: Path, line: Line) -> int:
    if not isinstance(line, IndexRow):
        return 0
    try:
        return (directory / line.file).stat().st_size
    except OSError:
        return 0


def identified(
    source: Source,
    lines: Sequence[Line],
    pool: ThreadPoolExecutor,
    known: Mapping[int, str] | None = None,
) -> Batch:
    """A batch whose every record has its digest; a table's files are read for theirs.

    Those of the lines whose SHA-256 is `known` are not read.
    """
    arm = source.header.arms[0].id
    there = known or {}

    def identify(line: Line) -> tuple[ImageRecord | BadRecord, bytes]:
        if not isinstance(line, IndexRow):
            return line, b""
        if line.line_number in there:
            return _record(line, arm, there[line.line_number]), b""
        return _hashed_row(source.directory, line, arm)

    records: list[ImageRecord | BadRecord] = []
    held: dict[Digest, bytes] = {}
    for record, data in pool.map(identify, lines):
        records.append(record)
        if data and isinstance(record, ImageRecord):
            held[digest_of(record)] = data
    return Batch(records, held)


def _hashed_row(directory: Path, row: IndexRow, arm: str) -> tuple[ImageRecord | BadRecord, bytes]:
    try:
        data = read_image_file(directory / row.file, row.file)
    except BadImage as error:
        return BadRecord(row.line_number, row.file, error.reason), b""
    if not data:
        return BadRecord(row.line_number, row.file, said("is empty")), b""
    return _record(row, arm, hashlib.sha256(data).hexdigest()), data


def _record(row: IndexRow, arm: str, sha256: str) -> ImageRecord:
    return ImageRecord(
        line_number=row.line_number,
        file=row.file,
        sha256=sha256,
        arm=arm,
        condition=row.condition,
        width=None,
        height=None,
        provenance=row.provenance,
    )


def digest_of(record: ImageRecord) -> Digest:
    """What an image is known by: its arm and the digest of its file."""
    return record.arm, record.sha256
