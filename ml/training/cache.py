"""What the frozen parts of a base model make of the data, computed once.

The autoencoder's *moments* are kept, not latents: mean and log-variance, from which latents are
drawn anew at every step, as training without a cache would. Keys are hashes of content (pixels,
how they are shown, weights), so a changed image, option or base never meets a stale entry.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.file_mode import shared_mode
from ml.bases.autoencoders import encode, kept_channels
from ml.boundary import writing
from ml.methods.config import DataConfig
from ml.radiographs.buckets import Shape
from ml.radiographs.training_images import TrainingImage, load_grey, to_model, view, view_count
from ml.training.progress import counted

if TYPE_CHECKING:
    import torch

VIEW_RULES = 2
"""Count it up when training_images shows the same image by the same choices in another way."""

SHOWN = ("size", "fit", "augmentations", "rotation", "shift", "scale", "intensity", "mirror")
"""Choices that decide what a view of an image looks like."""


class MomentCache:
    """What the autoencoder makes of each image's views, (kept channels, h, w) float32 on the CPU.

    Parameters
    ----------
    folder : where to keep them between runs; None keeps them in memory only
    bucket : tells a film's shape where it is not the square that ``data`` says
    """

    def __init__(
        self,
        vae: Any,
        data: DataConfig,
        folder: Path | None,
        bucket: Callable[[TrainingImage], Shape | None] = lambda image: None,
    ) -> None:
        self._vae, self._bucket = vae, bucket
        self._data = data
        self._folder = folder
        self._weights = weights_digest(vae) if folder is not None else ""
        self._moments: dict[str, torch.Tensor] = {}

    def fill(
        self, images: Iterable[TrainingImage], *, views: int | None = None, tell: bool = False
    ) -> None:
        """Encode the images that are not kept yet.

        Parameters
        ----------
        views : of each image; 1 for held-out images; default: as many as the data config says
        tell : print how far it is, where it takes long
        """
        import torch

        every = list(images)
        for image in counted(every, "encoding images", len(every)) if tell else every:
            count = view_count(self._data) if views is None else views
            missing = [n for n in range(count) if not self._recall(image, n)]
            if not missing:
                continue
            grey = load_grey(image, self._data, self._bucket(image))
            for number in missing:
                shown = view(grey, number, image.pixels_sha256, self._data)
                pixels = torch.from_numpy(to_model(shown))[None]
                pixels = pixels.to(self._vae.device, self._vae.dtype)
                with torch.no_grad():
                    moments = encode(self._vae, pixels)
                self._keep(image, number, moments[0].float().cpu())

    def bytes_to_write(self, images: Iterable[TrainingImage], side: int, *, views: int) -> int:
        """Return how much of the disk filling would take, of what is not kept yet.

        Parameters
        ----------
        side : of the moments, in cells
        """
        if self._folder is None:
            return 0
        each = 4 * kept_channels(self._vae) * side * side + 1024
        names = (self._name(image, number) for image in images for number in range(views))
        folder = self._folder
        return each * sum(not (folder / f"{name}.safetensors").is_file() for name in names)

    def __getitem__(self, key: tuple[TrainingImage, int]) -> torch.Tensor:
        """Return the moments of one view of an image that was filled in."""
        image, number = key
        return self._moments[self._name(image, number)]

    def _name(self, image: TrainingImage, number: int) -> str:
        shown = {name: getattr(self._data, name) for name in SHOWN}
        if number == 0:
            shown = {"size": self._data.size, "fit": self._data.fit}
        if (shape := self._bucket(image)) is not None:
            shown = {**shown, "size": list(shape)}
        known = [image.pixels_sha256, number, shown, self._weights, VIEW_RULES]
        text = json.dumps(known, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _recall(self, image: TrainingImage, number: int) -> bool:
        name = self._name(image, number)
        if name in self._moments:
            return True
        if self._folder is None or not (path := self._folder / f"{name}.safetensors").is_file():
            return False
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            self._moments[name] = load_file(path)["moments"]
        except (SafetensorError, KeyError):
            return False
        return True

    def _keep(self, image: TrainingImage, number: int, moments: torch.Tensor) -> None:
        name = self._name(image, number)
        self._moments[name] = moments
        if self._folder is None:
            return
        from safetensors.torch import save_file

        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        written = self._folder / f".{name}.{os.getpid()}.tmp"
        with writing(written):
            save_file({"moments": moments.contiguous()}, written)
            written.chmod(shared_mode())
        written.replace(self._folder / f"{name}.safetensors")


def weights_digest(model: Any) -> str:
    """Return the sha256 of a model's weights as they are, whatever file they came from."""
    import torch

    whole = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        whole.update(f"{name} {weight.dtype} {tuple(weight.shape)}\n".encode())
        whole.update(weight.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return whole.hexdigest()
