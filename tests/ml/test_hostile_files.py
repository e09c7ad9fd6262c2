"""A weights' file that is a program is not run, whichever path reads it."""

import json
import pickle
import shutil
import sys
from types import SimpleNamespace

import pytest
import torch
from single_file_layout import write_single_file
from tuning_fixtures import six_films, small, tiny_base_folder, tune  # noqa: F401

from ml.errors import MlError
from ml.evaluate import load_autoencoder
from ml.finetune import main
from ml.measuring.features import load_features
from ml.measuring.prompt_following import load_classifier
from ml.measuring.reidentification import load_reidentifier
from ml.variants import apply_lora, load_base, load_variant


class Hostile:
    """Opens a file for writing when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


@pytest.fixture
def plant(tmp_path):
    """Return what writes a hostile file, old or new style, and holds that it was never run."""
    mark = tmp_path / "it-ran"

    def write(path, style):
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"state_dict": {"weight": torch.zeros(1)}, "more": Hostile(mark)}
        if style == "zip":
            torch.save(content, path)
        else:
            path.write_bytes(pickle.dumps(content))
        return path

    yield write
    assert not mark.exists(), "the file's code was run"


STYLES = pytest.mark.parametrize("style", ["zip", "pickle"])


def test_the_planted_file_does_run_where_it_is_let(plant, tmp_path):
    path = plant(tmp_path / "x.pt", "pickle")
    with path.open("rb") as file:
        pickle.load(file)["more"].close()
    assert (tmp_path / "it-ran").exists()
    (tmp_path / "it-ran").unlink()


@STYLES
def test_the_features_of_xrv(plant, tmp_path, monkeypatch, style):
    class DenseNet(torch.nn.Module):
        def __init__(self, weights=None):
            super().__init__()

    package = SimpleNamespace(models=SimpleNamespace(DenseNet=DenseNet))
    monkeypatch.setitem(sys.modules, "torchxrayvision", package)
    with pytest.raises(MlError, match="cannot be loaded for features xrv"):
        load_features("xrv", plant(tmp_path / "xrv.pt", style))


@STYLES
def test_the_features_of_inception(plant, tmp_path, style):
    from ml.bank.run_folder import file_digest

    path = plant(tmp_path / "inception.pt", style)
    with pytest.raises(MlError, match="is not the file that is known"):
        load_features("inception", path)
    with pytest.raises(MlError, match="is not a TorchScript network"):
        load_features("inception", path, file_digest(path))


@STYLES
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
def test_the_features_of_clip(plant, tmp_path, style, name):
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip" / "config.json").write_text(json.dumps({"model_type": "clip"}))
    plant(tmp_path / "clip" / name, style)
    with pytest.raises(MlError, match="is not a CLIP model folder"):
        load_features("clip", tmp_path / "clip")


@STYLES
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
@pytest.mark.parametrize("model_type", ["dinov2", "vit"])
def test_the_folders_of_given_networks(plant, tmp_path, style, name, model_type):
    folder = tmp_path / "network"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    plant(folder / name, style)
    with pytest.raises(MlError, match="is not a Dinov2 model folder"):
        load_features("rad-dino", folder)
    with pytest.raises(MlError, match="is not an image classifier's folder"):
        load_classifier(folder, ["normal", "abnormal"], {})
    with pytest.raises(MlError, match="is not a folder of an image model"):
        load_reidentifier(folder, None)


def test_code_that_comes_with_a_classifier(tmp_path):
    config = {"model_type": "vit", "auto_map": {"AutoModelForImageClassification": "own.Model"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(MlError, match="comes with code of its own, which is not run"):
        load_classifier(tmp_path, ["normal", "abnormal"], {})


@STYLES
def test_a_network_that_knows_patients(plant, tmp_path, style):
    from ml.bank.run_folder import file_digest

    path = plant(tmp_path / "reid.pt", style)
    with pytest.raises(MlError, match="is a program, and is run only if"):
        load_reidentifier(path, None)
    with pytest.raises(MlError, match="is not a TorchScript network"):
        load_reidentifier(path, file_digest(path))


@STYLES
def test_the_features_of_biovil_t(plant, tmp_path, monkeypatch, style):
    module = SimpleNamespace(MultiImageModel=None)
    for name in ("", ".image", ".image.model"):
        monkeypatch.setitem(sys.modules, f"health_multimodal{name}", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "health_multimodal.image.model.model", module)
    with pytest.raises(MlError, match="cannot be loaded for features biovil-t"):
        load_features("biovil-t", plant(tmp_path / "biovil.pt", style))


@STYLES
@pytest.mark.parametrize("suffix", ["safetensors", "bin"])
@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_a_base_models_folder(plant, base, tmp_path, style, part, suffix):
    folder = tmp_path / "base"
    shutil.copytree(base, folder)
    weights = next((folder / part).glob("*.safetensors"))
    weights.unlink()
    name = weights.name if suffix == "safetensors" else "diffusion_pytorch_model.bin"
    if part == "text_encoder" and suffix == "bin":
        name = "pytorch_model.bin"
    plant(folder / part / name, style)
    with pytest.raises(
        MlError, match=r"cannot be loaded as (the text encoder of )?Stable Diffusion"
    ):
        load_base(str(folder), device="cpu")
    if part == "vae":
        with pytest.raises(MlError, match=r"the autoencoder of .* cannot be loaded"):
            load_autoencoder(str(folder), device="cpu")


@STYLES
@pytest.mark.parametrize("damage", ["planted", "cut short", "empty"])
def test_a_text_encoders_bin_is_refused_in_the_houses_words(plant, base, tmp_path, style, damage):
    """torch's own advise to load it with its code let run."""
    folder = tmp_path / "base"
    shutil.copytree(base, folder)
    text = folder / "text_encoder"
    next(text.glob("*.safetensors")).unlink()
    weights = plant(text / "pytorch_model.bin", style)
    whole = weights.read_bytes()
    if damage != "planted":
        weights.write_bytes(whole[: len(whole) // 2] if damage == "cut short" else b"")
    with pytest.raises(MlError) as refused:
        load_base(str(folder), device="cpu")
    said = str(refused.value)
    assert said.startswith(f"{text} cannot be loaded as the text encoder of Stable Diffusion")
    assert "damaged" in said
    assert "get it again from where it came from" in said
    if damage == "planted":
        assert "nothing of it was run" in said


def test_a_file_of_weights_without_names_is_refused(tmp_path):
    torch.save([torch.zeros(1)], tmp_path / "model.ckpt")
    with pytest.raises(MlError, match="it holds no weights with names"):
        load_base(str(tmp_path / "model.ckpt"), device="cpu")


def test_code_that_comes_with_a_base_model(base, tmp_path):
    folder, mark = tmp_path / "base", tmp_path / "it-ran"
    shutil.copytree(base, folder)
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"] = ["own_unet", "UNet2DConditionModel"]
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "unet" / "own_unet.py").write_text(f"open({str(mark)!r}, 'w')\n")
    with pytest.raises(MlError, match="names 'own_unet' for its unet: code that comes with"):
        load_base(str(folder), device="cpu")
    assert not mark.exists()


@STYLES
@pytest.mark.parametrize("suffix", ["ckpt", "safetensors"])
def test_a_base_models_single_file(plant, tmp_path, style, suffix):
    with pytest.raises(MlError, match="cannot be loaded: it"):
        load_base(str(plant(tmp_path / f"model.{suffix}", style)), device="cpu")


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_single_file_of_the_old_kind_is_read_for_its_weights(tmp_path, is_zip):
    """The test above would also pass if no .ckpt could be read at all."""
    from ml.tiny_base import build_tiny_base

    pipeline = build_tiny_base(
        tmp_path / "base",
        size=64,
        unet_channels=(16, 16, 32, 32),
        vae_channels=(16, 16, 16, 16),
        layers_per_block=2,
        text_width=16,
        small_vocabulary=True,
    )
    from safetensors.torch import load_file

    write_single_file(pipeline, tmp_path / "m.safetensors")
    weights = {"state_dict": load_file(tmp_path / "m.safetensors")}
    torch.save(weights, tmp_path / "m.ckpt", _use_new_zipfile_serialization=is_zip)
    loaded = load_base(
        str(tmp_path / "m.ckpt"), config=tmp_path / "base", dtype="float32", device="cpu"
    )
    assert torch.equal(loaded.unet.conv_in.weight, pipeline.unet.conv_in.weight)


@STYLES
def test_a_lora(plant, base, tmp_path, style):
    plant(tmp_path / "lora" / "pytorch_lora_weights.safetensors", style)
    with pytest.raises(MlError, match=r"the LoRA in .* cannot be loaded"):
        apply_lora(load_base(base, device="cpu"), tmp_path / "lora")


@STYLES
def test_a_learnt_word(plant, base, data, tmp_path, style):
    from ml.bank.run_folder import write_checkpoint

    tune("M6", tmp_path / "M6", base, data, max_steps=1)
    plant(tmp_path / "M6" / "embedding" / "learned_embeds.safetensors", style)
    options = json.loads((tmp_path / "M6" / "options.json").read_text())
    # Whoever plants a file in a run can also write its digest.
    write_checkpoint(
        tmp_path / "M6", "textual_inversion", base_sha256=options["base_sha256"], step=1
    )
    with pytest.raises(MlError, match=r"the learnt word of .* cannot be loaded"):
        load_variant("M6", runs=tmp_path, device="cpu")


@STYLES
def test_the_state_that_a_run_resumes_from(plant, base, data, tmp_path, style):
    tune("M1", tmp_path / "run", base, data, max_steps=1)
    plant(tmp_path / "run" / "resume" / "state.pt", style)
    with pytest.raises(MlError, match="cannot be resumed from"):
        tune("M1", tmp_path / "run", base, data, max_steps=1, resume=True)


@STYLES
def test_the_cache_of_encoded_images(plant, base, data, tmp_path, style):
    """A damaged entry is encoded anew, so nothing is to be said."""
    tune("M1", tmp_path / "run", base, data, max_steps=1)
    for path in (tmp_path / "cache").glob("*.safetensors"):
        plant(path, style)
    tune("M1", tmp_path / "again", base, data, variant=small("M1", max_steps=1))


def test_a_hostile_base_is_one_sentence_of_the_command(plant, data, tmp_path, capsys):
    path = plant(tmp_path / "model.ckpt", "zip")
    arguments = ["M1", "--base", str(path), "--data", str(data), "--out", str(tmp_path / "run")]
    assert main([*arguments, "--prompt-abnormal", "x", "--device", "cpu"]) == 1
    said = capsys.readouterr().err
    assert "it holds more than weights, or is damaged" in said
    assert said.count("\n") == 1


@pytest.fixture(scope="module", name="stopped")
def run_that_stopped_early(base, data, tmp_path_factory):
    """Return a run that keeps its best weights beside its last, and its variant."""
    variant = small("M3", epochs=20, learning_rate=0.03, schedule="constant", early_stop=2)
    run = tmp_path_factory.mktemp("stopped") / "run"
    tune("M3", run, base, data, variant=variant)
    return run, variant


@STYLES
def test_what_is_kept_of_the_best_weights(plant, base, data, stopped, tmp_path, style):
    run, variant = stopped
    shutil.copytree(run, tmp_path / "run")
    plant(tmp_path / "run" / "resume" / "best.safetensors", style)
    with pytest.raises(MlError, match=r"best.safetensors cannot be read"):
        tune("M3", tmp_path / "run", base, data, variant=variant, resume=True)


def test_no_other_place_unpickles():
    """Whoever adds a path that reads weights adds it above."""
    import re
    from pathlib import Path

    root = Path(__file__).parents[2] / "ml"
    calls = re.compile(r"weights_only=False|pickle\.loads?\(|np\.load\(|allow_pickle=True|joblib")
    loads = [p.name for p in root.rglob("*.py") if calls.search(p.read_text())]
    assert loads == []
