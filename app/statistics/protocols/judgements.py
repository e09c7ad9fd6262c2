"""Answers that were right or wrong, each with how sure the reader was of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.statistics.table.ratings import Float, Int, Strings
from app.statistics.variance.clusters import cluster_sums, covariance_of_arms


@dataclass(frozen=True)
class Judgements:
    """Judgements of J readers on K cases.

    Attributes
    ----------
    level : (J, K) array of float
        How sure, as the place of the level from 0 (least) upwards; NaN where missing.
    correct : (J, K) array of float
        1 right, 0 wrong, NaN where missing in either array.
    called : (J, K) array of float
        1 where the reader answered the second of two alternatives, 0 the first; NaN where missing
        or where there are not two.
    arm : (K,) array of str
    clusters : (K,) array of int or None
        Of every case; None where each stands alone.
    levels : tuple of float
        The points of the scale, low to high; of a long slider the middles of its classes.
    names : tuple of str
        What each level is called.
    alternatives : int
        How many answers there were to choose among: guessing is right in 1 of so many.
    scale : (float, float) or None
        Ends of the scale where the levels are classes of it; None where they are its points.
    """

    level: Float
    correct: Float
    called: Float
    arm: Strings
    clusters: Int | None
    levels: tuple[float, ...]
    names: tuple[str, ...]
    alternatives: int = 2
    scale: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Of the scale of confidence."""
        return self.scale or (self.levels[0], self.levels[-1])

    @property
    def seen(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which readings have both a level and an answer that is right or wrong."""
        return np.isfinite(self.level) & np.isfinite(self.correct)

    def of_arms(self, arms: tuple[str, ...]) -> Judgements:
        """The judgements on the cases of some arms."""
        kept = np.isin(self.arm, np.asarray(arms, dtype=np.str_))
        return Judgements(
            self.level[:, kept],
            self.correct[:, kept],
            self.called[:, kept],
            self.arm[kept],
            None if self.clusters is None else self.clusters[kept],
            self.levels,
            self.names,
            self.alternatives,
            self.scale,
        )

    def covariance(self, influence: Float) -> Float:
        """Covariance over cases, or clusters of them, of figures by reader.

        Parameters
        ----------
        influence : (J, K) array of float
            What each case moves each reader's figure by; 0 where not read.

        Returns
        -------
        (J, J) array of float
            See :mod:`app.statistics.variance.clusters`.
        """
        codes = np.arange(influence.shape[1]) if self.clusters is None else self.clusters
        n_clusters = 1 + int(codes.max(initial=-1))
        sums = cluster_sums(np.where(self.seen, influence, 0.0), codes, n_clusters)
        has = cluster_sums(self.seen.astype(np.float64), codes, n_clusters) > 0
        return covariance_of_arms(sums[None], has[None].astype(np.float64))[0, :, 0, :]
