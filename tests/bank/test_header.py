"""bank.json: what is asked of it, and that every fault is one sentence."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.bank.header import BankArm, BankHeader, header_to_json, read_bank_header
from app.domain.errors import BadBank

ARM = {"id": "M1", "label": "M1: LoRA", "kind": "synthetic"}
GOOD = {
    "format_version": 1,
    "name": "Montgomery",
    "created_at": "2026-11-24T09:30:00+00:00",
    "arms": [ARM],
}


def written(tmp_path: Path, content: Any) -> Path:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    (tmp_path / "bank.json").write_bytes(text)
    return tmp_path


def test_it_reads_everything_that_is_said_of_a_bank(tmp_path: Path) -> None:
    arm = ARM | {
        "description": "LoRA on attention",
        "training_summary": "30 images",
        "generated": 60,
        "rejected": 10,
        "rejection_rule": "black",
        "licence": "RAIL",
        "attribution": "us",
        "evaluation": {"kid": 0.01},
    }
    header = read_bank_header(written(tmp_path, GOOD | {"licence": "CC", "arms": [arm]}))
    assert header == BankHeader(
        name="Montgomery",
        created_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        licence="CC",
        arms=(
            BankArm(
                "M1",
                "M1: LoRA",
                "synthetic",
                "LoRA on attention",
                "30 images",
                60,
                10,
                "black",
                "RAIL",
                "us",
                {"evaluation": {"kid": 0.01}},
            ),
        ),
    )
    assert header.arm_ids == {"M1"}


def test_what_it_writes_it_reads(tmp_path: Path) -> None:
    header = BankHeader(
        "Bänke",
        datetime(2026, 1, 2, 3, tzinfo=UTC),
        (BankArm("real", "Real", "real"), BankArm("M2", "M2", "synthetic", details={"x": [1]})),
        attribution="NIH",
    )
    assert read_bank_header(written(tmp_path, header_to_json(header).encode())) == header


def test_it_survives_a_byte_order_mark(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(GOOD).encode()
    assert read_bank_header(written(tmp_path, content)).name == "Montgomery"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe{\x00", "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format_version": NaN}', "not finite"),
        ([], "must hold one JSON object"),
        (GOOD | {"format_version": 2}, "format_version: is 2; this program reads 1"),
        (GOOD | {"format_version": "1"}, "format_version: must be 1"),
        (GOOD | {"format_version": None}, "format_version: must be 1"),
        (GOOD | {"name": ""}, "name: is missing"),
        (GOOD | {"name": "x" * 201}, "at most 200"),
        (GOOD | {"name": 7}, "name: must be text"),
        (GOOD | {"created_at": "yesterday"}, "created_at: must be a moment"),
        (GOOD | {"created_at": "2026-11-24T09:30:00"}, "needs its offset from UTC"),
        (GOOD | {"arms": []}, "at least one arm"),
        (GOOD | {"arms": {"M1": {}}}, "at least one arm"),
        (GOOD | {"arms": ["M1"]}, r"arms\[1\]: must be an object"),
        (GOOD | {"arms": [ARM, ARM]}, r"arms\[2\]: the id M1 is used twice"),
        (GOOD | {"arms": [ARM | {"id": "../M1"}]}, "id: '../M1' must be"),
        (GOOD | {"arms": [ARM | {"label": ""}]}, "label: is missing"),
        (GOOD | {"arms": [ARM | {"kind": "fake"}]}, "kind: must be real or synthetic"),
        (GOOD | {"arms": [ARM | {"id": "real"}]}, "an arm named real can't be synthetic"),
        (GOOD | {"arms": [ARM | {"generated": -1}]}, "generated: must be a whole number"),
        (GOOD | {"arms": [ARM | {"generated": True}]}, "generated: must be a whole number"),
        (GOOD | {"arms": [ARM | {"generated": 3, "rejected": 4}]}, "more than the 3 generated"),
        (GOOD | {"name": "a\x00b"}, "NUL"),
        (b'{"name": "\\ud800"}', "surrogate"),
    ],
)
def test_each_fault_is_one_sentence(tmp_path: Path, content: Any, reason: str) -> None:
    with pytest.raises(BadBank, match=reason) as caught:
        read_bank_header(written(tmp_path, content))
    assert str(tmp_path / "bank.json") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_it_says_what_a_folder_lacks(tmp_path: Path) -> None:
    with pytest.raises(BadBank, match=r"has no bank\.json"):
        read_bank_header(tmp_path)
    with pytest.raises(BadBank, match="is not a folder"):
        read_bank_header(tmp_path / "nowhere")
