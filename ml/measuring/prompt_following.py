"""Whether images show what was asked for, by a classifier of the conditions that is given.

The classifier is a folder of transformers whose labels are the conditions' names, or are told to
belong to them. It says the condition of every image; the same is asked of real images, since a
classifier that misses a third of real findings can't blame a model for that third.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.bases.whole_weights import load_whole
from ml.boundary import library
from ml.errors import MlError
from ml.measuring.radiograph_features import IMAGENET_MEAN, IMAGENET_SD, normalised
from ml.measuring.two_sample import wilson

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Followed:
    """How many images of a condition the classifier gives that condition, with a 95 % interval."""

    images: int
    followed: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Classifier:
    """A network and the labels that stand for each condition."""

    name: str
    network: Any
    size: int
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    columns: Mapping[str, tuple[int, ...]]
    batch: int = 8

    def conditions_of(self, images: Array) -> list[str]:
        """Return the condition of each image (n, side, side; 0 to 1): that of the highest score.

        A condition with several labels has the highest of theirs.
        """
        import torch

        names = list(self.columns)
        said = []
        for start in range(0, len(images), self.batch):
            pixels = normalised(images[start : start + self.batch], self.size, self.mean, self.sd)
            with torch.inference_mode():
                logits = self.network(pixel_values=pixels).logits.double().numpy()
            scores = np.stack([logits[:, self.columns[n]].max(axis=1) for n in names], axis=1)
            said += [names[place] for place in scores.argmax(axis=1)]
        return said


def load_classifier(
    folder: Path, conditions: Sequence[str], labels: Mapping[str, Sequence[str]]
) -> Classifier:
    """Load an image classifier of transformers, safetensors or weights only.

    Parameters
    ----------
    conditions : that images are of; at least two
    labels : of conditions whose name is no label of the classifier's

    Raises
    ------
    MlError
        Where there is no such folder, a condition has no label, or one label has two.
    """
    if not folder.is_dir():
        raise MlError(f"{folder} is no folder: --classifier names an image classifier's folder.")
    with library(f"{folder} is not an image classifier's folder"):
        from transformers import AutoModelForImageClassification

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if "auto_map" in config:
            raise MlError(f"{folder} comes with code of its own, which is not run.")
        network = load_whole(AutoModelForImageClassification, folder)
        settings = _settings(folder)
    network.requires_grad_(False).train(False)
    columns = _columns(folder, dict(network.config.id2label), conditions, labels)
    size = settings.get("size") or network.config.image_size
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge")
    return Classifier(
        folder.name,
        network,
        int(size),
        tuple(settings.get("image_mean") or IMAGENET_MEAN),
        tuple(settings.get("image_std") or IMAGENET_SD),
        columns,
    )


def followed(
    classifier: Classifier, images: Array, conditions: Sequence[str]
) -> dict[str, Followed]:
    """Count, of each condition, the images that the classifier says to be of it."""
    said = classifier.conditions_of(images)
    counts = {}
    for condition in dict.fromkeys(sorted(conditions)):
        own = [one for one, asked in zip(said, conditions, strict=True) if asked == condition]
        right = own.count(condition)
        low, high = wilson(right / len(own), len(own))
        counts[condition] = Followed(len(own), right, right / len(own), low, high)
    return counts


def parse_labels(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read ``CONDITION=LABEL,LABEL`` options.

    Raises MlError for what has another form, or names a condition twice.

    >>> parse_labels(["abnormal=Effusion, Mass"])
    {'abnormal': ('Effusion', 'Mass')}
    """
    labels: dict[str, tuple[str, ...]] = {}
    for one in given:
        condition, sign, names = one.partition("=")
        parts = tuple(name.strip() for name in names.split(",") if name.strip())
        if not sign or not condition.strip() or not parts:
            raise MlError(f"--label-of {one!r} must be CONDITION=LABEL or CONDITION=LABEL,LABEL.")
        if condition.strip() in labels:
            raise MlError(f"--label-of names {condition.strip()} twice.")
        labels[condition.strip()] = parts
    return labels


def _columns(
    folder: Path,
    names: Mapping[int, str],
    conditions: Sequence[str],
    labels: Mapping[str, Sequence[str]],
) -> dict[str, tuple[int, ...]]:
    """Return the outputs that stand for each condition."""
    if len(set(conditions)) < 2:
        raise MlError("a classifier can't tell conditions apart where there is only one.")
    unknown = sorted(set(labels) - set(conditions))
    if unknown:
        raise MlError(f"--label-of names {unknown[0]}, which no image is of.")
    place_of = {name.casefold(): place for place, name in names.items()}
    columns = {}
    for condition in sorted(set(conditions)):
        wanted = labels.get(condition, (condition,))
        missing = [name for name in wanted if name.casefold() not in place_of]
        if missing:
            told = ", ".join(list(names.values())[:12])
            raise MlError(
                f"{folder} has no label {missing[0]!r} for {condition} (it has {told}): say which "
                f"are meant with --label-of {condition}=LABEL."
            )
        columns[condition] = tuple(place_of[name.casefold()] for name in wanted)
    every = [place for places in columns.values() for place in places]
    if len(set(every)) < len(every):
        raise MlError("--label-of gives one label to two conditions.")
    return columns


def _settings(folder: Path) -> dict[str, Any]:
    path = folder / "preprocessor_config.json"
    settings: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    )
    return settings
