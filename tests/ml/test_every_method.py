"""Every method on every family: tuned, stopped, resumed to the byte, saved, read again, drawn.

The bases are of the real classes with random weights; the films are of two shapes.
"""

import dataclasses

import pytest
from chest_fixtures import chest
from PIL import Image
from test_base_families import SETTINGS, asked, bases, prediction, run_of  # noqa: F401
from tuning_fixtures import losses_of, small, weights_of

from ml.bases.families import adapter_of
from ml.errors import MlError
from ml.methods.config import override
from ml.prepare import prepare
from ml.radiographs.sources import SourceImage
from ml.sampling.sampler import sample
from ml.small.tiny_families import BUILDERS
from ml.variants import load_base, load_variant
from tests.two_lengths import SLOW

RATE = 0.02
U_NETS = ("sd2", "sdxl")
METHODS = {
    "text encoder's LoRA": ("M2", {}),
    "text encoder": ("M4", {}),
    "DreamBooth": ("M5", {}),
    "word": ("M6", {}),
    "DoRA": ("M1", {"lora": {"dora": True}}),
    "rank-stabilised": ("M1", {"lora": {"rank_stabilised": True, "rank": 4, "alpha": 3.0}}),
    "feed-forward": ("M1", {"lora": {"targets": "feed-forward"}}),
    "convolutions": ("M1", {"lora": {"conv_rank": 2, "conv_alpha": 1.0}}),
    "kohya's": ("M1", {"lora": {"targets": "kohya", "conv_rank": 2, "conv_alpha": 1.0}}),
    "buckets": ("M1", {"data": {"fit": "buckets", "size": 64}}),
    "masked loss": ("M1", {"training": {"masked_loss": True}}),
    "noise offset": ("M1", {"training": {"noise_offset": 0.05}}),
    "zero terminal SNR": (
        "M1",
        {"training": {"zero_terminal_snr": True, "prediction_type": "v_prediction"}},
    ),
    "Prodigy": ("M1", {"training": {"optimizer": "prodigy", "learning_rate": 1.0}}),
    "schedule-free": ("M1", {"training": {"optimizer": "schedule-free"}}),
    "moving average": ("M1", {"training": {"ema_decay": 0.9}}),
}
ONLY_U_NETS = ("text encoder's LoRA", "text encoder", "word", "convolutions", "kohya's")
NOT_FLOW = ("zero terminal SNR",)
ELSEWHERE = {("sd3", "buckets")}
"""In test_film_frames.py: the small base knows no place beyond its size."""

PACKAGES = {"Prodigy": "prodigyopt", "schedule-free": "schedulefree"}
IN_EVERY_RUN = {("sana", "DreamBooth"), ("sdxl", "word")}
CASES = [
    pytest.param(family, method, marks=() if (family, method) in IN_EVERY_RUN else SLOW)
    for family in BUILDERS
    for method in METHODS
    if (family in U_NETS or method not in ONLY_U_NETS) and (family, method) not in ELSEWHERE
]


@pytest.fixture(scope="module", name="films")
def of_two_shapes(tmp_path_factory):
    """Return prepared data: films that stand and films that lie, two a condition to train on."""
    root = tmp_path_factory.mktemp("films")
    images = []
    for number in range(6):
        path = root / f"film{number}.png"
        shape = (96, 120) if number % 3 else (120, 96)
        Image.fromarray(chest(number)).resize(shape).save(path)
        images.append(SourceImage(path, path.name, ("normal", "abnormal")[number % 2]))
    prepare(images, root / "prepared", name="films", counts={"normal": 2, "abnormal": 2})
    return root / "prepared"


def variant_of(method):
    name, changes = METHODS[method]
    variant = small(name, max_steps=2, learning_rate=RATE, schedule="constant")
    for part, values in changes.items():
        given = {part: override(getattr(variant, part), values, "test")}
        variant = dataclasses.replace(variant, **given)
    rate = variant.training.learning_rate
    training = override(variant.training, {"text_encoder_learning_rate": rate}, "test")
    return name, dataclasses.replace(variant, training=training)


@pytest.mark.parametrize(("family", "method"), CASES)
def test_a_stopped_run_goes_on_to_the_same_weights(family, method, bases, films, tmp_path):  # noqa: F811
    if method in PACKAGES:
        pytest.importorskip(PACKAGES[method])
    base = str(bases / family)
    name, variant = variant_of(method)
    given = (base, films)
    flow = adapter_of(load_base(base, device="cpu")).learns_flow
    if flow and method in NOT_FLOW:
        with pytest.raises(MlError, match="predicts flow"):
            run_of(name, tmp_path / name, *given, variant=variant)
        return
    run_of(name, tmp_path / name, *given, variant=variant)
    run_of(name, tmp_path / "stopped", *given, variant=variant, resume_at=1)
    assert weights_of(tmp_path / "stopped") == weights_of(tmp_path / name)
    assert losses_of(tmp_path / "stopped") == losses_of(tmp_path / name)
    words = "<cxr> chest" if name == "M6" else "chest"
    loaded = load_variant(name, runs=tmp_path, device="cpu").pipeline
    changed = prediction(loaded, words) - prediction(load_base(base, device="cpu"), words)
    assert changed.abs().max() > 1e-6
    (image,) = sample(loaded, asked()[:1], SETTINGS)
    assert image.pixels.shape == (32, 32)
