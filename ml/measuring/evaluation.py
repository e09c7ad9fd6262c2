"""Measure the arms of a bank against real images: fidelity, diversity, memorisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ml.bases.prompt_length import words_not_read
from ml.errors import MlError
from ml.measuring.diversity import Diversity, diversity
from ml.measuring.features import ClipFeatures, FeatureExtractor, VaeFeatures
from ml.measuring.fidelity import (
    Coverage,
    KernelDistance,
    frechet_distance,
    kernel_distance,
    precision_recall_density_coverage,
    standardised,
)
from ml.measuring.films import Films
from ml.measuring.memorisation import (
    FLAG_CHANCE,
    Neighbour,
    Yardstick,
    memorisation,
    yardstick,
)

Array = NDArray[np.float64]
FidelityReference = Literal["held-out", "training"]

MINIMUM_REFERENCE = 10
"""With fewer held-out images of an arm's conditions, the training images are the reference."""

NEIGHBOURS = 5


@dataclass(frozen=True)
class ArmImages:
    """One arm's images as the bank holds them, and their records."""

    films: Films
    records: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ArmResult:
    """What is measured of one arm; None where the images are too few for it."""

    n: int
    reference: FidelityReference
    kid: KernelDistance | None = None
    coverage: Coverage | None = None
    frechet: float | None = None
    diversity: Diversity | None = None
    prompt_adherence: float | None = None
    neighbours: tuple[Neighbour, ...] = ()

    @property
    def flagged(self) -> int:
        return sum(n.flagged for n in self.neighbours)


@dataclass(frozen=True)
class Evaluation:
    """All arms, beside what real images measure against real images."""

    arms: Mapping[str, ArmResult]
    real_against_real: ArmResult | None
    """Held-out against training images: what no difference looks like at this size."""

    yardstick: Yardstick
    notes: tuple[str, ...] = field(default=())


def evaluate(
    arms: Mapping[str, ArmImages],
    training: Films,
    held_out: Films,
    *,
    vae: VaeFeatures,
    features: FeatureExtractor | None = None,
    frechet: bool = False,
    flag_chance: float = FLAG_CHANCE,
    synthetic: Callable[[str], bool] = lambda arm: True,
) -> Evaluation:
    """Measure every arm against real images of the conditions it holds.

    Fidelity is measured against the held-out images (copying the training images must not be
    rewarded), or against the training images where too few are held out. Features are scaled to
    the training images, so that every arm and the baseline are measured with one yardstick.

    Parameters
    ----------
    vae : the base model's autoencoder: features unless others are given
    features : other features for KID and PRDC
    frechet : also compute FID; refused where there are too few images
    flag_chance : an image is flagged where fewer honest films than this would come as close
    synthetic : tells which arms are compared with the training images

    Raises
    ------
    MlError
        Without training images, or where FID is asked for and refused.
    """
    if len(training) < 3:
        raise MlError(f"the data hold {len(training)} training images; at least 3 are needed.")
    extractor = features or vae
    notes: list[str] = []
    known = {"training": extractor(training.pixels)}
    if len(held_out):
        known["held-out"] = extractor(held_out.pixels)
    results: dict[str, ArmResult] = {}
    for arm, images in arms.items():
        conditions = set(images.films.conditions)
        reference: FidelityReference = "held-out"
        if len(held_out.of(conditions)) < MINIMUM_REFERENCE:
            reference = "training"
        real = held_out if reference == "held-out" else training
        chosen = [c in conditions for c in real.conditions]
        measured = _fidelity(
            known[reference][chosen], extractor(images.films.pixels), known["training"], frechet
        )
        results[arm] = ArmResult(
            n=len(images.films),
            reference=reference,
            kid=measured[0],
            coverage=measured[1],
            frechet=measured[2],
            diversity=diversity(images.films.pixels) if len(images.films) > 1 else None,
            prompt_adherence=_adherence(extractor, images),
        )
    # After fidelity, which may be refused, because it takes longest.
    judge = yardstick(training.pixels, training.names, flag_chance=flag_chance)
    notes += [
        f"Training images {one} and {other} are near-duplicates and take no part in the yardstick."
        for one, other in judge.near_duplicates
    ]
    for arm in filter(synthetic, arms):
        neighbours = memorisation(arms[arm].films.pixels, judge)
        results[arm] = replace(results[arm], neighbours=neighbours)
    notes += prompts_not_read(extractor, arms.values())
    if any(r.reference == "training" for r in results.values()):
        notes.append(
            "Too few held-out images: fidelity is measured against the training images, "
            "which favours a variant that copies them."
        )
    baseline = None
    if len(held_out) >= MINIMUM_REFERENCE:
        measured = _fidelity(known["held-out"], known["training"], known["training"], False)
        baseline = ArmResult(
            n=len(training),
            reference="held-out",
            kid=measured[0],
            coverage=measured[1],
            diversity=diversity(training.pixels),
        )
    return Evaluation(
        arms=results,
        real_against_real=baseline,
        yardstick=judge,
        notes=tuple(notes),
    )


def _fidelity(
    reference: Array, images: Array, yardstick: Array, frechet: bool
) -> tuple[KernelDistance | None, Coverage | None, float | None]:
    distance = frechet_distance(reference, images) if frechet else None
    _, scaled_reference, scaled_images = standardised(yardstick, reference, images)
    fewest = min(len(reference), len(images))
    kid = kernel_distance(scaled_reference, scaled_images) if fewest >= 3 else None
    coverage = None
    if fewest > NEIGHBOURS:
        coverage = precision_recall_density_coverage(scaled_reference, scaled_images, k=NEIGHBOURS)
    return kid, coverage, distance


def _adherence(extractor: FeatureExtractor, images: ArmImages) -> float | None:
    prompts = [r.get("provenance", {}).get("prompt") for r in images.records]
    if not isinstance(extractor, ClipFeatures) or not all(prompts):
        return None
    return float(extractor.prompt_adherence(images.films.pixels, prompts).mean())


def prompts_not_read(extractor: FeatureExtractor, arms: Iterable[ArmImages]) -> list[str]:
    """Say of which prompts the words that CLIP does not read take no part in the adherence."""
    if not isinstance(extractor, ClipFeatures):
        return []
    records = (record for images in arms for record in images.records)
    prompts = dict.fromkeys(str(r.get("provenance", {}).get("prompt") or "") for r in records)
    lost = [words for prompt in prompts if (words := words_not_read(extractor, prompt))]
    return [f"CLIP does not read these words of a prompt: {words!r}." for words in lost]
