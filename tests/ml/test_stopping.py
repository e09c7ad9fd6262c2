"""SIGTERM ends a command with one sentence, also while a model loads."""

import importlib
import os
import signal
import time

import pytest
from tuning_fixtures import six_films, tiny_base_folder  # noqa: F401

from ml import finetune, variants

COMMANDS = {
    "evaluate": ["bank", "--data", "data"],
    "finetune": ["M1", "--base", "base", "--data", "data"],
    "generate": ["M1", "--bank", "bank"],
    "prepare": ["folder", "--source", "films", "--out", "data"],
    "reproduce": ["--base", "base", "--data", "films.zip", "--out", "study"],
    "tiny_base": ["--out", "base"],
}


def terminate(*_given, **_named):
    """Send the signal to this process and wait for it, as a long load would."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)


@pytest.fixture(autouse=True)
def _a_signal_that_nobody_takes_fails_the_test_alone():
    def untaken(_number, _frame):
        raise AssertionError("SIGTERM would have ended the process without a word")

    before = signal.signal(signal.SIGTERM, untaken)
    yield
    assert signal.getsignal(signal.SIGTERM) is untaken
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_that_it_was_stopped(name, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(f"ml.{name}")
    monkeypatch.setattr(module, "build" if name == "tiny_base" else "run", terminate)
    assert module.main(COMMANDS[name]) == 130
    said = capsys.readouterr()
    assert said.err.startswith(f"ml.{name}: stopped")
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_stopped_while_its_base_loaded_is_begun_again(
    base,
    data,
    monkeypatch,
    tmp_path,
    capsys,
):
    given = ["M1", "--base", str(base), "--data", str(data), "--out", str(tmp_path / "run")]
    given += ["--prompt-abnormal", "x", "--device", "cpu"]
    monkeypatch.setattr(variants, "load_base", terminate)
    assert finetune.main(given) == 130
    assert "no step was kept, so begin again" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
