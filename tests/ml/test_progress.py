"""Whoever reads a job's log sees how far it is, without a terminal."""

import io
import re

import pytest
from tuning_fixtures import six_films, tiny_base_folder  # noqa: F401

from ml import finetune, generate
from ml.training.progress import EVERY_SECONDS, PlainLines, duration


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_line_comes_at_once_then_every_so_often_and_at_the_end():
    clock, out = Clock(), io.StringIO()
    lines = PlainLines("M3: step", at_once=True, out=out, clock=clock)
    for step in range(1, 101):
        lines.tell(step, 100, f"loss {step / 100:.4f}")
        clock.now += 1
    said = out.getvalue().splitlines()
    assert said == [
        "M3: step: 1 of 100, loss 0.0100",
        "M3: step: 31 of 100, loss 0.3100, 1.0 a second, 69 s to go",
        "M3: step: 61 of 100, loss 0.6100, 1.0 a second, 39 s to go",
        "M3: step: 91 of 100, loss 0.9100, 1.0 a second, 9 s to go",
        "M3: step: 100 of 100, loss 1.0000, 1.0 a second",
    ]
    assert EVERY_SECONDS == 30


def test_what_is_quick_needs_no_line():
    clock, out = Clock(), io.StringIO()
    lines = PlainLines("encoding", out=out, clock=clock)
    lines.begin(0)
    for image in (1, 2):
        clock.now += 2
        lines.tell(image, 2)
    assert out.getvalue() == ""
    for image in (1, 2):
        clock.now += 20
        lines.tell(image, 2)
    assert [line.split(",")[0] for line in out.getvalue().splitlines()] == [
        "encoding: 1 of 2",
        "encoding: 2 of 2",
    ]


@pytest.mark.parametrize(("seconds", "text"), [(12.4, "12 s"), (600, "10 min"), (36000, "10.0 h")])
def test_a_duration_is_as_rough_as_it_is_known(seconds, text):
    assert duration(seconds) == text


def test_training_and_sampling_print_lines_without_a_terminal(base, data, tmp_path, capsys):
    run = tmp_path / "runs" / "M1"
    options = ["--base", base, "--device", "cpu"]
    small = ["--size", "32", "--max-steps", "3", "--set", "sampling.steps=1"]
    prompts = ["--prompt-normal", "healthy", "--prompt-abnormal", "effusion"]
    train = ["M1", *options, "--data", str(data), "--out", str(run), *small, *prompts]
    assert finetune.main(train) == 0
    output = capsys.readouterr()
    lines = [line for line in output.err.splitlines() if line.startswith("M1: step: ")]
    first = r"M1: step: 1 of 3, epoch 0\.2, loss \d\.\d{4}, \d+\.\d GiB"
    assert re.fullmatch(first, lines[0])
    last = (
        r"M1: step: 3 of 3, epoch 0\.8, loss \d\.\d{4}, held out \d\.\d{4}, \d+\.\d GiB, "
        r"\d+\.\d (a second|s each)"
    )
    assert re.fullmatch(last, lines[-1])
    kept = r".*: 3 steps in \d+ s \(finished\)\. Kept are the weights of step 3, held-out loss .*\n"
    assert re.fullmatch(kept, output.out)
    bank = ["--runs", str(run.parent), "--bank", str(tmp_path / "bank"), "--device", "cpu"]
    assert generate.main(["M1", *bank, "--count", "4", "--steps", "1"]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("M1: image")]
    assert lines[0].startswith("M1: image: 1 of 4")
    assert lines[-1].startswith("M1: image: 4 of 4")
