"""From prepared data to a run folder that can be sampled, for every kind of variant."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from chest_fixtures import chest
from tuning_fixtures import (
    SMALL,
    losses_of,
    six_films,  # noqa: F401
    small,
    tiny_base_folder,  # noqa: F401
    tune,
)

from ml.bank.file_mode import shared_mode
from ml.errors import MlError
from ml.finetune import main
from ml.methods.config import PROMPT_ABNORMAL, VARIANTS
from ml.radiographs.training_images import fitted, to_model
from ml.variants import load_base, load_variant

PROMPT = "chest x-ray"


def outputs(pipeline, prompt=PROMPT):
    """Return what text encoder and U-Net make of a fixed input."""
    hidden, _ = pipeline.encode_prompt(prompt, "cpu", 1, do_classifier_free_guidance=False)
    latents = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        noise = pipeline.unet(latents, torch.tensor(500), encoder_hidden_states=hidden).sample
    return hidden.detach(), noise


@pytest.fixture(scope="module")
def runs(tmp_path_factory, base, data):
    """Return a folder with one run of each preset."""
    folder = tmp_path_factory.mktemp("runs")
    for name in VARIANTS:
        if name != "M0":
            rate = 0.1 if name == "M6" else 1e-3
            tune(name, folder / name, base, data, learning_rate=rate, max_steps=3)
    return folder


CHANGES = {
    "M1": (False, True),
    "M2": (True, True),
    "M3": (False, True),
    "M4": (True, True),
    "M5": (False, True),
    "M6": (False, False),
}


@pytest.mark.parametrize(("name", "changes"), CHANGES.items())
def test_a_variant_changes_what_it_says_and_nothing_else(name, changes, runs, base):
    loaded = load_variant(name, runs=runs, device="cpu")
    for was, now, changed in zip(
        outputs(load_base(base)), outputs(loaded.pipeline), changes, strict=True
    ):
        assert torch.equal(was, now) is not changed


def test_a_learnt_word_changes_prompts_that_hold_it(runs, base):
    plain, loaded = load_base(base), load_variant("M6", runs=runs, device="cpu").pipeline
    prompt = loaded.maybe_convert_prompt(f"<cxr> {PROMPT}", loaded.tokenizer)
    assert prompt.startswith("<cxr> <cxr>_1 ")
    was, now = outputs(plain, f"<cxr> {PROMPT}")[0], outputs(loaded, f"<cxr> {PROMPT}")[0]
    assert not torch.allclose(was, now)


def test_a_run_folder_says_what_was_done(runs, data):
    run = runs / "M2"
    options = json.loads((run / "options.json").read_text())
    assert options["kind"] == "lora"
    assert options["prompts"] == VARIANTS["M2"].prompts
    assert options["config"]["training"]["dtype"] == "float32"
    assert options["data"]["digest"] == json.loads((data / "data.json").read_text())["digest"]
    versions = json.loads((run / "versions.json").read_text())
    assert set(versions) >= {"torch", "diffusers", "peft", "accelerate"}
    assert versions["device"] == "cpu"
    assert len(losses_of(run)) == 3
    card = (run / "README.md").read_text()
    for heading in ("Intended use", "Data", "Licence", "Limits"):
        assert f"## {heading}" in card


def test_others_of_the_group_can_read_runs_their_cache_and_their_base(runs, base):
    allowed = 0o644 & shared_mode()
    assert allowed & 0o044, "the umask of this test lets nobody else read anything"
    for folder in (*(runs / name for name in CHANGES), runs / "cache", Path(base)):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert any(path.suffix == ".safetensors" for path in files), folder
        private = [str(p) for p in files if p.stat().st_mode & allowed != allowed]
        assert private == []


def test_a_loaded_variant_names_its_checkpoint_and_base(runs, base):
    loaded = load_variant("M3", runs=runs, device="cpu")
    assert (
        loaded.checkpoint_sha256
        == json.loads((runs / "M3" / "checkpoint.json").read_text())["sha256"]
    )
    assert loaded.base_name == "tiny"
    untouched = load_variant("M0", runs=runs, device="cpu")
    assert untouched.checkpoint_sha256 != loaded.checkpoint_sha256
    assert torch.equal(outputs(untouched.pipeline)[1], outputs(load_base(base))[1])


def test_weights_that_training_did_not_write_are_refused(runs, tmp_path):
    import shutil

    shutil.copytree(runs / "M1", tmp_path / "M1")
    with (tmp_path / "M1" / "lora" / "pytorch_lora_weights.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(MlError, match="is not the file that training wrote"):
        load_variant("M1", runs=tmp_path, device="cpu")


def test_another_base_is_refused(runs, tmp_path):
    from ml.tiny_base import build_tiny_base

    build_tiny_base(tmp_path / "other", seed=1, size=32, small_vocabulary=True)
    with pytest.raises(MlError, match="was tuned from another base"):
        load_variant("M1", runs=runs, base=str(tmp_path / "other"), device="cpu")


def test_untrained_and_unknown_variants_are_one_sentence(tmp_path):
    for name, sentence in (("M1", "run python -m ml.finetune"), ("M9", "no preset")):
        with pytest.raises(MlError, match=sentence):
            load_variant(name, runs=tmp_path, device="cpu")
    with pytest.raises(MlError, match="say which one with --base"):
        load_variant("M0", runs=tmp_path, device="cpu")


def test_one_condition_only(base, data, tmp_path):
    variant = dataclasses.replace(small("M1", max_steps=4), condition_only="abnormal")
    tune("M1", tmp_path / "run", base, data, variant=variant)
    options = json.loads((tmp_path / "run" / "options.json").read_text())
    assert options["condition_only"] == "abnormal"
    assert options["data"]["train"] == 2


def test_v_prediction_reaches_the_sampler(base, data, tmp_path):
    tune("M1", tmp_path / "V", base, data, max_steps=1, prediction_type="v_prediction")
    loaded = load_variant("V", runs=tmp_path, device="cpu")
    assert loaded.pipeline.scheduler.config.prediction_type == "v_prediction"


def test_a_word_that_no_caption_holds_is_not_learnt(base, data, tmp_path):
    variant = small("M6")
    variant = dataclasses.replace(variant, data=dataclasses.replace(variant.data, captions="data"))
    with pytest.raises(MlError, match="lacks <cxr>, the word to be learnt"):
        tune("M6", tmp_path / "run", base, data, variant=variant)


def test_prior_images_are_those_of_the_base(base, data, tmp_path, monkeypatch):
    """A start that failed with another base leaves its images in the folder."""
    from ml.tiny_base import build_tiny_base

    other = tmp_path / "other"
    build_tiny_base(
        other,
        seed=1,
        size=32,
        unet_channels=(16, 32),
        vae_channels=(16, 32),
        text_width=16,
        text_layers=1,
        small_vocabulary=True,
    )

    def fail(*_, **__):
        raise MlError("failed")

    with monkeypatch.context() as patch:
        patch.setattr("ml.training.loop.train", fail)
        with pytest.raises(MlError, match="failed"):
            tune("M5", tmp_path / "run", str(other), data)
    tune("M5", tmp_path / "run", base, data, max_steps=1)
    folders = [path.parent for path in (tmp_path / "run" / "prior").rglob("complete")]
    assert len(folders) == 2
    pictures = [(folder / "normal-0000.png").read_bytes() for folder in folders]
    assert pictures[0] != pictures[1]


def test_the_base_may_move_and_change_its_name(base, data, tmp_path, monkeypatch):
    import shutil

    tune("M1", tmp_path / "run", base, data, max_steps=1)
    shutil.copytree(base, tmp_path / "moved-base")
    moved = str(tmp_path / "moved-base")
    assert tune("M1", tmp_path / "run", moved, data, max_steps=1, resume=True).steps == 1


def test_a_damaged_state_is_one_sentence(base, data, tmp_path):
    tune("M1", tmp_path / "run", base, data, max_steps=1)
    (tmp_path / "run" / "resume" / "state.pt").write_bytes(b"no state at all")
    with pytest.raises(MlError, match="cannot be resumed from"):
        tune("M1", tmp_path / "run", base, data, max_steps=1, resume=True)


def test_sample_grids_are_drawn_and_change_nothing(base, data, tmp_path):
    plain = small("M3")
    drawn = small("M3", sample_every_epochs=1)
    tune("M3", tmp_path / "plain", base, data, variant=plain)
    tune("M3", tmp_path / "drawn", base, data, variant=drawn)
    assert losses_of(tmp_path / "plain") == losses_of(tmp_path / "drawn")
    names = sorted(p.name for p in (tmp_path / "drawn" / "samples").iterdir())
    assert names == ["epoch-0001.png", "epoch-0002.png"]


def test_orientation_is_kept_into_the_latents_and_out_again(base):
    """What is bright top left (the patient's right) is so in latents and in decoded pictures."""
    vae = load_base(base).vae
    grey = fitted(chest(0, width=64, height=64).astype(np.float32) / 255, 32, "pad")
    dark = grey.copy()
    dark[:7, :7] = grey.mean()
    with torch.no_grad():
        means = [
            vae.encode(torch.from_numpy(to_model(g))[None]).latent_dist.mean for g in (grey, dark)
        ]
        decoded = [vae.decode(mean).sample for mean in means]
    for some, others in (means, decoded):
        difference = (some - others).abs().mean(dim=(0, 1))
        half = difference.shape[0] // 2
        quarters = [
            float(difference[rows, columns].mean())
            for rows in (slice(0, half), slice(half, None))
            for columns in (slice(0, half), slice(half, None))
        ]
        # Normalisation spreads a little everywhere; a flip would put most of it elsewhere.
        assert quarters[0] > 2 * max(quarters[1:])


def test_the_command_ends_with_one_sentence(base, data, tmp_path, capsys):
    common = ["--base", base, "--data", str(data), "--device", "cpu", "--size", "32"]
    common += ["--prompt-abnormal", "a film"]
    for arguments, sentence in (
        (["M0", *common], "there is nothing to train"),
        (["M7", *common], "'M7' is not one of M0"),
        (["M1", *common, "--base", "/nowhere"], "/nowhere is not there"),
        (["M1", "--base", base, "--data", str(tmp_path)], "run python -m ml.prepare first"),
        (["M1", *common, "--size", "36"], "data.size is 36, but must be a multiple of 8"),
        (["M1", *common, "--set", "training.lr=1"], "'lr' is not one of"),
        (["M1", *common, "--set", "training.seed=" + "9" * 5000], "seed"),
        (["M1", *common, "--set", "data.mirror=true"], "needs --allow-mirrored"),
        (["M1", *common, "--processes", "2"], "2 processes were asked for, but 1 is running"),
        (["M1", *common, "--resume"], "holds no run to go on with: run without --resume"),
        (["M1", *common, "--cache", f"{base}/model_index.json/x"], "Not a directory"),
    ):
        assert main([*arguments, "--out", str(tmp_path / "run")]) == 1
        out = capsys.readouterr()
        # The small base reads letters as tokens, so that every prompt is noted as too long.
        said = [t for t in out.err.splitlines() if not t.startswith("note: of the ")]
        assert len(said) == 1
        assert sentence in said[0]


def test_it_does_not_write_over_a_run(runs, base, data):
    with pytest.raises(MlError, match="exists: go on with --resume, or name a new folder"):
        tune("M1", runs / "M1", base, data)


@pytest.mark.slow
def test_two_processes_train_as_one_with_a_batch_of_two(base, data, tmp_path):
    """torchrun on the CPU: the same images and noise, so the same losses but for rounding."""
    toml = tmp_path / "small.toml"
    lines = ["[T]", 'like = "M1"']
    for table, values in SMALL.items():
        lines.append(f"[T.{table}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    toml.write_text("\n".join(lines))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = ["-m", "ml.finetune", "T", "--config", str(toml), "--base", base, "--data", str(data)]
    command += [
        "--prompt-abnormal",
        PROMPT_ABNORMAL,
        "--out",
        str(tmp_path / "two"),
        "--device",
        "cpu",
        "--cache",
        str(tmp_path / "cache"),
    ]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    done = subprocess.run(
        [*launcher, "--nproc-per-node", "2", *command, "--processes", "2"],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads((tmp_path / "two" / "options.json").read_text())["processes"] == 2
    variant = small("M1", batch_size=2)
    tune("M1", tmp_path / "batch", base, data, variant=variant)
    two, batch = losses_of(tmp_path / "two"), losses_of(tmp_path / "batch")
    assert len(two) == len(batch) == 4
    for (_, some, _), (_, others, _) in zip(two, batch, strict=True):
        assert float(some) == pytest.approx(float(others), rel=1e-5)


def test_its_help_needs_no_heavy_import():
    code = "import sys; from ml.finetune import parser; parser().format_help()"
    code += "; print([m for m in ('torch', 'diffusers', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_of_before_a_choice_came_is_resumed(base, data, tmp_path):
    tune("M1", tmp_path / "run", base, data, max_steps=1)
    path = tmp_path / "run" / "options.json"
    options = json.loads(path.read_text())
    del options["config"]["training"]["keep_every_epochs"], options["family"]
    path.write_text(json.dumps(options))
    assert tune("M1", tmp_path / "run", base, data, max_steps=1, resume=True).steps == 1
    path.write_text(json.dumps({**options, "prompts": {}}))
    with pytest.raises(MlError, match="begun with other options"):
        tune("M1", tmp_path / "run", base, data, max_steps=1, resume=True)
