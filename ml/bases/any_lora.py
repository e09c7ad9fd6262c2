"""A LoRA of any trainer, read from its file: whose layout it has, and with which alpha.

Layouts differ in what a layer is called, and in where they say alpha. A reader that does not know a
name leaves the layer out without a word, and one that misses alpha takes it as the rank: the
picture is then of another model. Here every layer is placed, or the file is refused.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bases.adapter import Adapter
from ml.bases.lora_files import PEFT_CONFIG, PEFT_PREFIX
from ml.bases.sgm_names import sgm_names
from ml.boundary import library
from ml.errors import MlError

if TYPE_CHECKING:
    import torch

_SIDES = (
    ("down", r"\.(?:lora_down|lora_A|lora\.down|lora_linear_layer\.down)(?:\.default)?\.weight"),
    ("up", r"\.(?:lora_up|lora_B|lora\.up|lora_linear_layer\.up)(?:\.default)?\.weight"),
    ("magnitude", r"\.(?:dora_scale|lora_magnitude_vector(?:\.default)?(?:\.weight)?)"),
    ("alpha", r"\.alpha"),
)

OTHER_METHODS = {
    "hada_w": "a LoHa",
    "lokr_w": "a LoKr",
    "lora_mid": "a LoCon with a Tucker core",
    "oft_": "an OFT",
    ".diff": "a difference of whole weights",
}


@dataclass
class Layer:
    """One layer's update: alpha / rank * up @ down, and of DoRA the magnitude of the rows."""

    down: torch.Tensor | None = None
    up: torch.Tensor | None = None
    alpha: float | None = None
    magnitude: torch.Tensor | None = None

    @property
    def rank(self) -> int:
        """Return the rank."""
        return int(self.matrices[0].shape[0])

    @property
    def matrices(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return down and up; raises MlError where the file had one of them only."""
        if self.down is None or self.up is None:
            raise MlError("A layer of this LoRA file has only one of its two matrices.")
        return self.down, self.up


@dataclass(frozen=True)
class LoraFile:
    """What a file holds."""

    path: Path
    layout: str
    layers: Mapping[str, Layer]
    """By the name that the file has for the layer."""

    metadata: Mapping[str, str]
    alpha_from: str
    """What said alpha: "each layer's alpha", "the adapter's metadata", ... or that nothing did."""

    def described(self) -> dict[str, Any]:
        """Return what a bank's provenance says of it."""
        ranks = sorted({layer.rank for layer in self.layers.values()})
        alphas = sorted({layer.alpha or 0.0 for layer in self.layers.values()})
        notes = {k: v for k, v in self.metadata.items() if k.startswith(("ss_", "modelspec."))}
        return {
            "layout": self.layout,
            "layers": len(self.layers),
            "ranks": ranks,
            "alphas": [round(alpha, 6) for alpha in alphas],
            "alpha_from": self.alpha_from,
            "dora": any(layer.magnitude is not None for layer in self.layers.values()),
            "trainers_notes": {k: notes[k] for k in sorted(notes) if len(notes[k]) <= 200},
        }


@dataclass
class _Alphas:
    """Where alpha was said; the first that says it counts."""

    said: set[str] = field(default_factory=set)

    def settle(self, name: str, layer: Layer, configs: Mapping[str, Any]) -> None:
        if layer.alpha is not None:
            self.said.add("each layer's own")
            return
        prefix = next((p for p in sorted(configs, key=len, reverse=True) if _under(p, name)), None)
        if prefix is None:
            self.said.add("not said: taken as the rank")
            layer.alpha = float(layer.rank)
            return
        self.said.add("the adapter's metadata")
        config = configs[prefix]
        own = name.removeprefix(prefix).lstrip(".")
        alpha = float(_by_pattern(config.get("alpha_pattern"), own, config.get("lora_alpha", 8)))
        # Stabilised by the square root of the rank: the alpha that makes this of alpha / rank.
        layer.alpha = alpha * math.sqrt(layer.rank) if config.get("use_rslora") else alpha


def read_lora(path: Path) -> LoraFile:
    """Read a file of safetensors; nothing in it is run.

    Parameters
    ----------
    path : the file, or a folder of peft's (``adapter_model.safetensors``, ``adapter_config.json``)

    Raises
    ------
    MlError
        If it cannot be read, or holds anything but a LoRA (or DoRA).
    """
    from safetensors import safe_open

    path = path / "adapter_model.safetensors" if path.is_dir() else path
    if not path.is_file():
        raise MlError(f"{path} is not there.")
    with (
        library(f"{path} cannot be read: a LoRA is a whole .safetensors file"),
        safe_open(path, "pt") as file,
    ):
        metadata = file.metadata() or {}
        tensors = {name: file.get_tensor(name) for name in list(file.keys())}
    layers = _layers(path, tensors)
    layout, configs = _layout(layers), _configs(path, metadata)
    alphas = _Alphas()
    for name, layer in layers.items():
        alphas.settle(name, layer, configs)
    return LoraFile(path, layout, layers, metadata, ", ".join(sorted(alphas.said)))


def wear_lora(adapter: Adapter, lora: LoraFile, *, weight: float = 1.0) -> None:
    """Put a LoRA on a pipeline, beside its weights.

    Parameters
    ----------
    weight : by which all updates are multiplied

    Raises
    ------
    MlError
        If a layer of it is not there in the base, or has another shape.
    """
    for part, layers in place_layers(adapter, lora).items():
        with library(f"{lora.path} cannot be put on this base"):
            _inject(getattr(adapter.pipeline, part), layers, weight)


def place_layers(adapter: Adapter, lora: LoraFile) -> dict[str, dict[str, Layer]]:
    """Return a LoRA's layers by the part of the pipeline and the name there that they are for.

    Raises
    ------
    MlError
        If a layer of it is not there in the base, or has another shape.
    """
    places = dict(_places(adapter))
    placed: dict[str, dict[str, Layer]] = {}
    for name, layer in lora.layers.items():
        if name not in places:
            raise MlError(
                f"{lora.path} ({lora.layout}) tunes the layer {name}, which this base, "
                f"{adapter.family}, does not have: it is of another base or family."
            )
        part, own = places[name]
        _check_shape(lora, name, layer, getattr(adapter.pipeline, part).get_submodule(own))
        placed.setdefault(part, {})[own] = layer
    return placed


def _layers(path: Path, tensors: Mapping[str, torch.Tensor]) -> dict[str, Layer]:
    layers: dict[str, Layer] = {}
    for key, tensor in tensors.items():
        plain = re.sub(r"(to_[qkv]|to_out)_lora\.(down|up)", r"\1.lora.\2", key)
        plain = plain.replace(".processor.", ".").replace("to_out.lora.", "to_out.0.lora.")
        for side, pattern in _SIDES:
            if match := re.fullmatch(rf"(.+?){pattern}", plain):
                layer = layers.setdefault(match[1], Layer())
                setattr(layer, side, float(tensor) if side == "alpha" else tensor.float())
                break
        else:
            kind = next((what for part, what in OTHER_METHODS.items() if part in key), None)
            what = f"holds {kind}, which is not read here" if kind else "is no LoRA"
            raise MlError(f"{path} {what} (it holds {key!r}).")
    halves = [n for n, layer in layers.items() if layer.down is None or layer.up is None]
    if halves or not layers:
        raise MlError(f"{path} is no whole LoRA: {halves[0] if halves else 'it'} has no weights.")
    with_magnitude = [layer.magnitude is not None for layer in layers.values()]
    if any(with_magnitude) and not all(with_magnitude):
        raise MlError(f"{path} has DoRA's magnitudes in some layers only, which is not read here.")
    return layers


def _configs(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return the adapters' configurations, by the beginning of their layers' names."""
    if PEFT_CONFIG in {p.name for p in path.parent.glob(PEFT_CONFIG)}:
        with library(f"{path.parent / PEFT_CONFIG} cannot be read"):
            return {PEFT_PREFIX: json.loads((path.parent / PEFT_CONFIG).read_text("utf-8"))}
    configs: dict[str, dict[str, Any]] = {}
    with library(f"the metadata of {path} cannot be read"):
        for key, value in json.loads(metadata.get("lora_adapter_metadata", "{}")).items():
            part, _, name = key.partition(".")
            configs.setdefault(part, {})[name] = value
    return configs


def _layout(layers: Mapping[str, Layer]) -> str:
    first = next(iter(layers))
    if first.startswith("lora_"):
        return "kohya's"
    if first.startswith(PEFT_PREFIX):
        return "peft's"
    return "ComfyUI's" if layers[first].alpha is not None else "diffusers'"


def _under(prefix: str, name: str) -> bool:
    return name.startswith(prefix if prefix.endswith(".") else prefix + ".")


def _by_pattern(patterns: Any, name: str, otherwise: Any) -> Any:
    """Return the value of the first pattern that fits a layer's name, as peft does."""
    for pattern, value in (patterns or {}).items():
        if re.match(rf"(.*\.)?({pattern})$", name):
            return value
    return otherwise


def _places(adapter: Adapter) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield every name that a layout has for a layer, with its part and its own name there."""
    part = adapter.denoiser_part
    a_block = getattr(adapter.denoiser.config, "layers_per_block", 0)
    layers = a_block if isinstance(a_block, int) else 0
    for name in _tunable(adapter.denoiser):
        place = (part, name)
        for written in (name, f"{part}.{name}", f"{PEFT_PREFIX}{name}"):
            yield written, place
        for other in (name, *(sgm_names(name, layers) if part == "unet" else ())):
            yield f"lora_{part}_{other.replace('.', '_')}", place
    for number, (part, encoder) in enumerate(adapter.text_encoders().items(), 1):
        prefixes = [f"lora_te{number}_", *(["lora_te_"] if number == 1 else [])]
        for name in _tunable(encoder):
            place = (part, name)
            for own in (name, f"text_model.{name}"):
                yield f"{part}.{own}", place
                for prefix in prefixes:
                    yield prefix + own.replace(".", "_"), place


def _tunable(model: Any) -> Iterator[str]:
    from torch import nn

    for name, module in model.named_modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            yield name


def _check_shape(lora: LoraFile, name: str, layer: Layer, module: Any) -> None:
    weight = module.weight
    layer_down, layer_up = layer.matrices
    taken, given = layer_down[0].numel(), len(layer_up)
    groups = getattr(module, "groups", 1)
    if groups != 1 or (len(weight), weight[0].numel()) != (given, taken):
        raise MlError(
            f"{lora.path}: its layer {name} is for weights of {given} x {taken}, the base's are "
            f"{len(weight)} x {weight[0].numel()}: it is of another base."
        )
    if layer.magnitude is not None and layer.magnitude.numel() != len(weight):
        raise MlError(f"{lora.path}: the magnitudes of {name} are not one a row, as peft has them.")


def _inject(model: Any, layers: Mapping[str, Layer], weight: float) -> None:
    """Give a model's layers their updates, in float32."""
    import torch
    from peft import LoraConfig, inject_adapter_in_model

    exact = {name: f"^{re.escape(name)}" for name in layers}
    some: dict[str, Any] = {
        "rank_pattern": {exact[n]: layer.rank for n, layer in layers.items()},
        "alpha_pattern": {exact[n]: layer.alpha for n, layer in layers.items()},
        "target_modules": "|".join(re.escape(name) for name in layers),
        "use_dora": any(layer.magnitude is not None for layer in layers.values()),
    }
    inject_adapter_in_model(LoraConfig(**some), model, adapter_name="default")
    for name, layer in layers.items():
        module: Any = model.get_submodule(name)
        down, up = module.lora_A["default"], module.lora_B["default"]
        with torch.no_grad():
            for mine, theirs in zip((down, up), layer.matrices, strict=True):
                mine.weight.data = theirs.reshape(mine.weight.shape).to(mine.weight.device)
            module.set_scale("default", weight)
            if layer.magnitude is not None:
                rows = module.lora_magnitude_vector["default"].weight
                rows.data = layer.magnitude.reshape(rows.shape).to(rows.device)
    for parameter_name, parameter in model.named_parameters():
        if "lora_" in parameter_name:
            parameter.requires_grad_(False)
