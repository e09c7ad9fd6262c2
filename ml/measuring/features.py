"""Images -> feature vectors for comparing sets: the base model's autoencoder, or given weights.

The autoencoder is always at hand and downloads nothing. Inception (TorchScript), CLIP and RAD-DINO
(transformers folders), TorchXRayVision and BioViL-T are there for who has their weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from ml.bank.run_folder import file_digest
from ml.bases.whole_weights import load_whole
from ml.boundary import library
from ml.errors import MlError
from ml.measuring.radiograph_features import load_biovil_t, load_rad_dino

Array = NDArray[np.float64]
FeatureName = Literal["vae", "inception", "clip", "xrv", "rad-dino", "biovil-t"]
FEATURE_NAMES: tuple[str, ...] = get_args(FeatureName)

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_SD = (0.26862954, 0.26130258, 0.27577711)
"""Channel statistics all CLIP models of OpenAI and their kin were trained with."""

POOLED = 4
"""Encoder activations are averaged within a grid of this many cells a side."""


class FeatureExtractor(Protocol):
    """Turns a batch of grey images (n, height, width; 0 to 1) into rows of features."""

    @property
    def name(self) -> str: ...

    def __call__(self, images: Array) -> Array: ...


@dataclass(frozen=True)
class VaeFeatures:
    """Activations of the autoencoder's middle block, averaged in a 4 x 4 grid.

    The grid keeps coarse place, so that a mirrored heart is a difference; the middle block is the
    deepest the encoder has before it becomes a code of pixels.
    """

    vae: Any
    size: int
    batch: int = 4
    name: str = "vae"

    def __call__(self, images: Array) -> Array:
        """Return (n, channels * 16)."""
        import torch
        from torch.nn.functional import adaptive_avg_pool2d

        caught: list[torch.Tensor] = []
        hook = self.vae.encoder.mid_block.register_forward_hook(
            lambda _module, _inputs, output: caught.append(output)
        )
        rows = []
        try:
            for start in range(0, len(images), self.batch):
                self._encode(images[start : start + self.batch])
                pooled = adaptive_avg_pool2d(caught.pop().float(), POOLED)
                rows.append(pooled.flatten(1).double().cpu().numpy())
        finally:
            hook.remove()
        return np.concatenate(rows)

    def _encode(self, images: Array) -> Any:
        import torch

        batch = _three_channels(images, self.size, device=self.vae.device) * 2 - 1
        with torch.inference_mode():
            return self.vae.encode(batch.to(self.vae.dtype))


@dataclass(frozen=True)
class InceptionFeatures:
    """The pool features of a TorchScript Inception such as NVIDIA's ``inception-2015-12-05.pt``."""

    network: Any
    batch: int = 16
    name: str = "inception"

    def __call__(self, images: Array) -> Array:
        import torch

        rows = []
        for start in range(0, len(images), self.batch):
            batch = _three_channels(images[start : start + self.batch], None, device="cpu")
            bytes_ = (batch * 255).round().to(torch.uint8)
            try:
                with torch.inference_mode():
                    rows.append(self.network(bytes_, return_features=True).double().numpy())
            except RuntimeError as error:
                raise MlError(
                    "features inception need a TorchScript network that takes bytes and "
                    "return_features, as NVIDIA's inception-2015-12-05.pt does."
                ) from error
        return np.concatenate(rows)


@dataclass(frozen=True)
class ClipFeatures:
    """Image embeddings of a CLIP model; also says how well an image follows its prompt."""

    model: Any
    tokenizer: Any
    batch: int = 16
    name: str = "clip"

    def __call__(self, images: Array) -> Array:
        import torch

        rows = []
        for start in range(0, len(images), self.batch):
            with torch.inference_mode():
                embedded = self._image_embeddings(images[start : start + self.batch])
            rows.append(embedded.double().numpy())
        return np.concatenate(rows)

    def prompt_adherence(self, images: Array, prompts: list[str]) -> Array:
        """Cosine of each image with its prompt, (n,), -1 to 1 (CLIPScore without its factor).

        Hessel J et al. CLIPScore. EMNLP 2021, doi:10.18653/v1/2021.emnlp-main.595.
        """
        import torch

        values = []
        for start in range(0, len(images), self.batch):
            chunk = slice(start, start + self.batch)
            tokens = self.tokenizer(
                prompts[chunk], return_tensors="pt", padding=True, truncation=True
            )
            with torch.inference_mode():
                text = _pooled(self.model.get_text_features(**tokens))
                pictures = self._image_embeddings(images[chunk])
            values.append(torch.cosine_similarity(text, pictures).double().numpy())
        return np.concatenate(values)

    def _image_embeddings(self, images: Array) -> Any:
        import torch

        side = self.model.config.vision_config.image_size
        mean, sd = (torch.tensor(v)[:, None, None] for v in (CLIP_MEAN, CLIP_SD))
        pixels = (_three_channels(images, side, device="cpu") - mean) / sd
        return _pooled(self.model.get_image_features(pixel_values=pixels))


@dataclass(frozen=True)
class XrvFeatures:
    """Features of a TorchXRayVision DenseNet (224 px, -1024 to 1024)."""

    network: Any
    batch: int = 16
    name: str = "xrv"

    def __call__(self, images: Array) -> Array:
        import torch

        rows = []
        for start in range(0, len(images), self.batch):
            batch = _three_channels(images[start : start + self.batch], 224, device="cpu")[:, :1]
            with torch.inference_mode():
                maps = self.network.features(batch * 2048 - 1024)
            rows.append(maps.mean(dim=(2, 3)).double().numpy())
        return np.concatenate(rows)


INCEPTION_SHA256 = "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4"
"""Of NVIDIA's inception-2015-12-05.pt, as k-diffusion and others publish it."""


def load_features(name: str, weights: Path | None, sha256: str | None = None) -> FeatureExtractor:
    """Load an extractor other than the autoencoder's. No code in a weights' file is run unseen.

    Parameters
    ----------
    sha256 : that a TorchScript file must have, which is a program; default: NVIDIA's Inception's

    Raises
    ------
    MlError
        If the weights or the package are missing, or the file is not what it should be.
    """
    if name not in FEATURE_NAMES:
        raise MlError(f"features {name!r} are not one of {', '.join(FEATURE_NAMES)}.")
    if name == "xrv":
        xrv_models()
    if weights is None:
        what = {
            "inception": "a TorchScript Inception file",
            "clip": "a CLIP model folder",
            "xrv": "a DenseNet's .pt file of torchxrayvision's releases",
            "rad-dino": "a RAD-DINO (Dinov2) model folder",
            "biovil-t": "biovil_t_image_model_proj_size_128.pt",
        }[name]
        raise MlError(f"features {name} need weights: give --weights PATH to {what}.")
    if not weights.exists():
        raise MlError(f"{weights} does not exist, so features {name} cannot be computed.")
    if name == "inception":
        return _load_inception(weights, sha256 or INCEPTION_SHA256)
    if name == "rad-dino":
        return load_rad_dino(weights)
    if name == "biovil-t":
        return load_biovil_t(weights)
    return XrvFeatures(load_xrv(weights)) if name == "xrv" else _load_clip(weights)


def xrv_models() -> Any:
    """Return the module of TorchXRayVision that has its networks; raises MlError without it."""
    try:
        import torchxrayvision  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MlError(
            "features xrv need the package torchxrayvision, which is not installed: "
            "pip install '.[xrv]'."
        ) from error
    return torchxrayvision.models


def load_xrv(weights: Path) -> Any:
    """Return a DenseNet from a release's whole pickled module, in which only layers may be named.

    The package would unpickle it without a look, and fetch what it does not have. Raises MlError
    where the package is not there or the file is not what it should be.
    """
    import torch

    models = xrv_models()

    layers = ("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "AvgPool2d", "Linear", "Sequential")
    parts = [getattr(torch.nn, layer) for layer in layers]
    parts += [c for c in vars(models).values() if isinstance(c, type)]
    allowed = [c for c in parts if issubclass(c, torch.nn.Module)]
    with library(
        f"{weights} cannot be loaded for features xrv: give --weights PATH to a DenseNet's .pt "
        "file of torchxrayvision's releases"
    ):
        with torch.serialization.safe_globals([*allowed, set]):
            saved: Any = torch.load(weights, map_location="cpu", weights_only=True)
        network = models.DenseNet(weights=None)
        network.load_state_dict(saved if isinstance(saved, dict) else saved.state_dict())
    return network.eval()


def _load_inception(weights: Path, sha256: str) -> InceptionFeatures:
    import torch

    digest = file_digest(weights)
    if digest != sha256.lower():
        raise MlError(
            f"{weights} is not the file that is known: its sha256 is {digest}, not {sha256}. A "
            "TorchScript file is a program; fetch it again, or give --weights-sha256 as its "
            "publisher states it."
        )
    with library(f"{weights} is not a TorchScript network"):
        network = torch.jit.load(str(weights), map_location="cpu").eval()  # type: ignore[no-untyped-call]
    return InceptionFeatures(network)


def _load_clip(weights: Path) -> ClipFeatures:
    from transformers import CLIPModel, CLIPTokenizer

    with library(f"{weights} is not a CLIP model folder"):
        model = load_whole(CLIPModel, weights)
        model.requires_grad_(False).train(False)
        tokenizer = CLIPTokenizer.from_pretrained(weights, local_files_only=True)
    return ClipFeatures(model, tokenizer)


def _pooled(output: Any) -> Any:
    # transformers 5 returns an output object where 4 returned the tensor.
    return getattr(output, "pooler_output", output)


def _three_channels(images: Array, size: int | None, *, device: Any) -> Any:
    import torch
    from torch.nn.functional import interpolate

    rows = np.ascontiguousarray(images, dtype=np.float32)
    batch = torch.from_numpy(rows).to(device)[:, None]
    if size is not None and batch.shape[-2:] != (size, size):
        batch = interpolate(batch, (size, size), mode="bilinear", antialias=True)
    return batch.expand(-1, 3, -1, -1)
