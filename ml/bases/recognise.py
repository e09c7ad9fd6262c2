"""Is this base model of a family that is tuned here? Asked of its files, before work begins.

Only JSON and the names and shapes of weights are read. A model of another family would fail
somewhere in a library, after minutes, in words about tensors; or, an inpainting model, at the
first step of training.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from ml.bank.run_folder import read_json
from ml.bases.autoencoders import KINDS
from ml.bases.families import FAMILIES, families
from ml.boundary import library
from ml.errors import MlError

LIBRARIES = ("diffusers", "transformers", "stable_diffusion")
"""Whose classes a ``model_index.json`` may name; others would be imported, and so be run."""

FIRST_LAYER = "model.diffusion_model.input_blocks.0.0.weight"

OTHER_FILES = (
    ("lora", "a LoRA, not a base model: name the base that it was tuned from"),
    ("conditioner.embedders.", "Stable Diffusion XL in one file: name its diffusers folder"),
    ("cond_stage_model.model.", "Stable Diffusion 2.x in one file: name its diffusers folder"),
    ("joint_blocks.", "Stable Diffusion 3 in one file: name its diffusers folder"),
    ("double_blocks.", "a Flux model"),
    ("control_model.", "a ControlNet"),
    ("emb_params", "a learnt word (textual inversion), not a base model"),
)
"""Parts of weights' names that give away what a single file is."""

TUNED_HERE = f"what can be tuned here is {families()}"

TEXT_PARTS = ("text_encoder", "text_encoder_2", "text_encoder_3")

Shapes = Mapping[str, tuple[int, ...]]


def check_base(path: Path) -> None:
    """Raise unless a base model's folder or single file is of a family that is tuned here.

    Raises
    ------
    MlError
        Saying what it is instead, or which of its parts do not fit each other.
    """
    if path.is_file():
        _check_shapes(path, file_shapes(path))
    else:
        _check_folder(path)


def file_shapes(path: Path) -> Shapes:
    """Return the names and shapes of a single file's weights; no code in it is run.

    Raises
    ------
    MlError
        If it cannot be read, or holds more than weights.
    """
    if path.suffix.lower() == ".safetensors":
        from safetensors import safe_open

        with (
            library(f"{path} cannot be loaded: it is no whole safetensors file"),
            safe_open(path, "np") as file,
        ):
            names = list(file.keys())
            return {name: tuple(file.get_slice(name).get_shape()) for name in names}
    import torch

    with library(f"{path} cannot be loaded"):
        content: Any = torch.load(
            path, map_location="cpu", weights_only=True, mmap=is_zipfile(path)
        )
        weights = content.get("state_dict", content) if isinstance(content, dict) else None
        if not isinstance(weights, dict):
            raise MlError(f"{path} cannot be loaded: it holds no weights with names.")
        return {n: tuple(w.shape) for n, w in weights.items() if isinstance(w, torch.Tensor)}


def _check_shapes(path: Path, shapes: Shapes) -> None:
    for part, what in OTHER_FILES:
        if any(part in name for name in shapes):
            more = "" if ":" in what else f"; {TUNED_HERE}"
            raise MlError(f"{path} is {what}{more}.")
    if FIRST_LAYER not in shapes:
        raise MlError(f"{path} cannot be loaded: it holds no U-Net of Stable Diffusion 1.x.")
    for prefix, part in (
        ("first_stage_model.", "autoencoder"),
        ("cond_stage_model.transformer.", "text encoder"),
    ):
        if not any(name.startswith(prefix) for name in shapes):
            raise MlError(f"{path} lacks the {part}: name a whole checkpoint or diffusers folder.")
    _check_channels(path, shapes[FIRST_LAYER][1], 4)


def pipeline_class(path: Path) -> str:
    """Return the class that a diffusers folder's ``model_index.json`` names."""
    return str(read_json(path / "model_index.json").get("_class_name"))


def _check_folder(path: Path) -> None:
    index = read_json(path / "model_index.json")
    named = pipeline_class(path)
    if named not in FAMILIES:
        raise MlError(f"{path} is a {named}; {TUNED_HERE}.")
    for part, source in index.items():
        if part.startswith("_") or not isinstance(source, list) or len(source) != 2:
            continue
        if source[0] is not None and source[0] not in LIBRARIES:
            raise MlError(
                f"{path} names {source[0]!r} for its {part}: code that comes with a model is not "
                "run. Use a folder whose parts are of diffusers and transformers."
            )
    family = FAMILIES[named]
    denoiser, vae = (_config(path / part) for part in (family.denoiser_part, "vae"))
    for part, config, wanted in (
        (family.denoiser_part, denoiser, (family.denoiser_class,)),
        ("autoencoder", vae, KINDS),
    ):
        if config.get("_class_name", wanted[0]) not in wanted:
            raise MlError(f"{path} has a {config['_class_name']} as {part}; {TUNED_HERE}.")
    if reason := family.refusal(denoiser):
        raise MlError(f"{path} {reason}; {TUNED_HERE}.")
    if denoiser and vae:
        taken = int(denoiser.get("in_channels", 4))
        _check_channels(path, taken, int(vae.get("latent_channels", 4)))
    widths = [_config(path / part).get("hidden_size") for part in TEXT_PARTS]
    if mismatch := family.text_mismatch(denoiser, widths):
        raise MlError(f"{path}: {mismatch}: they are not of one model.")


def _check_channels(path: Path, taken: int, given: int) -> None:
    if taken == given:
        return
    kind = {2 * given: " (it edits pictures)", 2 * given + 1: " (it is for inpainting)"}
    raise MlError(
        f"{path} has a U-Net that takes {taken} channels{kind.get(taken, '')}, where the "
        f"autoencoder gives {given}: name the text-to-image model that it was made from."
    )


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    return read_json(path) if path.is_file() else {}
