"""Sampling does less than diffusers' own attention, and gives its images."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import nn
from torch.nn import functional

from ml.bank.writer import Shard
from ml.bases.families import adapter_of
from ml.sampling import lean_attention as lean_module
from ml.sampling.lean_attention import Batch, LeanAttention, bytes_held, lean_attention
from ml.sampling.sampler import SamplerSettings, plan, sample
from ml.small.tiny_families import BUILDERS, build_tiny_family

PROMPTS = {"normal": "healthy chest", "abnormal": "chest x-ray with tuberculosis"}
SETTINGS = SamplerSettings(steps=4, size=32, batch_size=4, guidance_scale=4.0)


def asked(normal=3, abnormal=1, **options):
    return plan("M1", PROMPTS, {"normal": normal, "abnormal": abnormal}, bank_seed=1, **options)


def drawn(pipeline, requests=None, settings=SETTINGS):
    images = sample(pipeline, requests or asked(), settings)
    return {(i.request.condition, i.request.index): i.pixels.astype(int) for i in images}


def layer_of(heads, width, text=None):
    torch.manual_seed(0)
    layer = Attention(heads * width, cross_attention_dim=text, heads=heads, dim_head=width)
    return layer.eval()


def rows_seen(module, name, passed):
    """Note how many rows each pass of a module has."""
    return module.register_forward_pre_hook(
        lambda _, given: passed.setdefault(name, []).append(len(given[0]))
    )


@contextmanager
def rows_of_queries(pipeline):
    """Give the rows that every layer that attends to the picture itself makes queries of."""
    passed, hooks = {}, []
    for name, module in pipeline.unet.named_modules():
        if name.endswith("attn1.to_q"):
            hooks.append(rows_seen(module, name, passed))
    try:
        yield passed
    finally:
        for hook in hooks:
            hook.remove()


@pytest.mark.parametrize("keys", [None, 77, 80, 1])
@pytest.mark.parametrize(("heads", "width"), [(8, 4), (2, 16), (8, 40)])
def test_a_layer_gives_what_it_gave(heads, width, keys):
    layer = layer_of(heads, width, None if keys is None else 24)
    states = torch.randn(4, 64, heads * width)
    text = None if keys is None else torch.randn(4, keys, 24)
    with torch.inference_mode():
        expected = layer(states, text)
        layer.set_processor(LeanAttention(layer.processor, Batch(), before_text=True))
        for _ in range(2):
            got = layer(states, text)
            assert got.shape == expected.shape
            assert (got - expected).abs().max() <= 2e-6 * max(1, expected.abs().max())


def test_another_text_has_other_keys():
    layer = layer_of(2, 16, 24)
    own = layer.processor
    lean = LeanAttention(own, Batch(), before_text=False)
    states = torch.randn(2, 9, 32)
    with torch.inference_mode():
        for text in (torch.randn(2, 77, 24), torch.randn(2, 77, 24), torch.randn(2, 5, 24)):
            layer.set_processor(own)
            expected = layer(states, text)
            layer.set_processor(lean)
            torch.testing.assert_close(layer(states, text), expected, rtol=0, atol=2e-6)


def test_a_masked_layer_is_left_as_it_was():
    layer = layer_of(2, 16, 24)
    states, text = torch.randn(2, 9, 32), torch.randn(2, 6, 24)
    hidden = torch.zeros(2, 1, 6)
    hidden[..., 3:] = -10_000
    with torch.inference_mode():
        expected = layer(states, text, hidden)
        layer.set_processor(LeanAttention(layer.processor, Batch(), before_text=False))
        assert torch.equal(layer(states, text, hidden), expected)
        assert not torch.equal(layer(states, text), expected)


def test_halves_that_differ_are_computed_whole():
    layer = layer_of(2, 16)
    states = torch.randn(4, 9, 32)
    with torch.inference_mode():
        expected = layer(states)
        layer.set_processor(
            LeanAttention(layer.processor, Batch(halves_alike=True), before_text=True)
        )
        torch.testing.assert_close(layer(states), expected, rtol=0, atol=2e-6)


def test_a_texts_keys_are_computed_once_a_batch(pipeline):
    passed, hooks = {}, []
    for name, module in pipeline.unet.named_modules():
        if name.endswith(("attn2.to_k", "attn2.to_v")):
            hooks.append(rows_seen(module, name, passed))
    try:
        drawn(pipeline)
    finally:
        for hook in hooks:
            hook.remove()
    # One batch of four images, with and without a prompt.
    assert passed
    assert all(rows == [8] for rows in passed.values())


def test_keys_and_heads_come_in_whole_lanes(pipeline, monkeypatch):
    attend, shapes = functional.scaled_dot_product_attention, []

    def watched(query, key, value, **options):
        shapes.append((query.shape[-1], *key.shape[-2:], options["attn_mask"] is None))
        return attend(query, key, value, **options)

    own = SimpleNamespace(pad=functional.pad, scaled_dot_product_attention=watched)
    monkeypatch.setattr(lean_module, "functional", own)
    drawn(pipeline)
    assert {keys for _, keys, _, alone in shapes if not alone} == {80}
    assert all(query == width == 16 for query, _, width, _ in shapes)


def test_what_both_halves_have_in_common_is_computed_once(pipeline):
    settings = replace(SETTINGS, guidance_interval=(0.0, 0.5))
    with rows_of_queries(pipeline) as passed:
        drawn(pipeline, settings=settings)
    first, *others = passed.values()
    assert first == [4, 4, 4, 4]
    assert all(rows == [8, 8, 4, 4] for rows in others)


def test_a_family_that_is_told_the_text_otherwise_computes_both_halves():
    pipeline = build_tiny_family("sdxl", None)
    assert not adapter_of(pipeline).text_is_attended_only
    # Not even where its halves happen to be equal: that would hang on what else is in the batch.
    settings = replace(SETTINGS, negative_prompt=PROMPTS["normal"])
    with rows_of_queries(pipeline) as passed:
        drawn(pipeline, asked(4, 0), settings)
    assert passed
    assert all(rows == [8] * SETTINGS.steps for rows in passed.values())


def test_an_image_repeated_to_fill_a_batch_is_computed_like_any_other(pipeline):
    settings = replace(SETTINGS, bit_exact=True, guidance_scale=1.0)
    with rows_of_queries(pipeline) as passed:
        drawn(pipeline, asked(1, 0), settings)
    assert passed
    assert all(rows == [4] * SETTINGS.steps for rows in passed.values())


def test_an_image_repeated_to_fill_a_batch_changes_no_bit(pipeline):
    exact = replace(SETTINGS, bit_exact=True, guidance_interval=(0.0, 0.5))
    whole, union = drawn(pipeline, settings=exact), {}
    for index in range(4):
        union |= drawn(pipeline, asked(shard=Shard(index, 4)), exact)
    assert union.keys() == whole.keys()
    assert all(np.array_equal(union[place], pixels) for place, pixels in whole.items())


@pytest.mark.parametrize("family", ["sd1", *BUILDERS])
def test_images_of_every_family_stay_what_they_were(pipeline, family, monkeypatch):
    base = pipeline if family == "sd1" else build_tiny_family(family, None)
    lean = drawn(base)
    monkeypatch.setattr(lean_module, "_is_plain", lambda layer: False)
    for place, pixels in drawn(base).items():
        apart = np.abs(pixels - lean[place])
        # A number that lies between two grey levels may be rounded to either.
        assert apart.max() <= 1
        assert (apart > 0).mean() < 0.01


def test_layers_have_their_own_processors_again(pipeline, monkeypatch):
    def stop(*_, **__):
        assert all(isinstance(p, LeanAttention) for p in pipeline.unet.attn_processors.values())
        raise RuntimeError("stop")

    before = dict(pipeline.unet.attn_processors)
    monkeypatch.setattr(pipeline.unet, "forward", stop)
    with pytest.raises(RuntimeError, match="stop"):
        drawn(pipeline)
    after = pipeline.unet.attn_processors
    assert after.keys() == before.keys()
    assert all(after[name] is before[name] for name in before)


def test_only_plain_layers_in_float32_are_changed():
    special = layer_of(2, 16)
    special.norm_q = nn.LayerNorm(16)
    other = layer_of(2, 16)
    other.set_processor(type("Own", (), {"__call__": lambda *_: None})())
    layers = nn.ModuleDict({"special": special, "other": other, "plain": layer_of(2, 16)})
    layers.device, layers.dtype = torch.device("cpu"), torch.float32
    with lean_attention(layers):
        changed = [n for n, of in layers.items() if isinstance(of.processor, LeanAttention)]
        assert changed == ["plain"]
    layers.dtype = torch.bfloat16
    with lean_attention(layers):
        assert type(layers["plain"].processor) is AttnProcessor2_0


@pytest.mark.parametrize("family", ["sd2", "sdxl"])
def test_the_bytes_that_are_held_of_a_text_are_counted_ahead(family):
    pipeline = build_tiny_family(family, None)
    adapter, texts = adapter_of(pipeline), 6
    text = adapter.encode(adapter.tokens(["chest x-ray"] * texts))
    latents = torch.zeros(texts, *adapter.latent_shape(32))
    with torch.inference_mode(), lean_attention(adapter.denoiser):
        adapter.predict(latents, torch.zeros(texts), text)
        lean = [m.processor for m in adapter.denoiser.modules() if hasattr(m, "processor")]
        kept = [one._of_text[:2] for one in lean if getattr(one, "_text", None) is not None]
        held = sum(part.untyped_storage().nbytes() for pair in kept for part in pair)
    tokens = next(iter(adapter.tokens([""]).values())).shape[-1]
    assert len(kept) > 1
    assert bytes_held(adapter.denoiser, texts, tokens) == held
