"""Every family is sampled, trained, stopped, resumed, saved and read again: one row of the guide.

The bases are of the real classes with random weights (ml/small/tiny_families.py).
"""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from tuning_fixtures import losses_of, six_films, small, tune, weights_of  # noqa: F401

import ml.training.loop
from ml.bases.families import FAMILIES, adapter_of
from ml.errors import MlError
from ml.sampling.sampler import (
    FLOW_SCHEDULERS,
    ImageRequest,
    SamplerSettings,
    make_scheduler,
    plan,
    sample,
)
from ml.small.tiny_families import BUILDERS, build_tiny_family
from ml.variants import load_base, load_variant
from tests.two_lengths import some_now

PROMPTS = {"normal": "Healthy chest", "abnormal": "chest x-ray with tuberculosis"}
SETTINGS = SamplerSettings(steps=3, size=32, batch_size=3, guidance_scale=4.0)
RATE = 0.02


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    """Return a folder with a base of each family."""
    root = tmp_path_factory.mktemp("families")
    for family in BUILDERS:
        build_tiny_family(family, root / family)
    return root


@pytest.fixture(scope="module", params=BUILDERS)
def family(request):
    return request.param


@pytest.fixture(scope="module")
def base(bases, family):
    return str(bases / family)


@pytest.fixture(scope="module")
def pipeline(base):
    return load_base(base, device="cpu")


def asked():
    return plan("M1", PROMPTS, {"normal": 2, "abnormal": 1}, bank_seed=1)


def prediction(pipeline, prompt="chest"):
    """Return what the denoiser makes of a fixed input, with the text that the encoders give it."""
    from ml.bases.texts import TextCache

    adapter = adapter_of(pipeline)
    text = TextCache(adapter)[[prompt]]
    shape = (1, *adapter.latent_shape(32))
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return adapter.predict(latents, torch.tensor([500]), text)


def own_call(pipeline, requests, scheduler):
    """Return the pictures that the pipeline's own call makes, (n, height, width, 3), 0 to 1."""
    given = {"use_resolution_binning": False} if hasattr(pipeline, "_text_preprocessing") else {}
    if type(pipeline).__name__ == "SanaPipeline":
        given["complex_human_instruction"] = None
    if type(pipeline).__name__ == "PixArtSigmaPipeline":
        given["clean_caption"] = False
    before = pipeline.scheduler
    pipeline.scheduler = scheduler
    try:
        return pipeline(
            [r.prompt for r in requests],
            generator=[torch.Generator().manual_seed(r.seed) for r in requests],
            num_inference_steps=SETTINGS.steps,
            guidance_scale=SETTINGS.guidance_scale,
            height=32,
            width=32,
            output_type="np",
            **given,
        ).images
    finally:
        pipeline.scheduler = before


def test_every_family_has_a_small_base():
    assert len(FAMILIES) == len(BUILDERS)  # 1.x has its own, in ml/tiny_base.py


@pytest.mark.parametrize("name", some_now(FLOW_SCHEDULERS, tuple(FLOW_SCHEDULERS)[:2]))
def test_an_image_is_the_one_the_pipelines_own_call_makes(pipeline, name):
    adapter = adapter_of(pipeline)
    settings = dataclasses.replace(SETTINGS, scheduler=name)
    ours = list(sample(pipeline, asked(), settings))
    config = pipeline.scheduler.config
    scheduler = make_scheduler(name, config, flow=adapter.learns_flow)
    theirs = own_call(pipeline, asked(), scheduler)
    for image, expected in zip(ours, theirs, strict=True):
        assert np.abs(image.pixels - expected.mean(axis=-1) * 255).max() <= 0.501
    alone = next(sample(pipeline, asked()[2:], dataclasses.replace(settings, batch_size=1)))
    assert np.abs(alone.pixels.astype(int) - ours[2].pixels).max() <= 1


def test_prompts_matter_and_long_ones_are_read_as_far_as_the_family_reads(pipeline):
    from ml.bases.prompt_length import words_not_read

    adapter = adapter_of(pipeline)
    assert not torch.equal(prediction(pipeline, "chest"), prediction(pipeline, "lung"))
    _, length = adapter.read_length()
    words = " ".join(["chest"] * length)
    assert words_not_read(pipeline, words)
    whole = words.removesuffix(words_not_read(pipeline, words)).strip()
    assert not words_not_read(pipeline, whole)
    ends = [prediction(pipeline, f"{whole[:-1]}{letter}") for letter in "tx"]
    assert not torch.equal(*ends)


def run_of(name, folder, base, data, *, resume_at=None, **changes):
    """Tune for two steps; with ``resume_at``, stop after that step and go on."""
    options = {"max_steps": 2, "learning_rate": RATE, "schedule": "constant", **changes}
    variant = options.pop("variant", None) or small(name, **options)
    if resume_at is None:
        return tune(name, folder, base, data, variant=variant)
    real = ml.training.loop.rate_share
    import os
    import signal

    def interrupting(config, now, total):
        if now == resume_at - 1:
            os.kill(os.getpid(), signal.SIGINT)
        return real(config, now, total)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ml.training.loop, "rate_share", interrupting)
        assert tune(name, folder, base, data, variant=variant).ended == "interrupted"
    return tune(name, folder, base, data, variant=variant, resume=True)


@pytest.mark.parametrize("name", some_now(["M1", "M3"], ["M1"]))
def test_a_variant_is_trained_resumed_to_the_byte_saved_and_read_again(
    name, family, base, pipeline, data, tmp_path
):
    run_of(name, tmp_path / name, base, data)
    run_of(name, tmp_path / "stopped", base, data, resume_at=1)
    assert weights_of(tmp_path / "stopped") == weights_of(tmp_path / name)
    assert losses_of(tmp_path / "stopped") == losses_of(tmp_path / name)
    loaded = load_variant(name, runs=tmp_path, device="cpu")
    changed = prediction(loaded.pipeline)
    assert (changed - prediction(pipeline)).abs().max() > 1e-3
    assert loaded.options["family"] == adapter_of(pipeline).family
    (image,) = sample(loaded.pipeline, asked()[:1], SETTINGS)
    assert image.pixels.shape == (32, 32)
    card = (tmp_path / name / "README.md").read_text()
    assert f"{type(pipeline).__name__}.from_pretrained" in card
    if name == "M3":
        unet = family in ("sd2", "sdxl")
        assert loaded.options["title"] == ("full U-Net" if unet else "full transformer")
        return
    for file in (tmp_path / name / "lora").glob("lora_*.safetensors"):
        with safe_open(file, "pt") as written:
            rates = (written.metadata()[f"ss_{one}_lr"] for one in ("unet", "text_encoder"))
            assert tuple(rates) == (str(RATE), "None")
    for other in OTHER_READERS.get(family, ()):
        again = load_base(base, device="cpu")
        other(again, tmp_path / name / "lora")
        assert (prediction(again) - changed).abs().max() < 1e-5


def test_dreambooths_prior_is_the_familys_own(family, base, data, tmp_path):
    run_of("M5", tmp_path / "M5", base, data, max_steps=1)
    loaded = load_variant("M5", runs=tmp_path, device="cpu")
    assert len(list((tmp_path / "M5" / "prior").rglob("*.png"))) == 4
    assert not torch.equal(prediction(loaded.pipeline), prediction(load_base(base, device="cpu")))


def by_kohyas_names(pipeline, folder):
    pipeline.load_lora_weights(str(folder), weight_name="lora_kohya.safetensors")


def by_diffusers(pipeline, folder):
    pipeline.load_lora_weights(str(folder), weight_name="pytorch_lora_weights.safetensors")


def by_peft(pipeline, folder):
    from peft import PeftModel

    PeftModel.from_pretrained(pipeline.transformer, str(folder))


def by_comfyuis_names(pipeline, folder):
    """Add what a reader of ComfyUI's names adds: alpha / rank * up @ down."""
    weights = load_file(folder / "lora_comfyui.safetensors")
    layers = [key.removesuffix(".alpha") for key in weights if key.endswith(".alpha")]
    for layer in layers:
        down, up = (weights[f"{layer}.lora_{side}.weight"] for side in "AB")
        module = pipeline.transformer.get_submodule(layer.removeprefix("transformer."))
        module.weight.data += weights[f"{layer}.alpha"] / len(down) * up @ down
    assert layers


OTHER_READERS = {
    "sd2": (by_kohyas_names, by_diffusers),
    "sdxl": (by_kohyas_names, by_diffusers),
    "sd3": (by_comfyuis_names, by_diffusers),
    "sana": (by_diffusers,),
    "pixart-sigma": (by_comfyuis_names, by_peft),
}


def test_what_a_family_cannot_is_refused_before_work_begins(family, base, data, tmp_path):
    refused = {"M2": {}, "M4": {}, "M6": {}} if family not in ("sd2", "sdxl") else {}
    for name in refused:
        with pytest.raises(MlError, match="text encoder"):
            run_of(name, tmp_path / "run", base, data)
    adapter = FAMILIES[type(load_base(base, device="cpu")).__name__]
    if adapter.learns_flow:
        with pytest.raises(MlError, match="predicts flow and cannot learn epsilon"):
            run_of("M1", tmp_path / "run", base, data, prediction_type="epsilon")
        images = sample(
            load_base(base, device="cpu"), asked(), dataclasses.replace(SETTINGS, scheduler="ddim")
        )
        with pytest.raises(MlError, match="is no sampler for a base that predicts flow: use one"):
            next(images)
    assert not (tmp_path / "run").exists()


def test_sdxls_text_encoders_are_tuned_saved_and_read_again(bases, data, tmp_path):
    base = str(bases / "sdxl")
    run_of("M2", tmp_path / "M2", base, data, text_encoder_learning_rate=RATE)
    weights = load_file(tmp_path / "M2" / "lora" / "lora_kohya.safetensors")
    prefixes = {key.split("_")[1] for key in weights}
    assert prefixes == {"unet", "te1", "te2"}
    with safe_open(tmp_path / "M2" / "lora" / "lora_kohya.safetensors", "pt") as file:
        notes = file.metadata()
    assert (notes["ss_v2"], notes["ss_base_model_version"]) == ("False", "sdxl_base_v1-0")
    assert (notes["ss_network_dim"], notes["ss_network_alpha"]) == ("4", "2.0")
    assert notes["ss_network_args"] == "{}"
    assert notes["ss_steps"] == "2"
    assert notes["ss_text_encoder_lr"] == str(RATE)
    assert notes["modelspec.title"] == "M2"
    loaded = prediction(load_variant("M2", runs=tmp_path, device="cpu").pipeline)
    for reader in (by_kohyas_names, by_diffusers):
        again = load_base(base, device="cpu")
        reader(again, tmp_path / "M2" / "lora")
        assert (prediction(again) - loaded).abs().max() < 1e-5
    run_of("M4", tmp_path / "M4", base, data, text_encoder_learning_rate=RATE)
    before, now = load_base(base, device="cpu"), load_variant("M4", runs=tmp_path, device="cpu")
    for part in ("text_encoder", "text_encoder_2"):
        one, other = (dict(getattr(p, part).named_parameters()) for p in (before, now.pipeline))
        assert any(not torch.equal(one[name], other[name]) for name in one)


def test_sdxl_learns_a_word_in_both_encoders(bases, data, tmp_path):
    run_of("M6", tmp_path / "M6", str(bases / "sdxl"), data)
    vectors = load_file(tmp_path / "M6" / "embedding" / "cxr_a1111.safetensors")
    assert {name: tuple(v.shape) for name, v in vectors.items()} == {
        "clip_l": (2, 16),
        "clip_g": (2, 16),
    }
    loaded = load_variant("M6", runs=tmp_path, device="cpu").pipeline
    plain = load_base(str(bases / "sdxl"), device="cpu")
    assert not torch.equal(prediction(plain, "<cxr> chest"), prediction(loaded, "<cxr> chest"))
    assert torch.equal(prediction(plain, "chest"), prediction(loaded, "chest"))


def test_sdxl_without_text_is_what_the_base_was_taught(bases):
    """Zeros stand for the empty prompt, in training and in sampling, where the base says so."""
    pipeline = load_base(str(bases / "sdxl"), device="cpu")
    adapter = adapter_of(pipeline)
    empty = adapter.encode(adapter.tokens([""]))
    assert all(tensor.abs().max() == 0 for tensor in empty.values())
    pipeline.register_to_config(force_zeros_for_empty_prompt=False)
    assert adapter.encode(adapter.tokens([""]))["hidden"].abs().max() > 0


def test_stable_diffusion_3_does_without_t5(bases, tmp_path):
    import json
    import shutil

    folder = tmp_path / "sd3"
    shutil.copytree(bases / "sd3", folder)
    index = json.loads((folder / "model_index.json").read_text())
    index |= {"text_encoder_3": [None, None], "tokenizer_3": [None, None]}
    (folder / "model_index.json").write_text(json.dumps(index))
    shutil.rmtree(folder / "text_encoder_3")
    pipeline = load_base(str(folder), device="cpu")
    request = ImageRequest("normal", "chest", 0, seed=3)
    (image,) = sample(pipeline, [request], SETTINGS)
    euler = make_scheduler("dpmpp-2m", pipeline.scheduler.config, flow=True)
    (theirs,) = own_call(pipeline, [request], euler)
    assert np.abs(image.pixels - theirs.mean(axis=-1) * 255).max() <= 0.501


@pytest.mark.parametrize(
    ("family", "changes", "sentence"),
    [
        ("sana", {"guidance_embeds": True}, "is Sana Sprint, distilled to few steps"),
        ("sdxl", {"time_cond_proj_dim": 256}, "was distilled to few steps"),
        ("sdxl", {"addition_embed_type": None}, "is not Stable Diffusion XL's"),
        ("sdxl", {"in_channels": 9}, "takes 9 channels .it is for inpainting"),
        ("sdxl", {"cross_attention_dim": 2048}, "takes text of 2048 features, its text encoders"),
        ("pixart-sigma", {"use_additional_conditions": True}, "a transformer of PixArt-Alpha"),
        ("sd3", {"joint_attention_dim": 16}, "takes text of 16 features"),
    ],
)
def test_near_relatives_of_a_family_are_refused_in_a_sentence(
    bases, tmp_path, family, changes, sentence
):
    import json
    import shutil

    shutil.copytree(bases / family, tmp_path / "base")
    part = FAMILIES[json.loads((tmp_path / "base/model_index.json").read_text())["_class_name"]]
    path = tmp_path / "base" / part.denoiser_part / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(MlError, match=sentence):
        load_base(str(tmp_path / "base"), device="cpu")


def test_features_are_not_taken_of_an_autoencoder_of_another_kind(bases):
    """Read as the usual kind it would have random weights, and a warning that nobody sees."""
    from ml.evaluate import load_autoencoder

    with pytest.raises(MlError, match="has a AutoencoderDC, of which no features are taken here"):
        load_autoencoder(str(bases / "sana"), device="cpu")
