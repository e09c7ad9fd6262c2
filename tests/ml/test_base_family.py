"""A base of another family, or of parts that do not fit, is one sentence before work begins."""

import json
import shutil

import pytest
import torch
from safetensors.torch import save_file
from tuning_fixtures import six_films, tiny_base_folder, tune  # noqa: F401

from ml.bases.recognise import FIRST_LAYER, check_base
from ml.errors import MlError
from ml.variants import load_base

WHOLE = {
    FIRST_LAYER: (8, 4, 3, 3),
    "first_stage_model.encoder.conv_in.weight": (8, 3, 3, 3),
    "cond_stage_model.transformer.text_model.embeddings.position_ids": (1, 77),
}


def write_weights(path, shapes):
    weights = {name: torch.zeros(shape) for name, shape in shapes.items()}
    if path.suffix == ".ckpt":
        torch.save({"state_dict": weights, "global_step": 1}, path)
    else:
        save_file(weights, path)
    return path


@pytest.mark.parametrize("suffix", [".safetensors", ".ckpt"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lora_unet_down_blocks.lora_down.weight": (4, 8)}, "is a LoRA, not a base model"),
        ({"unet.down_blocks.0.lora_A.weight": (4, 8)}, "is a LoRA, not a base model"),
        (
            {"conditioner.embedders.1.model.positional": (1,)},
            "is Stable Diffusion XL in one",
        ),
        ({"cond_stage_model.model.positional": (1,)}, "is Stable Diffusion 2.x in one file"),
        ({"model.diffusion_model.joint_blocks.0.x": (1,)}, "is Stable Diffusion 3"),
        ({"emb_params": (2, 8)}, "is a learnt word"),
        ({FIRST_LAYER: (8, 9, 3, 3)}, r"takes 9 channels \(it is for inpainting\), where the auto"),
        ({FIRST_LAYER: (8, 8, 3, 3)}, r"takes 8 channels \(it edits pictures\)"),
        ({FIRST_LAYER: None}, "holds no U-Net of Stable Diffusion 1.x"),
        ({"cond_stage_model.transformer.text_model.embeddings.position_ids": None}, "lacks the te"),
    ],
)
def test_a_single_file_says_what_it_is(tmp_path, suffix, changes, sentence):
    shapes = {n: s for n, s in {**WHOLE, **changes}.items() if s}
    path = write_weights(tmp_path / f"model{suffix}", shapes)
    with pytest.raises(MlError, match=sentence):
        load_base(str(path), device="cpu")
    check_base(write_weights(tmp_path / f"whole{suffix}", WHOLE))


def changed(base, folder, part, **changes):
    """Copy a base and change one part's config."""
    shutil.copytree(base, folder)
    path = folder / part / "config.json" if part else folder / "model_index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return str(folder)


@pytest.mark.parametrize(
    ("part", "changes", "sentence"),
    [
        ("", {"_class_name": "StableDiffusionXLPipeline"}, "is not Stable Diffusion XL's"),
        ("", {"_class_name": "StableDiffusionInpaintPipeline"}, "is a StableDiffusionInpaintP"),
        ("unet", {"in_channels": 9}, "takes 9 channels"),
        ("unet", {"addition_embed_type": "text_time"}, "has a U-Net of another family"),
        ("unet", {"time_cond_proj_dim": 256}, "distilled to few steps"),
        ("unet", {"_class_name": "Transformer2DModel"}, "has a Transformer2DModel as unet"),
        ("vae", {"_class_name": "VQModel"}, "has a VQModel as autoencoder"),
        ("text_encoder", {"hidden_size": 77}, "its text encoder gives 77"),
    ],
)
def test_a_folder_says_what_does_not_fit_before_anything_is_trained(
    base, data, tmp_path, part, changes, sentence
):
    source = changed(base, tmp_path / "base", part, **changes)
    with pytest.raises(MlError, match=sentence):
        tune("M1", tmp_path / "run", source, data)
    assert not (tmp_path / "run").exists()


@pytest.fixture(scope="module", name="bert")
def base_with_bert(base, tmp_path_factory):
    """Return a base of RadEdit's shape: a BertModel where CLIP's text encoder was."""
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("models") / "bert"
    shutil.copytree(base, folder)
    index = json.loads((folder / "model_index.json").read_text())
    index["text_encoder"] = ["transformers", "BertModel"]
    index["tokenizer"] = ["transformers", "BertTokenizer"]
    (folder / "model_index.json").write_text(json.dumps(index))
    for part in ("text_encoder", "tokenizer"):
        shutil.rmtree(folder / part)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "chest", "x", "film", "x-ray"]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=77,
    )
    BertModel(config).save_pretrained(folder / "text_encoder")
    vocabulary = {word: number for number, word in enumerate(words)}
    BertTokenizer(vocab=vocabulary, model_max_length=77).save_pretrained(folder / "tokenizer")
    return str(folder)


@pytest.mark.parametrize("name", ["M2", "M6"])
def test_what_only_clips_text_encoder_can_do_is_refused_of_another(bert, data, tmp_path, name):
    with pytest.raises(MlError, match="which in this base is a BertModel"):
        tune(name, tmp_path / "run", bert, data)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["M1", "M4"])
def test_what_can_be_tuned_with_another_text_encoder_is_and_reads_back(bert, data, tmp_path, name):
    from ml.variants import load_variant

    tune(name, tmp_path / name, bert, data, max_steps=1)
    loaded = load_variant(name, runs=tmp_path, device="cpu").pipeline
    assert type(loaded.text_encoder).__name__ == "BertModel"
    weight = "encoder.layer.0.attention.self.query.weight"
    before = load_base(bert, device="cpu").text_encoder.state_dict()[weight]
    now = loaded.text_encoder.state_dict()[weight]
    assert torch.allclose(before, now, atol=1e-3)
    assert torch.equal(before, now) is (name == "M1")
