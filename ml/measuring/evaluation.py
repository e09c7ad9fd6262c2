"""Measure the arms of a bank against real images: fidelity, diversity, memorisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ml.bases.prompt_length import words_beyond
from ml.errors import MlError
from ml.measuring.as_many_reals import CoveredByReals, covered_by_reals, too_few_to_cover
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
    with_matches,
    yardstick,
)
from ml.measuring.mix import same_mix
from ml.measuring.prompt_following import Classifier, Followed, followed
from ml.measuring.radiomic_distance import radiomic_distance
from ml.measuring.reidentification import Reidentifier, matches
from ml.measuring.two_sample import ToldApart, told_apart
from ml.measuring.vendi import Vendi, vendi

Array = NDArray[np.float64]
Places = NDArray[np.int64]
FidelityReference = Literal["held-out", "training"]

MINIMUM_REFERENCE = 10
"""With fewer held-out images in an arm's mix of conditions, training images are the reference."""

NEIGHBOURS = 5

MOST_NOISE = 60
"""Images of pure noise that are measured beside the arms."""


@dataclass(frozen=True)
class ArmImages:
    """One arm's images as the bank holds them, and their records."""

    films: Films
    records: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ArmResult:
    """What is measured of one arm; None where the images are too few for it.

    Of one condition of an arm, what compares sets of features only.
    """

    n: int
    reference: FidelityReference
    n_reference: int = 0
    kid: KernelDistance | None = None
    coverage: Coverage | None = None
    covered_by_reals: CoveredByReals | None = None
    told_apart: ToldApart | None = None
    vendi: Vendi | None = None
    frechet: float | None = None
    radiomic: float | None = None
    diversity: Diversity | None = None
    prompt_adherence: float | None = None
    followed: Mapping[str, Followed] = field(default_factory=dict)
    neighbours: tuple[Neighbour, ...] = ()
    by_condition: Mapping[str, ArmResult] = field(default_factory=dict)

    @property
    def flagged(self) -> int:
        return sum(n.flagged for n in self.neighbours)


@dataclass(frozen=True)
class Evaluation:
    """All arms, between what real images and what pure noise measure against real images."""

    arms: Mapping[str, ArmResult]
    real_against_real: ArmResult | None
    """Training against held-out images, or one half of the training images against the other:
    what no difference looks like at this size. None with fewer than 6 training images."""

    noise: ArmResult
    """Grain without a film: what the worst looks like."""

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
    classifier: Classifier | None = None,
    reidentifier: Reidentifier | None = None,
    radiomics: Any = None,
) -> Evaluation:
    """Measure every arm against real images in the mix of conditions that it has.

    Fidelity is measured against the held-out images (copying the training images must not be
    rewarded), or against the training images where too few are held out. Features are scaled to
    the training images, so that every arm and the baseline are measured with one yardstick.

    Parameters
    ----------
    vae : the base model's autoencoder: features unless others are given
    features : other features for all that compares sets
    frechet : also compute FID; refused where there are too few images
    flag_chance : an image is flagged where fewer honest films than this would come as close
    synthetic : tells which arms are compared with the training images
    classifier : says whether images show the condition that they were asked for
    reidentifier : looks for copies too
    radiomics : the package that measures the Fréchet radiomic distance

    Raises
    ------
    MlError
        Without training images, or where FID is asked for and refused.
    """
    if len(training) < 3:
        raise MlError(f"the data hold {len(training)} training images; at least 3 are needed.")
    extractor = features or vae
    real = RealImages(training, held_out, extractor)
    results, notes = _measured_arms(real, arms, frechet=frechet)
    baseline = _real_against_real(real)
    if classifier is not None:
        baseline, results = _with_followed(classifier, real, baseline, arms, results)
    if radiomics is not None:
        baseline, results = _with_radiomics(radiomics, real, baseline, arms, results)
    noise = _noise(real, extractor)
    # After fidelity, which may be refused, because it takes longest.
    judge = yardstick(training.pixels, training.names, flag_chance=flag_chance)
    for arm in filter(synthetic, arms):
        neighbours = _copies(arms[arm].films, training, judge, reidentifier)
        results[arm] = replace(results[arm], neighbours=neighbours)
    notes += [
        f"Training images {one} and {other} are near-duplicates and take no part in the yardstick."
        for one, other in judge.near_duplicates
    ]
    notes += prompts_not_read(extractor, arms.values())
    notes += too_few(results, baseline)
    if any(r.reference == "training" for r in results.values()):
        notes.append(
            "Too few held-out images: fidelity is measured against the training images, "
            "which favours a variant that copies them."
        )
    if baseline is None:
        notes.append("Too few real images to be held against each other: at least 6 are needed.")
    return Evaluation(results, baseline, noise, judge, tuple(notes))


def _measured_arms(
    real: RealImages, arms: Mapping[str, ArmImages], *, frechet: bool
) -> tuple[dict[str, ArmResult], list[str]]:
    """Measure fidelity, diversity and adherence of every arm; also return what is to be said."""
    results: dict[str, ArmResult] = {}
    notes: list[str] = []
    for arm, images in arms.items():
        films = images.films
        reference, places = real.in_mix_of(films.conditions)
        told = real.told_of(arm, reference, places, films.conditions)
        notes += [told] if told else []
        features = real.extractor(films.pixels)
        results[arm] = replace(
            _against(real, reference, places, features, films.conditions, frechet=frechet),
            diversity=diversity(films.pixels) if len(films) > 1 else None,
            prompt_adherence=_adherence(real.extractor, images),
        )
    return results, notes


def _copies(
    films: Films, training: Films, judge: Yardstick, reidentifier: Reidentifier | None
) -> tuple[Neighbour, ...]:
    """Compare an arm's images with every training image, by registration and by the network."""
    neighbours = memorisation(films.pixels, judge)
    if reidentifier is None:
        return neighbours
    chance = judge.flag_chance
    said = matches(films.pixels, training.pixels, training.names, reidentifier, chance)
    return with_matches(neighbours, said, chance)


@dataclass(frozen=True)
class RealImages:
    """Real images and their features, scaled to those of the training images."""

    training: Films
    held_out: Films
    extractor: FeatureExtractor
    raw: Mapping[FidelityReference, Array] = field(init=False)

    def __post_init__(self) -> None:
        known: dict[FidelityReference, Array] = {"training": self.extractor(self.training.pixels)}
        if len(self.held_out):
            known["held-out"] = self.extractor(self.held_out.pixels)
        object.__setattr__(self, "raw", known)

    def films(self, reference: FidelityReference) -> Films:
        return self.held_out if reference == "held-out" else self.training

    def in_mix_of(self, conditions: Sequence[str]) -> tuple[FidelityReference, Places]:
        """Return what an arm of these conditions is held against, and the places of the images."""
        sources: tuple[FidelityReference, ...] = ("held-out", "training")
        for reference in sources:
            places = same_mix(self.films(reference).conditions, conditions)
            if len(places) >= MINIMUM_REFERENCE:
                return reference, places
        held = self.training.conditions
        return "training", np.array([i for i, c in enumerate(held) if c in set(conditions)], int)

    def told_of(
        self, arm: str, reference: FidelityReference, places: Places, conditions: Sequence[str]
    ) -> str:
        """Return what is to be said of the images that an arm is held against, if anything."""
        held = sum(c in set(conditions) for c in self.films(reference).conditions)
        if len(places) < MINIMUM_REFERENCE:
            return f"{arm}: only {len(places)} real images are of its conditions."
        if len(places) < held:
            return (
                f"{arm} is compared with {len(places)} of {held} {reference} images, so that "
                "conditions are mixed as in the arm."
            )
        return ""


def _against(
    real: RealImages,
    reference: FidelityReference,
    places: Places,
    images: Array,
    conditions: Sequence[str],
    *,
    frechet: bool = False,
) -> ArmResult:
    """Compare features with those of some real images, pooled and by condition."""
    pooled = _compared(
        real, reference, real.raw[reference][places], images, conditions, frechet=frechet
    )
    held = np.array(real.films(reference).conditions)
    asked = np.array(conditions)
    parts = {}
    # One condition alone is the whole.
    for condition in sorted(set(conditions)) if len(set(conditions)) > 1 else ():
        own = real.raw[reference][held == condition]
        chosen = asked == condition
        parts[condition] = _compared(
            real, reference, own, images[chosen], [condition] * int(chosen.sum())
        )
    return replace(pooled, by_condition=parts)


def _compared(
    real: RealImages,
    reference: FidelityReference,
    held: Array,
    images: Array,
    conditions: Sequence[str] = (),
    *,
    frechet: bool = False,
) -> ArmResult:
    """Compare features of two sets; with conditions, also what as many real images cover."""
    distance = frechet_distance(held, images) if frechet else None
    training, scaled, own = standardised(real.raw["training"], held, images)
    fewest = min(len(held), len(images))
    return ArmResult(
        n=len(images),
        reference=reference,
        n_reference=len(held),
        kid=kernel_distance(scaled, own) if fewest >= 3 else None,
        coverage=precision_recall_density_coverage(scaled, own, k=NEIGHBOURS)
        if fewest > NEIGHBOURS
        else None,
        covered_by_reals=covered_by_reals(
            scaled, training, real.training.conditions, conditions, k=NEIGHBOURS
        )
        if reference == "held-out" and len(conditions) > NEIGHBOURS
        else None,
        told_apart=told_apart(scaled, own),
        vendi=vendi(scaled, own),
        frechet=distance,
    )


def _real_against_real(real: RealImages) -> ArmResult | None:
    """Training against held-out images in their mix; without those, half against half."""
    pair = _reals(real)
    if pair is None:
        return None
    reference, places, own = pair
    training = real.training
    if reference == "held-out":
        compared = _against(real, reference, places, real.raw["training"], training.conditions)
        # All training images are what they are compared with.
        parts = {c: replace(p, covered_by_reals=None) for c, p in compared.by_condition.items()}
        result = replace(compared, covered_by_reals=None, by_condition=parts)
    else:
        raw = real.raw["training"]
        result = _compared(real, "training", raw[places], raw[own])
    return replace(result, diversity=diversity(training.pixels[own]))


def _reals(real: RealImages) -> tuple[FidelityReference, Places, Places] | None:
    """Return which real images are held against which: the reference's places, and training's."""
    training = real.training
    places = same_mix(real.held_out.conditions, training.conditions)
    if len(places) < MINIMUM_REFERENCE <= len(real.held_out):
        places = np.arange(len(real.held_out))
    if len(places) >= MINIMUM_REFERENCE:
        return "held-out", places, np.arange(len(training))
    if len(training) < 6:
        return None
    order = np.random.default_rng(0).permutation(len(training))
    return "training", order[::2], order[1::2]


def too_few(results: Mapping[str, ArmResult], baseline: ArmResult | None) -> list[str]:
    """Say of which arms the number of images holds the coverage back."""
    if baseline is None or baseline.coverage is None:
        return []
    of_all = baseline.coverage.coverage
    said = [
        too_few_to_cover(
            arm, one.n, one.coverage.coverage, one.covered_by_reals, of_all, baseline.n
        )
        for arm, one in results.items()
        if one.coverage is not None and one.covered_by_reals is not None
    ]
    return [sentence for sentence in said if sentence]


def _with_radiomics(
    package: Any,
    real: RealImages,
    baseline: ArmResult | None,
    arms: Mapping[str, ArmImages],
    results: Mapping[str, ArmResult],
) -> tuple[ArmResult | None, dict[str, ArmResult]]:
    """Add the Fréchet radiomic distance of every arm, and of real against real images."""
    pair = _reals(real)
    if baseline is not None and pair is not None:
        reference, places, own = pair
        reals = real.films(reference).pixels[places], real.training.pixels[own]
        baseline = replace(baseline, radiomic=radiomic_distance(package, *reals))
    measured = {}
    for arm, images in arms.items():
        reference, places = real.in_mix_of(images.films.conditions)
        held = real.films(reference).pixels[places]
        distance = radiomic_distance(package, held, images.films.pixels)
        measured[arm] = replace(results[arm], radiomic=distance)
    return baseline, measured


def _noise(real: RealImages, extractor: FeatureExtractor) -> ArmResult:
    """Measure grain as if it were an arm in the mix of the training images."""
    reference, places = real.in_mix_of(real.training.conditions)
    shape = (min(len(real.training), MOST_NOISE), *real.training.pixels.shape[1:])
    grain = np.random.default_rng(0).random(shape)
    return _compared(real, reference, real.raw[reference][places], extractor(grain))


def _with_followed(
    classifier: Classifier,
    real: RealImages,
    baseline: ArmResult | None,
    arms: Mapping[str, ArmImages],
    results: Mapping[str, ArmResult],
) -> tuple[ArmResult | None, dict[str, ArmResult]]:
    """Add what the classifier says of every arm, and of real images beside the baseline."""
    kept = real.held_out if len(real.held_out) else real.training
    films = kept.of({c for c in kept.conditions if c in classifier.columns})
    if baseline is not None and len(films):
        baseline = replace(baseline, followed=followed(classifier, films.pixels, films.conditions))
    return baseline, {
        arm: replace(
            results[arm],
            followed=followed(classifier, images.films.pixels, images.films.conditions),
        )
        for arm, images in arms.items()
    }


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
    tokenizer = extractor.tokenizer
    room = tokenizer.model_max_length - int(tokenizer.num_special_tokens_to_add())

    def count(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False).input_ids)

    lost = [words for prompt in prompts if (words := words_beyond(count, room, prompt))]
    return [f"CLIP does not read these words of a prompt: {words!r}." for words in lost]
