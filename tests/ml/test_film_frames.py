"""Films as they are shown: only the film counts, or nothing is padded at all."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest
import torch
from chest_fixtures import chest
from PIL import Image
from test_base_families import PROMPTS, SETTINGS, asked, bases, run_of  # noqa: F401
from tuning_fixtures import losses_of, small, tiny_base_folder, tune, weights_of  # noqa: F401

from ml.bases.families import adapter_of
from ml.errors import MlError
from ml.generate import shapes_tuned_on
from ml.methods.config import DataConfig, check, override
from ml.prepare import prepare
from ml.radiographs.buckets import bucket_of, bucket_shapes, cut_of
from ml.radiographs.sources import SourceImage
from ml.radiographs.training_images import (
    covering,
    film_share,
    fitted,
    load_grey,
    read_prepared,
    view,
    view_count,
)
from ml.sampling.sampler import plan, sample, shape_of
from ml.training.batches import ShapedOrder
from ml.training.frames import Frames, describe_buckets
from ml.variants import load_base, load_variant
from tests.two_lengths import some_now

SIDES = ((64, 128), (128, 64), (96, 96), (64, 120), (96, 92), (128, 64))
"""(height, width): two wide, two tall, two nearly square."""


@pytest.fixture(scope="module", name="mixed")
def films_of_three_shapes(tmp_path_factory):
    """Return prepared data: four films to train on and two held out, of three shapes."""
    root = tmp_path_factory.mktemp("mixed")
    images = []
    for number, (height, width) in enumerate(SIDES):
        path = root / f"film{number}.png"
        Image.fromarray(chest(number, width=width, height=height)).save(path)
        condition = ("normal", "abnormal")[number % 2]
        images.append(SourceImage(path, path.name, condition))
    prepare(images, root / "prepared", name="mixed", counts={"normal": 2, "abnormal": 2})
    return root / "prepared"


def shown_as(fit, **training):
    variant = small("M1", max_steps=4, learning_rate=0.02, schedule="constant", **training)
    return dataclasses.replace(variant, data=override(variant.data, {"fit": fit}, "test"))


def test_the_share_of_film_is_where_a_view_is_not_padded():
    white = np.ones((32, 64), dtype=np.float32)
    data = DataConfig(size=64, augmentations=4, intensity=0.0, mirror=True)
    for number in range(view_count(data)):
        expected = view(fitted(white, 64, "pad"), number, "film", data)
        assert np.allclose(film_share((32, 64), number, "film", data), expected, atol=1e-6)
    assert film_share((32, 64), 0, "film", data)[:16].max() == 0


def test_only_the_film_counts_in_a_masked_loss(base, mixed, tmp_path):
    """What stands in the padding changes the plain loss and leaves the masked one alone."""
    from ml.training.batches import Batch
    from ml.training.cache import MomentCache
    from ml.training.losses import Losses
    from ml.training.randomness import draw

    class Echo(torch.nn.Module):
        """Answer with the noise, but for the padding."""

        def __init__(self, amount):
            super().__init__()
            self.amount = amount

        def forward(self, noisy, times, text):
            return noise[None] + self.amount * (share == 0) + 1.0

    pipeline = load_base(base, device="cpu")
    adapter = adapter_of(pipeline)
    image = next(i for i in read_prepared(mixed).train if i.source in ("film0.png", "film3.png"))
    made = draw(0, 0, 0, shape=adapter.latent_shape(32), views=1, timesteps=1000)
    noise = made.noise
    for masked in (False, True):
        variant = shown_as("pad", masked_loss=masked)
        frames = Frames(adapter, variant.data)
        share = frames.film_share(image, 0)
        assert share.shape == (1, 16, 16)
        assert 0.4 < float(share.mean()) < 0.6
        moments = MomentCache(adapter.vae, variant.data, None)
        moments.fill([image], views=1)
        objective = adapter.objective(None, None)
        parts = (adapter, objective, variant, moments, frames)
        losses = Losses(*parts, trains_text=False, device=torch.device("cpu"))
        few, many = (
            float(losses(Echo(amount), Batch([image], [made], ["chest"]))[0]) for amount in (0, 9)
        )
        assert few == pytest.approx(1.0, rel=1e-5)
        assert (many == pytest.approx(1.0, rel=1e-5)) is masked
    own = Frames(adapter, variant.data, whole=[image.pixels_sha256]).film_share(image, 0)
    assert bool((own == 1).all())


def test_a_masked_run_is_trained_and_says_so(base, mixed, tmp_path):
    run_of("M1", tmp_path / "M1", base, mixed, variant=shown_as("pad", masked_loss=True))
    run_of("M1", tmp_path / "plain", base, mixed, variant=shown_as("pad"))
    assert losses_of(tmp_path / "M1") != losses_of(tmp_path / "plain")
    card = (tmp_path / "M1" / "README.md").read_text()
    assert "loss on the film only" in card
    assert "what is beside it was not taught" in card


def test_shapes_are_multiples_with_no_more_pixels_than_the_square():
    shapes = bucket_shapes(512, 64)
    assert (512, 512) in shapes
    assert (576, 448) in shapes
    assert all(h % 64 == 0 and w % 64 == 0 and h * w <= 512**2 for h, w in shapes)
    assert all(min(shape) >= 256 for shape in shapes)
    assert bucket_of((4892, 4020), shapes) == (576, 448)
    assert bucket_of((4020, 4892), shapes) == (448, 576)
    assert bucket_of((3000, 3000), shapes) == (512, 512)
    for film in ((4892, 4020), (2991, 2992), (100, 700)):
        cut = cut_of(film, bucket_of(film, shapes))
        shape = bucket_of(film, shapes)
        assert all(c >= 0 for c in (cut.top, cut.left))
        assert all(r >= s for r, s in zip(cut.resized, shape, strict=True))
        assert min(r - s for r, s in zip(cut.resized, shape, strict=True)) == 0
    assert cut_of((4892, 4020), (576, 448)).lost < 0.06


def test_a_covered_shape_holds_the_middle_of_the_film():
    film = np.zeros((60, 100), dtype=np.float32)
    film[20:40, 40:60] = 1
    shown = covering(film, (60, 80))
    assert shown.shape == (60, 80)
    assert np.array_equal(shown, film[:, 10:90])
    data = DataConfig(size=64, fit="buckets", augmentations=3)
    for number in range(3):
        assert view(shown, number, "film", data).shape == (60, 80)
    still = dataclasses.replace(data, rotation=0.0, shift=0.0, scale=0.0, intensity=0.0)
    assert np.allclose(view(shown, 2, "film", still), shown, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_every_batch_has_one_shape_and_every_film_its_turns(batch):
    shapes = [(4, 8, 8)] * 5 + [(4, 8, 6)] * 3 + [(4, 6, 8)]
    order = ShapedOrder(3, batch, shapes)
    for number in range(2):
        start = number * batch * len(shapes)
        places = [order[start + place] for place in range(batch * len(shapes))]
        for first in range(0, len(places), batch):
            assert len({shapes[n] for n in places[first : first + batch]}) == 1
        assert Counter(places) == dict.fromkeys(range(len(shapes)), batch)
    again = ShapedOrder(3, batch, shapes)
    assert [order[n] for n in (40, 7, 19)] == [again[n] for n in (40, 7, 19)]


@pytest.mark.parametrize(
    "family", some_now(["sd2", "sdxl", "sd3", "sana", "pixart-sigma"], ["sd2", "sana"])
)
def test_buckets_are_trained_and_resumed_to_the_byte(family, bases, mixed, tmp_path):  # noqa: F811
    base = str(bases / family)
    size = 64 if family == "sana" else 32
    variant = shown_as("buckets", batch_size=2)
    variant = dataclasses.replace(variant, data=override(variant.data, {"size": size}, "test"))
    run_of("M1", tmp_path / "M1", base, mixed, variant=variant)
    run_of("M1", tmp_path / "stopped", base, mixed, variant=variant, resume_at=2)
    assert weights_of(tmp_path / "stopped") == weights_of(tmp_path / "M1")
    assert losses_of(tmp_path / "stopped") == losses_of(tmp_path / "M1")
    options = json.loads((tmp_path / "M1" / "options.json").read_text())
    shapes = options["buckets"]["shapes"]
    assert sum(n for of in shapes.values() for *_, n in of) == 4
    assert len({tuple(s[:2]) for of in shapes.values() for s in of}) > 1
    card = (tmp_path / "M1" / "README.md").read_text()
    assert "normal films shown as (height x width): " in card
    assert "was cut off" in card


def test_images_are_drawn_in_the_shapes_and_their_mix(base, mixed, tmp_path):
    run_of("M1", tmp_path / "M1", base, mixed, variant=shown_as("buckets"))
    loaded = load_variant("M1", runs=tmp_path, device="cpu")
    shapes = shapes_tuned_on(loaded.options)
    settings = dataclasses.replace(SETTINGS, shapes=shapes, bit_exact=True)
    made = list(sample(loaded.pipeline, asked(), settings))
    for image in made:
        assert image.pixels.shape == shape_of(image.request, settings)
    alone = next(sample(loaded.pipeline, asked()[1:2], settings))
    assert np.array_equal(alone.pixels, made[1].pixels)
    mix = {"normal": [(32, 32, 1), (40, 24, 3)], "abnormal": [(24, 40, 1)]}
    settings = dataclasses.replace(SETTINGS, shapes=mix)
    many = plan("M1", PROMPTS, {"normal": 400, "abnormal": 5}, bank_seed=2)
    counts = Counter((r.condition, shape_of(r, settings)) for r in many)
    assert counts["abnormal", (24, 40)] == 5
    assert 0.68 < counts["normal", (40, 24)] / 400 < 0.82
    assert counts["normal", (32, 32)] + counts["normal", (40, 24)] == 400
    wrong = dataclasses.replace(SETTINGS, shapes={"normal": [(34, 30, 1)]})
    with pytest.raises(MlError, match="size 34 does not suit this base model"):
        next(sample(loaded.pipeline, asked(), wrong))


def test_an_arm_of_several_shapes_is_filled_and_gone_on_with(base, mixed, tmp_path, capsys):
    from ml.generate import main

    run_of("M1", tmp_path / "runs" / "M1", base, mixed, variant=shown_as("buckets"))
    command = ["M1", "--runs", str(tmp_path / "runs"), "--bank", str(tmp_path / "bank")]
    command += ["--steps", "2", "--device", "cpu", "--prompt-abnormal", "chest"]
    for count, said in (("4", "4 made, 0 already"), ("6", "2 made, 4 already")):
        assert main([*command, "--count", count]) == 0
        assert said in capsys.readouterr().out
    sizes = {Image.open(path).size for path in (tmp_path / "bank").rglob("*.png")}
    assert len(sizes) > 1
    assert main([*command, "--count", "8", "--size", "32"]) == 1
    assert "was made with s" in capsys.readouterr().err


def test_sdxl_is_told_the_size_and_the_corner(bases, mixed):  # noqa: F811
    pipeline = load_base(str(bases / "sdxl"), device="cpu")
    adapter = adapter_of(pipeline)
    told = []
    real = adapter.denoiser.forward

    def recording(*arguments, added_cond_kwargs, **more):
        told.append(added_cond_kwargs["time_ids"].int().tolist())
        return real(*arguments, added_cond_kwargs=added_cond_kwargs, **more)

    adapter.denoiser.forward = recording
    text = {**adapter.encode(adapter.tokens(["chest"] * 2))}
    latents = torch.zeros(2, 4, 8, 20)
    with torch.no_grad():
        adapter.predict(latents, torch.tensor([3, 3]), text)
        adapter.predict(latents, torch.tensor([3, 3]), adapter.told_corners(text, [(0, 2), (4, 0)]))
    assert told[0] == [[16, 40, 0, 0, 16, 40]] * 2
    assert told[1] == [[16, 40, 0, 2, 16, 40], [16, 40, 4, 0, 16, 40]]
    data = DataConfig(size=32, fit="buckets")
    frames, films = Frames(adapter, data), read_prepared(mixed).train
    corners = [frames.corner(film) for film in films]
    assert any(corner != (0, 0) for corner in corners)
    for film in films:
        shape = frames.bucket(film)
        assert load_grey(film, data, shape).shape == shape


def test_a_shape_that_a_base_cannot_take_is_refused_by_name(bases, mixed):  # noqa: F811
    adapter = adapter_of(load_base(str(bases / "sd3"), device="cpu"))
    frames = Frames(adapter, DataConfig(size=64, fit="buckets"))
    with pytest.raises(MlError, match=r"shows film\d.png as .*Stable Diffusion 3 and 3.5 knows pl"):
        describe_buckets(frames, read_prepared(mixed).train)


@pytest.mark.parametrize(
    ("name", "fit", "training", "sentence"),
    [
        ("M1", "crop", {"masked_loss": True}, "data.fit crop pads none"),
        ("M1", "buckets", {"masked_loss": True}, "data.fit buckets pads none"),
        ("M5", "buckets", {}, "DreamBooth's prior is drawn as squares"),
    ],
)
def test_what_makes_no_sense_together_is_refused(name, fit, training, sentence):
    variant = small(name, **training)
    variant = dataclasses.replace(variant, data=override(variant.data, {"fit": fit}, "test"))
    with pytest.raises(MlError, match=sentence):
        check(variant, name)
