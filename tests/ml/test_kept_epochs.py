"""Epochs are arms: the weights of some are kept while training goes on, and sampled by name."""

import pytest
import torch
from test_base_families import run_of
from tuning_fixtures import six_films, small, tiny_base_folder, tune  # noqa: F401

from ml import generate
from ml.bank.run_folder import epoch_folder, epochs_kept, read_checkpoint, read_json
from ml.bank.writer import iter_records, read_header
from ml.errors import MlError
from ml.variants import load_variant

KEPT = {"epochs": 2, "keep_every_epochs": 1, "learning_rate": 0.01, "max_steps": 8}


@pytest.fixture(scope="module")
def run(base, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "M1"
    run_of("M1", folder, base, data, **KEPT)
    return folder


def lora(pipeline):
    return {n: p.clone() for n, p in pipeline.unet.state_dict().items() if "attn" in n}


def test_the_weights_of_an_epoch_are_those_of_a_run_that_ended_there(run, base, data, tmp_path):
    assert epochs_kept(run) == [1, 2]
    shorter = {**KEPT, "max_steps": 4, "keep_every_epochs": 0}
    run_of("M1", tmp_path / "M1", base, data, **shorter)
    ended = load_variant("M1", runs=tmp_path, device="cpu").pipeline
    kept = load_variant("M1@1", runs=run.parent, device="cpu").pipeline
    last = load_variant("M1@2", runs=run.parent, device="cpu").pipeline
    whole = load_variant("M1", runs=run.parent, device="cpu").pipeline
    for name, weight in lora(ended).items():
        assert torch.equal(weight, lora(kept)[name])
        assert torch.equal(lora(whole)[name], lora(last)[name])
    assert any(not torch.equal(w, lora(last)[name]) for name, w in lora(kept).items())


def test_a_resumed_run_keeps_the_same_epochs(run, base, data, tmp_path):
    run_of("M1", tmp_path / "M1", base, data, resume_at=5, **KEPT)
    for epoch in (1, 2):
        one, other = (read_checkpoint(epoch_folder(r, epoch)) for r in (run, tmp_path / "M1"))
        assert one.files == other.files


@pytest.mark.slow
@pytest.mark.parametrize("name", ["M3", "M6"])
def test_pipelines_and_words_are_kept_too(name, base, data, tmp_path):
    run_of(name, tmp_path / name, base, data, **{**KEPT, "ema_decay": 0.5})
    runs = [load_variant(f"{name}{at}", runs=tmp_path, device="cpu") for at in ("@1", "@2", "")]
    assert len({loaded.checkpoint_sha256 for loaded in runs[:2]}) == 2
    part = "text_encoder" if name == "M6" else "unet"
    last, end = (getattr(loaded.pipeline, part).state_dict() for loaded in runs[1:])
    assert all(torch.equal(last[key], end[key]) for key in end)


def test_the_command_samples_each_and_says_so_in_the_bank(run, tmp_path, capsys):
    command = ["--runs", str(run.parent), "--bank", str(tmp_path), "--count", "2"]
    command += ["--steps", "2", "--device", "cpu"]
    assert generate.main(["M1@1", "M1@2", *command]) == 0
    arms = read_header(tmp_path)["arms"]
    assert [arm["id"] for arm in arms] == ["M1-epoch1", "M1-epoch2"]
    assert [arm["training"]["epoch"] for arm in arms] == [1, 2]
    assert [arm["label"] for arm in arms] == [
        f"M1-epoch{epoch}: LoRA on attention, epoch {epoch}" for epoch in (1, 2)
    ]
    assert "4 steps (1 epochs)" in arms[0]["training_summary"]
    seeds = [record["provenance"]["seed"] for record in iter_records(tmp_path)]
    assert len(set(seeds)) == 4
    capsys.readouterr()
    assert generate.main(["M1@3", *command]) == 1
    assert "has no weights of epoch '3'; kept are: 1, 2" in capsys.readouterr().err


def test_an_epoch_of_a_run_that_goes_on_can_be_sampled(run, tmp_path):
    import shutil

    shutil.copytree(run, tmp_path / "M1")
    (tmp_path / "M1" / "checkpoint.json").unlink()
    assert load_variant("M1@1", runs=tmp_path, device="cpu").options["epoch"] == 1
    with pytest.raises(MlError, match="holds no trained variant"):
        load_variant("M1", runs=tmp_path, device="cpu")
    assert read_json(epoch_folder(run, 1) / "checkpoint.json")["step"] == 4
