"""Images that an investigator looked at and set aside before opening, each with the reason."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.bank_image import BankImage
from app.domain.design.design import ExcludedImage, StudyDesign
from app.domain.errors import BadInput, Refused
from app.domain.record import LONGEST_REASON
from app.domain.said import said


def without_excluded(
    shuffled: Sequence[BankImage], excluded: Sequence[ExcludedImage]
) -> list[BankImage]:
    """A shuffled pile without the excluded images: the last one takes each one's place.

    All others stay where they are, so that the cases drawn from the front of the pile are the same
    but for the one that was set aside.

    >>> pile = [BankImage("M1", digest, {}) for digest in "abcd"]
    >>> "".join(one.sha256 for one in without_excluded(pile, [ExcludedImage("b", "letters")]))
    'adc'
    """
    pile = list(shuffled)
    for one in excluded:
        place = next((at for at, image in enumerate(pile) if image.sha256 == one.image), None)
        if place is None:
            continue
        last = pile.pop()
        if place < len(pile):
            pile[place] = last
    return pile


def with_excluded(design: StudyDesign, image: str, reason: str) -> StudyDesign:
    """The design with one more image set aside; `image` is the SHA-256 of its file.

    Raises BadInput without a reason or with one that is too long, Refused for an image that is
    picked by hand: the design names it.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(said("Say why this case is swapped; protocol and record keep it."))
    if len(reason) > LONGEST_REASON:
        raise BadInput(
            said(
                "The reason has {n_reason} characters, at most {longest_reason} are possible.",
                n_reason=len(reason),
                longest_reason=LONGEST_REASON,
            )
        )
    for plan in design.arms:
        if plan.images and image.startswith(plan.images):
            raise Refused(
                said(
                    "This image was picked by hand; name another in its place in the design's arms."
                )
            )
    return replace(design, excluded=(*design.excluded, ExcludedImage(image, reason)))


def excluded_words(design: StudyDesign) -> str:
    """The images that were set aside, as one text; empty where there are none."""
    return "; ".join(f"{one.image[:12]} ({one.reason})" for one in design.excluded)
