"""One seed, one image; the same image as the pipeline's own call; only declared rejections."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ml.bank.writer import Shard
from ml.errors import MlError
from ml.sampling.sampler import (
    SCHEDULERS,
    ImageRequest,
    SamplerSettings,
    image_seed,
    make_scheduler,
    plan,
    sample,
)
from tests.two_lengths import some_now

PROMPTS = {"normal": "healthy chest", "abnormal": "chest x-ray with tuberculosis"}
SETTINGS = SamplerSettings(steps=4, size=32, batch_size=4, guidance_scale=4.0)


def requests(normal=3, abnormal=2, **options):
    return plan("M1", PROMPTS, {"normal": normal, "abnormal": abnormal}, bank_seed=1, **options)


def by_place(images):
    return {(i.request.condition, i.request.index): i.pixels.astype(int) for i in images}


@pytest.mark.parametrize("scheduler", some_now(SCHEDULERS, tuple(SCHEDULERS)[:3]))
def test_the_image_is_the_one_the_pipelines_own_call_makes(pipeline, scheduler):
    asked = requests()
    ours = list(sample(pipeline, asked, replace(SETTINGS, scheduler=scheduler, batch_size=5)))
    before = pipeline.scheduler
    pipeline.scheduler = make_scheduler(scheduler, before.config)
    try:
        theirs = pipeline(
            [r.prompt for r in asked],
            generator=[torch.Generator().manual_seed(r.seed) for r in asked],
            num_inference_steps=SETTINGS.steps,
            guidance_scale=SETTINGS.guidance_scale,
            height=32,
            width=32,
            output_type="np",
        ).images
    finally:
        pipeline.scheduler = before
    for image, expected in zip(ours, theirs, strict=True):
        # Half a grey level is what rounding to 8 bits takes.
        assert np.abs(image.pixels - expected.mean(axis=-1) * 255).max() <= 0.501


def test_the_batch_size_does_not_change_an_image(pipeline):
    together = by_place(sample(pipeline, requests(), SETTINGS))
    alone = by_place(sample(pipeline, requests(), replace(SETTINGS, batch_size=1)))
    for place, pixels in together.items():
        assert np.abs(pixels - alone[place]).max() <= 1


def test_shards_make_the_whole_bit_for_bit_when_asked_to(pipeline):
    exact = replace(SETTINGS, bit_exact=True)
    whole = by_place(sample(pipeline, requests(), exact))
    union = {}
    for index in range(3):
        shard = requests(shard=Shard(index, 3))
        union |= by_place(sample(pipeline, shard, exact))
    assert union.keys() == whole.keys()
    assert all(np.array_equal(union[place], pixels) for place, pixels in whole.items())


def test_asking_twice_gives_the_same_bits(pipeline):
    first, again = (by_place(sample(pipeline, requests(), SETTINGS)) for _ in range(2))
    assert all(np.array_equal(again[place], pixels) for place, pixels in first.items())


def test_every_image_differs(pipeline):
    images = [i.pixels.tobytes() for i in sample(pipeline, requests(), SETTINGS)]
    assert len(set(images)) == 5


def test_the_prompt_and_the_guidance_matter(pipeline):
    def image(prompt="healthy chest", **changes):
        request = ImageRequest("normal", prompt, 0, seed=5)
        (made,) = sample(pipeline, [request], replace(SETTINGS, **changes))
        return made.pixels

    assert not np.array_equal(image(), image(prompt="tuberculosis"))
    assert not np.array_equal(image(), image(guidance_scale=9.0))
    assert not np.array_equal(image(), image(negative_prompt="tuberculosis"))


def test_guidance_outside_its_interval_is_left_out(pipeline):
    def image(**changes):
        (made,) = sample(pipeline, requests(1, 0), replace(SETTINGS, **changes))
        return made.pixels

    assert np.array_equal(image(guidance_interval=(0.0, 0.0)), image(guidance_scale=1.0))
    half = image(guidance_interval=(0.0, 0.5))
    assert not np.array_equal(half, image())
    assert not np.array_equal(half, image(guidance_scale=1.0))


def test_guidance_costs_one_pass_less_where_it_is_left_out(pipeline, monkeypatch):
    passes = []
    forward = pipeline.unet.forward
    monkeypatch.setattr(
        pipeline.unet, "forward", lambda x, *a, **k: passes.append(len(x)) or forward(x, *a, **k)
    )
    list(sample(pipeline, requests(1, 0), replace(SETTINGS, guidance_interval=(0.0, 0.5))))
    assert passes == [2, 2, 1, 1]


def test_an_images_seed_depends_on_all_that_names_it():
    seeds = {
        image_seed(0, "M1", "a", 0),
        image_seed(1, "M1", "a", 0),
        image_seed(0, "M2", "a", 0),
        image_seed(0, "M1", "b", 0),
        image_seed(0, "M1", "a", 1),
        image_seed(0, "M1", "a", 0, attempt=1),
    }
    assert len(seeds) == 6
    assert all(0 <= seed < 2**53 for seed in seeds)
    # Written down once: a change would silently change every bank made from a seed.
    assert image_seed(0, "M1", "a", 0) == 2430273056909449


@pytest.mark.parametrize(
    ("poison", "changes", "reason"),
    [
        (lambda x: x * float("nan"), {}, "not finite"),
        (lambda x: x * 0 - 1, {}, "black"),
        (lambda x: x, {"max_chroma": 0.01}, "chroma"),
        (lambda x: x, {}, None),
        (lambda x: x.mean(dim=1, keepdim=True).expand_as(x), {"max_chroma": 0.01}, None),
    ],
    ids=["not finite", "black", "coloured", "no rule", "grey"],
)
def test_only_declared_rules_reject(pipeline, monkeypatch, poison, changes, reason):
    decode = pipeline.vae.decode

    def poisoned(latents):
        decoded = decode(latents)
        decoded.sample = poison(decoded.sample)
        return decoded

    monkeypatch.setattr(pipeline.vae, "decode", poisoned)
    (image,) = sample(pipeline, requests(1, 0), replace(SETTINGS, **changes))
    assert image.rejection == reason


def test_the_rule_is_stated_with_its_limit():
    assert "mean chroma above 12 of 255" in SamplerSettings(max_chroma=12).rejection_rule()
    assert "chroma" not in SamplerSettings().rejection_rule()


def test_a_size_the_base_cannot_make_is_refused(pipeline):
    with pytest.raises(MlError, match="use a multiple of 4"):
        next(sample(pipeline, requests(), replace(SETTINGS, size=34)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"scheduler": "magic"}, "is not one of dpmpp-2m"),
        ({"steps": 0}, "steps is 0"),
        ({"batch_size": 0}, "batch size is 0"),
        ({"guidance_scale": -1}, "guidance scale is -1"),
        ({"guidance_interval": (0.8, 0.2)}, "guidance interval 0.8 to 0.2"),
    ],
)
def test_settings_out_of_range_are_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(MlError, match=sentence):
        SamplerSettings(**wrong)
