"""Features of networks that learnt from chest radiographs, by local weights.

RAD-DINO is a plain transformers model (Pérez-García F et al., Nat Mach Intell 2025,
doi:10.1038/s42256-024-00965-w). BioViL-T needs its authors' package for the shape of the network
(Bannur S et al., CVPR 2023, doi:10.1109/CVPR52729.2023.01442).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.bases.whole_weights import MASK, load_whole
from ml.boundary import library
from ml.errors import MlError

Array = NDArray[np.float64]

IMAGENET_MEAN, IMAGENET_SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

BIOVIL_SIZE = 448


@dataclass(frozen=True)
class DinoFeatures:
    """The class token of a Dinov2 model such as RAD-DINO, pictures as its own folder says."""

    model: Any
    size: int
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    batch: int = 8
    name: str = "rad-dino"

    def __call__(self, images: Array) -> Array:
        """Return (n, hidden size)."""

        def of_batch(pixels: Any) -> Any:
            return self.model(pixel_values=pixels).last_hidden_state[:, 0]

        return _in_batches(images, self.size, self.mean, self.sd, self.batch, of_batch)


@dataclass(frozen=True)
class BiovilFeatures:
    """The joint embedding of BioViL-T's image encoder, each image without an earlier one."""

    network: Any
    batch: int = 8
    name: str = "biovil-t"

    def __call__(self, images: Array) -> Array:
        """Return (n, 128)."""

        def of_batch(pixels: Any) -> Any:
            return self.network(pixels).projected_global_embedding

        # It learnt from pixels of 0 to 1.
        return _in_batches(images, BIOVIL_SIZE, (0.0,) * 3, (1.0,) * 3, self.batch, of_batch)


def load_rad_dino(weights: Path) -> DinoFeatures:
    """Load a Dinov2 folder, safetensors or weights only; pictures are made as it says.

    Raises MlError for what is no such folder, and where its settings name no side of pictures.
    """
    with library(f"{weights} is not a Dinov2 model folder"):
        from transformers import Dinov2Model

        if (
            json.loads((weights / "config.json").read_text(encoding="utf-8")).get("model_type")
            != "dinov2"
        ):
            raise MlError(f"{weights} is not a Dinov2 model folder: it says another model_type.")
        model = load_whole(Dinov2Model, weights, unused=[MASK])
    model.requires_grad_(False).train(False)
    settings: dict[str, Any] = {}
    path = weights / "preprocessor_config.json"
    if path.is_file():
        with library(f"{path} cannot be read"):
            settings = json.loads(path.read_text(encoding="utf-8"))
    mean, sd = (
        tuple(settings.get(key) or usual)
        for key, usual in (("image_mean", IMAGENET_MEAN), ("image_std", IMAGENET_SD))
    )
    side = _side(settings) or int(model.config.image_size)
    patch = int(model.config.patch_size)
    if side < patch or len(mean) != 3 or len(sd) != 3:
        raise MlError(f"{path} names no side and channel statistics that the model can use.")
    # Whole patches only, which the model asks for.
    return DinoFeatures(model, side // patch * patch, mean, sd)


def load_biovil_t(weights: Path) -> BiovilFeatures:
    """Load BioViL-T's image encoder, weights only.

    Raises MlError where the package is not there, or the file is not what it should be.
    """
    try:
        from health_multimodal.image.model.model import MultiImageModel  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MlError(
            "features biovil-t need the package hi-ml-multimodal, which is not installed: "
            "pip install hi-ml-multimodal."
        ) from error
    import torch

    with library(
        f"{weights} cannot be loaded for features biovil-t: give --weights PATH to "
        "biovil_t_image_model_proj_size_128.pt"
    ):
        saved = torch.load(weights, map_location="cpu", weights_only=True)
        network = MultiImageModel(img_encoder_type="resnet50_multi_image", joint_feature_size=128)
        network.load_state_dict(saved)
    return BiovilFeatures(network.requires_grad_(False).eval())


def normalised(images: Array, size: int, mean: tuple[float, ...], sd: tuple[float, ...]) -> Any:
    """Return grey images (n, side, side; 0 to 1) as a batch of three channels of a network's kind.

    Returns
    -------
    Tensor (n, 3, size, size)
    """
    import torch
    from torch.nn.functional import interpolate

    batch = torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))[:, None]
    if batch.shape[-2:] != (size, size):
        batch = interpolate(batch, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
    centre, spread = (torch.tensor(values)[:, None, None] for values in (mean, sd))
    return (batch.expand(-1, 3, -1, -1) - centre) / spread


def _in_batches(
    images: Array,
    size: int,
    mean: tuple[float, ...],
    sd: tuple[float, ...],
    batch: int,
    of_batch: Callable[[Any], Any],
) -> Array:
    import torch

    rows = []
    for start in range(0, len(images), batch):
        with torch.inference_mode():
            embedded = of_batch(normalised(images[start : start + batch], size, mean, sd))
        rows.append(embedded.double().numpy())
    return np.concatenate(rows)


def _side(settings: dict[str, Any]) -> int | None:
    """Return the side that pictures are cropped or resized to, as transformers writes it."""
    for key in ("crop_size", "size"):
        value = settings.get(key)
        if isinstance(value, dict):
            value = value.get("height") or value.get("shortest_edge")
        if isinstance(value, int):
            return value
    return None
