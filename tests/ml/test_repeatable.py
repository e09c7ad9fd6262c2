"""The same seed gives the same bytes, however many threads the kernels share."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tuning_fixtures import (
    six_films,  # noqa: F401
    small,
    tiny_base_folder,  # noqa: F401
    tune,
)

from ml.errors import MlError
from ml.small.options import PretrainingOptions
from ml.small.pretrain import pretrain
from ml.training.repeatable import repeatable


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def weights(folder):
    """Return every tensor below a folder by its file and name."""
    tensors = {}
    for path in sorted(folder.rglob("*.safetensors")):
        for name, tensor in load_file(path).items():
            tensors[str(path.relative_to(folder)), name] = tensor
    assert tensors
    return tensors


def differing(one, other):
    assert one.keys() == other.keys()
    return [name for name in one if not torch.equal(one[name], other[name])]


@pytest.mark.parametrize(
    "name", ["M2", *(pytest.param(name, marks=pytest.mark.slow) for name in ("M4", "M6"))]
)
def test_tuning_twice_with_two_threads_gives_the_same_weights(
    name, base, data, tmp_path, two_threads
):
    folders = [tmp_path / "one" / name, tmp_path / "two" / name]
    for folder in folders:
        tune(name, folder, base, data, batch_size=4, max_steps=6)
    assert differing(*(weights(folder) for folder in folders)) == []


def test_a_base_is_trained_twice_to_the_same_weights_with_two_threads(tmp_path, two_threads):
    films = np.random.default_rng(0).integers(0, 256, (16, 32, 32), dtype=np.uint8)
    options = PretrainingOptions(
        size=32,
        vae_channels=(8, 16, 16, 16),
        unet_channels=(16, 32, 32),
        heads=2,
        text_width=16,
        autoencoder_steps=3,
        autoencoder_batch=2,
        critic_channels=8,
        critic_from=1,
        decoder_steps=3,
        denoiser_steps=4,
        denoiser_batch=4,
    )
    trained = []
    for name in ("one", "two"):
        captions = ["human chest x-ray"] * len(films)
        pretrain(films, captions, tmp_path / name, options, seed=0, log=lambda _: None)
        trained.append(weights(tmp_path / name))
    assert differing(*trained) == []


def test_training_asks_for_deterministic_kernels_unless_told_otherwise(
    base, data, tmp_path, monkeypatch
):
    asked = []
    real = torch.nn.utils.get_total_norm

    def watched(*arguments, **options):
        asked.append(torch.are_deterministic_algorithms_enabled())
        return real(*arguments, **options)

    monkeypatch.setattr("torch.nn.utils.get_total_norm", watched)
    for wanted in (True, False):
        variant = small("M1", max_steps=1, deterministic=wanted)
        tune("M1", tmp_path / str(wanted) / "M1", base, data, variant=variant)
    assert asked == [True, False]
    assert not torch.are_deterministic_algorithms_enabled(), "what was set before is set again"


def test_a_kernel_without_an_order_is_one_sentence_and_other_errors_are_passed_on():
    says = "avg_pool3d_backward_cuda does not have a deterministic implementation, but you set ..."
    with (
        pytest.raises(MlError, match=r"avg_pool3d_backward_cuda .*deterministic = false"),
        repeatable(),
    ):
        raise RuntimeError(says)
    with pytest.raises(RuntimeError, match="another"), repeatable():
        raise RuntimeError("another")
    assert not torch.are_deterministic_algorithms_enabled()
