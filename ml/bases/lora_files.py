# mypy: disable-error-code="no-untyped-call"
"""LoRA weights as files that other tools read.

For diffusers they are written with the adapter's metadata: without it a reader takes alpha = rank,
and a LoRA with another alpha loses most of its effect or doubles it. For kohya's scripts, A1111 and
ComfyUI in kohya's names, with each layer's alpha; written here because the library's converter
writes alpha = rank.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.settled_header import settle_header
from ml.bases.clip_keys import PREFIX, with_prefix

if TYPE_CHECKING:
    import torch

DIFFUSERS_FILE = "pytorch_lora_weights.safetensors"
KOHYA_FILE = "lora_kohya.safetensors"
COMFY_FILE = "lora_comfyui.safetensors"
PEFT_FILE = "adapter_model.safetensors"
PEFT_CONFIG = "adapter_config.json"
PEFT_PREFIX = "base_model.model."


BASE_VERSIONS = {
    "1": ("sd_v1", "stable-diffusion-v1"),
    "2": ("sd_v2", "stable-diffusion-v2-512"),
    "2, v": ("sd_v2_v", "stable-diffusion-v2-768-v"),
    "xl": ("sdxl_base_v1-0", "stable-diffusion-xl-v1-base"),
}
"""Kohya's name of a base, and the one of Stability's model metadata, 1.0.0."""


def base_notes(version: str, predicts: str, notes: Mapping[str, str]) -> dict[str, str]:
    """Return by which readers know what a LoRA is for: ``ss_...`` of kohya's, ``modelspec...``.

    Parameters
    ----------
    version : of Stable Diffusion: 1, 2 or xl
    predicts : what the U-Net was tuned for, epsilon or v_prediction
    notes : what kohya's metadata say of the run; title and resolution are taken from them

    A1111 asks ``ss_v2`` and ``ss_base_model_version``.
    """
    velocity = predicts == "v_prediction"
    named, architecture = BASE_VERSIONS["2, v" if version == "2" and velocity else version]
    if version == "1" and velocity:
        named += "_v"
    spec = {
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": f"{architecture}/lora",
        "modelspec.implementation": "diffusers",
        "modelspec.prediction_type": "v" if velocity else "epsilon",
    }
    if "ss_output_name" in notes:
        spec["modelspec.title"] = notes["ss_output_name"]
    if "ss_resolution" in notes:
        spec["modelspec.resolution"] = notes["ss_resolution"].strip("()").replace(", ", "x")
    return {"ss_v2": str(version == "2"), "ss_base_model_version": named, **spec}


def lora_layers(model: Any) -> Iterator[tuple[str, Any, Any, float]]:
    """Yield each tuned layer: its name, down and up modules, and alpha.

    The update is alpha / rank * up @ down. Where it is stabilised by the square root of the rank,
    the alpha given here is the one that makes this so.
    """
    for name, module in model.named_modules():
        if "default" in getattr(module, "lora_A", {}):
            down, up = module.lora_A["default"], module.lora_B["default"]
            alpha = float(module.lora_alpha["default"])
            if _rank_stabilised(model):
                alpha *= math.sqrt(down.weight.shape[0])
            yield name, down, up, alpha


def _rank_stabilised(model: Any) -> bool:
    configs = getattr(model, "peft_config", None) or {}
    return "default" in configs and bool(configs["default"].use_rslora)


def save_diffusers_lora(
    folder: Path, pipeline: Any, denoiser: str, text_encoders: Mapping[str, Any]
) -> None:
    """Write the file that ``pipeline.load_lora_weights`` reads.

    Parameters
    ----------
    denoiser : unet or transformer
    text_encoders : those that bear a LoRA, by their part's name
    """
    from peft.utils import get_peft_model_state_dict

    folder.mkdir(parents=True, exist_ok=True)
    model = getattr(pipeline, denoiser)
    extra: dict[str, Any] = {
        f"{denoiser}_lora_layers": get_peft_model_state_dict(model),
        f"{denoiser}_lora_adapter_metadata": model.peft_config["default"].to_dict(),
    }
    for part, encoder in text_encoders.items():
        extra[f"{part}_lora_layers"] = with_prefix(get_peft_model_state_dict(encoder))
        extra[f"{part}_lora_adapter_metadata"] = encoder.peft_config["default"].to_dict()
    type(pipeline).save_lora_weights(
        folder, weight_name=DIFFUSERS_FILE, safe_serialization=True, **extra
    )
    settle_header(folder / DIFFUSERS_FILE)


def load_diffusers_lora(pipeline: Any, folder: Path) -> None:
    """Read it; without ``use_safetensors`` the library falls back to pickles."""
    pipeline.load_lora_weights(
        str(folder), weight_name=DIFFUSERS_FILE, local_files_only=True, use_safetensors=True
    )


def save_kohya_lora(
    folder: Path,
    models: Mapping[str, Any],
    notes: Mapping[str, str],
    rename: Callable[[str], str] = str,
) -> None:
    """Write the file that kohya's scripts, A1111 and ComfyUI read.

    Parameters
    ----------
    models : by kohya's prefix, such as ``lora_unet_``
    notes : what kohya's metadata say of the run, by key (``ss_...``)
    rename : of a U-Net's layer, the name that kohya has for it
    """
    from safetensors.torch import save_file

    weights, ranks = kohya_weights(models, rename)
    metadata = {"ss_network_module": "networks.lora", **ranks, **notes}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / KOHYA_FILE, metadata=metadata)
    settle_header(folder / KOHYA_FILE)


def kohya_weights(
    models: Mapping[str, Any], rename: Callable[[str], str] = str
) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Return the tuned layers under kohya's names, and kohya's metadata on rank and alpha."""
    weights: dict[str, torch.Tensor] = {}
    metadata: dict[str, str] = {}
    for prefix, model in models.items():
        of_text = prefix.startswith("lora_te")
        for name, down, up, alpha in lora_layers(model):
            written = rename(name)
            if of_text:
                written = name if name.startswith(PREFIX) else PREFIX + name
            key = prefix + written.replace(".", "_")
            weights |= _layer(key, "lora_down", "lora_up", down, up, alpha)
            weights |= _magnitude(key, model, name, down)
        if not of_text:
            config = model.peft_config["default"]
            alpha = config.lora_alpha * (math.sqrt(config.r) if config.use_rslora else 1)
            metadata = {"ss_network_dim": str(config.r), "ss_network_alpha": str(alpha)}
    return weights, metadata


def save_comfyui_lora(folder: Path, prefix: str, model: Any, notes: Mapping[str, str]) -> None:
    """Write a transformer's LoRA under the names and with the alphas that ComfyUI reads."""
    from safetensors.torch import save_file

    weights: dict[str, torch.Tensor] = {}
    for name, down, up, alpha in lora_layers(model):
        weights |= _layer(prefix + name, "lora_A", "lora_B", down, up, alpha)
        weights |= _magnitude(prefix + name, model, name, down)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / COMFY_FILE, metadata=dict(notes))
    settle_header(folder / COMFY_FILE)


def _layer(
    key: str, down_name: str, up_name: str, down: Any, up: Any, alpha: float
) -> dict[str, torch.Tensor]:
    import torch

    return {
        f"{key}.{down_name}.weight": down.weight.detach().float().cpu().contiguous(),
        f"{key}.{up_name}.weight": up.weight.detach().float().cpu().contiguous(),
        f"{key}.alpha": torch.tensor(alpha),
    }


def _magnitude(key: str, model: Any, name: str, down: Any) -> dict[str, torch.Tensor]:
    """Return a layer's row lengths, (rows, 1) or (rows, 1, 1, 1), where it is DoRA's."""
    magnitudes = model.get_submodule(name).lora_magnitude_vector
    if "default" not in magnitudes:
        return {}
    rows = magnitudes["default"].weight.detach().float().cpu()
    return {f"{key}.dora_scale": rows.reshape(-1, *[1] * (down.weight.ndim - 1)).contiguous()}


def save_peft_lora(folder: Path, model: Any) -> None:
    """Write the two files that ``PeftModel.from_pretrained(model, folder)`` reads."""
    from peft.utils import get_peft_model_state_dict
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    layers = get_peft_model_state_dict(model)
    weights = {
        f"{PEFT_PREFIX}{name}": w.detach().float().cpu().contiguous() for name, w in layers.items()
    }
    save_file(weights, folder / PEFT_FILE, metadata={"format": "pt"})
    settle_header(folder / PEFT_FILE)
    config = model.peft_config["default"].to_dict()
    plain = {k: sorted(v) if isinstance(v, set) else v for k, v in config.items()}
    text = json.dumps({**plain, "inference_mode": True}, indent=1, sort_keys=True, default=str)
    (folder / PEFT_CONFIG).write_text(text + "\n", "utf-8")


def load_peft_lora(model: Any, folder: Path) -> None:
    """Put on a model what `save_peft_lora` wrote; only JSON and safetensors are read."""
    from peft import LoraConfig, inject_adapter_in_model
    from peft.utils import set_peft_model_state_dict
    from safetensors.torch import load_file

    content = json.loads((folder / PEFT_CONFIG).read_text("utf-8"))
    known = {field.name for field in dataclasses.fields(LoraConfig)}
    config = LoraConfig(**{k: v for k, v in content.items() if k in known})
    weights = {n.removeprefix(PEFT_PREFIX): w for n, w in load_file(folder / PEFT_FILE).items()}
    inject_adapter_in_model(config, model, adapter_name="default")
    model.peft_config = {"default": config}
    outcome: Any = set_peft_model_state_dict(model, weights, adapter_name="default")
    if outcome.unexpected_keys:
        first = outcome.unexpected_keys[0]
        raise ValueError(f"it holds layers that the base lacks, such as {first}")
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.requires_grad_(False)


def merge_layers(model: Any) -> None:
    """Add the LoRA that a model bears to its weights, for good."""
    from peft.tuners.lora import LoraLayer

    for name, layer in list(model.named_modules()):
        if isinstance(layer, LoraLayer):
            layer.merge()
            parent, _, own = name.rpartition(".")
            setattr(model.get_submodule(parent), own, layer.get_base_layer())
