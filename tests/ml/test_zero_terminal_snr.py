"""Zero terminal SNR: the last level is noise alone, in training, in sampling and as it is saved."""

import dataclasses
import json

import pytest
import torch
from test_base_families import SETTINGS, asked, bases, run_of  # noqa: F401
from tuning_fixtures import six_films, small, tiny_base_folder  # noqa: F401

from ml.bases.families import adapter_of
from ml.bases.objectives import with_zero_snr
from ml.errors import MlError
from ml.methods.config import check
from ml.sampling.sampler import SCHEDULERS, make_scheduler, sample
from ml.variants import load_base, load_variant

ZERO = {"zero_terminal_snr": True, "prediction_type": "v_prediction"}


def test_the_last_level_is_noise_and_its_target_the_image(base):
    adapter = adapter_of(load_base(base, device="cpu"))
    adapter.let_predict("v_prediction", zero_snr=True)
    objective = adapter.objective("v_prediction", None)
    latents, noise = torch.randn(2, 1, 4, 8, 8)
    shown = objective.example(latents, noise, torch.tensor([objective.levels - 1]))
    assert torch.allclose(shown.noisy, noise, atol=1e-6)
    assert torch.allclose(shown.target, -latents, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in SCHEDULERS if n != "pndm"])
def test_every_sampler_begins_at_the_last_level(name, base):
    scheduler = with_zero_snr(load_base(base, device="cpu").scheduler, "v_prediction")
    sampler = make_scheduler(name, scheduler.config)
    sampler.set_timesteps(4)
    assert float(sampler.timesteps[0]) >= 998.5
    assert float(sampler.alphas_cumprod[-1]) < 1e-6
    with pytest.raises(MlError, match="pndm cannot begin at noise alone"):
        make_scheduler("pndm", scheduler.config)


@pytest.mark.parametrize("name", ["M1", "M3"])
def test_sampling_agrees_with_training_by_what_was_saved(name, base, data, tmp_path):
    run_of(name, tmp_path / name, base, data, **ZERO)
    loaded = load_variant(name, runs=tmp_path, device="cpu")
    config = loaded.pipeline.scheduler.config
    assert config["rescale_betas_zero_snr"] is True
    assert (config["timestep_spacing"], config["prediction_type"]) == ("trailing", "v_prediction")
    images = list(sample(loaded.pipeline, asked(), SETTINGS))
    assert {image.rejection for image in images} == {None}
    card = (tmp_path / name / "README.md").read_text()
    assert "zero terminal SNR" in card
    if name == "M1":
        for sampler in ("ddim", "euler", "euler-a", "unipc", "dpmpp-2m-karras"):
            settings = dataclasses.replace(SETTINGS, scheduler=sampler)
            (image,) = sample(loaded.pipeline, asked()[:1], settings)
            assert image.rejection is None, sampler
        assert "rescale_betas_zero_snr=True" in card
        return
    # PNDM, which the base has, can't begin there: the pipeline is saved with one that can.
    folder = tmp_path / name / "pipeline"
    index = json.loads((folder / "model_index.json").read_text())
    assert index["scheduler"] == ["diffusers", "DDIMScheduler"]
    saved = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    assert saved["rescale_betas_zero_snr"] is True
    assert saved["clip_sample"] is False


@pytest.mark.parametrize(
    ("family", "changes", "sentence"),
    [
        ("sana", {}, "Sana predicts flow, whose last level is noise alone"),
        ("sdxl", {}, "needs velocity.*the base predicts noise; set training.prediction_type"),
    ],
)
def test_where_it_makes_no_sense_it_is_refused(family, changes, sentence, bases, data, tmp_path):  # noqa: F811
    with pytest.raises(MlError, match=sentence):
        run_of("M1", tmp_path / "M1", str(bases / family), data, zero_terminal_snr=True, **changes)
    assert not (tmp_path / "M1").exists()


def test_weights_that_leave_the_last_level_out_are_refused():
    with pytest.raises(MlError, match="zero_terminal_snr or min_snr_gamma"):
        check(small("M1", **ZERO, min_snr_gamma=5.0), "M1")


def test_noise_offset_is_one_shift_a_channel_and_told(base, data, tmp_path):
    from ml.training.randomness import draw

    options = {"shape": (4, 8, 8), "views": 1, "timesteps": 10}
    plain, moved = draw(0, 1, 2, **options), draw(0, 1, 2, **options, noise_offset=0.5)
    difference = (moved.noise - plain.noise).flatten(1)
    assert torch.allclose(difference, difference[:, :1].expand_as(difference), atol=1e-6)
    assert difference[:, 0].unique().numel() == 4
    run_of("M1", tmp_path / "M1", base, data, noise_offset=0.05)
    assert "noise offset 0.05" in (tmp_path / "M1" / "README.md").read_text()
