"""The small base is trained as it says: on standardised latents, for velocity, with its words."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from ml.small.pretrain import PretrainingOptions, build, standardise_latents, train_denoiser

OPTIONS = PretrainingOptions(
    size=32,
    vae_channels=(8, 16),
    latent_channels=3,
    unet_channels=(16, 32),
    attention_levels=1,
    text_width=16,
    denoiser_steps=3,
    denoiser_batch=2,
)


@pytest.fixture
def pipeline():
    return build(OPTIONS, seed=0)


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    fields = gaussian_filter(rng.standard_normal((12, 32, 32)), (0, 3, 3))
    return np.clip(fields / fields.std() / 3, -1, 1).astype(np.float32)


def encoded(vae, images):
    with torch.no_grad():
        posterior = vae.encode(torch.from_numpy(images)[:, None].expand(-1, 3, -1, -1)).latent_dist
        return posterior.mean, posterior.std, vae.decode(posterior.mean).sample


def test_standardised_latents_have_mean_0_and_deviation_1_in_every_channel(pipeline, images):
    standardise_latents(pipeline.vae, images)
    mean, _, _ = encoded(pipeline.vae, images)
    assert mean.shape[1] == 3
    assert mean.mean(dim=(0, 2, 3)).abs().max() < 1e-5
    assert (mean.std(dim=(0, 2, 3)) - 1).abs().max() < 1e-5
    assert pipeline.vae.config.scaling_factor == 1.0


def test_standardising_changes_neither_pictures_nor_what_is_uncertain(pipeline, images):
    mean, deviation, pictures = encoded(pipeline.vae, images)
    scale = mean.std(dim=(0, 2, 3))[None, :, None, None]
    assert (scale - 1).abs().min() > 0.05  # there is something to change
    standardise_latents(pipeline.vae, images)
    _, deviation_after, pictures_after = encoded(pipeline.vae, images)
    assert (pictures - pictures_after).abs().max() < 1e-5
    assert (deviation - deviation_after * scale).abs().max() < 1e-5


def test_it_predicts_velocity_and_has_attention_at_the_coarse_levels_only(pipeline):
    assert pipeline.scheduler.config.prediction_type == "v_prediction"
    down = pipeline.unet.config.down_block_types
    assert tuple(down) == ("DownBlock2D", "CrossAttnDownBlock2D")
    assert pipeline.unet.config.in_channels == 3


def test_the_words_are_learnt_with_the_films(pipeline, images):
    before = {n: p.clone() for n, p in pipeline.text_encoder.named_parameters()}
    captions = ["a normal film", "an abnormal film"] * 6
    train_denoiser(pipeline, images, captions, OPTIONS, seed=1, log=lambda _: None)
    changed = [
        n for n, p in pipeline.text_encoder.named_parameters() if not torch.equal(p, before[n])
    ]
    assert any("attn" in name for name in changed)
    assert not any(p.requires_grad for p in pipeline.text_encoder.parameters())
