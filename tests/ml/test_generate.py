"""Filling an arm: resumed, sharded, with rejections counted, and never a mixture."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from ml.bank.writer import ArmDescription, Shard, iter_records, read_header, write_manifest
from ml.errors import MlError
from ml.generate import counts_per_condition, shard_of_this_process
from ml.sampling import filling
from ml.sampling.filling import ArmPlan, fill_arm
from ml.sampling.sampler import SampledImage, SamplerSettings, image_seed

PROMPTS = {"normal": "healthy chest", "abnormal": "chest x-ray with tuberculosis"}
COUNTS = {"normal": 3, "abnormal": 2}
SETTINGS = SamplerSettings(steps=3, size=32, batch_size=2, guidance_scale=4.0, bit_exact=True)
ARM = ArmDescription(id="M1", label="M1", description="", rejection_rule="declared")


@pytest.fixture
def loaded(pipeline):
    return SimpleNamespace(
        pipeline=pipeline,
        variant="M1",
        checkpoint_sha256="ab" * 32,
        base_name="tiny",
        options={
            "kind": "lora",
            "title": "LoRA",
            "prompts": PROMPTS,
            "condition_only": None,
            "training_summary": "30 images",
        },
    )


def fill(loaded, bank, **changes):
    options = {"counts": COUNTS, "settings": SETTINGS, "bank_seed": 1} | changes
    outcome = fill_arm(loaded, bank, ArmPlan(arm=ARM, prompts=PROMPTS, **options))
    write_manifest(bank)
    return outcome


def pictures(bank):
    return {r["file"]: (bank / r["file"]).read_bytes() for r in iter_records(bank)}


def test_every_record_says_how_its_image_was_made(loaded, tmp_path):
    fill(loaded, tmp_path)
    records = list(iter_records(tmp_path))
    assert [r["condition"] for r in records] == ["normal"] * 3 + ["abnormal"] * 2
    for record in records:
        made = record["provenance"]
        assert made["prompt"] == PROMPTS[record["condition"]]
        assert made["seed"] == image_seed(1, "M1", made["prompt"], record["index"])
        assert made["checkpoint_sha256"] == "ab" * 32
        assert made["base_model"] == "tiny"
        assert (made["scheduler"], made["steps"], made["guidance_scale"]) == ("dpmpp-2m", 3, 4.0)
        assert made["chroma"] > 0
        assert {"torch", "diffusers", "transformers"} <= made["software"].keys()


def test_what_is_there_is_not_made_again(loaded, tmp_path, monkeypatch):
    assert fill(loaded, tmp_path).made == 5
    before = pictures(tmp_path)
    monkeypatch.setattr(filling, "sample", lambda *_: pytest.fail("sampled again"))
    outcome = fill(loaded, tmp_path)
    assert (outcome.made, outcome.already_there) == (0, 5)
    assert pictures(tmp_path) == before


def test_a_lost_or_changed_file_is_made_again_as_it_was(loaded, tmp_path):
    fill(loaded, tmp_path)
    before = pictures(tmp_path)
    lost, changed = list(before)[:2]
    (tmp_path / lost).unlink()
    (tmp_path / changed).write_bytes(b"no picture")
    assert fill(loaded, tmp_path).made == 2
    assert pictures(tmp_path) == before


def test_asking_for_more_adds_to_what_is_there(loaded, tmp_path):
    fill(loaded, tmp_path, counts={"normal": 1, "abnormal": 1})
    first = pictures(tmp_path)
    assert fill(loaded, tmp_path).made == 3
    assert first.items() <= pictures(tmp_path).items()


def test_shards_fill_the_bank_that_one_process_fills(loaded, tmp_path):
    fill(loaded, tmp_path / "whole")
    for index in (1, 0, 2):
        fill(loaded, tmp_path / "shards", shard=Shard(index, 3))
    assert pictures(tmp_path / "shards") == pictures(tmp_path / "whole")


def test_an_interrupted_run_is_continued_in_another_number_of_shards(loaded, tmp_path):
    fill(loaded, tmp_path / "whole")
    fill(loaded, tmp_path / "bank", shard=Shard(0, 2))
    assert fill(loaded, tmp_path / "bank").made == 2
    assert pictures(tmp_path / "bank") == pictures(tmp_path / "whole")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"settings": SamplerSettings(steps=4, size=32, guidance_scale=4.0)}, "steps"),
        ({"bank_seed": 2}, "bank_seed"),
    ],
)
def test_one_arm_is_never_a_mixture(loaded, tmp_path, change, name):
    fill(loaded, tmp_path)
    with pytest.raises(MlError, match=f"was made with {name}"):
        fill(loaded, tmp_path, **change)


def test_another_checkpoint_does_not_continue_an_arm(loaded, tmp_path):
    fill(loaded, tmp_path)
    loaded.checkpoint_sha256 = "cd" * 32
    with pytest.raises(MlError, match="was made with checkpoint_sha256"):
        fill(loaded, tmp_path)


def rejecting(first_attempts):
    """Return a sampler that turns away the first attempts at normal image 0."""

    def sample(_pipeline, requests, _settings):
        for request in requests:
            refused = (request.condition, request.index) == ("normal", 0)
            refused = refused and request.attempt < first_attempts
            pixels = np.full((8, 8), request.attempt, dtype=np.uint8)
            yield SampledImage(request, pixels, 0.0, "black" if refused else None)

    return sample


def test_a_rejected_image_is_tried_with_another_seed_and_counted(loaded, tmp_path, monkeypatch):
    monkeypatch.setattr(filling, "sample", rejecting(2))
    outcome = fill(loaded, tmp_path)
    assert (outcome.made, outcome.rejected, outcome.given_up) == (5, 2, 0)
    (arm,) = read_header(tmp_path)["arms"]
    assert (arm["generated"], arm["rejected"]) == (7, 2)
    kept = next(iter(iter_records(tmp_path)))
    assert kept["attempt"] == 2
    assert kept["provenance"]["seed"] == image_seed(1, "M1", PROMPTS["normal"], 0, 2)


def test_an_image_is_given_up_after_its_attempts_also_across_runs(loaded, tmp_path, monkeypatch):
    monkeypatch.setattr(filling, "sample", rejecting(99))
    for _ in range(2):
        outcome = fill(loaded, tmp_path, max_attempts=3)
        assert outcome.given_up == 1
    (arm,) = read_header(tmp_path)["arms"]
    assert (arm["generated"], arm["rejected"]) == (4 + 3, 3)


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        ("1/4", {"RANK": "3", "WORLD_SIZE": "8"}, Shard(1, 4)),
        (None, {}, Shard(0, 1)),
        (None, {"RANK": "1", "WORLD_SIZE": "2"}, Shard(1, 2)),
        (
            None,
            {
                "SLURM_ARRAY_TASK_ID": "5",
                "SLURM_ARRAY_TASK_MIN": "4",
                "SLURM_ARRAY_TASK_COUNT": "3",
            },
            Shard(1, 3),
        ),
        (
            None,
            {
                "SLURM_ARRAY_TASK_ID": "7",
                "SLURM_ARRAY_TASK_MIN": "1",
                "SLURM_ARRAY_TASK_MAX": "10",
                "SLURM_ARRAY_TASK_STEP": "3",
                "SLURM_ARRAY_TASK_COUNT": "4",
            },
            Shard(2, 4),
        ),
        (
            None,
            {
                "SLURM_ARRAY_TASK_ID": "1",
                "SLURM_ARRAY_TASK_MIN": "0",
                "SLURM_ARRAY_TASK_COUNT": "2",
                "RANK": "1",
                "WORLD_SIZE": "4",
            },
            Shard(5, 8),
        ),
    ],
)
def test_a_process_knows_its_shard(given, environment, expected):
    assert shard_of_this_process(given, environment) == expected


@pytest.mark.parametrize("given", ["1", "a/b", "2/2", "1/0", "-1/2"])
def test_a_shard_that_makes_no_sense_is_refused(given):
    with pytest.raises(MlError, match="shard"):
        shard_of_this_process(given, {})


@pytest.mark.parametrize("task", ["1", "3", "7"])
def test_an_array_with_gaps_is_refused_by_each_of_its_tasks(task):
    array = {
        "SLURM_ARRAY_TASK_ID": task,
        "SLURM_ARRAY_TASK_MIN": "1",
        "SLURM_ARRAY_TASK_MAX": "7",
        "SLURM_ARRAY_TASK_STEP": "1",
        "SLURM_ARRAY_TASK_COUNT": "3",
    }
    with pytest.raises(MlError, match="have gaps: give --shard"):
        shard_of_this_process(None, array)
    assert shard_of_this_process("2/3", array) == Shard(2, 3)


def test_counts_are_shared_between_the_conditions():
    assert counts_per_condition(5) == {"normal": 3, "abnormal": 2}
    assert counts_per_condition(5, "abnormal") == {"abnormal": 5}


@pytest.mark.parametrize("name", ["dtype", "max_chroma"])
def test_an_arm_keeps_its_precision_and_its_rule(loaded, tmp_path, monkeypatch, name):
    fill(loaded, tmp_path)
    changes = {}
    if name == "dtype":
        other = SimpleNamespace(dtype="torch.bfloat16", device=loaded.pipeline.unet.device)
        adapter = SimpleNamespace(denoiser=other)
        monkeypatch.setattr(filling, "adapter_of", lambda _: adapter)
    else:
        changes["settings"] = dataclasses.replace(SETTINGS, max_chroma=200.0)
    with pytest.raises(MlError, match=f"was made with {name}"):
        fill(loaded, tmp_path, counts={"normal": 4, "abnormal": 3}, **changes)
