"""How a planned study is laid out: groups of readers, images that belong together, sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.statistics.table.ratings import Float, Int, StatisticsInputError

MOST_GROUPS = 50
MOST_IN_A_CLUSTER = 100
MOST_PICTURES = 6


@dataclass(frozen=True)
class StudyLayout:
    """Who reads what, and which images belong together.

    Attributes
    ----------
    groups : int
        Groups of readers, each with a block of the images of every arm (split-plot); 1: crossed.
    cluster_size : int
        Images of an arm that belong together, as those of a patient; 1: each stands alone.
    cluster_share : float
        Share of the case variance that the images of a cluster have in common.
    pictures : int
        Pictures shown together, one of them real; 1: single pictures. With several the number of
        cases counts such sets, and a reader says which picture is real.

    Raises
    ------
    StatisticsInputError
        When a value is outside its range, or sets are to be clusters.
    """

    groups: int = 1
    cluster_size: int = 1
    cluster_share: float = 0.5
    pictures: int = 1

    def __post_init__(self) -> None:
        for name, value, most in (
            ("groups of readers", self.groups, MOST_GROUPS),
            ("images in a cluster", self.cluster_size, MOST_IN_A_CLUSTER),
            ("pictures shown together", self.pictures, MOST_PICTURES),
        ):
            if not 1 <= value <= most:
                raise StatisticsInputError(f"There are {value} {name}: give 1 to {most}.")
        if not 0.0 <= self.cluster_share <= 1.0:
            raise StatisticsInputError(
                f"Images of a cluster share {self.cluster_share:g} of the case variance: give a "
                "number from 0 to 1."
            )
        if self.pictures > 1 and self.cluster_size > 1:
            raise StatisticsInputError(
                "Pictures shown together are planned as sets that stand alone: leave out the "
                "images in a cluster, or show single pictures."
            )

    def ensure_fits(self, readers: int, cases: int) -> None:
        """Raise StatisticsInputError where a design is too small for its groups."""
        if readers < self.groups:
            raise StatisticsInputError(
                f"{readers} {'reader' if readers == 1 else 'readers'} can't be in {self.groups} "
                f"groups: give {self.groups} readers or more."
            )
        least = 2 * self.groups * self.cluster_size
        if cases < least:
            raise StatisticsInputError(
                f"{cases} images an arm are too few for {self.groups} "
                f"{'group' if self.groups == 1 else 'groups'} with two clusters of "
                f"{self.cluster_size} each: give {least} or more."
            )

    def clusters(self, cases: int) -> Int:
        """Cluster of every image of an arm, (K,)."""
        return np.arange(cases, dtype=np.int64) // self.cluster_size

    def is_read(self, readers: int, cases: int) -> Float:
        """(J, K) array: 1 where a reader reads an image, NaN where it is of another group's."""
        mine = np.arange(readers)[:, None] % self.groups == self.clusters(cases) % self.groups
        return np.where(mine, 1.0, np.nan)

    def readings(self, readers: int, cases: int) -> int:
        """Readings of a study: of an arm and of the real images, or of sets."""
        of_kind = round(readers * cases / self.groups)
        return of_kind if self.pictures > 1 else 2 * of_kind
