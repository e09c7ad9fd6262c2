"""Images that the bank flags as copies of training images: left out, kept or a stratum apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.bank_image import APART, BankImage
from app.domain.design.design import StudyDesign
from app.domain.said import said_many


@dataclass(frozen=True)
class Drawable:
    """The images a study is drawn from, and how many were left out, by arm and stratum."""

    images: Sequence[BankImage]
    left_out: Mapping[tuple[str, str], int]

    @property
    def left_out_of_arms(self) -> dict[str, int]:
        """The same by arm."""
        counts: Counter[str] = Counter()
        for (arm, _), count in self.left_out.items():
            counts[arm] += count
        return dict(sorted(counts.items()))


def is_memorised(record: Mapping[str, Any]) -> bool:
    """Whether the bank's evaluation flags an image; anything but a plain true is no flag.

    >>> is_memorised({"evaluation": {"memorised": True}})
    True
    >>> is_memorised({"evaluation": {"memorised": "yes"}}), is_memorised({"evaluation": 3})
    (False, False)
    """
    evaluation = record.get("evaluation")
    return isinstance(evaluation, Mapping) and evaluation.get("memorised") is True


def drawable(design: StudyDesign, images: Sequence[BankImage]) -> Drawable:
    """The images that `design` may draw, flagged ones as it wants them.

    Images picked by hand stay whatever the bank says of them: somebody looked at each.
    """
    if design.memorised == "keep":
        return Drawable(images, {})
    picked = {plan.arm: plan.images for plan in design.arms if plan.images}
    kept: list[BankImage] = []
    left_out: Counter[tuple[str, str]] = Counter()
    for image in images:
        if not is_memorised(image.record) or image.sha256.startswith(picked.get(image.arm, ())):
            kept.append(image)
        elif design.memorised == "separate":
            kept.append(replace(image, is_apart=True))
        else:
            left_out[image.arm, image.text(design.stratify_by)] += 1
    return Drawable(kept, left_out)


def counts_as_drawn(
    held: Mapping[tuple[str, str], int], flagged: Mapping[tuple[str, str], int], choice: str
) -> dict[tuple[str, str], int]:
    """Images by arm and stratum as a design with this choice can draw them.

    `flagged` are among the `held` ones.

    >>> held, flagged = {("M1", "normal"): 10}, {("M1", "normal"): 3}
    >>> counts_as_drawn(held, flagged, "leave_out")
    {('M1', 'normal'): 7}
    >>> counts_as_drawn(held, flagged, "separate")
    {('M1', 'normal'): 7, ('M1', 'normal (memorised)'): 3}
    """
    if choice == "keep":
        return dict(held)
    counts = {key: count - flagged.get(key, 0) for key, count in held.items()}
    if choice == "separate":
        counts |= {
            (arm, f"{stratum}{APART}"): n for (arm, stratum), n in flagged.items() if stratum
        }
    return counts


def left_out_sentences(left_out: Mapping[str, int], labels: Mapping[str, str] = {}) -> list[str]:
    """One sentence an arm on what a draw leaves out.

    >>> left_out_sentences({"M1": 1})
    ['M1: 1 image that the bank flags as a copy of a training image is left out of the draw.']
    """
    return [
        said_many(
            "{arm}: {count} image that the bank flags as a copy of a training image is left out of "
            "the draw.",
            "{arm}: {count} images that the bank flags as copies of training images are left out "
            "of the draw.",
            count,
            arm=labels.get(arm, arm),
        )
        for arm, count in left_out.items()
        if count
    ]
