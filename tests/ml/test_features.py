"""Features: place matters, batches do not, and given weights are used as they were meant."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from ml.bank.run_folder import file_digest
from ml.errors import MlError
from ml.measuring.evaluation import ArmImages, prompts_not_read
from ml.measuring.features import VaeFeatures, load_features
from ml.measuring.films import Films


@pytest.fixture(scope="module")
def images():
    fields = gaussian_filter(np.random.default_rng(0).standard_normal((5, 64, 64)), (0, 5, 5))
    return (0.5 + 0.2 * fields / fields.std()).clip(0, 1)


def test_vae_features_do_not_depend_on_the_batch(pipeline, images):
    one, three = (VaeFeatures(pipeline.vae, 64, batch=b)(images) for b in (1, 3))
    assert one == pytest.approx(three, abs=1e-4)
    assert one.shape == (5, 32 * 16)


def test_a_mirrored_film_has_other_features(pipeline, images):
    features = VaeFeatures(pipeline.vae, 64)
    gap = np.abs(features(images) - features(images[:, :, ::-1])).mean()
    assert gap > 100 * np.abs(features(images) - features(images)).mean()


def test_a_torchscript_inception_is_called_with_bytes(images, tmp_path):
    class Network(torch.nn.Module):
        def forward(self, x, return_features: bool = False):
            assert x.dtype == torch.uint8
            assert return_features
            return x.float().mean(dim=[2, 3])

    torch.jit.script(Network()).save(str(tmp_path / "inception.pt"))
    with pytest.raises(MlError, match="is not the file that is known: its sha256 is"):
        load_features("inception", tmp_path / "inception.pt")
    digest = file_digest(tmp_path / "inception.pt")
    features = load_features("inception", tmp_path / "inception.pt", digest)(images)
    grey = np.rint(images.astype(np.float32) * 255).mean(axis=(1, 2))
    assert features == pytest.approx(np.repeat(grey[:, None], 3, axis=1), abs=0.01)


def test_what_is_no_torchscript_network_is_refused(tmp_path):
    (tmp_path / "x.pt").write_bytes(b"nothing of the kind")
    with pytest.raises(MlError, match="is not a TorchScript network"):
        load_features("inception", tmp_path / "x.pt", file_digest(tmp_path / "x.pt"))


@pytest.fixture(scope="module")
def clip_folder(pipeline, tmp_path_factory):
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    text = {
        **small,
        "num_attention_heads": 2,
        "vocab_size": len(pipeline.tokenizer),
        "bos_token_id": pipeline.tokenizer.bos_token_id,
        "eos_token_id": pipeline.tokenizer.eos_token_id,
    }
    vision = {**small, "num_attention_heads": 2, "image_size": 32, "patch_size": 8}
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8))
    folder = tmp_path_factory.mktemp("clip")
    model.save_pretrained(folder)
    pipeline.tokenizer.save_pretrained(folder)
    return folder


def test_clip_gives_features_and_prompt_adherence(clip_folder, images):
    clip = load_features("clip", clip_folder)
    features = clip(images)
    assert features.shape == (5, 8)
    prompts = ["healthy chest"] * 4 + ["tuberculosis"]
    adherence = clip.prompt_adherence(images, prompts)
    assert adherence.shape == (5,)
    assert np.all(np.abs(adherence) <= 1)
    other = clip.prompt_adherence(images, ["tuberculosis"] * 5)
    assert adherence[4] == pytest.approx(other[4], abs=1e-5)
    assert abs(adherence[0] - other[0]) > 1e-6


def test_words_that_clip_does_not_read_are_noted(clip_folder):
    clip = load_features("clip", clip_folder)
    prompts = ("healthy", "a" * 75 + " effusion")
    records = tuple({"provenance": {"prompt": p}} for p in prompts)
    arm = ArmImages(Films(np.zeros((2, 8, 8)), ("a", "b"), ("normal", "abnormal")), records)
    said = "CLIP does not read these words of a prompt: 'effusion'."
    assert prompts_not_read(clip, [arm]) == [said]


def test_a_folder_without_clip_is_refused(tmp_path):
    with pytest.raises(MlError, match="is not a CLIP model folder"):
        load_features("clip", tmp_path)


def test_xrv_names_the_package_that_is_missing():
    with pytest.raises(MlError, match="torchxrayvision, which is not installed"):
        load_features("xrv", None)


def test_a_network_that_is_no_inception_is_one_sentence(images, tmp_path):
    torch.jit.script(torch.nn.Flatten()).save(str(tmp_path / "other.pt"))
    digest = file_digest(tmp_path / "other.pt")
    with pytest.raises(MlError, match="takes bytes and return_features"):
        load_features("inception", tmp_path / "other.pt", digest)(images)


class Xrv(torch.nn.Module):
    """What torchxrayvision's DenseNet is to its caller: names of weights, no paths."""

    def __init__(self, weights=None):
        super().__init__()
        if weights is not None:
            raise Exception("Weights value must be in ['densenet121-res224-all']")
        self.features = torch.nn.Conv2d(1, 2, 3)


@pytest.fixture
def xrv_package(monkeypatch):
    package = SimpleNamespace(models=SimpleNamespace(DenseNet=Xrv))
    monkeypatch.setitem(sys.modules, "torchxrayvision", package)


@pytest.mark.parametrize("whole", [True, False])
def test_xrv_weights_are_read_from_their_file(xrv_package, images, tmp_path, whole):
    trained = Xrv()
    torch.save(trained if whole else trained.state_dict(), tmp_path / "xrv.pt")
    network = load_features("xrv", tmp_path / "xrv.pt").network
    assert torch.equal(network.features.weight, trained.features.weight)


def test_xrv_weights_that_cannot_be_had_are_one_sentence(xrv_package, tmp_path):
    (tmp_path / "x.pt").write_bytes(b"nothing of the kind")
    for weights, sentence in (
        (None, "give --weights PATH"),
        (tmp_path / "nowhere.pt", "does not exist"),
        (tmp_path / "x.pt", "give --weights PATH"),
    ):
        with pytest.raises(MlError, match=sentence):
            load_features("xrv", weights)
