"""Whether readers prefer a place: the first of two, the left one, whatever stands there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.protocols.set_choices import SetReadings
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means

_DRAWS = 9999
# Below so many choices a place the chi-square distribution is a poor guide.
_FEWEST_A_PLACE = 5


@dataclass(frozen=True)
class PlaceBias:
    """Choices by place, ties and open answers left out.

    Attributes
    ----------
    counts : tuple of int
        Readings in which each place was chosen, the first place first.
    shares : tuple of Estimate
        Averaged over readers, readers and sets both samples.
    p_value : float or None
        Of the same share of choices at every place, over all readings.
    p_readers : float or None
        The same by reader, so that leanings of readers in opposite directions count too; None for
        one reader.
    method : str
        How `p_value` was made.
    """

    counts: tuple[int, ...]
    shares: tuple[Estimate, ...]
    p_value: float | None
    p_readers: float | None
    method: str

    def to_json(self) -> dict[str, Any]:
        return {
            "counts": list(self.counts),
            "shares": [share.to_json() for share in self.shares],
            "p": self.p_value,
            "p_readers": self.p_readers,
            "method": self.method,
        }


def place_bias(readings: SetReadings, settings: AnalysisSettings) -> PlaceBias | None:
    """Share of choices at each place, tested against 1/m.

    Places are drawn at random for every showing. If places don't matter the place of what was
    chosen is uniform whatever readers and pictures are like, and independent between readings: for
    two places the binomial test is exact, for more the multinomial by chi-square, or by 9,999 draws
    where fewer than five choices a place are expected. The test by reader adds the readers'
    chi-squares and draws from the same null.

    Returns
    -------
    PlaceBias or None
        None where nothing was chosen, and of sets of several sizes, whose places are not alike.
    """
    chosen = readings.only(lambda row: bool(row.side.chosen))
    sizes = {len(row.side.arms) for row in chosen.rows}
    if len(sizes) != 1:
        return None
    (m,) = sizes
    by_reader = np.zeros((len(chosen.readers), m))
    for row, reader in zip(chosen.rows, chosen.reader_codes, strict=True):
        by_reader[reader, (row.side.chosen or 1) - 1] += 1
    counts = by_reader.sum(axis=0)
    p_value, method = _p_of_all(counts, settings.seed)
    return PlaceBias(
        counts=tuple(int(count) for count in counts),
        shares=tuple(_share(chosen, place, settings) for place in range(1, m + 1)),
        p_value=p_value,
        p_readers=_p_by_reader(by_reader, settings.seed),
        method=method,
    )


def _share(chosen: SetReadings, place: int, settings: AnalysisSettings) -> Estimate:
    matrix = chosen.matrix(lambda row: float(row.side.chosen == place))
    theta, covariance = reader_means(matrix, chosen.clusters)
    return averaged_over_readers(
        theta,
        covariance,
        [matrix],
        settings,
        scale="logit",
        what=said("the share of this place"),
        clusters=chosen.clusters_of_matrix,
    )


def _p_of_all(counts: Float, seed: int) -> tuple[float, str]:
    total, m = int(counts.sum()), counts.size
    if m == 2:
        return float(stats.binomtest(int(counts[0]), total).pvalue), said("exact binomial test")
    if total >= _FEWEST_A_PLACE * m:
        return float(stats.chisquare(counts).pvalue), said("chi-square test")
    return _p_by_draws(counts[None, :], seed), said("multinomial test by 9,999 draws")


def _p_by_reader(by_reader: Float, seed: int) -> float | None:
    return _p_by_draws(by_reader, seed) if len(by_reader) > 1 else None


def _p_by_draws(table: Float, seed: int) -> float:
    """p of the sum over rows of their chi-squares against an even share, by simulation.

    (b + 1) / (draws + 1) of Davison and Hinkley (1997), doi:10.1017/CBO9780511802843.
    """
    rng = np.random.default_rng(seed)
    totals, m = table.sum(axis=1).astype(np.int64), table.shape[1]
    drawn = sum(
        _chi_square(rng.multinomial(total, [1.0 / m] * m, size=_DRAWS).astype(np.float64))
        for total in totals
        if total
    )
    observed = float(_chi_square(table[totals > 0]).sum())
    as_far = int(np.count_nonzero(drawn >= observed - 1e-9))
    return (as_far + 1) / (_DRAWS + 1)


def _chi_square(counts: Float) -> Float:
    """Pearson's statistic of each row against equal shares."""
    expected = counts.sum(axis=-1, keepdims=True) / counts.shape[-1]
    total: Float = ((counts - expected) ** 2 / expected).sum(axis=-1)
    return total
