"""Copies by a given network that tells whether two films are of one patient.

A network that embeds a film, or a siamese one that is given two, compares every image with every
training film. What it says has whatever scale it was trained to; it is judged as registration is,
by how close training films come to each other (`ml.measuring.memorisation`).

Packhäuser K et al. Deep learning-based patient re-identification is able to exploit the biometric
nature of medical chest X-ray data. Sci Rep 2022, doi:10.1038/s41598-022-19045-3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.bank.run_folder import file_digest
from ml.bases.whole_weights import MASK, load_whole
from ml.boundary import library
from ml.errors import MlError
from ml.measuring.gumbel import chance_of, gumbel
from ml.measuring.radiograph_features import IMAGENET_MEAN, IMAGENET_SD, normalised

Array = NDArray[np.float64]

USUAL_SIDE = 256
MOST = 1 - 1e-9


@dataclass(frozen=True)
class Match:
    """The training film that a network holds for most likely of the same patient."""

    nearest: str
    closeness: float
    """How far above its usual likeness to training films, on the network's own scale."""

    chance: float
    """Share of training films that come as close to another training film."""


@dataclass(frozen=True)
class Reidentifier:
    """A network that embeds one film, or compares two where it `takes_pairs`."""

    network: Any
    side: int
    takes_pairs: bool
    batch: int = 16

    def likeness(self, images: Array, films: Array) -> Array:
        """Return (n, m): Fisher's z of cosines, or what a siamese network says.

        Raises MlError for a network that gives other things.
        """
        said = self._by_pairs(images, films) if self.takes_pairs else self._by_cosine(images, films)
        if not np.isfinite(said).all():
            raise MlError("the --reid network gives values that are no numbers.")
        return said

    def _by_cosine(self, images: Array, films: Array) -> Array:
        one, other = (self._embedded(set_) for set_ in (images, films))
        cosines: Array = np.arctanh(np.clip(one @ other.T, -MOST, MOST))
        return cosines

    def _embedded(self, images: Array) -> Array:
        import torch

        rows = []
        for start in range(0, len(images), self.batch):
            pixels = self._pixels(images[start : start + self.batch])
            with torch.inference_mode(), library("the --reid network takes no batch of films"):
                output = self.network(pixels)
                output = getattr(output, "pooler_output", output)
                rows.append(output.double().flatten(1).numpy())
        features = np.concatenate(rows)
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        unit: Array = features / np.where(lengths > 0, lengths, 1.0)
        return unit

    def _by_pairs(self, images: Array, films: Array) -> Array:
        import torch

        others = self._pixels(films)
        said = np.zeros((len(images), len(films)))
        for row, image in enumerate(self._pixels(images)):
            for start in range(0, len(films), self.batch):
                second = others[start : start + self.batch]
                first = image[None].expand(len(second), -1, -1, -1)
                with torch.inference_mode(), library("the --reid network compares no two films"):
                    values = self.network(first, second).double().flatten().numpy()
                if len(values) != len(second):
                    raise MlError("the --reid network must give one value a pair of films.")
                said[row, start : start + len(second)] = values
        if said.min() >= 0 and said.max() <= 1:
            share = np.clip(said, 1 - MOST, MOST)
            said = np.log(share / (1 - share))
        return said

    def _pixels(self, images: Array) -> Any:
        return normalised(images, self.side, IMAGENET_MEAN, IMAGENET_SD)


def load_reidentifier(weights: Path, sha256: str | None, side: int = USUAL_SIDE) -> Reidentifier:
    """Load a TorchScript file whose digest is given, or a transformers folder of weights.

    Parameters
    ----------
    sha256 : that the TorchScript file must have, which is a program
    side : of the pictures that it takes, in pixels; three channels, scaled as ImageNet's

    Raises
    ------
    MlError
        Where it is not there, has no or another digest, or is no such network.
    """
    if not weights.exists():
        raise MlError(f"{weights} does not exist: --reid names a network's file or folder.")
    if not 16 <= side <= 4096:
        raise MlError(f"--reid-size is a side of 16 to 4096 pixels, not {side}.")
    import torch

    if weights.is_dir():
        from transformers import AutoModel

        with library(f"{weights} is not a folder of an image model"):
            network = load_whole(AutoModel, weights, unused=[MASK])
        return Reidentifier(network.requires_grad_(False).eval(), side, takes_pairs=False)
    digest = file_digest(weights)
    if sha256 is None or digest != sha256.lower():
        known = f"not {sha256}" if sha256 else "and none was given"
        raise MlError(
            f"{weights} is a program, and is run only if its publisher's sha256 is given with "
            f"--reid-sha256: it has {digest}, {known}."
        )
    with library(f"{weights} is not a TorchScript network"):
        network = torch.jit.load(str(weights), map_location="cpu").eval()  # type: ignore[no-untyped-call]
        # The network itself is the first.
        takes = len([a for a in network.forward.schema.arguments[1:] if not a.has_default_value()])
    if takes not in (1, 2):
        raise MlError(f"{weights} takes {takes} inputs: one film or two are meant.")
    return Reidentifier(network, side, takes_pairs=takes == 2)


def matches(
    images: Array, films: Array, names: Sequence[str], network: Reidentifier, flag_chance: float
) -> tuple[Match, ...]:
    """Return each image's most likely training film, judged by training films among themselves.

    Pairs of training films that are closer than chance allows (one patient's) take no part in the
    yardstick.

    Parameters
    ----------
    images, films : (n, side, side) and (m, side, side), grey, 0 to 1; m at least 3
    """
    among = _closeness(network.likeness(films, films), itself=True)[1]
    location, spread = gumbel(among)
    honest = among[chance_of(among, location, spread) >= flag_chance]
    if len(honest) >= 3:
        location, spread = gumbel(honest)
    nearest, closeness = _closeness(network.likeness(images, films))
    chances = chance_of(closeness, location, spread)
    return tuple(
        Match(names[place], float(close), float(chance))
        for place, close, chance in zip(nearest, closeness, chances, strict=True)
    )


def _closeness(likeness: Array, *, itself: bool = False) -> tuple[NDArray[np.int64], Array]:
    """Return each row's highest column and how far that lies above the row's median."""
    if itself:
        likeness = likeness.copy()
        np.fill_diagonal(likeness, np.nan)
    highest = np.nanargmax(likeness, axis=1)
    top = np.take_along_axis(likeness, highest[:, None], axis=1)[:, 0]
    return highest, top - np.nanmedian(likeness, axis=1)
