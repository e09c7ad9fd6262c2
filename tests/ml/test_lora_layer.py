"""A layer with an update gives peft's own numbers, whichever way it is computed."""

import copy
from contextlib import nullcontext

import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import Linear
from torch import nn
from tuning_fixtures import small

from ml.methods.lora_layer import LeanLinear, lean, merging_is_cheaper
from ml.methods.trainable import Trainable


def layer_of(width_in, width_out, **options):
    """Return a module of one layer with a random update that is not nothing."""
    torch.manual_seed(0)
    model = nn.ModuleDict({"to_q": nn.Linear(width_in, width_out)})
    model.requires_grad_(False)
    config = LoraConfig(r=4, lora_alpha=6, target_modules=["to_q"], **options)
    inject_adapter_in_model(config, model)
    with torch.no_grad():
        model["to_q"].lora_B["default"].weight.normal_(0, 0.05)
    return model


def passed(model, x):
    """Return output and gradients of input, down and up weight."""
    x = x.clone().requires_grad_()
    output = model["to_q"](x)
    output.float().square().sum().backward()
    trained = [p for p in model.parameters() if p.requires_grad]
    gradients = [x.grad, *(p.grad for p in trained)]
    for parameter in trained:
        parameter.grad = None
    return [output.detach(), *gradients]


def close(one, other, share=2e-6):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert a.is_contiguous()
        assert (a - b).abs().max() <= share * b.abs().max()


@pytest.mark.parametrize(
    ("shape", "width_out", "merged"),
    [((2, 9, 32), 48, True), ((7, 16), 16, True), ((2, 40, 512), 384, False)],
)
def test_output_and_gradients_are_those_of_peft(shape, width_out, merged):
    rows = torch.Size(shape[:-1]).numel()
    assert merging_is_cheaper(rows, shape[-1], width_out, 4) is merged
    model, x = layer_of(shape[-1], width_out), torch.randn(shape)
    expected = passed(model, x)
    lean(model)
    assert type(model["to_q"]) is LeanLinear
    close(passed(model, x), expected)


@pytest.mark.parametrize("case", ["DoRA", "dropout", "bias", "off", "merged", "bfloat16", "narrow"])
def test_what_is_not_plain_is_left_to_peft(case, monkeypatch):
    options = {
        "DoRA": {"use_dora": True},
        "dropout": {"lora_dropout": 0.5},
        "bias": {"lora_bias": True},
    }.get(case, {})
    model, x = layer_of(16, 16, **options), torch.randn(3, 16)
    lean(model)
    layer, autocast = model["to_q"], nullcontext()
    if case == "off":
        layer.enable_adapters(False)
    elif case == "merged":
        layer.merge()
    elif case == "bfloat16":
        autocast = torch.autocast("cpu", dtype=torch.bfloat16)
    elif case == "narrow":
        layer.base_layer.bfloat16()
        x = x.bfloat16()
    asked = []
    own = Linear.forward
    monkeypatch.setattr(Linear, "forward", lambda *a, **k: asked.append(1) or own(*a, **k))
    with autocast:
        layer(x)
    assert asked == [1]


def test_wide_layers_of_a_true_base_are_not_merged():
    # Stable Diffusion 1.5 at 256 and 512 pixels: positions and features of its levels.
    for rows, width in ((1024, 320), (256, 640), (64, 1280), (4096, 320), (1024, 640), (256, 1280)):
        assert not merging_is_cheaper(rows, width, width, 16)
    assert merging_is_cheaper(1024, 32, 32, 16)
    assert merging_is_cheaper(1024, 320, 320, 128)


def test_a_variants_layers_are_such(pipeline):
    trainable = Trainable(copy.deepcopy(pipeline), small("M1"))
    layers = [m for m in trainable.module.modules() if hasattr(m, "lora_A")]
    assert layers
    assert {type(layer) for layer in layers} == {LeanLinear}
