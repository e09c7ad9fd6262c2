"""Networks that are given as files: RAD-DINO, BioViL-T, a classifier, one that knows patients."""

import doctest
import json
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from ml.bank.run_folder import file_digest
from ml.errors import MlError
from ml.measuring import prompt_following
from ml.measuring.features import load_features
from ml.measuring.memorisation import Neighbour, with_matches
from ml.measuring.prompt_following import followed, load_classifier, parse_labels
from ml.measuring.registration import Fit
from ml.measuring.reidentification import Match, load_reidentifier, matches


def films(seed, count, side=64):
    rng = np.random.default_rng(seed)
    fields = gaussian_filter(rng.standard_normal((count, side, side)), (0, 5, 5))
    return (0.5 + 0.2 * fields / fields.std()).clip(0, 1)


SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "patch_size": 8,
    "image_size": 32,
}


@pytest.fixture(scope="module")
def dino(tmp_path_factory):
    from transformers import Dinov2Config, Dinov2Model

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("dino")
    Dinov2Model(Dinov2Config(**SMALL)).save_pretrained(folder)
    settings = {
        "crop_size": {"height": 44, "width": 44},
        "image_mean": [0.53] * 3,
        "image_std": [0.2] * 3,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder


def test_rad_dino_gives_the_class_token_of_pictures_made_as_its_folder_says(dino):
    images = films(0, 5)
    features = load_features("rad-dino", dino)
    # Whole patches of 8 in 44 pixels.
    assert (features.size, features.mean, features.sd) == (40, (0.53,) * 3, (0.2,) * 3)
    rows = features(images)
    assert rows.shape == (5, 16)
    pixels = torch.nn.functional.interpolate(
        torch.from_numpy(images[:, None]).float(), (40, 40), mode="bicubic", antialias=True
    )
    with torch.inference_mode():
        output = features.model(((pixels.clamp(0, 1) - 0.53) / 0.2).expand(-1, 3, -1, -1))
    assert rows == pytest.approx(output.pooler_output.numpy(), abs=1e-4)


def test_a_folder_of_another_model_is_no_rad_dino(tmp_path):
    with pytest.raises(MlError, match="is not a Dinov2 model folder"):
        load_features("rad-dino", tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    with pytest.raises(MlError, match="another model_type"):
        load_features("rad-dino", tmp_path)


class MultiImageModel(torch.nn.Module):
    """What the package's class is to its caller."""

    def __init__(self, img_encoder_type, joint_feature_size):
        super().__init__()
        assert img_encoder_type == "resnet50_multi_image"
        self.project = torch.nn.Linear(3, joint_feature_size)

    def forward(self, current_image):
        assert current_image.shape[1:] == (3, 448, 448)
        means = current_image.mean(dim=(2, 3))
        return SimpleNamespace(projected_global_embedding=self.project(means))


def test_biovil_t_is_read_as_weights_and_embeds(monkeypatch, tmp_path):
    (tmp_path / "none.pt").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "health_multimodal", None)
    with pytest.raises(MlError, match="hi-ml-multimodal, which is not installed"):
        load_features("biovil-t", tmp_path / "none.pt")
    module = ModuleType("health_multimodal.image.model.model")
    module.MultiImageModel = MultiImageModel
    for name in ("health_multimodal", "health_multimodal.image", "health_multimodal.image.model"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "health_multimodal.image.model.model", module)
    trained = MultiImageModel("resnet50_multi_image", 128)
    torch.save(trained.state_dict(), tmp_path / "biovil.pt")
    assert load_features("biovil-t", tmp_path / "biovil.pt")(films(0, 2)).shape == (2, 128)
    with pytest.raises(MlError, match="cannot be loaded for features biovil-t"):
        load_features("biovil-t", tmp_path / "none.pt")


@pytest.fixture(scope="module")
def classifier_folder(tmp_path_factory):
    """A classifier that tells bright pictures from dark ones."""
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(0)
    labels = {0: "Normal", 1: "Effusion", 2: "Mass"}
    config = ViTConfig(**SMALL, id2label=labels, label2id={n: i for i, n in labels.items()})
    folder = tmp_path_factory.mktemp("classifier")
    ViTForImageClassification(config).save_pretrained(folder)
    return folder


def test_images_are_counted_by_the_condition_that_the_classifier_says(classifier_folder):
    labels = parse_labels(["abnormal=Effusion, mass"])
    classifier = load_classifier(classifier_folder, ["normal", "abnormal"], labels)
    assert dict(classifier.columns) == {"abnormal": (1, 2), "normal": (0,)}
    images = films(1, 12)
    said = classifier.conditions_of(images)
    asked = ["normal"] * 6 + ["abnormal"] * 6
    counts = followed(classifier, images, asked)
    assert counts["normal"].followed == said[:6].count("normal")
    assert counts["abnormal"].followed == said[6:].count("abnormal")
    assert 0 <= counts["normal"].low <= counts["normal"].share <= counts["normal"].high <= 1
    # Shown one by one they are the same.
    assert said == [one for image in images for one in classifier.conditions_of(image[None])]


@pytest.mark.parametrize(
    ("conditions", "labels", "sentence"),
    [
        (["normal", "abnormal"], {}, "has no label 'abnormal' for abnormal"),
        (["normal"], {}, "only one"),
        (["normal", "mass"], {"nodule": ("Mass",)}, "which no image is of"),
        (["normal", "mass"], {"normal": ("Mass",)}, "one label to two conditions"),
    ],
)
def test_labels_that_do_not_fit_are_told(classifier_folder, conditions, labels, sentence):
    with pytest.raises(MlError, match=sentence):
        load_classifier(classifier_folder, conditions, labels)


@pytest.mark.parametrize("given", [["abnormal"], ["=Mass"], ["a="], ["a=B", "a=C"]])
def test_a_label_option_of_another_form_is_told(given):
    with pytest.raises(MlError, match="--label-of"):
        parse_labels(given)


def test_the_examples_of_labels_hold():
    assert doctest.testmod(prompt_following).failed == 0


class Embedding(torch.nn.Module):
    """Embeds a film by what it looks like at 16 x 16, whichever way round."""

    def forward(self, x):
        small = torch.nn.functional.adaptive_avg_pool2d(x, 16)[:, 0]
        both = small + small.flip(2)
        return (both - both.mean(dim=(1, 2), keepdim=True)).flatten(1)


class Siamese(torch.nn.Module):
    """Says how likely two films are one patient's."""

    def forward(self, one, other):
        a = torch.nn.functional.adaptive_avg_pool2d(one, 16).flatten(1)
        b = torch.nn.functional.adaptive_avg_pool2d(other, 16).flatten(1)
        return torch.sigmoid(1 - (a - b).square().mean(dim=1))


@pytest.mark.parametrize("network", [Embedding, Siamese])
@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_copies_are_matched_by_a_network_whose_digest_is_given(network, tmp_path):
    path = tmp_path / "reid.pt"
    torch.jit.script(network()).save(str(path))
    with pytest.raises(MlError, match="is a program, and is run only if"):
        load_reidentifier(path, None)
    with pytest.raises(MlError, match="--reid-sha256"):
        load_reidentifier(path, "0" * 64)
    reidentifier = load_reidentifier(path, file_digest(path), 64)
    assert reidentifier.takes_pairs == (network is Siamese)
    training, names = films(4, 24), [str(number) for number in range(24)]
    noise = np.random.default_rng(0).normal(0, 0.01, (3, 64, 64))
    images = np.concatenate([training[:3] + noise, films(5, 6)])
    said = matches(images, training, names, reidentifier, 0.001)
    assert [one.nearest for one in said[:3]] == names[:3]
    assert all(one.chance < 0.0005 for one in said[:3])
    assert all(one.chance > 0.0005 for one in said[3:])


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_what_no_network_of_films_is_told(tmp_path):
    with pytest.raises(MlError, match="does not exist"):
        load_reidentifier(tmp_path / "nowhere", None)

    class Three(torch.nn.Module):
        def forward(self, a, b, c):
            return a + b + c

    torch.jit.script(Three()).save(str(tmp_path / "three.pt"))
    with pytest.raises(MlError, match="takes 3 inputs"):
        load_reidentifier(tmp_path / "three.pt", file_digest(tmp_path / "three.pt"))
    (tmp_path / "x.pt").write_bytes(b"no network")
    with pytest.raises(MlError, match="is not a TorchScript network"):
        load_reidentifier(tmp_path / "x.pt", file_digest(tmp_path / "x.pt"))
    with pytest.raises(MlError, match="side of 16 to 4096"):
        load_reidentifier(tmp_path / "x.pt", None, 4)


def test_a_folder_of_weights_embeds_films(dino):
    reidentifier = load_reidentifier(dino, None, 32)
    training = films(4, 8)
    said = matches(training[:2], training, list("abcdefgh"), reidentifier, 0.001)
    assert [one.nearest for one in said] == ["a", "b"]


def test_either_rule_flags_at_half_the_chance():
    fit = Fit(0.5, False, 0.0, 1.0)
    for by_films, by_network, flagged in (
        (0.5, 0.0004, True),
        (0.0004, 0.5, True),
        (0.0006, 0.0006, False),
    ):
        neighbour = Neighbour("a", 0.5, 1.0, by_films, fit, flagged=False)
        [one] = with_matches([neighbour], [Match("b", 1.0, by_network)], 0.001)
        assert one.flagged == flagged
        assert one.match.nearest == "b"


def test_a_folder_that_lacks_weights_is_refused_and_not_made_up(dino, tmp_path):
    """Its numbers would look like any others: transformers makes up what a file lacks."""
    import shutil

    from safetensors.torch import load_file, save_file
    from transformers import CLIPConfig, CLIPModel

    shutil.copytree(dino, tmp_path / "dino")
    weights = load_file(tmp_path / "dino" / "model.safetensors")
    del weights["embeddings.mask_token"]  # read by nothing here
    save_file(weights, tmp_path / "dino" / "model.safetensors", metadata={"format": "pt"})
    assert load_features("rad-dino", tmp_path / "dino")(films(0, 2)).shape == (2, 16)
    del weights["encoder.layer.0.norm1.weight"]
    save_file(weights, tmp_path / "dino" / "model.safetensors", metadata={"format": "pt"})
    lacks = r"lacks weights of its network \(encoder\.layer\.0\.norm1\.weight\)"
    with pytest.raises(MlError, match=lacks):
        load_features("rad-dino", tmp_path / "dino")
    with pytest.raises(MlError, match=lacks):
        load_reidentifier(tmp_path / "dino", None)
    with pytest.raises(MlError, match="lacks weights of its network"):
        load_classifier(dino, ["normal", "abnormal"], {"normal": "LABEL_0", "abnormal": "LABEL_1"})
    side = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    side["num_attention_heads"] = 2
    clip = CLIPModel(CLIPConfig(text_config=side, vision_config=side, projection_dim=8))
    clip.text_model.save_pretrained(tmp_path / "clip")
    clip.config.save_pretrained(tmp_path / "clip")
    with pytest.raises(MlError, match="lacks weights of its network"):
        load_features("clip", tmp_path / "clip")
