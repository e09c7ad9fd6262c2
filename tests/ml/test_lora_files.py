"""Weights go out to other tools and come back the same."""

import pytest
from safetensors import safe_open
from safetensors.torch import load_file

from ml.bases.clip_keys import normalise_clip_keys
from ml.bases.families import adapter_of
from ml.bases.lora_files import DIFFUSERS_FILE, KOHYA_FILE, lora_layers
from ml.bases.word_files import save_word
from ml.methods.config import LoraConfig
from ml.methods.lora import add_lora
from ml.small.tiny_families import build_tiny_family
from ml.tiny_base import build_tiny_base
from ml.variants import apply_lora, load_base

CONFIG = LoraConfig(
    rank=4,
    alpha=2.0,
    conv_rank=3,
    conv_alpha=6.0,
    text_encoder=True,
    text_encoder_rank=2,
    text_encoder_alpha=7.0,
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    build_tiny_base(folder, size=32, small_vocabulary=True)
    return str(folder)


@pytest.fixture(scope="module")
def tuned(base, tmp_path_factory):
    """Return a pipeline with a LoRA of random weights, and the folder it was saved to."""
    import torch

    pipeline = load_base(base)
    add_lora(adapter_of(pipeline), CONFIG, seed=0)
    generator = torch.Generator().manual_seed(1)
    for model in (pipeline.unet, pipeline.text_encoder):
        for _, _, up, _ in lora_layers(model):
            up.weight.data = 0.05 * torch.randn(up.weight.shape, generator=generator)
    folder = tmp_path_factory.mktemp("lora")
    adapter_of(pipeline).save_lora(folder, text=True, notes={})
    return pipeline, folder


def outputs(pipeline):
    """Return what text encoder and U-Net make of a fixed input."""
    import torch

    ids = pipeline.tokenizer("chest x-ray", padding="max_length", return_tensors="pt").input_ids
    latents = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        hidden = pipeline.text_encoder(ids)[0]
        return hidden, pipeline.unet(
            latents, torch.tensor(500), encoder_hidden_states=hidden
        ).sample


def largest_difference(some, others):
    return max(float((a - b).abs().max()) for a, b in zip(some, others, strict=True))


@pytest.mark.parametrize("file", [DIFFUSERS_FILE, KOHYA_FILE])
def test_it_reads_back_with_alpha_other_than_rank_and_conv_layers(base, tuned, file):
    pipeline, folder = tuned
    again = load_base(base)
    assert largest_difference(outputs(pipeline), outputs(again)) > 0.1
    again.load_lora_weights(str(folder), weight_name=file, local_files_only=True)
    assert largest_difference(outputs(pipeline), outputs(again)) <= 1e-5


def test_merged_weights_are_the_tuned_ones(base, tuned):
    pipeline, folder = tuned
    again = load_base(base)
    apply_lora(again, folder)
    assert largest_difference(outputs(pipeline), outputs(again)) <= 1e-5
    assert not any("lora" in name for name, _ in again.unet.named_parameters())


def test_in_16_bits_it_stays_beside_the_weights(base, tuned):
    folder = tuned[1]
    again = load_base(base, dtype="bfloat16")
    before = again.unet.conv_in.weight.clone()
    apply_lora(again, folder)
    assert any("lora" in name for name, _ in again.unet.named_parameters())
    assert (before == again.unet.conv_in.weight).all()
    assert len(again.get_active_adapters()) == 1


def test_kohya_keys_carry_each_layers_alpha(tuned):
    weights = load_file(tuned[1] / KOHYA_FILE)
    assert weights["lora_te_text_model_encoder_layers_0_self_attn_q_proj.alpha"] == 7.0
    unet = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0"
    assert weights[f"{unet}.alpha"] == 2.0
    conv = "lora_unet_down_blocks_0_resnets_0_conv1"
    assert weights[f"{conv}.alpha"] == 6.0
    assert weights[f"{conv}.lora_down.weight"].shape[0] == 3


@pytest.mark.parametrize(
    ("family", "predicts", "second", "version", "architecture", "said"),
    [
        ("", "epsilon", "False", "sd_v1", "stable-diffusion-v1", "epsilon"),
        ("", "v_prediction", "False", "sd_v1_v", "stable-diffusion-v1", "v"),
        ("sd2", "epsilon", "True", "sd_v2", "stable-diffusion-v2-512", "epsilon"),
        ("sd2", "v_prediction", "True", "sd_v2_v", "stable-diffusion-v2-768-v", "v"),
        ("sdxl", "epsilon", "False", "sdxl_base_v1-0", "stable-diffusion-xl-v1-base", "epsilon"),
    ],
)
def test_kohyas_file_says_what_base_it_is_for(
    family, predicts, second, version, architecture, said, base, tmp_path
):
    """By ``ss_v2`` and ``ss_base_model_version`` A1111 lists it beside the bases that it fits."""
    pipeline = build_tiny_family(family, None) if family else load_base(base)
    adapter = adapter_of(pipeline)
    adapter.let_predict(predicts)
    add_lora(adapter, LoraConfig(rank=2), seed=0)
    run = {"ss_output_name": "M1", "ss_resolution": "(512, 512)", "ss_steps": "3"}
    adapter.save_lora(tmp_path, text=False, notes=run)
    with safe_open(tmp_path / KOHYA_FILE, "pt") as file:
        notes = file.metadata()
    assert notes["ss_v2"] == second
    assert notes["ss_base_model_version"] == version
    assert notes["modelspec.architecture"] == f"{architecture}/lora"
    assert notes["modelspec.prediction_type"] == said
    assert (notes["modelspec.title"], notes["modelspec.resolution"]) == ("M1", "512x512")
    assert notes["ss_steps"] == "3"


def test_diffusers_file_carries_the_adapters_metadata(tuned):
    with safe_open(tuned[1] / DIFFUSERS_FILE, "pt") as file:
        assert "lora_alpha" in file.metadata()["lora_adapter_metadata"]
        text_keys = [key for key in sorted(file.keys()) if key.startswith("text_encoder.")]
    assert text_keys
    assert all(key.startswith("text_encoder.text_model.") for key in text_keys)


def test_a_new_lora_changes_nothing_yet(base):
    plain, pipeline = load_base(base), load_base(base)
    add_lora(adapter_of(pipeline), CONFIG, seed=0)
    assert largest_difference(outputs(plain), outputs(pipeline)) == 0


def test_text_encoders_are_saved_under_the_names_old_versions_read(base):
    from pathlib import Path

    folder = Path(base) / "text_encoder"
    with safe_open(folder / "model.safetensors", "pt") as file:
        assert all(key.startswith("text_model.") for key in list(file.keys()))
    assert normalise_clip_keys(folder) == 0


def test_a_learnt_word_is_saved_in_both_layouts(base, tmp_path):
    import torch

    vectors = torch.randn(2, 32)
    save_word(tmp_path, "<cxr>", {"text_encoder": vectors})
    assert torch.equal(load_file(tmp_path / "cxr_a1111.safetensors")["emb_params"], vectors)
    for name in ("learned_embeds.safetensors", "cxr_a1111.safetensors"):
        pipeline = load_base(base)
        pipeline.load_textual_inversion(str(tmp_path), weight_name=name, token="<cxr>")
        ids = pipeline.tokenizer.convert_tokens_to_ids(["<cxr>", "<cxr>_1"])
        learnt = pipeline.text_encoder.get_input_embeddings().weight[ids]
        assert torch.equal(learnt, vectors)
