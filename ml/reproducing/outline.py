# mypy: disable-error-code="no-untyped-call"
"""A base model as an outline: its real classes and shapes, without weights.

From it is computed what tuning would take, and asked whether a variant can be tuned on it, before
gigabytes are read.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from ml.bank.run_folder import read_json
from ml.bases.families import adapter_of
from ml.bases.recognise import pipeline_class
from ml.boundary import library
from ml.variants import NO_CHECKER, SD15_CONFIG, tokenizer_of

NOT_DRAWN_WITH = ("safety_checker", "feature_extractor", "image_encoder")


def outline_of(path: Path) -> Any:
    """Return a base's pipeline on torch's ``meta`` device.

    Parameters
    ----------
    path : a diffusers folder, or a single file of Stable Diffusion 1.x

    Raises
    ------
    MlError
        If a part's configuration cannot be read.
    """
    import diffusers

    with library(f"the configuration of {path} cannot be read"):
        if path.is_file():
            return _of_single_file()
        index = read_json(path / "model_index.json")
        kind = getattr(diffusers, pipeline_class(path))
        parts = {
            name: _part(path / name, *named)
            for name, named in index.items()
            if isinstance(named, list) and name not in NOT_DRAWN_WITH and named[0] is not None
        }
        lacking = {name: None for name, named in index.items() if named == [None, None]}
        checker = NO_CHECKER if pipeline_class(path) == "StableDiffusionPipeline" else {}
        if checker:
            lacking["feature_extractor"] = None
        return kind(**{**lacking, **parts, **checker})


def copied(pipeline: Any) -> Any:
    """Return an outline of its own, to be changed."""
    parts = {
        name: part if name == "scheduler" else copy.deepcopy(part)
        for name, part in pipeline.components.items()
    }
    checker = NO_CHECKER if "safety_checker" in parts else {}
    return type(pipeline)(**{**parts, **checker})


def _of_single_file() -> Any:
    from diffusers import StableDiffusionPipeline

    places = {
        "unet": ("diffusers", "UNet2DConditionModel"),
        "vae": ("diffusers", "AutoencoderKL"),
        "text_encoder": ("transformers", "CLIPTextModel"),
        "scheduler": ("diffusers", "PNDMScheduler"),
    }
    parts = {name: _part(SD15_CONFIG / name, *named) for name, named in places.items()}
    tokenizer = tokenizer_of(SD15_CONFIG)
    return StableDiffusionPipeline(
        **parts, tokenizer=tokenizer, feature_extractor=None, **NO_CHECKER
    )


def _part(folder: Path, package: str, name: str) -> Any:
    import diffusers
    import torch
    import transformers

    kind = getattr(transformers if package == "transformers" else diffusers, name)
    if hasattr(kind, "config_class"):
        config = kind.config_class.from_pretrained(folder, local_files_only=True)
        with torch.device("meta"):
            return kind(config)
    if "tokenizer" in folder.name:
        return kind.from_pretrained(folder, local_files_only=True)
    if "scheduler" in folder.name:
        return kind.from_config(kind.load_config(folder, local_files_only=True))
    with torch.device("meta"):
        return kind.from_config(kind.load_config(folder, local_files_only=True))


def bytes_of(pipeline: Any, each: int) -> int:
    """Return what an outline's weights would take, at so many bytes each."""
    adapter = adapter_of(pipeline)
    parts = (adapter.denoiser, adapter.vae, *adapter.text_encoders().values())
    return each * sum(int(p.numel()) for part in parts for p in part.parameters())


def mapped_bytes(path: Path, parameters: int) -> int:
    """Return the size of a base's largest file where its weights are stored narrower than float32.

    While such a file is widened, both it and the weights are in memory.

    Parameters
    ----------
    parameters : bytes of all weights as float32
    """
    files = [path] if path.is_file() else sorted(path.glob("*/*.safetensors"))
    sizes = [file.stat().st_size for file in files]
    return max(sizes, default=0) if sum(sizes) < 0.75 * parameters else 0
