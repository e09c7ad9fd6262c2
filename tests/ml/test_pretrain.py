"""The small base is trained as it says: on standardised latents, for velocity, with its words."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from ml.small.autoencoder import as_input, standardise_latents, train_autoencoder
from ml.small.critic import build_critic, critic_loss, decoder_loss
from ml.small.decoder import train_decoder
from ml.small.denoiser import encode_films, train_denoiser
from ml.small.options import PretrainingOptions
from ml.small.pretrain import build, pretrain
from ml.small.stages import Keeping, Stopped
from ml.training.resume import StopRequest

OPTIONS = PretrainingOptions(
    size=32,
    vae_channels=(8, 16),
    latent_channels=3,
    unet_channels=(16, 32),
    attention_levels=1,
    text_width=16,
    crop=24,
    autoencoder_steps=4,
    autoencoder_batch=2,
    critic_channels=8,
    critic_from=2,
    critic_ahead=1,
    decoder_steps=3,
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
    return np.clip(128 + 43 * fields / fields.std(), 0, 255).astype(np.uint8)


def silent(_):
    pass


def encoded(vae, images):
    with torch.no_grad():
        posterior = vae.encode(as_input(images)).latent_dist
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
    latents = encode_films(pipeline.vae, images, path=None, keeping=Keeping(), log=silent)
    train_denoiser(pipeline, latents, captions, OPTIONS, seed=1, log=silent)
    changed = [
        n for n, p in pipeline.text_encoder.named_parameters() if not torch.equal(p, before[n])
    ]
    assert any("attn" in name for name in changed)
    assert not any(p.requires_grad for p in pipeline.text_encoder.parameters())


def test_the_critic_is_taught_and_its_pull_is_scaled_to_the_likeness(images):
    """What is decoded is driven to the critic's side, by a set share of the other gradient."""
    critic = build_critic(8, seed=0)
    films = as_input(images)
    blurred = torch.nn.functional.avg_pool2d(films, 5, stride=1, padding=2)
    optimizer = torch.optim.Adam(critic.parameters(), 2e-3)
    first = critic_loss(critic, films, blurred).item()
    for _ in range(30):
        optimizer.zero_grad()
        critic_loss(critic, films, blurred).backward()
        optimizer.step()
    assert critic_loss(critic, films, blurred).item() < first - 0.1
    assert decoder_loss(critic, films, films) < decoder_loss(critic, films, blurred)


def test_the_critic_changes_what_the_decoder_learns(images):
    weights = []
    for critic_from in (0, 4):
        vae = build(OPTIONS, seed=0).vae
        options = replace(OPTIONS, critic_from=critic_from)
        train_autoencoder(vae, images, options, seed=0, log=silent)
        weights.append(vae.decoder.conv_out.weight)
    assert not torch.equal(*weights)


def test_the_decoder_alone_is_trained_on_and_latents_stay_as_they_are(images):
    vae = build(OPTIONS, seed=0).vae
    mean, deviation, pictures = encoded(vae, images)
    train_decoder(vae, images, replace(OPTIONS, decoder_steps=30), seed=0, log=silent)
    mean_after, deviation_after, pictures_after = encoded(vae, images)
    assert torch.equal(mean, mean_after)
    assert torch.equal(deviation, deviation_after)
    films = as_input(images)
    assert (pictures_after - films).abs().mean() < (pictures - films).abs().mean() - 0.01
    assert not any(value.requires_grad for value in vae.parameters())


def test_the_critic_changes_what_the_decoder_alone_learns(images):
    weights = []
    for critic_ahead in (1, 4):
        vae = build(OPTIONS, seed=0).vae
        options = replace(OPTIONS, critic_ahead=critic_ahead)
        train_decoder(vae, images, options, seed=0, log=silent)
        weights.append(vae.decoder.conv_out.weight)
    assert not torch.equal(*weights)


def test_a_stopped_run_goes_on_to_the_same_weights(images, tmp_path):
    """Stopped once in each part, the latents' too, it ends where one that ran through does."""
    films = np.tile(images, (4, 1, 1))
    captions = ["a normal film", "an abnormal film"] * 24
    through = pretrain(films, captions, tmp_path / "through", OPTIONS, seed=0, log=silent)
    work = tmp_path / "work"
    work.mkdir()
    stops = ["autoencoder: step 3 of 4", "decoder: step 2 of 3", "denoiser: step 1 of 3"]
    for line in stops:
        stop = StopRequest()

        def stop_at(text, line=line, stop=stop):
            stop.made = stop.made or text.startswith(line)

        with pytest.raises(Stopped, match=line.replace(": step", " stopped after step")):
            pretrain(
                films,
                captions,
                tmp_path / "stopped",
                OPTIONS,
                seed=0,
                log=stop_at,
                work=work,
                keeping=Keeping(stop=stop),
            )
    resumed = pretrain(
        films, captions, tmp_path / "stopped", OPTIONS, seed=0, log=silent, work=work
    )
    for part in ("vae", "unet", "text_encoder"):
        one, other = (getattr(p, part).state_dict() for p in (through, resumed))
        assert one.keys() == other.keys()
        assert [name for name in one if not torch.equal(one[name], other[name])] == []


def test_latents_that_were_worked_out_are_not_worked_out_again(pipeline, images, tmp_path):
    films = np.tile(images, (4, 1, 1))
    path, stop = tmp_path / "latents.npy", StopRequest()
    stop.made = True
    with pytest.raises(Stopped, match="32 of 48"):
        encode_films(pipeline.vae, films, path=path, keeping=Keeping(stop=stop), log=silent)
    films[:32] = 0  # would change what they give
    kept = encode_films(pipeline.vae, films, path=path, keeping=Keeping(), log=silent)
    again = encode_films(
        pipeline.vae, np.tile(images, (4, 1, 1)), path=None, keeping=Keeping(), log=silent
    )
    assert np.array_equal(kept, again)
