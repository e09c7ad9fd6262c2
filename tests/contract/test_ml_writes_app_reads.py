"""What ml/ writes app/ reads: the bank's format is all that they share."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.bank.evaluation import arm_evaluation
from app.bank.header import read_bank_header
from app.bank.manifest import ImageRecord, iter_records, read_verified
from ml.bank.writer import ArmDescription, Shard, encode_grey_png, write_evaluation, write_manifest
from ml.bank.writer import iter_records as written_records
from ml.generate import describe_arm
from ml.sampling.filling import ArmPlan, fill_arm
from ml.sampling.sampler import SamplerSettings

PROMPTS = {"normal": "healthy chest", "abnormal": "chest x-ray with tuberculosis"}
SETTINGS = SamplerSettings(steps=2, size=64, batch_size=2, max_chroma=255.0)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Two shards of one generated arm, evaluated, as ml/ leaves a bank."""
    from ml.tiny_base import build_tiny_base

    folder = tmp_path_factory.mktemp("bank")
    loaded = SimpleNamespace(
        pipeline=build_tiny_base(
            None, size=64, unet_channels=(16, 32), vae_channels=(16, 32), small_vocabulary=True
        ),
        variant="M1",
        checkpoint_sha256="ab" * 32,
        base_name="tiny",
        options={
            "kind": "lora",
            "title": "LoRA on attention",
            "base": "/somewhere/tiny",
            "base_name": "tiny",
            "prompts": PROMPTS,
            "condition_only": None,
            "training_summary": "30 images, 100 epochs",
            "training": {"learning_rate": 1e-4, "ema_decay": None},
        },
    )
    for index in range(2):
        fill_arm(
            loaded,
            folder,
            ArmPlan(
                arm=describe_arm("M1", loaded, SETTINGS),
                prompts=PROMPTS,
                counts={"normal": 2, "abnormal": 1},
                settings=SETTINGS,
                bank_seed=0,
                shard=Shard(index, 2),
            ),
        )
    write_manifest(folder, name="trial", licence="CC0", attribution="nobody")
    digests = [r["sha256"] for r in written_records(folder)]
    write_evaluation(
        folder,
        {
            "arms": {"M1": {"kid": {"kid": 0.25, "standard_error": 0.1}, "memorised": 1}},
            "images": {digest: {"memorised": i == 0} for i, digest in enumerate(digests)},
        },
    )
    return folder


def test_the_header_is_read_with_counts_and_evaluation(bank):
    header = read_bank_header(bank)
    (arm,) = header.arms
    assert (header.name, header.licence, header.attribution) == ("trial", "CC0", "nobody")
    assert (arm.id, arm.kind, arm.label) == ("M1", "synthetic", "M1: LoRA on attention")
    assert (arm.generated, arm.rejected) == (3, 0)
    assert "mean chroma above 255 of 255" in arm.rejection_rule
    assert arm.training_summary == "30 images, 100 epochs"
    assert arm.details["evaluation"]["memorised"] == 1


def test_every_record_is_good_and_keeps_its_provenance(bank):
    records = list(iter_records(bank, read_bank_header(bank)))
    assert all(isinstance(record, ImageRecord) for record in records)
    assert [record.condition for record in records] == ["normal", "normal", "abnormal"]
    for record, written in zip(records, written_records(bank), strict=True):
        kept = dict(record.provenance)
        assert kept["evaluation"] == written["evaluation"]
        for key, value in written["provenance"].items():
            assert kept[key] == value


def test_every_measure_that_ml_writes_app_reads(bank):
    from ml.evaluate import as_json
    from ml.measuring.diversity import Diversity
    from ml.measuring.evaluation import ArmImages, ArmResult, Evaluation
    from ml.measuring.features import FEATURE_NAMES
    from ml.measuring.fidelity import Coverage, KernelDistance
    from ml.measuring.memorisation import FLAG_CHANCE, Neighbour, Yardstick
    from ml.measuring.prompt_following import Followed
    from ml.measuring.registration import Fit
    from ml.measuring.two_sample import ToldApart
    from ml.measuring.vendi import Vendi

    result = ArmResult(
        n=3,
        reference="held-out",
        kid=KernelDistance(0.25, 0.1, 10, 3),
        coverage=Coverage(0.9, 0.8, 1.2, 0.7, k=5),
        frechet=3.5,
        told_apart=ToldApart(0.8, 0.6, 0.9, 0.7, 0.5, 0.8, 10, 3, 5),
        vendi=Vendi(2.5, 2.75, 3),
        followed={"normal": Followed(3, 2, 2 / 3, 0.2, 0.9)},
        by_condition={"normal": ArmResult(n=3, reference="held-out", vendi=Vendi(1.5, 2.0, 2))},
        diversity=Diversity(0.4, 3, 5),
        prompt_adherence=0.3,
        neighbours=tuple(
            Neighbour("t", 0.9, 1.2, 0.01, Fit(0.9, False, 0.0, 1.0), flag)
            for flag in (True, False, True)
        ),
    )
    written = as_json(
        Evaluation(
            arms={"M1": result},
            real_against_real=ArmResult(
                n=30, reference="held-out", kid=result.kid, followed=result.followed
            ),
            noise=ArmResult(n=30, reference="held-out", kid=result.kid),
            yardstick=Yardstick((), (), np.ones(4), np.ones(4), 1.0, 0.1),
        ),
        {"M1": ArmImages(None, tuple(written_records(bank)))},
        {"features": "vae", "size": 64, "training_images": 30, "held_out_images": 10},
    )
    evaluation = arm_evaluation(
        {"evaluation": written["arms"]["M1"]}, list(written["images"].values())[:2]
    )
    assert None not in vars(evaluation.measures).values()
    # The rule of older banks, which ml does not write any more.
    assert [name for name, value in vars(evaluation).items() if value is None] == [
        "memorisation_percentile"
    ]
    assert evaluation.memorisation_chance == FLAG_CHANCE
    assert (evaluation.measures.kid, evaluation.measures.ms_ssim) == (0.25, 0.4)
    assert (evaluation.memorised, evaluation.drawn_compared, evaluation.drawn_memorised) == (
        2,
        2,
        1,
    )
    assert evaluation.real_against_real.images == 30
    assert evaluation.noise.kid == 0.25
    told = evaluation.measures.told_apart
    assert (told.auc, told.auc_low, told.auc_high, told.accuracy) == (0.8, 0.6, 0.9, 0.7)
    assert (evaluation.measures.vendi, evaluation.measures.vendi_of_reals) == (2.5, 2.75)
    [(condition, part)] = evaluation.by_condition
    assert (condition, part.vendi) == ("normal", 1.5)
    assert (evaluation.followed[0].images, evaluation.followed[0].followed) == (3, 2)
    assert evaluation.followed_by_reals == evaluation.followed
    for name in FEATURE_NAMES:
        assert arm_evaluation({"evaluation": {"memorised": 0, "features": name}}, []).features


def test_the_pixels_are_the_ones_that_were_written(bank):
    for record in iter_records(bank, read_bank_header(bank)):
        decoded = read_verified(bank, record)
        assert (
            encode_grey_png(np.asarray(decoded.pixels, dtype=np.uint8))
            == (bank / record.file).read_bytes()
        )


def test_an_arm_name_that_ml_takes_app_takes(bank, tmp_path):
    for name in ("M1-normal", "x.y_z", "0", "a" * 64):
        ArmDescription(id=name, label="x", description="")
        from app.bank.header import is_arm_id

        assert is_arm_id(name)


def test_the_bank_is_imported_from_the_command_line(bank, tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "app", "import-bank", str(bank), "--strict"],
        cwd=ROOT,
        env={**os.environ, "NEGATOSCOPE_DATA_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "3" in result.stdout
