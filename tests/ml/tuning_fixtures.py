"""A base and data as small as they can be, and a call that tunes the one on the other."""

import dataclasses
import json
from pathlib import Path

import pytest
from chest_fixtures import chest
from PIL import Image

from ml.finetune import finetune
from ml.methods.config import VARIANTS, override
from ml.prepare import prepare
from ml.radiographs.sources import SourceImage
from ml.tiny_base import build_tiny_base

SMALL = {
    "data": {"size": 32, "augmentations": 2},
    "training": {
        "epochs": 2,
        "held_out_every_epochs": 1,
        "sample_every_epochs": 0,
        "checkpoint_every_epochs": 0,
        "gradient_checkpointing": False,
        "prior_images": 2,
    },
    "lora": {"rank": 4, "alpha": 2.0},
    "sampling": {"steps": 2, "images_per_condition": 1},
    "embedding": {"vectors": 2, "initial_word": "x"},
}


@pytest.fixture(scope="session", name="base")
def tiny_base_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny"
    build_tiny_base(
        folder,
        size=32,
        unet_channels=(16, 32),
        vae_channels=(16, 32),
        text_width=16,
        text_layers=1,
        small_vocabulary=True,
    )
    return str(folder)


@pytest.fixture(scope="session", name="data")
def six_films(tmp_path_factory):
    """Return prepared data: two images of each condition to train on, one of each held out."""
    root = tmp_path_factory.mktemp("data")
    images = []
    for number in range(6):
        path = root / f"film{number}.png"
        Image.fromarray(chest(number)).save(path)
        condition = ("normal", "abnormal")[number % 2]
        images.append(SourceImage(path, path.name, condition, caption=f"film {number}"))
    prepare(images, root / "prepared", name="six films", counts={"normal": 2, "abnormal": 2})
    return root / "prepared"


def small(name, **changes):
    """Return a preset, made small, with further changes to its training."""
    variant = override(VARIANTS[name], SMALL, "test")
    return dataclasses.replace(variant, training=override(variant.training, changes, "test"))


def tune(name, run, base, data, *, variant=None, resume=False, prompts_given=True, **changes):
    """Tune a small variant on the CPU, its moments cached beside the run."""
    return finetune(
        name,
        variant or small(name, **changes),
        base=base,
        data=data,
        run=run,
        resume=resume,
        device="cpu",
        cache=run.parent / "cache",
        prompts_given=prompts_given,
    )


def weights_of(run: Path):
    """Return the sha256 of each weights' file of a run."""
    return json.loads((run / "checkpoint.json").read_text())["files"]


def losses_of(run: Path):
    """Return step, loss and held-out loss as they are written."""
    import csv

    with (run / "train_log.csv").open(newline="") as file:
        return [(r["step"], r["loss"], r["held_out_loss"]) for r in csv.DictReader(file)]
