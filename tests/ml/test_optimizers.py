"""Optimizers of other packages: resumed to the byte, measured at the weights that are kept."""

import json
import sys

import pytest
import torch
from safetensors.torch import load_file
from test_base_families import bases, run_of  # noqa: F401
from tuning_fixtures import losses_of, six_films, small, tiny_base_folder, weights_of  # noqa: F401

from ml.errors import MlError
from ml.methods.config import check
from ml.training.averages import ScheduleFreeAverage
from ml.training.optimizers import make_optimizer, rate_of, shorten_gradients

WAYS = {
    "prodigy": {"learning_rate": 1.0, "schedule": "cosine", "ema_decay": 0.9},
    "schedule-free": {"learning_rate": 0.01, "schedule": "constant", "warmup_steps": 1},
}


def line(optimizer, **changes):
    """Return an optimizer of one weight, the weight, and a step along a gradient."""
    pytest.importorskip({"prodigy": "prodigyopt", "schedule-free": "schedulefree"}[optimizer])
    weight = torch.nn.Parameter(torch.tensor([5.0]))
    config = small("M1", optimizer=optimizer, **{**WAYS[optimizer], **changes}).training
    group = {"params": [weight], "lr": config.learning_rate}
    made = make_optimizer(config, [group], torch.device("cpu"))

    def step():
        made.zero_grad()
        (weight**2).sum().backward()
        made.step()

    return made, weight, step


@pytest.mark.parametrize("optimizer", WAYS)
def test_a_run_is_resumed_to_the_byte(optimizer, base, data, tmp_path):
    pytest.importorskip({"prodigy": "prodigyopt", "schedule-free": "schedulefree"}[optimizer])
    changes = {
        "optimizer": optimizer,
        "held_out_every_epochs": 1,
        "max_steps": 6,
        **WAYS[optimizer],
    }
    run_of("M1", tmp_path / "through", base, data, **changes)
    run_of("M1", tmp_path / "stopped", base, data, resume_at=3, **changes)
    assert weights_of(tmp_path / "stopped") == weights_of(tmp_path / "through")
    assert losses_of(tmp_path / "stopped") == losses_of(tmp_path / "through")
    card = (tmp_path / "through" / "README.md").read_text()
    assert f"optimizer {optimizer}" in card
    assert "averaged over the steps" in card


def test_prodigys_rate_is_the_one_that_it_finds():
    made, weight, step = line("prodigy", weight_decay=0.0, max_steps=1)
    for _ in range(300):
        step()
    assert weight.detach().abs().item() < 0.5
    assert rate_of(made) == made.param_groups[0]["d"] > 1e-6


def test_schedule_free_weights_are_looked_at_without_a_trace():
    made, weight, step = line("schedule-free", learning_rate=0.1, weight_decay=0.0)
    average = ScheduleFreeAverage({"w": weight}, made)
    fast, mean, total = 5.0, 5.0, 0.0
    for number in range(1, 30):
        step()
        # All rates are equal, so x is the plain mean of the fast weights z.
        fast = float(made.state[weight]["z"])
        total += fast
        mean = total / number
        before = weight.detach().clone()
        assert float(average.average["w"]) == pytest.approx(mean, rel=1e-4)
        assert torch.equal(weight, before)
    assert weight.detach().item() != pytest.approx(mean, rel=1e-6)
    average.copy_to_model()
    assert weight.detach().item() == pytest.approx(mean, rel=1e-4)


def test_what_schedule_free_training_keeps_is_what_was_measured(base, data, tmp_path):
    """The weights of an epoch kept on the way are those that a run ending there ends with."""
    pytest.importorskip("schedulefree")
    changes = {"optimizer": "schedule-free", **WAYS["schedule-free"]}
    run_of("M1", tmp_path / "M1", base, data, max_steps=8, keep_every_epochs=1, **changes)
    run_of("M1", tmp_path / "short", base, data, max_steps=4, **changes)
    name = "lora/pytorch_lora_weights.safetensors"
    kept, short = (load_file(tmp_path / run / name) for run in ("M1/epochs/0001", "short"))
    assert all(torch.equal(kept[key], short[key]) for key in short)
    kept_at = json.loads((tmp_path / "M1/epochs/0001/checkpoint.json").read_text())["outcome"]
    assert str(kept_at["held_out_loss"]) == losses_of(tmp_path / "short")[-1][2]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"optimizer": "prodigy"}, "prodigy finds the rate and multiplies it .* set it to 1"),
        (
            {"optimizer": "prodigy", "learning_rate": 1.0, "text_encoder_learning_rate": 0.5},
            "prodigy finds one rate for all weights",
        ),
        ({"optimizer": "schedule-free"}, "set training.schedule to constant"),
        (
            {"optimizer": "schedule-free", "schedule": "constant", "ema_decay": 0.9},
            "averages the weights itself: leave training.ema_decay out",
        ),
        (
            {"optimizer": "schedule-free", "schedule": "constant", "max_weight_norm": 1.0},
            "leave training.max_weight_norm out",
        ),
    ],
)
def test_what_contradicts_an_optimizer_is_refused(changes, sentence):
    with pytest.raises(MlError, match=sentence):
        check(small("M1", **changes), "M1")


@pytest.mark.parametrize("optimizer", WAYS)
def test_a_package_that_is_not_there_is_named(optimizer, monkeypatch):
    package = {"prodigy": "prodigyopt", "schedule-free": "schedulefree"}[optimizer]
    monkeypatch.setitem(sys.modules, package, None)
    config = small("M1", optimizer=optimizer, **WAYS[optimizer]).training
    with pytest.raises(MlError, match=f"needs {package}: pip install {package}, or use adamw"):
        make_optimizer(config, [], torch.device("cpu"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("limit", [0.01, 1.0, 1e6, float("inf")])
def test_adamw_moves_as_along_gradients_that_were_shortened(limit, dtype):
    """Against torch's own shortening and plain steps; of single, wide and unused weights."""

    def moved(by_hand):
        drawn = torch.Generator().manual_seed(3)
        shapes = [(5,), (64, 33), (1,), (7, 3, 3, 3)]
        weights = [torch.randn(shape, generator=drawn).to(dtype) for shape in shapes]
        weights = [torch.nn.Parameter(one) for one in weights]
        made = make_optimizer(
            small("M1").training, [{"params": weights, "lr": 0.01}], torch.device("cpu")
        )
        norms = []
        # AdamW takes no notice of a length that stays.
        for length in (1, 100, 0.1, 10):
            made.zero_grad()
            for weight in weights[:-1]:
                weight.grad = length * torch.randn(weight.shape, generator=drawn).to(dtype)
            if by_hand:
                norms.append(float(torch.nn.utils.clip_grad_norm_(weights, limit)))
            else:
                norms.append(shorten_gradients(made, weights, limit))
            made.step()
        return norms, [weight.detach().float() for weight in weights]

    (norms, weights), (expected_norms, expected) = moved(False), moved(True)
    assert norms == pytest.approx(expected_norms)
    tolerance = 1e-6 if dtype == torch.float32 else 0.02
    for one, other in zip(weights, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


def test_gradients_of_others_optimizers_are_shortened_themselves():
    made, weight, _ = line("schedule-free")
    weight.grad = torch.tensor([30.0])
    assert shorten_gradients(made, [weight], 1.5) == 30.0
    assert weight.grad.item() == pytest.approx(1.5)
