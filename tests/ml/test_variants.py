"""Base models come as folders, single files and hub ids; presets as a table."""

import json
import shutil

import pytest
import torch
from single_file_layout import write_single_file

from ml.errors import MlError
from ml.methods.config import VARIANTS, check, load_variants
from ml.tiny_base import build_tiny_base
from ml.training.provenance import chosen_here
from ml.variants import SD15_CONFIG, load_base, main


@pytest.fixture(scope="module")
def four_levels(tmp_path_factory):
    """Return a folder with a pipeline of SD 1.5's topology, few channels."""
    folder = tmp_path_factory.mktemp("four") / "base"
    pipeline = build_tiny_base(
        folder,
        size=64,
        unet_channels=(16, 16, 32, 32),
        vae_channels=(16, 16, 16, 16),
        layers_per_block=2,
        text_width=16,
        small_vocabulary=True,
    )
    return pipeline, folder


def test_a_single_file_is_the_model_of_its_folder(four_levels, tmp_path):
    pipeline, folder = four_levels
    write_single_file(pipeline, tmp_path / "model.safetensors")
    loaded = load_base(
        str(tmp_path / "model.safetensors"), config=folder, dtype="float32", device="cpu"
    )
    for part in ("unet", "vae", "text_encoder"):
        ours, theirs = (getattr(p, part).state_dict() for p in (pipeline, loaded))
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_configuration_that_is_shipped_is_stable_diffusion_15():
    unet = json.loads((SD15_CONFIG / "unet" / "config.json").read_text())
    assert unet["block_out_channels"] == [320, 640, 1280, 1280]
    text = json.loads((SD15_CONFIG / "text_encoder" / "config.json").read_text())
    assert (text["hidden_size"], text["num_hidden_layers"]) == (768, 12)
    assert {path.suffix for path in SD15_CONFIG.rglob("*") if path.is_file()} == {".json"}


def test_a_missing_hub_is_one_sentence(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(MlError, match="no hub could give it"):
        load_base("nobody/nothing")


def test_what_is_no_base_model_is_named(four_levels, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "broken.safetensors").write_bytes(b"x" * 100)
    other = tmp_path / "sdxl"
    other.mkdir()
    (other / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    for source, sentence in (
        (tmp_path / "nowhere", "is not there"),
        (tmp_path, "no model_index.json"),
        (tmp_path / "notes.txt", "ends in .safetensors or .ckpt"),
        (tmp_path / "broken.safetensors", "cannot be loaded"),
        (other, "StableDiffusionXLPipeline"),
    ):
        with pytest.raises(MlError, match=sentence):
            load_base(str(source), device="cpu")
    with pytest.raises(MlError, match="is not to be had here"):
        load_base(str(four_levels[1]), device="cuda:77")


def test_the_presets_make_sense_and_say_where_they_are_from():
    assert [v.kind for v in VARIANTS.values()] == [
        "none", "lora", "lora", "full", "full", "dreambooth", "textual_inversion",
    ]  # fmt: skip
    for name, variant in VARIANTS.items():
        assert check(variant, name) is variant
        assert variant.preset == name
        assert (variant.data.size, variant.training.epochs) == (512, 100)


def test_a_toml_file_overrides_and_adds(tmp_path):
    path = tmp_path / "variants.toml"
    path.write_text(
        '[M1.training]\nepochs = 3\n[N]\nlike = "M1"\ntitle = "new"\n'
        'condition_only = "normal"\nlora = {rank = 4, alpha = 1}\n'
    )
    variants = load_variants(path)
    assert variants["M1"].training.epochs == 3
    assert variants["M2"] == VARIANTS["M2"]
    assert variants["N"].training.epochs == 3
    assert (variants["N"].lora.rank, variants["N"].lora.alpha) == (4, 1.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1", "'x' stands outside"),
        ("[N]\ntitle = 'a'", "needs like = one of M0"),
        ("[M1]\nkind = 'z'", "kind is 'z', but must be 'none' or 'lora'"),
        ("[M1.training]\nepochs = 'many'", "must be a whole number"),
        ("[M1.training]\nepochs = true", "must be a whole number"),
        ("[M1.training]\nlr = 1", "'lr' is not one of epochs"),
        ("[M1]\ntraining = 3", "training must be a table"),
        ("[M1.data]\nsize = 500", "multiple of 8"),
        ("[M1.training]\nepochs = 0", "training.epochs is 0, but must be above 0"),
        ("[N]\nlike = ['M1']", "needs like = one of M0"),
        # A rate of 0 was once read as "the same as the U-Net's".
        (
            "[M2.training]\ntext_encoder_learning_rate = 0",
            "text_encoder_learning_rate is 0, but must be above 0",
        ),
        ("[M1.training]\nmax_grad_norm = -1", "max_grad_norm is -1, but must be at least 0"),
        ("[M1.training]\nweight_decay = -1", "weight_decay is -1, but must be at least 0"),
        ("[M1.training]\nadam_beta1 = 1.5", "adam_beta1 is 1.5, but must be"),
        ("[M1.training]\nmax_weight_norm = -1", "max_weight_norm is -1, but must be above 0"),
        ("[M1.lora]\nconv_rank = -1", "conv_rank is -1, but must be at least 0"),
        ("[M2.lora]\ntext_encoder_rank = 0", "text_encoder_rank is 0, but must be above 0"),
        ("[M1.sampling]\nimages_per_condition = -1", "images_per_condition is -1, but must be"),
        ("[N]\nlike = 'M1'\npreset = 'M3'", "write like = ..., not preset"),
        ("[M6]\nprompt_normal = 'x'", "both prompts must hold the new word <cxr>"),
        ("[M1", "is not valid TOML"),
        ("[M1.training]\nseed = " + "9" * 5000, "is not valid TOML"),
        ("[M1.training]\nseed = " + "[" * 100_000, "is not valid TOML"),
        ("\ufeff[M1.training]\nmax_weight_norm = -1", "max_weight_norm is -1"),
    ],
)
def test_a_toml_file_that_is_wrong_is_one_sentence(tmp_path, text, sentence, capsys):
    path = tmp_path / "variants.toml"
    path.write_text(text)
    assert main(["--config", str(path)]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_the_table_lists_every_preset(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    for name, variant in VARIANTS.items():
        assert f"{name}  {variant.title}" in out
        assert f"chosen here: {chosen_here(variant)}" in out


def test_a_tiny_base_is_the_same_from_the_same_seed():
    bases = [build_tiny_base(None, seed=s, size=32, small_vocabulary=True) for s in (0, 0, 1)]
    weights = [base.unet.conv_in.weight for base in bases]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_clips_vocabulary_is_whole_where_it_is_installed():
    from ml.bases.clip_vocabulary import clip_vocabulary

    vocabulary, merges = clip_vocabulary()
    if not merges:
        pytest.skip("clip-anytorch, which ships CLIP's vocabulary, is not installed")
    assert len(vocabulary) == 49408
    assert vocabulary["<|startoftext|>"] == 49406
    assert vocabulary["chest</w>"] == 10563


def test_a_text_encoder_that_was_copied_in_part_is_one_sentence(four_levels, tmp_path):
    shutil.copytree(four_levels[1], tmp_path / "base")
    weights = tmp_path / "base" / "text_encoder" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(MlError, match="cannot be loaded as the text encoder of Stable Diffusion"):
        load_base(str(tmp_path / "base"), device="cpu")


def leave_out(weights, ending):
    """Write a file of weights anew without the first whose name ends so."""
    from safetensors.torch import load_file, save_file

    kept = load_file(weights)
    kept.pop(next(name for name in sorted(kept) if name.endswith(ending)))
    save_file(kept, weights, metadata={"format": "pt"})


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_a_part_that_lacks_a_weight_is_refused_and_not_made_up(four_levels, tmp_path, part):
    from ml.evaluate import load_autoencoder

    shutil.copytree(four_levels[1], tmp_path / "base")
    leave_out(
        next((tmp_path / "base" / part).glob("*.safetensors")),
        "norm1.weight" if part != "text_encoder" else "layer_norm1.weight",
    )
    with pytest.raises(MlError, match=rf"{part} lacks weights of its network"):
        load_base(str(tmp_path / "base"), device="cpu")
    if part == "vae":
        with pytest.raises(MlError, match="vae lacks weights of its network"):
            load_autoencoder(str(tmp_path / "base"), device="cpu")
