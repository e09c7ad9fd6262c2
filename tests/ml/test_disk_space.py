"""What does not fit on the disk is refused before work begins, and a full disk is one sentence."""

import resource
import shutil
from collections import namedtuple
from contextlib import contextmanager

import pytest
from chest_fixtures import write_montgomery
from tuning_fixtures import six_films, small, tiny_base_folder, tune  # noqa: F401

from ml.bank.disk_space import need_space, same_disk
from ml.errors import MlError
from ml.methods.trainable import Trainable
from ml.variants import load_base

Usage = namedtuple("Usage", "total used free")


def test_what_does_not_fit_is_refused_with_what_is_needed_and_free(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, 2**31))
    need_space(tmp_path / "not" / "there" / "yet", 2**30, "the run")
    for wanted, free, said in (
        (2**32, 2**31, "about 4.0 GiB in .*yet and 64 MiB to spare, where 2.0 GiB are free"),
        (2**20, 2**22, "about 1 MiB in .*yet and 64 MiB to spare, where 4 MiB are free"),
    ):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Usage(2**40, 0, free))
        with pytest.raises(MlError, match=f"the run would need {said}"):
            need_space(tmp_path / "not" / "there" / "yet", wanted, "the run")


def test_folders_that_are_not_there_yet_lie_on_their_parents_disk(tmp_path):
    assert same_disk(tmp_path / "a" / "b", tmp_path / "c")


@contextmanager
def small_disk(size):
    """Let no file grow beyond so many bytes: what a full disk does, without filling one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_while_state_is_written_is_one_sentence(base, data, tmp_path):
    tune("M1", tmp_path / "first", base, data, max_steps=1)  # fills the cache
    with (
        small_disk(20_000),
        pytest.raises(MlError, match=r"state\.pt\..*tmp cannot be written .*of its disk are free"),
    ):
        tune("M1", tmp_path / "run", base, data, max_steps=1)
    assert list((tmp_path / "run" / "resume").iterdir()) == []


def test_a_disk_that_is_full_while_images_are_encoded_is_one_sentence(base, data, tmp_path):
    with small_disk(6_000), pytest.raises(MlError, match=r"cache/.*tmp cannot be written"):
        tune("M1", tmp_path / "run", base, data, max_steps=1)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("name", ["M1", "M3", "M6"])
def test_a_disk_that_is_full_while_weights_are_written_is_one_sentence(base, tmp_path, name):
    pipeline = load_base(base, dtype="float32", device="cpu")
    trainable = Trainable(pipeline, small(name))
    with small_disk(100), pytest.raises(MlError, match=r"weights cannot be written"):
        trainable.save(tmp_path / "weights")


def test_a_full_disk_is_one_sentence_of_the_command(base, data, tmp_path, capsys):
    from ml.finetune import main

    arguments = ["M1", "--base", base, "--data", str(data), "--out", str(tmp_path / "run")]
    arguments += ["--size", "32", "--device", "cpu", "--cache", str(tmp_path / "cache")]
    with small_disk(6_000):
        assert main([*arguments, "--prompt-normal", "a", "--prompt-abnormal", "b"]) == 1
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert said.count("\n") == 1


def test_a_run_that_would_not_fit_does_not_begin(base, data, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, 2**26 + 2**19))
    with pytest.raises(MlError, match="the run would need about"):
        tune("M3", tmp_path / "run", base, data, max_steps=1)
    assert not (tmp_path / "cache").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, 2**26 + 2**25))
    assert tune("M3", tmp_path / "run", base, data, max_steps=1).steps == 1


def test_images_that_would_not_fit_are_not_begun(base, tmp_path, monkeypatch, capsys):
    from ml import generate

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, 2**26 + 2**10))
    options = ["--base", base, "--runs", str(tmp_path), "--bank", str(tmp_path / "bank")]
    assert generate.main(["M0", *options, "--count", "2", "--steps", "1", "--device", "cpu"]) == 1
    assert "the images of M0 would need about" in capsys.readouterr().err


def test_films_that_would_not_fit_are_not_prepared(tmp_path, monkeypatch, capsys):
    from ml.prepare import main

    source = write_montgomery(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, 2**26 + 2**10))
    assert main(["montgomery", "--source", str(source), "--out", str(tmp_path / "out")]) == 1
    assert "the prepared images would need about" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_bank_on_a_full_disk_names_the_file_and_keeps_no_part_of_it(base, tmp_path, capsys):
    from ml import generate

    options = ["--base", base, "--runs", str(tmp_path), "--bank", str(tmp_path / "bank")]
    command = ["M0", *options, "--count", "2", "--steps", "1", "--device", "cpu"]
    with small_disk(300):
        assert generate.main(command) == 1
    assert "M0.arm.json cannot be written: File too large." in capsys.readouterr().err
    assert not list((tmp_path / "bank").rglob("*.tmp"))
    assert generate.main(command) == 0


def test_a_record_on_a_full_disk_names_the_part_and_is_written_anew(tmp_path):
    from ml.bank.writer import ArmDescription, ArmWriter, iter_part_records

    arm = ArmDescription(id="M1", label="M1", description="test")
    given = {"condition": "normal", "index": 0, "attempt": 0, "provenance": {}}
    sentence = r"M1\.0-of-1\.jsonl cannot be written: File too large"
    with (
        ArmWriter(tmp_path, arm) as writer,
        small_disk(10),
        pytest.raises(MlError, match=sentence),
    ):
        writer.add_rejection(reason="blank", **given)
    with ArmWriter(tmp_path, arm) as writer:
        writer.add_rejection(reason="blank", **given)
    assert len(list(iter_part_records(tmp_path, "M1"))) == 1
