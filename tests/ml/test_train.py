"""Training does what it says: cached is uncached, resumed is uninterrupted, clipped is clipped."""

import dataclasses
import os
import signal

import pytest
import torch
from chest_fixtures import chest
from PIL import Image
from tuning_fixtures import (
    losses_of,
    six_films,  # noqa: F401
    small,
    tiny_base_folder,  # noqa: F401
    tune,
    weights_of,
)

import ml.training.loop
from ml.bases.autoencoders import latents_of
from ml.bases.objectives import snr_weights
from ml.errors import MlError
from ml.prepare import prepare
from ml.radiographs.sources import SourceImage
from ml.radiographs.training_images import load_grey, read_prepared, to_model, view
from ml.training.cache import MomentCache
from ml.training.randomness import draw, shuffled
from ml.variants import load_base
from tests.two_lengths import some_now


def test_cached_latents_are_those_of_encoding_anew(base, data, tmp_path):
    config = small("M1").data
    vae = load_base(base).vae
    images = read_prepared(data).train
    for folder in (None, tmp_path, tmp_path):  # in memory, written, read again
        cache = MomentCache(vae, config, folder)
        cache.fill(images)
        for image in images:
            for number in range(config.augmentations):
                grey = view(load_grey(image, config), number, image.pixels_sha256, config)
                with torch.no_grad():
                    encoded = vae.encode(torch.from_numpy(to_model(grey))[None]).latent_dist
                noise = torch.randn(encoded.mean.shape, generator=torch.Generator().manual_seed(3))
                fresh = (encoded.mean + encoded.std * noise) * vae.config.scaling_factor
                cached = latents_of(vae, cache[image, number][None], noise)
                assert torch.equal(cached, fresh)


def test_a_changed_option_never_meets_a_stale_cache(base, data, tmp_path):
    vae, image = load_base(base).vae, read_prepared(data).train[0]
    latents = []
    for fit in ("pad", "crop"):
        cache = MomentCache(vae, dataclasses.replace(small("M1").data, fit=fit), tmp_path)
        cache.fill([image], views=1)
        latents.append(cache[image, 0])
    assert not torch.equal(*latents)


def stopping_after(step, monkeypatch):
    """Let Ctrl-C strike while a step is computed."""
    real = ml.training.loop.rate_share

    def interrupting(config, now, total):
        if now == step:
            os.kill(os.getpid(), signal.SIGINT)
        return real(config, now, total)

    monkeypatch.setattr(ml.training.loop, "rate_share", interrupting)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("M2", {"ema_decay": 0.9, "caption_dropout": 0.3, "noise_offset": 0.1}),
        ("M3", {}),
        pytest.param("M6", {}, marks=pytest.mark.slow),
    ],
)
def test_a_resumed_run_is_bit_equal(name, changes, base, data, tmp_path, monkeypatch):
    tune(name, tmp_path / "through", base, data, **changes)
    with monkeypatch.context() as patch:
        stopping_after(3, patch)
        stopped = tune(name, tmp_path / "stopped", base, data, **changes)
    assert (stopped.ended, stopped.steps) == ("interrupted", 4)
    assert not (tmp_path / "stopped" / "checkpoint.json").exists()
    finished = tune(name, tmp_path / "stopped", base, data, resume=True, **changes)
    assert (finished.ended, finished.steps) == ("finished", 8)
    assert weights_of(tmp_path / "stopped") == weights_of(tmp_path / "through")
    assert losses_of(tmp_path / "stopped") == losses_of(tmp_path / "through")


def test_it_does_not_resume_with_other_options(base, data, tmp_path, monkeypatch):
    stopping_after(1, monkeypatch)
    tune("M1", tmp_path / "run", base, data)
    with pytest.raises(MlError, match=r"config.training.learning_rate was 0.0001, is 0.5"):
        tune("M1", tmp_path / "run", base, data, resume=True, learning_rate=0.5)


def recorded_norms(monkeypatch):
    """Record the norm of all gradients as the optimizer sees them."""
    norms = []
    real = ml.training.loop.make_optimizer

    def recording(config, groups, device):
        optimizer = real(config, groups, device)

        def note(*_):
            grads = [p.grad.flatten() for g in optimizer.param_groups for p in g["params"]]
            # What the step divides gradients by, as it reads them.
            norms.append(float(torch.cat(grads).norm() / optimizer.grad_scale))

        optimizer.register_step_pre_hook(note)
        return optimizer

    monkeypatch.setattr(ml.training.loop, "make_optimizer", recording)
    return norms


@pytest.mark.parametrize("name", ["M1", "M3"])
def test_clipping_clips(name, base, data, tmp_path, monkeypatch):
    norms = recorded_norms(monkeypatch)
    tune(name, tmp_path / "free", base, data, max_grad_norm=0.0, max_steps=2)
    free = norms.copy()
    norms.clear()
    limit = min(free) / 4
    tune(name, tmp_path / "clipped", base, data, max_grad_norm=limit, max_steps=2)
    assert all(norm <= limit * 1.001 for norm in norms)
    assert norms[0] == pytest.approx(limit, rel=1e-3)


def test_a_loss_that_is_no_number_names_step_and_images(base, data, tmp_path):
    with pytest.raises(MlError, match=r"not a finite number at step [2-8] \(images: film\d.png\)"):
        tune("M3", tmp_path / "run", base, data, learning_rate=1e30, max_grad_norm=0.0)
    assert not (tmp_path / "run" / "checkpoint.json").exists()


def test_gradients_that_are_no_number_stop_before_the_weights_take_them(
    base, data, tmp_path, monkeypatch
):
    real = ml.training.loop.make_optimizer

    def spoiling(config, groups, device):
        groups[0]["params"][0].register_hook(lambda gradient: gradient * float("nan"))
        return real(config, groups, device)

    monkeypatch.setattr(ml.training.loop, "make_optimizer", spoiling)
    for limit in (0.0, 1.0):
        with pytest.raises(
            MlError, match=r"gradients are not a finite number at step 1 \(images: f"
        ):
            tune("M1", tmp_path / "run", base, data, max_grad_norm=limit)


def test_a_run_without_a_checkpoint_can_be_begun_anew(base, data, tmp_path):
    with pytest.raises(MlError, match="finite number"):
        tune("M3", tmp_path / "run", base, data, learning_rate=1e30, max_grad_norm=0.0)
    with pytest.raises(MlError, match="was begun with other options"):
        tune("M3", tmp_path / "run", base, data, resume=True)
    assert tune("M3", tmp_path / "run", base, data).ended == "finished"
    assert len(losses_of(tmp_path / "run")) == 8


def test_memory_that_runs_out_is_one_sentence(base, data, tmp_path, monkeypatch):
    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 TiB")

    monkeypatch.setattr(ml.training.loop.MomentCache, "fill", full)
    with pytest.raises(MlError, match="ran out of memory: use a smaller batch_size"):
        tune("M3", tmp_path / "run", base, data)


@pytest.mark.parametrize("name", some_now(["M2", "M4", "M6"], ["M2"]))
def test_gradient_checkpointing_changes_nothing_but_memory(name, base, data, tmp_path):
    for kept in (True, False):
        run = tmp_path / str(kept)
        tune(name, run, base, data, gradient_checkpointing=kept, max_steps=3, learning_rate=1e-3)
    assert losses_of(tmp_path / "True") == losses_of(tmp_path / "False")


def test_accumulated_batches_are_one_large_batch(base, data, tmp_path):
    tune("M1", tmp_path / "large", base, data, batch_size=2)
    tune("M1", tmp_path / "split", base, data, gradient_accumulation=2)
    large, split = losses_of(tmp_path / "large"), losses_of(tmp_path / "split")
    assert len(large) == 4
    for (_, one, _), (_, two, _) in zip(large, split, strict=True):
        assert float(one) == pytest.approx(float(two), rel=1e-5)


def test_every_image_is_seen_once_an_epoch():
    for epoch in range(3):
        assert sorted(shuffled(0, "epoch", epoch, count=7)) == list(range(7))
    assert shuffled(0, "epoch", 0, count=30) != shuffled(0, "epoch", 1, count=30)


def test_a_draw_depends_on_its_key_only():
    options = {"shape": (4, 8, 8), "views": 3, "timesteps": 1000}
    one, again = draw(0, 5, 1, **options), draw(0, 5, 1, **options)
    torch.manual_seed(99)
    assert torch.equal(one.noise, again.noise)
    assert one.timestep == again.timestep
    for key in ((0, 5, 2), (0, 6, 1), (1, 5, 1)):
        assert not torch.equal(draw(*key, **options).noise, one.noise)
    dropped = [draw(0, s, 0, **options, caption_dropout=0.25).drop_caption for s in range(800)]
    assert 0.2 < sum(dropped) / len(dropped) < 0.3


def test_it_stops_early_when_held_out_images_do_not_gain(base, data, tmp_path):
    variant = small("M3", epochs=20, learning_rate=0.03, schedule="constant", early_stop=2)
    ended = tune("M3", tmp_path / "run", base, data, variant=variant)
    assert ended.ended == "early stop"
    assert ended.steps < 80
    before = weights_of(tmp_path / "run")
    # A kill between its last state and its weights is mended by --resume, which trains no further.
    again = tune("M3", tmp_path / "run", base, data, variant=variant, resume=True)
    assert (again.ended, again.steps) == ("early stop", ended.steps)
    assert weights_of(tmp_path / "run") == before


def test_processes_stop_early_together(base, data, tmp_path, monkeypatch):
    """Devices may differ in the last bit; what is decided by must be one process's number."""
    import accelerate

    def gather(_self, tensor):
        return torch.zeros_like(tensor) if tensor.shape == (1,) else tensor

    monkeypatch.setattr(accelerate.Accelerator, "gather", gather)
    tune("M1", tmp_path / "run", base, data, max_steps=4)
    assert losses_of(tmp_path / "run")[-1][2] == "0.0"


def test_early_stop_needs_held_out_images(base, tmp_path):
    images = []
    for number, condition in enumerate(("normal", "abnormal")):
        path = tmp_path / f"{condition}.png"
        Image.fromarray(chest(number)).save(path)
        images.append(SourceImage(path, path.name, condition))
    prepare(images, tmp_path / "data", name="two", held_out_share=0.0)
    with pytest.raises(MlError, match="holds no held-out images"):
        tune("M1", tmp_path / "run", base, tmp_path / "data", early_stop=2)


def test_the_weight_norm_is_capped(base, data, tmp_path):
    from safetensors.torch import load_file

    tune("M1", tmp_path / "run", base, data, learning_rate=0.05, max_weight_norm=0.1)
    weights = load_file(tmp_path / "run" / "lora" / "lora_kohya.safetensors")
    norms = []
    for key in [k.removesuffix(".alpha") for k in weights if k.endswith(".alpha")]:
        down, up = weights[f"{key}.lora_down.weight"], weights[f"{key}.lora_up.weight"]
        norms.append(float((up @ down).norm() * weights[f"{key}.alpha"] / down.shape[0]))
    assert max(norms) == pytest.approx(0.1, rel=1e-4)


def test_the_learning_rate_follows_the_optimizer_steps():
    config = small("M1", warmup_steps=2, schedule="cosine").training
    shares = [ml.training.loop.rate_share(config, step, 10) for step in range(10)]
    assert shares[:3] == [0.5, 1.0, 1.0]
    assert shares[6] == pytest.approx(0.5)
    constant = dataclasses.replace(config, schedule="constant")
    assert ml.training.loop.rate_share(constant, 9, 10) == 1.0


def test_min_snr_weighs_as_published():
    from diffusers import DDPMScheduler

    noising = DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    times = torch.tensor([10, 500, 990])
    alphas = noising.alphas_cumprod[times]
    snr = alphas / (1 - alphas)
    expected = torch.minimum(snr, torch.tensor(5.0)) / snr
    assert torch.allclose(snr_weights(noising, times, 5.0), expected)
    noising.register_to_config(prediction_type="v_prediction")
    assert torch.allclose(snr_weights(noising, times, 5.0), expected * snr / (snr + 1))
