"""What a bank says of its images' fidelity, diversity and memorisation (docs/generating.md).

A bank is a file that others wrote: a value that is not of the kind and within the range that its
name allows counts as not measured, and is never an error. The reading pages can't reach this file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, cast

Reference = Literal["held-out", "training"]
Features = Literal["vae", "inception", "clip", "xrv", "rad-dino", "biovil-t"]

EVALUATION_KEY: Final = "evaluation"
_REFERENCES: Final = ("held-out", "training")
_FEATURES: Final = ("vae", "inception", "clip", "xrv", "rad-dino", "biovil-t")
# Of one arm; more would only make the table that they stand in unreadable.
_MOST_CONDITIONS: Final = 50
_LONGEST_CONDITION: Final = 64
# No measure is larger than this; a number that is would only break the table it stands in.
_LARGEST: Final = 1e6
# A mean of single-precision similarities may end a hair outside 0 to 1.
_ROUNDING: Final = 1e-4


@dataclass(frozen=True)
class ToldApart:
    """How well a cross-validated classifier tells a set from real images, with 95 % intervals.

    `auc` is the area under its ROC curve and `accuracy` the mean of the shares of real and of
    synthetic images that it names rightly; chance is one half for both.
    """

    auc: float
    auc_low: float
    auc_high: float
    accuracy: float | None = None


@dataclass(frozen=True)
class Followed:
    """Images of a condition, and how many a given classifier says to be of it."""

    condition: str
    images: int
    followed: int


@dataclass(frozen=True)
class SetMeasures:
    """One set of images measured against real ones; None where the bank has no usable value.

    `images` is the size of the set and `reference` what it was held against: real images kept out
    of training, or the training images themselves. `precision`, `recall`, `coverage` and `ms_ssim`
    (mean over pairs within the set) are 0 to 1; `density` is at least 0; `kid` may be negative.
    `vendi` is the number of different images in the set, `vendi_of_reals` in as many real ones.
    """

    images: int | None = None
    reference: Reference | None = None
    kid: float | None = None
    kid_standard_error: float | None = None
    precision: float | None = None
    recall: float | None = None
    density: float | None = None
    coverage: float | None = None
    ms_ssim: float | None = None
    frechet_distance: float | None = None
    prompt_adherence: float | None = None
    told_apart: ToldApart | None = None
    vendi: float | None = None
    vendi_of_reals: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured; a size and a reference alone measure nothing."""
        return all(
            getattr(self, field.name) is None
            for field in fields(self)
            if field.name not in ("images", "reference")
        )


@dataclass(frozen=True)
class ArmEvaluation:
    """The measures of one arm in the bank, and its images flagged as memorised.

    `features` and `size` (pixels a side) say what was compared, `training_images` with how many.
    An image is flagged if fewer than `memorisation_chance` of honest films (a share) would come
    as close to a training image, or, in banks evaluated by the older rule, if it is closer to
    one than `memorisation_percentile` per cent of training images are to each other.
    `memorised` counts the flagged among the bank's images; `drawn_memorised` among the
    `drawn_compared` ones of the `drawn` images of a study: those whose own record says whether
    they are flagged. `real_against_real` is what held-out and training images measure against
    each other, `noise` what grain without a film does. `by_condition` has the same measures of the
    arm's images of each condition, `followed` what a classifier says of their conditions and
    `followed_by_reals` what it says of real images.
    """

    measures: SetMeasures
    real_against_real: SetMeasures | None
    features: Features | None
    size: int | None
    training_images: int | None
    memorisation_percentile: float | None
    memorisation_chance: float | None
    memorised: int | None
    drawn: int
    drawn_compared: int
    drawn_memorised: int
    noise: SetMeasures | None = None
    by_condition: tuple[tuple[str, SetMeasures], ...] = ()
    followed: tuple[Followed, ...] = ()
    followed_by_reals: tuple[Followed, ...] = ()


def arm_evaluation(details: object, drawn: Iterable[object]) -> ArmEvaluation | None:
    """Read what is kept with an arm (`details`) and with each of its images drawn for a study.

    None where the bank says nothing usable of the arm or of any of these images.

    >>> details = {"evaluation": {"images": 25, "memorised": 3}}
    >>> M1 = arm_evaluation(details, [{"memorised": True}, {"memorised": False}, None])
    >>> M1.memorised, M1.drawn, M1.drawn_compared, M1.drawn_memorised
    (3, 3, 2, 1)
    >>> arm_evaluation({"evaluation": "excellent"}, [])
    """
    content = _object(_object(details).get(EVALUATION_KEY))
    flags = [_object(one).get("memorised") for one in drawn]
    compared = [flag for flag in flags if isinstance(flag, bool)]
    measures = _measures(content)
    of_reals = _object(content.get("real_against_real"))
    baseline, noise = _measures(of_reals), _measures(_object(content.get("noise")))
    memorised = _count(content.get("memorised"))
    if memorised is not None and measures.images is not None and memorised > measures.images:
        memorised = None
    if measures.is_empty and memorised is None and not compared:
        return None
    return ArmEvaluation(
        measures=measures,
        real_against_real=None if baseline.is_empty else baseline,
        features=cast(Features | None, _word(content.get("features"), _FEATURES)),
        size=_count(content.get("size")),
        training_images=_count(content.get("training_images")),
        memorisation_percentile=_number(content.get("memorisation_percentile"), 0, 100),
        memorisation_chance=_number(content.get("memorisation_chance"), 0, 1),
        memorised=memorised,
        drawn=len(flags),
        drawn_compared=len(compared),
        drawn_memorised=sum(compared),
        noise=None if noise.is_empty else noise,
        by_condition=tuple(
            (condition, measured)
            for condition, said in _by_condition(content.get("by_condition"))
            if not (measured := _measures(_object(said))).is_empty
        ),
        followed=_followed(content.get("prompt_following")),
        followed_by_reals=_followed(of_reals.get("prompt_following")),
    )


def _measures(content: Mapping[str, Any]) -> SetMeasures:
    kid = _object(content.get("kid"))
    neighbours = _object(content.get("coverage"))
    diversity, vendi = _object(content.get("diversity")), _object(content.get("vendi"))
    return SetMeasures(
        images=_count(content.get("images")),
        reference=cast(Reference | None, _word(content.get("reference"), _REFERENCES)),
        kid=_number(kid.get("kid"), -_LARGEST, _LARGEST),
        kid_standard_error=_number(kid.get("standard_error"), 0, _LARGEST),
        precision=_share(neighbours.get("precision")),
        recall=_share(neighbours.get("recall")),
        density=_number(neighbours.get("density"), 0, _LARGEST),
        coverage=_share(neighbours.get("coverage")),
        ms_ssim=_share(diversity.get("mean_ms_ssim")),
        frechet_distance=_number(content.get("frechet_distance"), 0, _LARGEST),
        prompt_adherence=_number(content.get("prompt_adherence"), -1, 1),
        told_apart=_told_apart(content.get("told_apart")),
        vendi=_number(vendi.get("score"), 1 - _ROUNDING, _LARGEST),
        vendi_of_reals=_number(vendi.get("of_reals"), 1 - _ROUNDING, _LARGEST),
    )


def _by_condition(value: object) -> list[tuple[str, object]]:
    """What is said of each condition that has a name which can be shown."""
    named = [
        (condition, said)
        for condition, said in _object(value).items()
        if 0 < len(condition) <= _LONGEST_CONDITION and condition.isprintable()
    ]
    return named[:_MOST_CONDITIONS]


def _followed(value: object) -> tuple[Followed, ...]:
    read = []
    for condition, said in _by_condition(value):
        images, followed = (_count(_object(said).get(key)) for key in ("images", "followed"))
        if images and followed is not None and followed <= images:
            read.append(Followed(condition, images, followed))
    return tuple(read)


def _told_apart(value: object) -> ToldApart | None:
    """What a classifier tells; only with its interval, since an area without one misleads."""
    content = _object(value)
    low, auc, high = (_share(content.get(key)) for key in ("auc_low", "auc", "auc_high"))
    if low is None or auc is None or high is None or not low <= auc <= high:
        return None
    return ToldApart(auc, low, high, _share(content.get("accuracy")))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object, known: tuple[str, ...]) -> str | None:
    return value if isinstance(value, str) and value in known else None


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        return None
    return value


def _share(value: object) -> float | None:
    number = _number(value, -_ROUNDING, 1 + _ROUNDING)
    return None if number is None else min(max(number, 0.0), 1.0)


def _number(value: object, lowest: float, highest: float) -> float | None:
    # Compared before it is converted: an integer of a thousand digits is no float.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if lowest <= value <= highest else None
