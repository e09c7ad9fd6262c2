"""How alike two groups of images are in what the bank says of them: standardised differences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.domain.said import said

UNBALANCED: Final = 0.25
"""A standardised difference from which groups are called unlike (Stuart 2010,
doi:10.1214/09-STS313)."""


@dataclass(frozen=True)
class Difference:
    """A standardised difference; None with a reason where there is none.

    `known` counts the images of the two groups of which the value is recorded, `of` all of them.
    """

    value: float | None
    known: tuple[int, int]
    of: tuple[int, int]
    why: str = ""

    @property
    def is_unlike(self) -> bool:
        """Whether the groups differ by 0.25 standard deviations or more."""
        return self.value is not None and abs(self.value) >= UNBALANCED


def difference_of_numbers(
    reference: Sequence[float | None], group: Sequence[float | None]
) -> Difference:
    """Mean of `group` less that of `reference`, over the root of the mean of their variances.

    Austin PC (2009), Stat Med 28:3083-3107, doi:10.1002/sim.3697. Missing values are left out and
    counted.
    """
    one, other = ([value for value in each if value is not None] for each in (reference, group))
    known, of = (len(one), len(other)), (len(reference), len(group))
    if min(known) < 2:
        return Difference(None, known, of, said("fewer than two images have it"))
    spread = math.sqrt((float(np.var(one, ddof=1)) + float(np.var(other, ddof=1))) / 2)
    apart = float(np.mean(other)) - float(np.mean(one))
    if spread == 0:
        why = (
            ""
            if apart == 0
            else said("every image of a group has one value, and the groups differ")
        )
        return Difference(0.0 if apart == 0 else math.inf, known, of, why)
    return Difference(apart / spread, known, of)


def difference_of_kinds(reference: Sequence[str | None], group: Sequence[str | None]) -> Difference:
    """Standardised difference of the shares of several kinds, 0 or more.

    The Mahalanobis distance of the two vectors of shares, the last kind left out (Yang D, Dalton
    JE (2012), SAS Global Forum, paper 335). Missing values are left out and counted.
    """
    one, other = ([value for value in each if value is not None] for each in (reference, group))
    known, of = (len(one), len(other)), (len(reference), len(group))
    if not min(known):
        return Difference(None, known, of, said("no image of a group has it"))
    kinds = sorted(set(one) | set(other))
    if len(kinds) == 1:
        return Difference(0.0, known, of)
    shares = [
        np.array([Counter(each)[kind] / len(each) for kind in kinds]) for each in (one, other)
    ]
    apart = (shares[1] - shares[0])[:-1]
    one_spread, other_spread = (np.diag(share) - np.outer(share, share) for share in shares)
    spread = (one_spread + other_spread)[:-1, :-1] / 2
    if not apart.any():
        return Difference(0.0, known, of)
    squared = float(apart @ np.linalg.pinv(spread) @ apart)
    if squared <= 1e-12:
        # No spread in the direction in which they differ: each group is of a kind of its own.
        return Difference(math.inf, known, of, said("the groups share no kind"))
    return Difference(math.sqrt(squared), known, of)
