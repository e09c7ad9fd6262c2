"""From pictures and what was measured of them to the leak audit of their arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from app.bank.picture_measures import AUDIT_MEASURES, AuditMeasures
from app.bank.remedies import COARSEST
from app.bank.rendition import rendition_length
from app.domain.said import said
from app.films.film import DEFAULT_MAPPING
from app.films.likeness import NEAR_BITS, distances, prints_of
from app.statistics.leaks.balance import Difference, difference_of_kinds, difference_of_numbers
from app.statistics.leaks.joint import JointSeparation, joint_separation
from app.statistics.leaks.telling import telling
from app.statistics.realness.separation import Separation, separation
from app.statistics.table.ratings import Float

BALANCED_BY: Final = ("condition", "sex", "age", "view", "source", "size")
MOST_PAIRS: Final = 200
_EXAMPLES: Final = 4


@dataclass(frozen=True)
class LookedAt:
    """One picture: the case or file it is, its arm, its source's longer side, what is recorded.

    `measures` is None where the file has a fault. `is_practice` pictures count for duplicates only.
    """

    code: str
    arm: str
    rendition: str
    longer_side: int
    record: Mapping[str, Any] = field(repr=False)
    fingerprint: str = field(repr=False)
    measures: AuditMeasures | None
    is_practice: bool = False


@dataclass(frozen=True)
class Pair:
    """Two pictures that are the same or nearly so; `bits` of 256 by which fingerprints differ."""

    codes: tuple[str, str]
    arms: tuple[str, str]
    is_same: bool
    bits: int
    with_practice: bool

    @property
    def is_across(self) -> bool:
        """Whether it joins two arms, or practice and the study proper."""
        return self.arms[0] != self.arms[1] or self.with_practice


@dataclass(frozen=True)
class Examples:
    """Codes of pictures to look at: those most easily told, typical ones, typical real ones."""

    told_by: str
    told: tuple[str, ...]
    typical: tuple[str, ...]
    real: tuple[str, ...]


@dataclass(frozen=True)
class ArmPictures:
    """One arm's pictures.

    `enlarged` counts sources smaller than the picture, `smallest_source` is the least longer side
    in pixels; `grey_mapping` says how deep files became grey and `notes` counts, by kind, what is
    odd about the films of the whole arm; `separations` has an entry for each of `AUDIT_MEASURES`,
    None where there is no real image to compare with; `joint` is of all of them together and
    `balance` has an entry for each of `BALANCED_BY`. A real arm has none of these.
    """

    key: str
    label: str
    kind: str
    pictures: int
    enlarged: int
    smallest_source: int
    separations: Mapping[str, Separation | None]
    grey_mapping: str = DEFAULT_MAPPING
    notes: Mapping[str, int] = field(default_factory=dict)
    joint: JointSeparation | None = None
    balance: Mapping[str, Difference] = field(default_factory=dict)
    examples: Examples | None = None

    @property
    def telling(self) -> tuple[str, ...]:
        """The measures that alone tell this arm from real."""
        return telling(self.separations)

    @property
    def is_told(self) -> bool:
        """Whether one measure or all together tell this arm from real."""
        return bool(self.telling) or (self.joint is not None and self.joint.is_telling)


@dataclass(frozen=True)
class PictureAudit:
    """What was found; `faults` are sentences on files that are missing or differ from the others.

    `size` is the side of the pictures in pixels, `file_bytes` the length all files should have,
    `set_sha256` names the cases and pictures that were looked at; `acknowledged` is what was typed
    when the study was opened with the sentences in `acknowledged_marks`, `remedies` what was done
    to all pictures alike.
    """

    size: int
    file_bytes: int
    arms: tuple[ArmPictures, ...]
    faults: tuple[str, ...]
    pairs: tuple[Pair, ...] = ()
    set_sha256: str = ""
    acknowledged: str = ""
    acknowledged_marks: tuple[str, ...] = ()
    remedies: str = ""

    @property
    def compares(self) -> bool:
        """Whether there are real and synthetic pictures, and so something to tell apart."""
        return any(apart for arm in self.arms for apart in arm.separations.values())

    @property
    def smallest_source(self) -> int:
        """The least longer side of any arm's sources, in pixels; 0 without pictures."""
        return min((arm.smallest_source for arm in self.arms if arm.pictures), default=0)

    @property
    def common_resolution(self) -> int | None:
        """Pixels of which no arm has finer detail than the coarsest source, as remedies take them.

        None where no source is smaller than the pictures, or remedies were applied already.
        """
        if self.remedies or not 0 < self.smallest_source < self.size:
            return None
        return max(COARSEST, self.smallest_source)

    @property
    def pictures(self) -> int:
        """Of all arms."""
        return sum(arm.pictures for arm in self.arms)


@dataclass(frozen=True)
class ArmToAudit:
    """What is known of an arm before its pictures are looked at."""

    key: str
    label: str
    kind: str
    grey_mapping: str = DEFAULT_MAPPING
    notes: Mapping[str, int] = field(default_factory=dict)


def picture_audit(
    size: int,
    arms: Sequence[ArmToAudit],
    pictures: Sequence[LookedAt],
    faults: Sequence[str],
    set_sha256: str = "",
) -> PictureAudit:
    """Compare each synthetic arm's pictures with the real ones."""
    proper = [one for one in pictures if not one.is_practice]
    kinds = {arm.key: arm.kind for arm in arms}
    real = [one for one in proper if kinds[one.arm] == "real"]
    return PictureAudit(
        size=size,
        file_bytes=rendition_length(size),
        arms=tuple(
            _arm(arm, [one for one in proper if one.arm == arm.key], real, size) for arm in arms
        ),
        faults=tuple(faults),
        pairs=alike_pairs(pictures),
        set_sha256=set_sha256,
    )


def _arm(
    arm: ArmToAudit, own: Sequence[LookedAt], real: Sequence[LookedAt], size: int
) -> ArmPictures:
    sources = [one.longer_side for one in own]
    is_real = arm.kind == "real"
    separations = {} if is_real else _separations(real, own)
    joint = None if is_real else joint_separation(_values(real), _values(own))
    return ArmPictures(
        key=arm.key,
        label=arm.label,
        kind=arm.kind,
        pictures=len(sources),
        enlarged=sum(side < size for side in sources),
        smallest_source=min(sources, default=0),
        grey_mapping=arm.grey_mapping,
        notes=arm.notes,
        separations=separations,
        joint=joint,
        balance={} if is_real or not real else _balance(real, own),
        examples=None if is_real else _examples(real, own, separations, joint),
    )


def _values(pictures: Sequence[LookedAt]) -> Float:
    """Every measure of every picture without a fault, (K, M)."""
    rows = [
        [getattr(one.measures, name) for name in AUDIT_MEASURES]
        for one in pictures
        if one.measures is not None
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(AUDIT_MEASURES))


def _separations(
    real: Sequence[LookedAt], synthetic: Sequence[LookedAt]
) -> dict[str, Separation | None]:
    one, other = _values(real), _values(synthetic)
    return {
        name: separation(one[:, column], other[:, column])
        for column, name in enumerate(AUDIT_MEASURES)
    }


def _balance(real: Sequence[LookedAt], own: Sequence[LookedAt]) -> dict[str, Difference]:
    def kinds(pictures: Sequence[LookedAt], key: str) -> list[str | None]:
        values = [one.record.get(key) for one in pictures]
        return [
            value.strip().lower() or None if isinstance(value, str) else None for value in values
        ]

    def ages(pictures: Sequence[LookedAt]) -> list[float | None]:
        return [_age(one.record.get("age")) for one in pictures]

    return {
        "condition": difference_of_kinds(kinds(real, "condition"), kinds(own, "condition")),
        "sex": difference_of_kinds(kinds(real, "sex"), kinds(own, "sex")),
        "age": difference_of_numbers(ages(real), ages(own)),
        "view": difference_of_kinds(kinds(real, "view"), kinds(own, "view")),
        "source": difference_of_kinds(kinds(real, "dataset"), kinds(own, "dataset")),
        "size": difference_of_numbers(
            [float(one.longer_side) for one in real], [float(one.longer_side) for one in own]
        ),
    }


def _age(value: object) -> float | None:
    """Years, from a number or text such as "63" or DICOM's "063Y"; None for anything else."""
    if isinstance(value, str):
        digits = value.strip().upper().removesuffix("Y")
        value = float(digits) if digits.replace(".", "", 1).isdecimal() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 130 else None


def _examples(
    real: Sequence[LookedAt],
    own: Sequence[LookedAt],
    separations: Mapping[str, Separation | None],
    joint: JointSeparation | None,
) -> Examples | None:
    real = [one for one in real if one.measures is not None]
    own = [one for one in own if one.measures is not None]
    apart = {name: one for name, one in separations.items() if one is not None}
    if not real or not own or not apart:
        return None
    told_by: str = said("all measures together")
    if joint is not None:
        scores = joint.scores
    else:
        told_by = max(apart, key=lambda name: apart[name].auc)
        column = AUDIT_MEASURES.index(told_by)
        scores = np.concatenate((_values(real), _values(own)))[:, column]
        scores = -scores if apart[told_by].synthetic_is == "lower" else scores
    of_real, of_own = scores[: len(real)], scores[len(real) :]
    told = np.argsort(-of_own, kind="stable")[:_EXAMPLES]
    return Examples(
        told_by,
        tuple(own[place].code for place in told),
        tuple(own[place].code for place in _middle(of_own)),
        tuple(real[place].code for place in _middle(of_real)),
    )


def _middle(scores: Float) -> list[int]:
    order = np.argsort(np.abs(scores - np.median(scores)), kind="stable")
    return [int(place) for place in order[:_EXAMPLES]]


def alike_pairs(pictures: Sequence[LookedAt]) -> tuple[Pair, ...]:
    """Pictures that are the same or nearly so, each with the first that it is like; 200 at most."""
    known = [one for one in pictures if len(one.fingerprint) == 64]
    pairs = []
    first: dict[str, LookedAt] = {}
    for one in pictures:
        if one.rendition in first:
            pairs.append(_pair(first[one.rendition], one, 0))
        first.setdefault(one.rendition, one)
    prints = prints_of([one.fingerprint for one in known])
    for place in range(1, len(known)):
        bits = distances(prints[place], prints[:place])
        nearest = int(bits.argmin())
        one, other = known[nearest], known[place]
        if bits[nearest] <= NEAR_BITS and one.rendition != other.rendition:
            pairs.append(_pair(one, other, int(bits[nearest])))
        if len(pairs) >= MOST_PAIRS:
            break
    pairs.sort(key=lambda pair: (not pair.is_across, not pair.is_same, pair.bits))
    return tuple(pairs[:MOST_PAIRS])


def _pair(one: LookedAt, other: LookedAt, bits: int) -> Pair:
    return Pair(
        (one.code, other.code),
        (one.arm, other.arm),
        one.rendition == other.rendition,
        bits,
        one.is_practice != other.is_practice,
    )
