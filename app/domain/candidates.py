"""The images that a study's cases are drawn from: by arm and stratum, in a random order."""

import random
from collections.abc import Iterable, Mapping, Sequence

from app.domain.bank_image import BankImage
from app.domain.design.design import ArmPlan, ExcludedImage, StudyDesign
from app.domain.errors import BadDesign
from app.domain.excluded import without_excluded
from app.domain.said import said

# An arm and a class of its cases that is drawn separately.
Stratum = tuple[str, str]
LONGEST_STRATUM = 64


class Candidates:
    """Piles of images by arm and stratum, and how many of each are wanted for a phase.

    Images picked by hand come instead of a draw: their pile holds them and nothing else, in the
    strata that they have. `piles` shrink as phases take from them.
    """

    def __init__(
        self,
        design: StudyDesign,
        bank: Sequence[BankImage],
        rng: random.Random,
        left_out: Mapping[Stratum, int],
    ) -> None:
        """Raises BadDesign where an arm holds too few, or an image picked by hand is not there.

        `left_out` counts the flagged images that `bank` is without, for what a refusal says.
        """
        self._left_out = left_out
        self._excluded = {one.image for one in design.excluded}
        self.piles: dict[Stratum, list[BankImage]] = {}
        self.wanted: dict[Stratum, int] = {}
        self._spare: dict[Stratum, list[BankImage]] = {}
        self._key = design.stratify_by
        self._phases = sum(phase.cases == "new" for phase in design.phases)
        by_stratum: dict[Stratum, list[BankImage]] = {}
        for image in sorted(bank, key=lambda image: image.sha256):
            by_stratum.setdefault((image.arm, image.stratum(self._key)), []).append(image)
        for plan in design.arms:
            if plan.images:
                images = [image for _, pile in sorted(by_stratum.items()) for image in pile]
                theirs = [image for image in images if image.arm == plan.arm]
                self._pick(plan, theirs, design.excluded, rng)
                continue
            for stratum in design.strata:
                images = by_stratum.get((plan.arm, stratum), [])
                if len(stratum) > LONGEST_STRATUM:
                    raise BadDesign(
                        f"arms.{plan.arm}.cases",
                        said(
                            "a stratum has at most {longest_stratum} characters, not {stratum!r}",
                            longest_stratum=LONGEST_STRATUM,
                            stratum=stratum,
                        ),
                    )
                if not design.matched_by:
                    usable = sum(image.sha256 not in self._excluded for image in images)
                    self._ensure_enough(plan, stratum, usable)
                rng.shuffle(images)
                self.piles[plan.arm, stratum] = without_excluded(images, design.excluded)
                self.wanted[plan.arm, stratum] = plan.count(stratum)

    @property
    def strata(self) -> list[str]:
        """Every stratum that cases are drawn from, in order of first mention."""
        return list(dict.fromkeys(stratum for (_, stratum), n in self.wanted.items() if n))

    def piles_of(self, stratum: str) -> dict[str, list[BankImage]]:
        """Arm to the images that are left in this stratum."""
        return {arm: images for (arm, name), images in self.piles.items() if name == stratum}

    def wanted_of(self, stratum: str) -> dict[str, int]:
        """Arm to the number of cases of this stratum, arms without any left out."""
        return {arm: n for (arm, name), n in self.wanted.items() if name == stratum and n}

    def take(self, wanted: Mapping[Stratum, int]) -> dict[Stratum, list[BankImage]]:
        """The first so many images of each pile, which then are gone from it."""
        taken = {key: self.piles[key][:count] for key, count in wanted.items()}
        self.piles = {key: images[wanted[key] :] for key, images in self.piles.items()}
        return taken

    def remove(self, images: Iterable[BankImage]) -> None:
        """Take these images from their piles."""
        gone = set(images)
        self.piles = {
            key: [image for image in pile if image not in gone] for key, pile in self.piles.items()
        }

    def in_order(self, drawn: Mapping[Stratum, list[BankImage]]) -> dict[Stratum, list[BankImage]]:
        """The same, in the order of the design's arms and strata."""
        return {key: drawn[key] for key in self.wanted if key in drawn}

    def left_over(self) -> dict[Stratum, list[BankImage]]:
        """What practice may use: what no phase took, of picked arms what nobody picked."""
        return self.piles | {
            key: self.piles.get(key, []) + images for key, images in self._spare.items()
        }

    def _ensure_enough(self, plan: ArmPlan, stratum: str, held: int) -> None:
        wanted = plan.count(stratum) * self._phases
        if wanted <= held:
            return
        named = (
            said("{stratum} images", stratum=stratum)
            if self._key == "condition"
            else said("images whose {key} is {stratum!r}", key=self._key, stratum=stratum)
        )
        if self._phases > 1:
            named = said(
                "{named} are asked for ({count} in each of {phases} phases)",
                named=named,
                count=plan.count(stratum),
                phases=self._phases,
            )
        else:
            named = said("{named} are asked for", named=named)
        flagged = self._left_out.get((plan.arm, stratum), 0)
        told = {"wanted": wanted, "named": named, "held": held}
        raise BadDesign(
            f"arms.{plan.arm}",
            said(
                "{wanted} {named} and the bank holds {held} besides {flagged} flagged as copies of "
                "training images, which are left out; lower the number or import more",
                **told,
                flagged=flagged,
            )
            if flagged
            else said(
                "{wanted} {named} and the bank holds {held}; lower the number or import more",
                **told,
            ),
        )

    def _picked(
        self, plan: ArmPlan, images: Sequence[BankImage], field: str
    ) -> dict[str, BankImage]:
        """The images that the arm's prefixes name, by digest."""
        picked: dict[str, BankImage] = {}
        for prefix in plan.images:
            fits = [image for image in images if image.sha256.startswith(prefix)]
            if len(fits) != 1:
                raise BadDesign(
                    field,
                    said(
                        "{prefix} names {images} images of {arm} in the bank; give more digits",
                        prefix=prefix,
                        images=len(fits),
                        arm=plan.arm,
                    )
                    if fits
                    else said(
                        "{prefix} names no image of {arm} in the bank", prefix=prefix, arm=plan.arm
                    ),
                )
            if fits[0].sha256 in self._excluded:
                raise BadDesign(
                    field,
                    said(
                        "{prefix} is picked by hand and excluded; leave out one of the two",
                        prefix=prefix,
                    ),
                )
            picked[fits[0].sha256] = fits[0]
        if len(picked) < len(plan.images):
            raise BadDesign(field, said("names an image twice"))
        return picked

    def _pick(
        self,
        plan: ArmPlan,
        images: Sequence[BankImage],
        excluded: Sequence[ExcludedImage],
        rng: random.Random,
    ) -> None:
        field = f"arms.{plan.arm}.images"
        if self._phases > 1:
            raise BadDesign(
                field,
                said(
                    "are picked by hand and {phases} phases ask for new cases; let the later ones "
                    'show the same cases (cases = "same")',
                    phases=self._phases,
                ),
            )
        picked = self._picked(plan, images, field)
        for image in sorted(picked.values(), key=lambda image: image.sha256):
            stratum = image.stratum(self._key)
            if not 0 < len(stratum) <= LONGEST_STRATUM:
                raise BadDesign(
                    field,
                    said(
                        "{sha256} has no {key} of 1 to {longest_stratum} characters in the bank's "
                        "records, and strata are made by it",
                        sha256=image.sha256[:12],
                        key=self._key,
                        longest_stratum=LONGEST_STRATUM,
                    ),
                )
            self.piles.setdefault((plan.arm, stratum), []).append(image)
            self.wanted[plan.arm, stratum] = len(self.piles[plan.arm, stratum])
        others = [image for image in images if image.sha256 not in picked]
        rng.shuffle(others)
        for image in without_excluded(others, excluded):
            self._spare.setdefault((plan.arm, image.stratum(self._key)), []).append(image)
