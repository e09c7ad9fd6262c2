"""Write the image bank, format version 1 (docs/bank-format.md): PNG files and their manifest.

What a crash may leave behind is an image without a record, never a record without its image and
never half a file:

* an image is written beside its place, flushed and renamed into it;
* only then is one line appended to a *part*, ``generation/<arm>.<i>-of-<n>.jsonl``, which one
  process owns. Shards therefore need no lock and no communication;
* ``bank.json`` and ``images.jsonl`` are derived from all parts by `write_manifest`, which any
  process may run at any time. A line cut short by a kill is not counted.

Records and arms that something else put into the bank are kept as they are.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ml.bank.file_mode import shared_mode
from ml.errors import MlError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT_VERSION = 1
GENERATION = "generation"
EVALUATION = "evaluation.json"

Condition = Literal["normal", "abnormal"]
CONDITIONS: tuple[Condition, ...] = ("normal", "abnormal")

_OF_EVERY_RECORD = ("file", "sha256", "arm", "condition", "width", "height")
_ARM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class ArmDescription:
    """What a bank says of one arm as a whole."""

    id: str
    label: str
    description: str
    training_summary: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    rejection_rule: str = "none"
    kind: Literal["real", "synthetic"] = "synthetic"
    licence: str | None = None
    attribution: str | None = None
    grey_mapping: str | None = None
    """How the films it was trained on became grey (docs/bank-format.md); None: not known."""

    def __post_init__(self) -> None:
        if not _ARM_ID.fullmatch(self.id):
            raise MlError(
                f"{self.id!r} cannot name an arm: use 1 to 64 of A-Z a-z 0-9 . _ - "
                "and begin with a letter or digit."
            )


@dataclass(frozen=True)
class Shard:
    """The ``index``-th (from 0) of ``count`` processes that share one arm's images."""

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1 or not 0 <= self.index < self.count:
            raise MlError(
                f"shard {self.index}/{self.count} does not exist: "
                "shards are counted from 0, so i/n needs 0 <= i < n."
            )


class ArmWriter:
    """One process's share of one arm: places images and appends their records.

    Use as a context manager; the part is opened for appending after a cut last line is removed.
    """

    def __init__(self, bank: Path, arm: ArmDescription, *, shard: Shard | None = None) -> None:
        self.bank = bank
        self.arm = arm
        shard = shard or Shard()
        generation = bank / GENERATION
        try:
            generation.mkdir(parents=True, exist_ok=True)
            (bank / "images" / arm.id).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MlError(f"{bank} cannot be used as a bank: {error.strerror}.") from error
        _write_json(generation / f"{arm.id}.arm.json", _arm_as_json(arm))
        self._part = generation / f"{arm.id}.{shard.index}-of-{shard.count}.jsonl"
        _cut_torn_line(self._part)
        # Unbuffered: on a full disk closing would try once more to write what is left over.
        self._handle = self._part.open("ab", buffering=0)

    def __enter__(self) -> ArmWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._handle.close()

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record of this arm, of all shards: accepted images and rejections."""
        yield from iter_part_records(self.bank, self.arm.id)

    def has_image(self, record: Mapping[str, Any]) -> bool:
        """Say whether an accepted record's file is there, byte for byte."""
        path = self.bank / str(record["file"])
        return path.is_file() and sha256_of_file(path) == record["sha256"]

    def add_image(
        self,
        pixels: NDArray[np.uint8],
        *,
        condition: Condition,
        index: int,
        attempt: int,
        provenance: Mapping[str, Any],
    ) -> None:
        """Write one image (height, width; uint8 grey) and append its record."""
        content = encode_grey_png(pixels)
        name = f"images/{self.arm.id}/{condition}-{index:05d}.png"
        write_bytes(self.bank / name, content)
        self._append(
            {
                "file": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "arm": self.arm.id,
                "condition": condition,
                "width": int(pixels.shape[1]),
                "height": int(pixels.shape[0]),
                "index": index,
                "attempt": attempt,
                "provenance": dict(provenance),
            }
        )

    def add_rejection(
        self,
        *,
        condition: Condition,
        index: int,
        attempt: int,
        reason: str,
        provenance: Mapping[str, Any],
    ) -> None:
        """Append the record of an image that a declared rule turned away (no file is kept)."""
        self._append(
            {
                "rejected": reason,
                "arm": self.arm.id,
                "condition": condition,
                "index": index,
                "attempt": attempt,
                "provenance": dict(provenance),
            }
        )

    def _append(self, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        rest = memoryview(line.encode() + b"\n")
        try:
            while rest:
                rest = rest[self._handle.write(rest) :]
            os.fsync(self._handle.fileno())
        except OSError as error:
            raise MlError(f"{self._part} cannot be written: {error.strerror}.") from error


def write_manifest(
    bank: Path,
    *,
    name: str | None = None,
    licence: str | None = None,
    attribution: str | None = None,
) -> int:
    """Derive ``bank.json`` and ``images.jsonl`` from the parts; return the number of images.

    Every shard may call it when it ends. The parts are read again after the rename: were they
    longer by then, another process has appended meanwhile and the manifest is derived anew.
    Whoever renames last therefore leaves a manifest that holds every finished part.

    Raises MlError where the bank holds no generated image.
    """
    if not (bank / GENERATION).is_dir():
        raise MlError(f"{bank} holds no generated images: run python -m ml.generate first.")
    while True:
        before = _parts_state(bank)
        count = _write_manifest_once(bank, name=name, licence=licence, attribution=attribution)
        if _parts_state(bank) == before:
            return count


def _write_manifest_once(
    bank: Path, *, name: str | None, licence: str | None, attribution: str | None
) -> int:
    descriptions = sorted((bank / GENERATION).glob("[!.]*.arm.json"))
    generated = [json.loads(path.read_text("utf-8")) for path in descriptions]
    own_arms = {str(arm["id"]) for arm in generated}
    header = read_header(bank) if (bank / "bank.json").is_file() else _new_header(bank)
    evaluation = read_evaluation(bank)
    if name is not None:
        header["name"] = name
    if licence is not None:
        header["licence"] = licence
    if attribution is not None:
        header["attribution"] = attribution

    lines: list[dict[str, Any]] = []
    if (bank / "images.jsonl").is_file():
        lines += [r for r in iter_records(bank) if r.get("arm") not in own_arms]
    for arm in generated:
        accepted, rejected = _settled(iter_part_records(bank, str(arm["id"])))
        arm["generated"] = len(accepted) + len(rejected)
        arm["rejected"] = len(rejected)
        arm["rejected_by_reason"] = _count(str(r["rejected"]) for r in rejected)
        lines += accepted

    arms = [a for a in header["arms"] if a.get("id") not in own_arms] + generated
    for arm in arms:
        arm.pop("evaluation", None)
        if (result := evaluation["arms"].get(arm["id"])) is not None:
            arm["evaluation"] = result
    for record in lines:
        record.pop("evaluation", None)
        if (result := evaluation["images"].get(str(record.get("sha256")))) is not None:
            record["evaluation"] = result
    header["arms"] = arms

    content = "".join(
        json.dumps(r, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
        for r in lines
    )
    write_bytes(bank / "images.jsonl", content.encode())
    _write_json(bank / "bank.json", header)
    return len(lines)


def read_header(bank: Path) -> dict[str, Any]:
    """Read ``bank.json``.

    Raises
    ------
    MlError
        If there is none, it is not JSON, its format version is not 1, or an arm lacks id or kind.
    """
    path = bank / "bank.json"
    try:
        header = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise MlError(f"{bank} is not an image bank: it has no bank.json.") from error
    except (OSError, ValueError) as error:
        raise MlError(f"{path} cannot be read: {error}.") from error
    if not isinstance(header, dict) or not isinstance(header.get("arms"), list):
        raise MlError(f"{path} is not a bank header: it lists no arms.")
    if header.get("format_version") != FORMAT_VERSION:
        raise MlError(
            f"{path} has format version {header.get('format_version')!r}; "
            f"this program reads version {FORMAT_VERSION}."
        )
    for number, arm in enumerate(header["arms"], start=1):
        if not isinstance(arm, dict) or not isinstance(arm.get("id"), str):
            raise MlError(f"{path}: arm {number} has no id.")
        if arm.get("kind") not in ("real", "synthetic"):
            raise MlError(f"{path}: the kind of arm {arm['id']} is neither real nor synthetic.")
    return header


def iter_records(bank: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of ``images.jsonl``, in the file's order.

    Raises MlError naming the line that is no record.
    """
    path = bank / "images.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                except ValueError as error:
                    raise MlError(f"{path}, line {number} is not JSON: {error}.") from error
                if not isinstance(record, dict):
                    raise MlError(f"{path}, line {number} is no record.")
                if missing := [key for key in _OF_EVERY_RECORD if key not in record]:
                    raise MlError(f"{path}, line {number} lacks {', '.join(missing)}.")
                if record["condition"] not in CONDITIONS:
                    raise MlError(
                        f"{path}, line {number}: the condition is {record['condition']!r}, "
                        "neither normal nor abnormal."
                    )
                yield record
    except (OSError, UnicodeDecodeError) as error:
        raise MlError(f"{path} cannot be read: {error}.") from error


def iter_part_records(bank: Path, arm: str) -> Iterator[dict[str, Any]]:
    """Yield an arm's records of all shards as they were appended; a torn last line is left out.

    Raises MlError naming a line before the last that is not JSON.
    """
    pattern = re.compile(rf"{re.escape(arm)}\.\d+-of-\d+\.jsonl")
    for path in sorted((bank / GENERATION).iterdir()):
        if not pattern.fullmatch(path.name):
            continue
        with path.open("rb") as part:
            for number, line in enumerate(part, start=1):
                if not line.endswith(b"\n"):
                    break
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise MlError(f"{path}, line {number} is not JSON: {error}.") from error


def read_evaluation(bank: Path) -> dict[str, dict[str, Any]]:
    """Read ``evaluation.json``: results by arm id and by an image's sha256 (empty when absent)."""
    path = bank / EVALUATION
    if not path.is_file():
        return {"arms": {}, "images": {}}
    content = json.loads(path.read_text("utf-8"))
    return {"arms": content.get("arms", {}), "images": content.get("images", {})}


def write_evaluation(bank: Path, content: Mapping[str, Any]) -> None:
    """Write ``evaluation.json`` and carry its results into the manifest."""
    _write_json(bank / EVALUATION, content)
    (bank / GENERATION).mkdir(exist_ok=True)
    write_manifest(bank)


def merge_banks(sources: Sequence[Path], into: Path) -> int:
    """Gather shards that were written to separate folders; return the number of images.

    For clusters whose nodes share no disk. Parts keep their names, so that two folders holding
    the same shard with other content are refused.
    """
    for source in sources:
        if not (source / GENERATION).is_dir():
            raise MlError(f"{source} holds no generated images, so there is nothing to merge.")
        for path in sorted((source / GENERATION).iterdir()):
            target = into / GENERATION / path.name
            content = path.read_bytes()
            if target.is_file() and target.read_bytes() != content:
                raise MlError(
                    f"{path} and {target} differ: both folders claim to hold the same part. "
                    "Generate with distinct --shard i/n, or merge into another folder."
                )
            write_bytes(target, content)
        for path in sorted((source / "images").rglob("*.png")):
            write_bytes(into / path.relative_to(source), path.read_bytes())
    return write_manifest(into)


def encode_grey_png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode a (height, width) uint8 array as an 8-bit one-channel PNG without metadata.

    Raises ValueError for an array of another shape or type.
    """
    from PIL import Image

    if pixels.ndim != 2 or pixels.dtype.name != "uint8":
        raise ValueError(f"expected a 2-D uint8 array, got {pixels.shape} {pixels.dtype}")
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises MlError where it can't be written, as on a full disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    except OSError as error:
        raise MlError(f"{path.parent} cannot be written to: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as handle:
            # mkstemp makes files private; a bank is read by other users of the group.
            os.fchmod(handle.fileno(), shared_mode())
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise MlError(f"{path} cannot be written: {error.strerror}.") from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sha256_of_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def utc_now() -> str:
    """Return the present time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def _settled(
    records: Iterator[dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Split records into accepted and rejected ones; a repeated attempt counts once, the last."""
    latest: dict[tuple[str, int, int], dict[str, Any]] = {}
    for record in records:
        latest[(record["condition"], record["index"], record["attempt"])] = record
    accepted: dict[tuple[str, int], dict[str, Any]] = {}
    rejected = []
    for (condition, index, _), record in sorted(latest.items(), key=_reading_order):
        if "rejected" in record:
            rejected.append(record)
        else:
            accepted[(condition, index)] = record
    return list(accepted.values()), rejected


def _reading_order(entry: tuple[tuple[str, int, int], dict[str, Any]]) -> tuple[int, int, int]:
    (condition, index, attempt), _ = entry
    return (0 if condition == "normal" else 1, index, attempt)


def _count(reasons: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return counts


def _new_header(bank: Path) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "name": bank.resolve().name,
        "created_at": utc_now(),
        "arms": [],
    }


def _arm_as_json(arm: ArmDescription) -> dict[str, Any]:
    content: dict[str, Any] = {
        "id": arm.id,
        "label": arm.label,
        "kind": arm.kind,
        "description": arm.description,
        "training_summary": arm.training_summary,
        "training": dict(arm.training),
        "rejection_rule": arm.rejection_rule,
    }
    if arm.licence is not None:
        content["licence"] = arm.licence
    if arm.attribution is not None:
        content["attribution"] = arm.attribution
    if arm.grey_mapping is not None:
        content["grey_mapping"] = arm.grey_mapping
    return content


def _parts_state(bank: Path) -> list[tuple[str, int]]:
    return sorted((p.name, p.stat().st_size) for p in (bank / GENERATION).glob("[!.]*.json*"))


def _cut_torn_line(part: Path) -> None:
    if not part.is_file():
        return
    content = part.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with part.open("r+b") as handle:
            handle.truncate(whole)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    write_bytes(path, text.encode())
