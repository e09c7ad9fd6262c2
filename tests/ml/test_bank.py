"""The bank's writer: nothing half written, nothing lost, shards that add up."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.bank.writer import (
    ArmDescription,
    ArmWriter,
    Shard,
    encode_grey_png,
    iter_records,
    merge_banks,
    read_header,
    write_bytes,
    write_evaluation,
    write_manifest,
)
from ml.errors import MlError

ARM = ArmDescription(id="M1", label="M1: LoRA", description="test", rejection_rule="black")


def pixels(value=7):
    image = np.zeros((8, 6), dtype=np.uint8)
    image[2:, 1:4] = value
    return image


_RECORD = {
    "file": "images/x.png",
    "sha256": "0" * 64,
    "arm": "M1",
    "condition": "normal",
    "width": 64,
    "height": 64,
}


def fill(bank, indices, *, arm=ARM, shard=None, value=7):
    with ArmWriter(bank, arm, shard=shard) as writer:
        for index in indices:
            writer.add_image(
                pixels(value + index),
                condition="normal",
                index=index,
                attempt=0,
                provenance={"seed": index},
            )


def test_a_record_says_what_the_file_is(tmp_path):
    fill(tmp_path, [0])
    write_manifest(tmp_path)
    (record,) = iter_records(tmp_path)
    content = (tmp_path / record["file"]).read_bytes()
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert (record["width"], record["height"]) == (6, 8)
    with Image.open(tmp_path / record["file"]) as image:
        assert image.mode == "L"
        assert image.info == {}
        assert np.array_equal(np.asarray(image), pixels())


def test_orientation_is_kept(tmp_path):
    image = np.zeros((8, 8), dtype=np.uint8)
    image[:, 5:] = 200
    path = tmp_path / "x.png"
    path.write_bytes(encode_grey_png(image))
    with Image.open(path) as read:
        assert np.asarray(read)[0, 7] == 200
        assert np.asarray(read)[0, 0] == 0


def test_the_header_counts_generated_and_rejected_images(tmp_path):
    with ArmWriter(tmp_path, ARM) as writer:
        for attempt in range(2):
            writer.add_rejection(
                condition="normal", index=0, attempt=attempt, reason="black", provenance={}
            )
        writer.add_image(pixels(), condition="normal", index=0, attempt=2, provenance={})
    write_manifest(tmp_path, name="trial", licence="CC0")
    header = read_header(tmp_path)
    (arm,) = header["arms"]
    assert (header["format_version"], header["name"], header["licence"]) == (1, "trial", "CC0")
    assert (arm["generated"], arm["rejected"], arm["rejection_rule"]) == (3, 2, "black")
    assert arm["rejected_by_reason"] == {"black": 2}
    assert arm["kind"] == "synthetic"


def test_an_image_recorded_twice_counts_once(tmp_path):
    fill(tmp_path, [0, 0])
    assert write_manifest(tmp_path) == 1
    assert read_header(tmp_path)["arms"][0]["generated"] == 1


def test_a_line_cut_by_a_kill_is_not_counted_and_is_written_anew(tmp_path):
    fill(tmp_path, [0, 1])
    part = tmp_path / "generation" / "M1.0-of-1.jsonl"
    part.write_bytes(part.read_bytes()[:-20])
    assert write_manifest(tmp_path) == 1
    fill(tmp_path, [1])
    assert write_manifest(tmp_path) == 2
    assert [r["index"] for r in iter_records(tmp_path)] == [0, 1]


def test_shards_add_up_to_the_whole(tmp_path):
    fill(tmp_path / "whole", range(7))
    write_manifest(tmp_path / "whole")
    for index in (2, 0, 1):
        fill(tmp_path / "shards", range(index, 7, 3), shard=Shard(index, 3))
        write_manifest(tmp_path / "shards")
    whole, shards = (
        (tmp_path / name / "images.jsonl").read_bytes() for name in ("whole", "shards")
    )
    assert shards == whole


def test_banks_of_shards_without_a_common_disk_merge(tmp_path):
    for index in range(2):
        fill(tmp_path / f"node{index}", range(index, 5, 2), shard=Shard(index, 2))
    assert merge_banks([tmp_path / "node0", tmp_path / "node1"], tmp_path / "all") == 5
    assert all((tmp_path / "all" / r["file"]).is_file() for r in iter_records(tmp_path / "all"))


def test_merging_two_versions_of_one_part_is_refused(tmp_path):
    for name, value in (("a", 7), ("b", 9)):
        fill(tmp_path / name, [0], value=value)
    with pytest.raises(MlError, match="both folders claim to hold the same part"):
        merge_banks([tmp_path / "a", tmp_path / "b"], tmp_path / "all")


def test_arms_and_records_of_others_are_kept(tmp_path):
    real = _RECORD | {"arm": "real"}
    (tmp_path / "images.jsonl").write_text(json.dumps(real) + "\n")
    (tmp_path / "bank.json").write_text(
        json.dumps({"format_version": 1, "name": "n", "arms": [{"id": "real", "kind": "real"}]})
    )
    fill(tmp_path, [0])
    for _ in range(2):
        assert write_manifest(tmp_path) == 2
    assert [a["id"] for a in read_header(tmp_path)["arms"]] == ["real", "M1"]
    assert next(iter(iter_records(tmp_path))) == real


def test_evaluation_results_survive_further_generation(tmp_path):
    fill(tmp_path, [0])
    write_manifest(tmp_path)
    (record,) = iter_records(tmp_path)
    write_evaluation(
        tmp_path,
        {"arms": {"M1": {"kid": 0.5}}, "images": {record["sha256"]: {"flagged": True}}},
    )
    fill(tmp_path, [1])
    write_manifest(tmp_path)
    first, second = iter_records(tmp_path)
    assert first["evaluation"] == {"flagged": True}
    assert "evaluation" not in second
    assert read_header(tmp_path)["arms"][0]["evaluation"] == {"kid": 0.5}


def test_a_killed_writer_leaves_whole_files_and_true_records(tmp_path):
    script = """
import sys
from pathlib import Path

import numpy as np

from ml.bank.writer import ArmDescription, ArmWriter

image = np.random.default_rng(0).integers(0, 255, (700, 700), dtype=np.uint8)
with ArmWriter(Path(sys.argv[1]), ArmDescription(id="M1", label="", description="")) as writer:
    for index in range(10**6):
        writer.add_image(image, condition="normal", index=index, attempt=0, provenance={})
"""
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=Path(__file__).parents[2]
    )
    part = tmp_path / "generation" / "M1.0-of-1.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (part.is_file() and part.stat().st_size > 500):
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert write_manifest(tmp_path) > 1
    for record in iter_records(tmp_path):
        content = (tmp_path / record["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == record["sha256"]
    for path in (tmp_path / "images").rglob("*.png"):
        with Image.open(path) as image:
            image.load()


def test_a_write_that_fails_leaves_nothing(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(MlError, match="cannot be written: Is a directory"):
        write_bytes(tmp_path / "x", b"a file cannot replace a folder")
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]


@pytest.mark.parametrize("arm", ["", "-x", "a/b", "ä", "x" * 65, ".."])
def test_an_arm_needs_a_plain_name(arm):
    with pytest.raises(MlError, match="cannot name an arm"):
        ArmDescription(id=arm, label="", description="")


@pytest.mark.parametrize(("index", "count"), [(1, 1), (-1, 2), (0, 0)])
def test_a_shard_that_does_not_exist_is_refused(index, count):
    with pytest.raises(MlError, match="counted from 0"):
        Shard(index, count)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "is not an image bank"),
        ("{", "cannot be read"),
        ("[]", "lists no arms"),
        ('{"format_version": 2, "arms": []}', "has format version 2"),
        ('{"format_version": 1, "arms": ["M1"]}', "arm 1 has no id"),
        ('{"format_version": 1, "arms": [{"id": "M1"}]}', "kind of arm M1 is neither real nor"),
    ],
)
def test_a_header_that_cannot_be_used_is_said_in_a_sentence(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "bank.json").write_text(content)
    with pytest.raises(MlError, match=sentence):
        read_header(tmp_path)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2 is no record"),
        (json.dumps({"file": "x", "arm": "M1"}), "lacks sha256, condition, width, height"),
        (json.dumps(_RECORD | {"condition": "tb"}), "the condition is 'tb', neither normal nor"),
    ],
)
def test_a_record_that_cannot_be_used_is_said_in_a_sentence(tmp_path, line, sentence):
    (tmp_path / "images.jsonl").write_text(f"{json.dumps(_RECORD)}\n{line}\n")
    records = iter_records(tmp_path)
    assert next(records) == _RECORD
    with pytest.raises(MlError, match=sentence):
        next(records)
