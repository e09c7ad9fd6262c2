"""What a model is shown: the prepared film, upright, grey, in views that never change."""

import dataclasses
import json

import numpy as np
import pytest
from chest_fixtures import chest, write_montgomery
from PIL import Image

from ml.errors import MlError
from ml.measuring.films import read_films
from ml.methods.config import DataConfig
from ml.prepare import main, prepare
from ml.radiographs.sources import SourceImage
from ml.radiographs.training_images import (
    fitted,
    load_grey,
    read_prepared,
    to_model,
    view,
    view_count,
)

STILL = DataConfig(size=64, augmentations=1)


def prepared(tmp_path, *films):
    """Prepare films, all normal and for training, and return their folder."""
    images = []
    for number, film in enumerate(films):
        path = tmp_path / f"film{number}.png"
        Image.fromarray(film).save(path)
        images.append(SourceImage(path, path.name, "normal"))
    prepare(images, tmp_path / "out", name="films", held_out_share=0.0)
    return tmp_path / "out"


def likeness(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


@pytest.fixture
def montgomery(tmp_path):
    out = tmp_path / "out"
    counts = ["--normal", "2", "--abnormal", "1"]
    source = write_montgomery(tmp_path)
    assert main(["montgomery", "--source", str(source), "--out", str(out), *counts]) == 0
    return out


def test_it_reads_what_prepare_wrote(montgomery):
    data = read_prepared(montgomery)
    assert (len(data.train), len(data.held_out)) == (3, 5)
    assert data.name == "montgomery"
    assert "National Library of Medicine" in data.attribution
    assert {i.condition for i in data.train} == {"normal", "abnormal"}
    assert not {i.pixels_sha256 for i in data.train} & {i.pixels_sha256 for i in data.held_out}


def test_it_leaves_the_other_condition_out_where_a_variant_learns_one(montgomery):
    data = read_prepared(montgomery, only="abnormal")
    assert {i.condition for i in (*data.train, *data.held_out)} == {"abnormal"}
    assert len(data.train) == 1


def test_it_says_where_nothing_is_left_to_train_on(tmp_path):
    out = prepared(tmp_path, chest(0))
    with pytest.raises(MlError, match="holds no abnormal images to train on"):
        read_prepared(out, only="abnormal")


def test_it_says_where_nothing_was_prepared(tmp_path):
    with pytest.raises(MlError, match=r"no metadata\.jsonl.*run python -m ml\.prepare first"):
        read_prepared(tmp_path)


def test_it_notices_an_index_that_was_edited(montgomery):
    path = montgomery / "metadata.jsonl"
    path.write_text(path.read_text().replace('"held_out"', '"train"'))
    with pytest.raises(MlError, match="was changed since"):
        read_prepared(montgomery)


def test_it_notices_a_film_that_was_exchanged(montgomery):
    first, second, *_ = read_prepared(montgomery).train
    first.path.write_bytes(second.path.read_bytes())
    with pytest.raises(MlError, match=f"{first.file_name} was changed"):
        load_grey(first, STILL)


def test_it_names_a_film_that_is_gone(montgomery):
    image = read_prepared(montgomery).train[0]
    image.path.unlink()
    with pytest.raises(MlError, match=f"{image.file_name} cannot be read"):
        load_grey(image, STILL)


def test_sixteen_bits_are_kept_until_the_model(tmp_path):
    ramp = np.tile(np.linspace(0, 65535, 512).astype(np.uint16), (512, 1))
    image = read_prepared(prepared(tmp_path, ramp)).train[0]
    shown = to_model(load_grey(image, DataConfig(size=512)))
    assert len(np.unique(shown)) > 450  # eight bits would leave 256
    assert shown.dtype == np.float32


def test_padding_shows_the_whole_film_on_black_with_its_aspect_kept():
    film = np.ones((60, 120), dtype=np.float32)
    square = fitted(film, 64, "pad")
    assert square.shape == (64, 64)
    assert np.allclose(square[16:48], 1)
    assert not square[:16].any()
    assert not square[48:].any()


def test_cropping_keeps_the_centre_with_its_aspect_kept():
    film = np.zeros((60, 120), dtype=np.float32)
    film[:, 30:90] = 1
    assert np.allclose(fitted(film, 60, "crop"), 1)
    assert fitted(film, 64, "crop").shape == (64, 64)


@pytest.mark.parametrize("shape", [(3, 400), (400, 3), (64, 64), (101, 63)])
def test_any_shape_becomes_the_square_that_is_asked_for(shape):
    film = np.random.default_rng(0).random(shape, dtype=np.float32)
    for fit in ("pad", "crop"):
        square = fitted(film, 64, fit)
        assert square.shape == (64, 64)
        assert square.min() >= 0
        assert square.max() <= 1


def test_the_first_view_is_the_film_itself(tmp_path):
    film = fitted(chest(0).astype(np.float32) / 255, 64, "pad")
    assert np.array_equal(view(film, 0, "key", DataConfig(size=64)), film)


def test_views_differ_from_each_other_and_are_the_same_in_every_run():
    film = fitted(chest(0).astype(np.float32) / 255, 64, "pad")
    data = DataConfig(size=64, augmentations=4)
    once = [view(film, n, "key", data) for n in range(view_count(data))]
    again = [view(film, n, "key", data) for n in reversed(range(view_count(data)))][::-1]
    assert len(once) == 4
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    for a in range(4):
        for b in range(a):
            assert np.abs(once[a] - once[b]).mean() > 0.005
    other = view(film, 1, "another film", data)
    assert not np.array_equal(other, once[1])


def test_views_change_no_more_than_the_config_allows():
    film = np.zeros((128, 128), dtype=np.float32)
    film[60:68, 60:68] = 1
    down, across = np.mgrid[:128, :128]

    def centre_of_mass(grey):
        return np.array([(grey * down).sum(), (grey * across).sum()]) / grey.sum()

    data = DataConfig(size=128, augmentations=40, shift=0.03, scale=0.05, rotation=3.0)
    moves = [
        np.abs(centre_of_mass(view(film, n, "k", data)) - centre_of_mass(film)).max()
        for n in range(1, 40)
    ]
    assert 1.0 < max(moves) < 0.03 * 128 + 1
    still = dataclasses.replace(data, shift=0.0, scale=0.0, rotation=0.0, intensity=0.0)
    assert np.allclose(view(film, 7, "k", still), film, atol=1e-6)


def test_views_keep_black_padding_black():
    film = fitted(np.full((64, 128), 0.6, dtype=np.float32), 128, "pad")
    data = DataConfig(size=128, augmentations=12)
    for number in range(12):
        assert not view(film, number, "key", data)[:16].any()


def test_views_have_no_crooked_black_edges_of_their_own():
    film = np.full((128, 128), 0.6, dtype=np.float32)
    data = DataConfig(size=128, augmentations=12)
    for number in range(12):
        assert view(film, number, "key", data).min() > 0.5


def test_no_view_is_mirrored_unless_the_config_says_so(tmp_path):
    image = read_prepared(prepared(tmp_path, chest(3))).train[0]
    data = DataConfig(size=64, fit="crop", augmentations=16)
    film = load_grey(image, data)
    for number in range(view_count(data)):
        shown = view(film, number, image.pixels_sha256, data)
        assert likeness(shown, film) > likeness(shown, film[:, ::-1]) + 0.2
    mirrored = dataclasses.replace(data, mirror=True)
    assert view_count(mirrored) == 32
    for number in range(16, 32):
        shown = view(film, number, image.pixels_sha256, mirrored)
        assert likeness(shown, film[:, ::-1]) > likeness(shown, film) + 0.2


def test_the_model_sees_three_equal_channels_from_minus_one_to_one(tmp_path):
    film = fitted(chest(0).astype(np.float32) / 255, 64, "crop")
    film[0, 0], film[0, 1] = 0, 1
    shown = to_model(film)
    assert shown.shape == (3, 64, 64)
    assert np.array_equal(shown[0], shown[1])
    assert np.array_equal(shown[0], shown[2])
    assert (shown.min(), shown.max()) == (-1, 1)


class ExactAutoencoder:
    """Encodes by keeping all pixels, so that what goes in can be compared with what comes out."""

    class Config:
        scaling_factor = 0.5

    config = Config()

    def __init__(self):
        import torch

        self.device, self.dtype = torch.device("cpu"), torch.float32

    def encode(self, pixels):
        import torch
        from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

        moments = torch.cat([pixels, torch.full_like(pixels, -30.0)], dim=1)
        return type("Encoded", (), {"latent_dist": DiagonalGaussianDistribution(moments)})

    def decode(self, latents):
        return type("Decoded", (), {"sample": latents})


def test_left_stays_left_and_top_stays_top_from_the_source_to_the_bank(tmp_path):
    from ml.bank.writer import ArmDescription, ArmWriter, write_manifest
    from ml.sampling.sampler import decode
    from ml.training.cache import MomentCache

    film = chest(11, width=120, height=90, dtype=np.uint16) // 16
    image = read_prepared(prepared(tmp_path, film)).train[0]
    moments = MomentCache(ExactAutoencoder(), STILL, None)
    moments.fill([image])
    mean = moments[image, 0][:3][None]
    [picture] = decode(ExactAutoencoder(), mean * ExactAutoencoder.config.scaling_factor)
    pixels = np.rint(picture.mean(axis=0).clip(0, 1) * 255).astype(np.uint8)
    arm = ArmDescription(
        id="M1", label="M1", description="", training_summary="", training={}, rejection_rule=""
    )
    with ArmWriter(tmp_path / "bank", arm) as writer:
        writer.add_image(pixels, condition="normal", index=0, attempt=0, provenance={})
    write_manifest(tmp_path / "bank", name="b")
    [line] = (tmp_path / "bank" / "images.jsonl").read_text().splitlines()
    entry = (json.loads(line)["file"], "normal")
    shown = read_films(tmp_path / "bank", [entry], size=64).pixels[0]

    low, high = np.percentile(film, [0.5, 99.5])
    seen = ((film - low) / (high - low)).clip(0, 1)
    expected = fitted(seen.astype(np.float32), 64, "pad")
    assert np.abs(shown - expected).max() < 1 / 255
    for turned in (expected[:, ::-1], expected[::-1], expected.T, expected[::-1, ::-1]):
        assert np.abs(shown - turned).max() > 0.5
