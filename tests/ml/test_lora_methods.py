"""Which layers bear updates, and ways of scaling them: trained, saved, read from each file."""

import dataclasses
import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from test_any_lora import FILES, read
from test_base_families import bases, prediction, run_of  # noqa: F401
from tuning_fixtures import six_films, small  # noqa: F401

from ml.bases.families import adapter_of
from ml.errors import MlError
from ml.methods.config import override
from ml.methods.lora import add_lora
from ml.variants import load_base, load_variant

WAYS = {
    "feed-forward": {"targets": "feed-forward"},
    "DoRA": {"dora": True},
    "rank-stabilised": {"rank_stabilised": True, "rank": 4, "alpha": 3.0},
}
KOHYA = {"targets": "kohya", "conv_rank": 2, "conv_alpha": 1.0, "text_encoder": True}


def with_lora(changes, **training):
    variant = small("M1", max_steps=2, learning_rate=0.02, schedule="constant", **training)
    return dataclasses.replace(variant, lora=override(variant.lora, changes, "test"))


def trained(changes, family, bases, data, root, **options):  # noqa: F811
    """Tune a family's base in some way; return what the tuned model makes of a fixed input."""
    base = str(bases / family)
    run_of("M1", root / "M1", base, data, variant=with_lora(changes), **options)
    return prediction(load_variant("M1", runs=root, device="cpu").pipeline)


@pytest.mark.parametrize(
    "family", [f if f == "sana" else pytest.param(f, marks=pytest.mark.slow) for f in FILES]
)
@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_trained_saved_and_read_from_every_file(way, family, bases, data, tmp_path):  # noqa: F811
    tuned = trained(WAYS[way], family, bases, data, tmp_path)
    for name in FILES[family]:
        made, told = read(tmp_path / "M1" / "lora" / name, str(bases / family))
        assert (made - tuned).abs().max() < 1e-5, name
        assert told["dora"] is (way == "DoRA")
        expected = {"rank-stabilised": 6.0}.get(way, 2.0)
        assert told["alphas"] == [expected]


@pytest.mark.slow
@pytest.mark.parametrize("family", ["sd2", "sdxl"])
def test_kohyas_default_layers_are_tuned_resumed_and_read(family, bases, data, tmp_path):  # noqa: F811
    base = str(bases / family)
    tuned = trained(KOHYA, family, bases, data, tmp_path)
    (tmp_path / "again").mkdir()
    trained(KOHYA, family, bases, data, tmp_path / "again", resume_at=1)
    path = tmp_path / "M1" / "lora" / "lora_kohya.safetensors"
    assert path.read_bytes() == (tmp_path / "again" / path.relative_to(tmp_path)).read_bytes()
    made, _ = read(path, base)
    assert (made - tuned).abs().max() < 1e-5
    again = load_base(base, device="cpu")
    again.load_lora_weights(str(path.parent), weight_name=path.name)
    assert (prediction(again) - tuned).abs().max() < 1e-5
    layers = {key.split(".")[0] for key in load_file(path)}
    parts = ("proj_in", "ff_net_0_proj", "attn2_to_k", "mlp_fc1")
    parts += {"sd2": ("conv1", "time_emb_proj", "downsamplers_0_conv", "upsamplers_0_conv")}.get(
        family, ("in_layers_2", "emb_layers_1", "input_blocks_2_0_op", "output_blocks_1_2_conv")
    )
    for part in parts:
        assert any(part in layer for layer in layers), part
    with safe_open(path, "pt") as file:
        options = json.loads(file.metadata()["ss_network_args"])
    assert options == {"conv_dim": "2", "conv_alpha": "1.0"}


def test_kohyas_layers_are_those_that_its_scripts_tune(bases):  # noqa: F811
    """Every linear layer and convolution inside the modules that kohya's networks/lora.py names."""
    from torch import nn

    pipeline = load_base(str(bases / "sdxl"), device="cpu")
    unet = pipeline.unet
    blocks = ("Transformer2DModel", "ResnetBlock2D", "Downsample2D", "Upsample2D")
    expected = {
        f"{name}.{inner}"
        for name, module in unet.named_modules()
        if type(module).__name__ in blocks
        for inner, layer in module.named_modules()
        if isinstance(layer, (nn.Linear, nn.Conv2d))
    }
    add_lora(adapter_of(pipeline), override(small("M1").lora, KOHYA, "test"), seed=0)
    tuned = {name for name, module in unet.named_modules() if hasattr(module, "lora_A")}
    assert tuned == expected


def test_dora_begins_as_the_base_and_learns_lengths(bases, data, tmp_path):  # noqa: F811
    base = str(bases / "sana")
    pipeline, plain = load_base(base, device="cpu"), prediction(load_base(base, device="cpu"))
    add_lora(adapter_of(pipeline), override(small("M1").lora, {"dora": True}, "test"), seed=0)
    assert (prediction(pipeline) - plain).abs().max() < 1e-5
    begun = {n: p.clone() for n, p in pipeline.transformer.named_parameters() if "magnitude" in n}
    trained({"dora": True}, "sana", bases, data, tmp_path)
    weights = load_file(tmp_path / "M1" / "lora" / "pytorch_lora_weights.safetensors")
    lengths = {n: w for n, w in weights.items() if "magnitude" in n}
    assert len(lengths) == len(begun) > 0
    for was, now in zip(sorted(begun), sorted(lengths), strict=True):
        assert not torch.equal(begun[was], lengths[now])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"targets": "kohya"}, "kohya are layers of a U-Net, and Sana has no U-Net"),
        ({"conv_rank": 2}, "conv_rank tunes a U-Net's convolutions, and Sana has no U-Net"),
    ],
)
def test_what_a_transformer_lacks_is_refused(changes, sentence, bases, data, tmp_path):  # noqa: F811
    with pytest.raises(MlError, match=sentence):
        trained(changes, "sana", bases, data, tmp_path)
    assert not (tmp_path / "M1").exists()


def test_the_title_says_what_is_tuned():
    from ml.training.provenance import chosen_here, method_of

    assert method_of(with_lora({"targets": "feed-forward", "dora": True})) == (
        "DoRA on attention and feed-forward layers"
    )
    assert method_of(with_lora(KOHYA)) == (
        "LoRA on attention, feed-forward layers, projections, convolutions and text encoder"
    )
    assert "scaled by the rank's square root" in chosen_here(with_lora({"rank_stabilised": True}))
