"""Groups of readers who read cases of their own, and mean squares within them.

In a split-plot study each group of readers reads a block of the cases. Readers of different groups
share no case, so that their figures are independent, and the difference between two groups holds
that of their cases: readers are compared within groups only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.said import said
from app.statistics.table.ratings import Float, Int


def reader_blocks(matrices: Sequence[Float]) -> Int:
    """Group of every reader: readers who share a case, directly or through others, are in one.

    Parameters
    ----------
    matrices : sequence of (J, K) arrays of float
        Ratings of the same readers, NaN where missing.

    Returns
    -------
    (J,) array of int
        0, 1, ... in the order of their first readers; one group where every reader reads
        everything.

    Examples
    --------
    >>> import numpy as np
    >>> nan = np.nan
    >>> reader_blocks([np.array([[1, 2, nan], [nan, 1, nan], [nan, nan, 3.0]])]).tolist()
    [0, 0, 1]
    """
    n = matrices[0].shape[0] if matrices else 0
    shares = np.eye(n, dtype=bool)
    for matrix in matrices:
        seen = np.isfinite(matrix).astype(np.float64)
        shares |= seen @ seen.T > 0
    if shares.all():
        return np.zeros(n, dtype=np.int64)
    block = np.full(n, -1)
    for reader in range(n):
        if block[reader] >= 0:
            continue
        reached = shares[reader]
        while True:
            wider = shares[reached].any(axis=0)
            if (wider == reached).all():
                break
            reached = wider
        block[reached] = block.max() + 1
    return block.astype(np.int64)


@dataclass(frozen=True)
class ReaderGroups:
    """The groups that an analysis is made within, J readers in G of them.

    Attributes
    ----------
    block : (J,) array of int
        0 to G - 1.
    count : int
        G; 1 where there are no groups, or every reader has cases of their own: then no two readers
        can be compared within a group, and figures are independent whatever group they are in.
    """

    block: Int
    count: int

    @classmethod
    def of(cls, block: Int | None, n_readers: int) -> ReaderGroups:
        """Groups of the readers that are left, from `block`; None for one group."""
        one = np.zeros(n_readers, dtype=np.int64)
        if block is None:
            return cls(one, 1)
        _, numbered = np.unique(block, return_inverse=True)
        count = int(numbered.max()) + 1 if n_readers else 1
        if count == n_readers:
            return cls(one, 1)
        return cls(numbered.astype(np.int64), count)

    @property
    def df(self) -> float:
        """Degrees of freedom of readers within groups, J - G."""
        return float(self.block.size - self.count)

    def residuals(self, theta: Float) -> Float:
        """Figures of (..., J) less the mean of their group."""
        members = self._members
        means = theta @ members.T / members.sum(axis=1)
        return np.asarray(theta - means @ members)

    def within(self, covariance: Float) -> float:
        """Mean of a (J, J) covariance over pairs of readers of one group.

        Weighted as the mean square within groups has it: sum_g (J_g - 1) Cov_g / (J - G); NaN
        where no pair has one.
        """
        total = weights = 0.0
        for members in self._members.astype(bool):
            pairs = covariance[np.ix_(members, members)][~np.eye(int(members.sum()), dtype=bool)]
            finite = pairs[np.isfinite(pairs)]
            if finite.size:
                total += (members.sum() - 1) * float(finite.mean())
                weights += float(members.sum() - 1)
        return total / weights if weights else float("nan")

    @property
    def _members(self) -> Float:
        return np.asarray(np.arange(self.count)[:, None] == self.block[None, :], dtype=np.float64)


def in_groups(block: Int | None) -> str:
    """Words of a method for readers in groups; empty for one group.

    >>> in_groups(np.array([0, 0, 1, 1]))
    ', readers in 2 groups'
    """
    if block is None:
        return ""
    groups = ReaderGroups.of(block, block.size)
    return said(", readers in {count} groups", count=groups.count) if groups.count > 1 else ""
