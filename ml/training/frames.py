"""How each film is shown to the model: in which shape, what is cut off, and where it is padded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ml.bank.writer import CONDITIONS, Condition
from ml.bases.adapter import Adapter
from ml.errors import MlError
from ml.methods.config import DataConfig
from ml.radiographs.buckets import Shape, bucket_of, bucket_shapes, cut_of
from ml.radiographs.training_images import TrainingImage, film_share, stored_shape

if TYPE_CHECKING:
    import torch


class Frames:
    """The frame of every film of a run.

    Parameters
    ----------
    whole : digests of images that are whole as they are, such as a prior's
    """

    def __init__(self, adapter: Adapter, data: DataConfig, whole: Iterable[str] = ()) -> None:
        self._adapter, self._data, self._whole = adapter, data, frozenset(whole)
        in_buckets = data.fit == "buckets"
        self._shapes = bucket_shapes(data.size, adapter.size_step()) if in_buckets else []
        self._films: dict[str, Shape] = {}
        self._shares: dict[tuple[str, int], torch.Tensor] = {}

    def bucket(self, image: TrainingImage) -> Shape | None:
        """Return a film's (height, width) in pixels, where it is not the square of all.

        Raises MlError where the base cannot take it.
        """
        if not self._shapes:
            return None
        shape = bucket_of(self._film(image), self._shapes)
        if reason := self._adapter.shape_refusal(shape):
            raise MlError(
                f"data.fit buckets shows {image.source} as {shape[0]} x {shape[1]}: {reason}."
            )
        return shape

    def latent(self, image: TrainingImage) -> tuple[int, int, int]:
        """Return (channels, h, w) of a film's latents."""
        height, width = self.bucket(image) or (self._data.size, self._data.size)
        return self._adapter.latent_shape(height, width)

    def corner(self, image: TrainingImage) -> tuple[int, int]:
        """Return what is cut off above and to the left of a film in a bucket, in pixels."""
        shape = self.bucket(image)
        if shape is None:
            return 0, 0
        cut = cut_of(self._film(image), shape)
        return cut.top, cut.left

    def lost(self, image: TrainingImage) -> float:
        """Return the share of a film in a bucket that is cut off."""
        shape = self.bucket(image)
        return 0.0 if shape is None else cut_of(self._film(image), shape).lost

    def film_share(self, image: TrainingImage, number: int) -> torch.Tensor:
        """Return the share of film in each latent cell of a view, (1, h, w), the rest padding."""
        import torch

        key = (image.pixels_sha256, number)
        if key not in self._shares:
            _, height, width = self.latent(image)
            if image.pixels_sha256 in self._whole:
                return torch.ones(1, height, width)
            pixels = film_share(self._film(image), number, image.pixels_sha256, self._data)
            pooled = torch.nn.functional.adaptive_avg_pool2d(
                torch.from_numpy(pixels)[None], (height, width)
            )
            self._shares[key] = pooled
        return self._shares[key]

    def _film(self, image: TrainingImage) -> Shape:
        key = image.pixels_sha256
        if key not in self._films:
            self._films[key] = stored_shape(image)
        return self._films[key]


def describe_buckets(frames: Frames, images: Iterable[TrainingImage]) -> dict[str, Any] | None:
    """Return what a run says of its buckets: of each condition ``[height, width, films]``.

    None where films are shown as squares. Raises MlError where the base cannot take a shape.
    """
    every = list(images)
    if not every or frames.bucket(every[0]) is None:
        return None
    counts: dict[Condition, Counter[Shape]] = {c: Counter() for c in CONDITIONS}
    for image in every:
        shape = frames.bucket(image)
        if shape is not None:
            counts[image.condition][shape] += 1
    shapes: Mapping[Condition, list[list[int]]] = {
        condition: [[*shape, n] for shape, n in sorted(of.items())]
        for condition, of in counts.items()
    }
    return {"shapes": shapes, "most_cut": round(max(frames.lost(i) for i in every), 4)}


def commonest_shape(buckets: Mapping[str, Any] | None) -> Shape | None:
    """Return the shape that most films of a run have; None where films are squares."""
    if buckets is None:
        return None
    counts: Counter[Shape] = Counter()
    for of in buckets["shapes"].values():
        counts.update({(height, width): films for height, width, films in of})
    return max(sorted(counts), key=lambda shape: counts[shape])
