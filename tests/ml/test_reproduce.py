"""The whole study in one command: what it does, refuses, passes over, and goes on with."""

import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from chest_fixtures import chest
from killed_study import PLACES
from PIL import Image
from tuning_fixtures import six_films, tiny_base_folder  # noqa: F401

from ml.errors import MlError
from ml.methods.config import VARIANTS
from ml.reproduce import main, parser
from ml.reproducing.steps import Step, alone_in, record_of, state_of, take
from ml.reproducing.study import prefix_of, source_images

ROOT = Path(__file__).parents[2]

SMALL = """
[M1.training]
held_out_every_epochs = 1
sample_every_epochs = 0
checkpoint_every_epochs = 1
[M5.training]
prior_images = 1
held_out_every_epochs = 0
sample_every_epochs = 0
"""


@pytest.fixture(scope="module")
def montgomery(tmp_path_factory):
    """Return a zip as the NLM distributes it, of eight small films."""
    path = tmp_path_factory.mktemp("nlm") / "montgomery.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(8):
            written, name = BytesIO(), f"MCUCXR_{number:04d}_{number % 2}"
            Image.fromarray(chest(number)).save(written, "PNG")
            archive.writestr(f"Set/CXR_png/{name}.png", written.getvalue())
            archive.writestr(f"Set/ManualMask/leftMask/{name}.png", written.getvalue())
            archive.writestr(f"Set/ClinicalReadings/{name}.txt", "Patient's Sex: F\nnormal")
    return path


@pytest.fixture(scope="module")
def given(base, montgomery, tmp_path_factory):
    """Return the command line of a study that takes seconds, but for --out."""
    config = tmp_path_factory.mktemp("config") / "small.toml"
    config.write_text(SMALL)
    argv = ["--base", base, "--data", str(montgomery), "--config", str(config)]
    argv += ["--normal", "3", "--abnormal", "3", "--size", "64", "--epochs", "2", "--count", "4"]
    return [*argv, "--steps", "2", "--batch-size", "3", "--device", "cpu"]


def files_of(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def without_times(content):
    """Drop dates and durations, which alone may differ between two sittings."""
    if isinstance(content, dict):
        dropped = ("created_at", "seconds")
        return {k: without_times(v) for k, v in content.items() if k not in dropped}
    return [without_times(v) for v in content] if isinstance(content, list) else content


@pytest.mark.slow
def test_a_study_that_is_killed_everywhere_ends_with_the_same_bank(given, tmp_path):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    few = ["--variants", "M0", "M1", "M5"]
    lines = [json.dumps([*given, *few, "--out", str(folder)]) for folder in (killed, whole)]
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed_study.py")), *lines],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = dict(
        line.removeprefix("SITTING ").rsplit(": ", 1)
        for line in ran.stdout.splitlines()
        if line.startswith("SITTING ")
    )
    places = dict.fromkeys((name for name, *_ in PLACES), "-9")
    expected = {**places, "last": "0", "undisturbed": "0", "again": "0"}
    assert said == expected, ran.stdout + ran.stderr
    assert ran.stdout.split("SITTING undisturbed")[1].count("done already") == 7

    of_bank, of_other = files_of(killed / "bank"), files_of(whole / "bank")
    assert of_bank == of_other
    pictures = [name for name in of_bank if name.endswith(".png")]
    assert len(pictures) == 12
    for name in pictures:
        assert (killed / "bank" / name).read_bytes() == (whole / "bank" / name).read_bytes()
    for name in ("bank.json", "evaluation.json"):
        some, other = (json.loads((f / "bank" / name).read_text()) for f in (killed, whole))
        assert without_times(some) == without_times(other)
    some, other = (
        [json.loads(line) for line in (f / "bank/images.jsonl").read_text().splitlines()]
        for f in (killed, whole)
    )
    assert without_times(some) == without_times(other)
    assert not [name for name in files_of(killed) if ".tmp" in name]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(given, tmp_path, capsys):
    out = tmp_path / "study"
    assert main([*given, "--variants", "M0", "M2", "M3", "--out", str(out), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "Computed, not measured" in said
    for name in ("M0", "M2", "M3"):
        assert f"{name}: parameters" in said
    assert "python -m ml.prepare montgomery --source" in said
    assert "python -m ml.finetune M3 --base" in said
    assert said.count("to do") == 7
    assert not out.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["--data", "nowhere.zip"], "nowhere.zip is not there"),
        (["--normal", "5"], "5 normal films are asked for, and"),
        (["--source", "shenzhen"], "holds no CHNCXR_*.png"),
        (["--variants", "M9"], "variant 'M9' is not one of M0"),
        (["--base", "nowhere"], "nowhere is not there"),
        (["--count", "0"], "--count must be at least 1"),
        (["--epochs", "0"], "training.epochs"),
        (["--size", "32"], "M0 would be drawn with 32 pixels a side; films have at least 64"),
        (["--captions", "data"], "nothing says what to draw: give --prompt-normal"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    change, sentence, given, tmp_path, capsys
):
    out = tmp_path / "study"
    assert main([*given, "--out", str(out), *change]) == 1
    assert sentence in capsys.readouterr().err
    assert files_of(out) <= {".lock"}


def test_a_disk_that_is_too_small_is_refused_ahead(given, tmp_path, capsys, monkeypatch):
    from ml.bank import disk_space

    monkeypatch.setattr(disk_space.shutil, "disk_usage", lambda _: type("", (), {"free": 2**20}))
    out = tmp_path / "study"
    assert main([*given, "--variants", "M1", "--out", str(out)]) == 1
    assert "the study would need about" in capsys.readouterr().err
    assert files_of(out) <= {".lock"}


def test_a_prompt_of_ones_own_keeps_the_identifier_and_the_word():
    assert prefix_of(VARIANTS["M1"], "normal") == ""
    assert prefix_of(VARIANTS["M5"], "abnormal") == "sks "
    assert prefix_of(VARIANTS["M6"], "normal") == "<cxr> "


def test_films_are_counted_by_name_and_masks_are_none(montgomery):
    assert source_images(montgomery, "MCUCXR_") == {"normal": 4, "abnormal": 4}
    assert source_images(montgomery, "CHNCXR_") == {"normal": 0, "abnormal": 0}


def test_help_names_the_exit_codes():
    assert "130 stopped" in parser().format_help()


@pytest.fixture
def step(tmp_path):
    """Return a step that counts how often it is done, with what it leaves."""
    left, made = tmp_path / "left", []

    def do():
        made.append(1)
        left.write_text("whole")

    def proof():
        if not left.is_file():
            raise MlError("it is missing.")
        return left.read_text()

    def of(inputs=1, *, once=True):
        return Step("a step", "", lambda: {"n": inputs}, proof, do, left if once else None)

    return of, left, made


def test_a_step_is_done_once(step, tmp_path):
    of, _, made = step
    assert state_of(tmp_path, of()) == "new"
    take(tmp_path, of())
    assert state_of(tmp_path, of()) == "done"
    assert made == [1]


def test_a_step_with_other_inputs_is_refused_by_name(step, tmp_path):
    of, _, _ = step
    take(tmp_path, of())
    with pytest.raises(MlError, match=r"'a step' of .* was made with other inputs: n was 1, is 2"):
        state_of(tmp_path, of(2))


def test_what_was_changed_since_is_refused_or_made_again(step, tmp_path):
    of, left, _ = step
    take(tmp_path, of())
    left.write_text("other")
    with pytest.raises(MlError, match="was changed since: delete that folder"):
        state_of(tmp_path, of())
    assert state_of(tmp_path, of(once=False)) == "begun"


def test_a_step_cut_off_before_its_record_is_not_done_twice(step, tmp_path):
    of, left, made = step
    take(tmp_path, of())
    record = record_of(tmp_path, "a step")
    record.write_text(json.dumps({**json.loads(record.read_text()), "proof": None}))
    assert state_of(tmp_path, of()) == "done"
    assert json.loads(record.read_text())["proof"] == "whole"
    record.write_text(json.dumps({**json.loads(record.read_text()), "proof": None}))
    left.unlink()
    assert state_of(tmp_path, of()) == "begun"
    assert made == [1]


def test_one_process_at_a_time_works_on_a_study(tmp_path):
    refused = pytest.raises(MlError, match="another process works on")
    with alone_in(tmp_path), refused, alone_in(tmp_path):
        raise AssertionError
