"""Is this base model of the family that is tuned here? Asked of its files, before work begins.

Only JSON and the names and shapes of weights are read. A model of another family would fail
somewhere in a library, after minutes, in words about tensors; or, an inpainting model, at the
first step of training.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.bank.run_folder import read_json
from ml.boundary import library
from ml.errors import MlError
from ml.methods.config import VariantConfig

LIBRARIES = ("diffusers", "transformers", "stable_diffusion")
"""Whose classes a ``model_index.json`` may name; others would be imported, and so be run."""

FIRST_LAYER = "model.diffusion_model.input_blocks.0.0.weight"

OTHER_FILES = (
    ("lora", "a LoRA, not a base model: name the base that it was tuned from"),
    ("conditioner.embedders.", "Stable Diffusion XL"),
    ("cond_stage_model.model.", "Stable Diffusion 2.x in one file: name its diffusers folder"),
    ("joint_blocks.", "Stable Diffusion 3"),
    ("double_blocks.", "a Flux model"),
    ("control_model.", "a ControlNet"),
    ("emb_params", "a learnt word (textual inversion), not a base model"),
)
"""Parts of weights' names that give away what a single file is."""

TUNED_HERE = "Stable Diffusion 1.x is what can be tuned here"

Shapes = Mapping[str, tuple[int, ...]]


def check_base(path: Path) -> None:
    """Raise unless a base model's folder or single file is of the family that is tuned here.

    Raises
    ------
    MlError
        Saying what it is instead, or which of its parts do not fit each other.
    """
    if path.is_file():
        _check_shapes(path, file_shapes(path))
    else:
        _check_folder(path)


def check_methods(pipeline: Any, variant: VariantConfig) -> None:
    """Raise if what a variant trains is not there in a loaded base.

    Raises
    ------
    MlError
        If its text encoder is to be tuned by LoRA or to learn a word, and is not CLIP's.
    """
    encoder = type(pipeline.text_encoder).__name__
    if encoder == "CLIPTextModel":
        return
    if variant.kind == "lora" and variant.lora.text_encoder:
        what = "tunes the text encoder"
    elif variant.kind == "textual_inversion":
        what = "teaches the text encoder a word"
    else:
        return
    raise MlError(
        f"this variant {what}, which in this base is a {encoder}; it can be done with CLIP's only: "
        "choose one that leaves the text encoder alone, such as M1 or M3."
    )


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

    with library(f"{path} cannot be loaded: it holds more than weights, or is damaged"):
        content: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        weights = content.get("state_dict", content)
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


def _check_folder(path: Path) -> None:
    index = read_json(path / "model_index.json")
    family = str(index.get("_class_name"))
    if family != "StableDiffusionPipeline":
        raise MlError(f"{path} is a {family}; {TUNED_HERE}.")
    for part, named in index.items():
        if part.startswith("_") or not isinstance(named, list) or len(named) != 2:
            continue
        if named[0] is not None and named[0] not in LIBRARIES:
            raise MlError(
                f"{path} names {named[0]!r} for its {part}: code that comes with a model is not "
                "run. Use a folder whose parts are of diffusers and transformers."
            )
    unet, vae, text = (_config(path / part) for part in ("unet", "vae", "text_encoder"))
    if unet.get("addition_embed_type") or unet.get("time_cond_proj_dim"):
        raise MlError(
            f"{path} has a U-Net of another family (of Stable Diffusion XL, or distilled to few "
            f"steps); {TUNED_HERE}."
        )
    for part, config, wanted in (
        ("U-Net", unet, "UNet2DConditionModel"),
        ("autoencoder", vae, "AutoencoderKL"),
    ):
        if config.get("_class_name", wanted) != wanted:
            raise MlError(f"{path} has a {config['_class_name']} as {part}; {TUNED_HERE}.")
    if unet and vae:
        _check_channels(path, int(unet.get("in_channels", 4)), int(vae.get("latent_channels", 4)))
    width, features = unet.get("cross_attention_dim"), text.get("hidden_size")
    if isinstance(width, int) and isinstance(features, int) and width != features:
        raise MlError(
            f"{path}: its U-Net takes text of {width} features, its text encoder gives {features}: "
            "they are not of one model."
        )


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
