"""A base from parts that lie in different places.

RadEdit's do: its U-Net, SDXL's autoencoder and BioViL-T for text (Pérez-García F et al.,
doi:10.48550/arXiv.2312.12865). The parts stay where they are. A small diffusers folder is written
that links to them, and is then a base like any other: checked, digested, tuned and sampled.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ml.bank.run_folder import read_json, write_json
from ml.boundary import library, writing
from ml.errors import MlError

SCHEDULES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "radedit": {
            "beta_schedule": "linear",
            "clip_sample": False,
            "prediction_type": "epsilon",
            "timestep_spacing": "trailing",
            "steps_offset": 1,
        },
        "stable-diffusion": {
            "beta_start": 0.00085,
            "beta_end": 0.012,
            "beta_schedule": "scaled_linear",
            "clip_sample": False,
            "set_alpha_to_one": False,
            "prediction_type": "epsilon",
            "steps_offset": 1,
        },
    }
)
"""Noise schedules by name, as options of diffusers' ``DDIMScheduler``."""

READ_LENGTH = 128
"""Tokens that RadEdit's text encoder was given; a BERT says 512 of itself, or nothing."""

TEXT_CLASSES = {"clip_text_model": "CLIPTextModel", "clip": "CLIPTextModel", "bert": "BertModel"}


@dataclass(frozen=True)
class Parts:
    """Where the parts of a base are.

    Each is the part's own folder, or a diffusers folder that has it. ``schedule`` is a name of
    `SCHEDULES`, or a folder with a ``scheduler_config.json``; None takes the one that lies beside
    the U-Net.
    """

    unet: Path
    vae: Path
    text_encoder: Path
    schedule: str | None = None


def link_parts(parts: Parts, out: Path) -> Path:
    """Write a diffusers folder that links to the parts, and return it.

    Raises
    ------
    MlError
        For a part that is not there or is of a kind that Stable Diffusion's pipeline does not take,
        and where nothing says which noise schedule the U-Net was trained with.
    """
    unet = _part(parts.unet, "unet", "--unet")
    vae = _part(parts.vae, "vae", "--vae")
    text = _part(parts.text_encoder, "text_encoder", "--text-encoder")
    encoder = _text_class(text)
    scheduler = _scheduler(parts.schedule, unet)
    tokenizer = _tokenizer(text, encoder)
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    with writing(out):
        for name, folder in (("unet", unet), ("vae", vae), ("text_encoder", text)):
            (out / name).symlink_to(folder.resolve(), target_is_directory=True)
        scheduler.save_pretrained(out / "scheduler")
        tokenizer.save_pretrained(out / "tokenizer")
        index = {
            "_class_name": "StableDiffusionPipeline",
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
            "text_encoder": ["transformers", encoder],
            "tokenizer": ["transformers", type(tokenizer).__name__],
            "scheduler": ["diffusers", type(scheduler).__name__],
            "safety_checker": [None, None],
            "feature_extractor": [None, None],
            "requires_safety_checker": False,
        }
        write_json(out / "model_index.json", index)
    return out


def _part(given: Path, name: str, flag: str) -> Path:
    folder = given.expanduser()
    for place in (folder, folder / name):
        if (place / "config.json").is_file():
            return place
    raise MlError(f"{flag} {given}: neither it nor its folder {name} has a config.json.")


def _text_class(folder: Path) -> str:
    config = read_json(folder / "config.json")
    # BioViL-T's folder says cxr-bert and comes with code; its weights are a BERT's.
    kind = str(config.get("model_type")).removeprefix("cxr-")
    if kind not in TEXT_CLASSES:
        raise MlError(
            f"--text-encoder {folder} is of type {config.get('model_type')!r}; CLIP's text model "
            "and BERT (BioViL-T) are what can be read here."
        )
    return TEXT_CLASSES[kind]


def _scheduler(schedule: str | None, unet: Path) -> Any:
    from diffusers import DDIMScheduler

    if schedule is not None and schedule in SCHEDULES:
        return DDIMScheduler(**SCHEDULES[schedule])
    folder = Path(schedule).expanduser() if schedule else unet.parent / "scheduler"
    path = folder / "scheduler_config.json"
    if not path.is_file():
        raise MlError(
            f"{path} is not there, so nothing says which noise schedule the U-Net was trained "
            f"with: give --noise-schedule {' or '.join(SCHEDULES)}, or a folder that has one."
        )
    config = read_json(path)
    return DDIMScheduler.from_config({k: v for k, v in config.items() if not k.startswith("_")})


def _tokenizer(text: Path, encoder: str) -> Any:
    from transformers import BertTokenizer, CLIPTokenizer

    beside = text.parent / "tokenizer"
    folder = beside if text.name == "text_encoder" and beside.is_dir() else text
    with library(f"the tokenizer in {folder} cannot be read"):
        if encoder == "BertModel":
            return BertTokenizer.from_pretrained(
                folder, local_files_only=True, model_max_length=READ_LENGTH
            )
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
