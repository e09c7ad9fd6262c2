"""images.jsonl: good lines become records, each bad line says what is wrong with it."""

import hashlib
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.bank.header import BankArm, BankHeader
from app.bank.manifest import (
    LONGEST_LINE_BYTES,
    BadRecord,
    ImageRecord,
    iter_records,
    read_verified,
)
from app.domain.errors import BadBank, BadImage
from tests.bank.files import saved, texture

HEADER = BankHeader(
    "b",
    datetime(2026, 1, 1, tzinfo=UTC),
    (BankArm("real", "Real", "real"), BankArm("M1", "M1", "synthetic")),
)
GOOD: dict[str, Any] = {
    "file": "images/a.png",
    "sha256": "ab" * 32,
    "arm": "M1",
    "condition": "normal",
    "width": 512,
    "height": 512,
    "provenance": {"seed": 2**63, "prompt": "chest – x-ray"},
}


def lines_of(tmp_path: Path, *lines: Any) -> list[ImageRecord | BadRecord]:
    content = b"\n".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    )
    (tmp_path / "images.jsonl").write_bytes(content + b"\n")
    return list(iter_records(tmp_path, HEADER))


def test_it_reads_a_record(tmp_path: Path) -> None:
    assert lines_of(tmp_path, GOOD) == [
        ImageRecord(1, "images/a.png", "ab" * 32, "M1", "normal", 512, 512, GOOD["provenance"])
    ]


def test_it_keeps_what_it_does_not_know_in_the_provenance(tmp_path: Path) -> None:
    (record,) = lines_of(tmp_path, GOOD | {"index": 3, "seed": 1, "evaluation": {"ncc": 0.2}})
    assert isinstance(record, ImageRecord)
    assert record.provenance == {
        "index": 3,
        "evaluation": {"ncc": 0.2},
        "seed": 2**63,
        "prompt": "chest – x-ray",
    }


def test_it_skips_empty_lines_but_counts_them(tmp_path: Path) -> None:
    first, second = lines_of(tmp_path, GOOD, b"", b"  \r", GOOD)
    assert (first.line_number, second.line_number) == (1, 4)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"file": "a.png", ', "is not JSON"),
        (b"\xff\xfe\xfd", "is not UTF-8"),
        (b"[1]", "must be one JSON object"),
        (b'{"file": "a.png", "provenance": {"x": 1e999}}', "not finite"),
        (b'{"file": "a.png", "width": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"file": "a.png", "provenance": {"x": "\\u0000"}}', "NUL"),
        (b'{"file": "a.png", "provenance": {"x": "\\udfff"}}', "surrogate"),
        ({}, "names no file"),
        (GOOD | {"file": ""}, "names no file"),
        (GOOD | {"file": 3}, "names no file"),
        (GOOD | {"file": "/etc/passwd"}, "below the folder"),
        (GOOD | {"file": "C:/a.png"}, "below the folder"),
        (GOOD | {"file": "images\\a.png"}, "below the folder"),
        (GOOD | {"file": "images/../../a.png"}, "without .."),
        (GOOD | {"file": "link/a.png"}, "link that leads out"),
        (GOOD | {"file": "loop"}, "link"),
        (GOOD | {"file": "a" * 1001}, "at most 1000"),
        (GOOD | {"sha256": "ab"}, "sha256 must be 64"),
        (GOOD | {"sha256": None}, "sha256 must be 64"),
        ({k: v for k, v in GOOD.items() if k != "arm"}, "names no arm"),
        (GOOD | {"arm": "M9"}, "of the arm 'M9', which bank.json doesn't have"),
        (GOOD | {"arm": ["M1"]}, "which bank.json doesn't have"),
        (GOOD | {"condition": "sick"}, "normal or abnormal, not 'sick'"),
        (GOOD | {"condition": None}, "normal or abnormal"),
        (GOOD | {"condition": ["normal"]}, "normal or abnormal"),
        (GOOD | {"width": "512"}, "width must be a whole number"),
        (GOOD | {"height": 0}, "height must be a whole number"),
        (GOOD | {"height": True}, "height must be a whole number"),
        (GOOD | {"provenance": "unknown"}, "provenance must be an object"),
    ],
)
def test_each_fault_is_named_and_the_rest_goes_on(tmp_path: Path, line: Any, reason: str) -> None:
    (tmp_path / "outside").mkdir()
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "link").symlink_to(tmp_path / "outside")
    (bank / "loop").symlink_to(bank / "loop")
    before, bad, after = lines_of(bank, GOOD, line, GOOD)
    assert isinstance(before, ImageRecord)
    assert isinstance(after, ImageRecord)
    assert isinstance(bad, BadRecord)
    assert bad.line_number == 2
    assert reason in bad.reason
    assert "\n" not in str(bad)
    assert len(bad.reason) <= 300


def test_a_line_that_is_too_long_is_passed_over_without_being_held(tmp_path: Path) -> None:
    with (tmp_path / "images.jsonl").open("wb") as file:
        file.write(json.dumps(GOOD).encode() + b"\n" + b'"')
        for _ in range(64):
            file.write(b"x" * LONGEST_LINE_BYTES)
        file.write(b'"\n' + json.dumps(GOOD).encode())
    tracemalloc.start()
    lines = list(iter_records(tmp_path, HEADER))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(line) for line in lines] == [ImageRecord, BadRecord, ImageRecord]
    assert "longer than 1,048,576 bytes" in str(lines[1])
    assert peak < 8 * LONGEST_LINE_BYTES


def test_a_line_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    padding = "x" * (LONGEST_LINE_BYTES - len(json.dumps(GOOD | {"note": ""}).encode()))
    (record,) = lines_of(tmp_path, GOOD | {"note": padding})
    assert isinstance(record, ImageRecord)


def test_a_bank_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadBank, match=r"has no images\.jsonl"):
        list(iter_records(tmp_path, HEADER))


def test_it_verifies_digest_and_size_before_a_picture_is_used(tmp_path: Path) -> None:
    data = saved(texture(96, 80))
    (tmp_path / "a.png").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()

    def record(**changes: Any) -> ImageRecord:
        values = {"sha256": digest, "width": 80, "height": 96} | changes
        return ImageRecord(1, "a.png", arm="M1", condition="normal", **values)

    assert read_verified(tmp_path, record()).height == 96
    assert read_verified(tmp_path, record(width=None, height=None)).width == 80
    with pytest.raises(BadImage, match="the manifest says abababababab"):
        read_verified(tmp_path, record(sha256="ab" * 32))
    with pytest.raises(BadImage, match="has 80 x 96 pixels, the manifest says 96 x 80"):
        read_verified(tmp_path, record(width=96, height=80))
    with pytest.raises(BadImage, match="is missing"):
        read_verified(tmp_path / "images", record())
