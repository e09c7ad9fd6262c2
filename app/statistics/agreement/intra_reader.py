"""Agreement of readers with themselves, from cases they read twice.

First and second reads enter as two matrices of the same readers and cases; a case counts for a
reader who rated it both times. With d = second - first read, per reader j and n_j repeated cases::

    within-subject SD   s_w = sqrt(mean over readers of sum_k d_jk^2 / (2 n_j))
    repeatability       1.96 sqrt(2) s_w: 95 % of differences between two reads are smaller
    bias                mean over readers of the mean difference
    limits of agreement bias -+ 1.96 s_d; s_d^2 = mean over readers of the variance of d within a
                        reader + the variance of the readers' biases beyond what chance gives

Kappas are the mean over readers of each reader's kappa of first against second reads. Readers weigh
equally; intervals are those of the two-way jackknife.

References
----------
Bland JM, Altman DG (1986), Lancet i:307-310, doi:10.1016/S0140-6736(86)90837-8; Bland JM, Altman DG
(1996), BMJ 313:744, doi:10.1136/bmj.313.7059.744 (within-subject SD); Bland JM, Altman DG (2007),
J Biopharm Stat 17:571-582, doi:10.1080/10543400701329422 (several differences a subject).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.agreement.by_arm import MANY_CATEGORIES, Kind
from app.statistics.agreement.kappa import (
    kappa_of_tables,
    kappa_standard_error,
    kappa_without_one,
)
from app.statistics.agreement.weights import Weights, agreement_weights
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import Generalisation
from app.statistics.variance.cluster_jackknife import cluster_jackknife
from app.statistics.variance.clusters import in_clusters
from app.statistics.variance.jackknife import JackknifeInput, two_way_estimate

_OF_DIFFERENCES = (
    "within_subject_sd",
    "repeatability_coefficient",
    "bias",
    "limit_of_agreement_low",
    "limit_of_agreement_high",
)
_KAPPAS: dict[str, Weights] = {"kappa": "unweighted", "kappa_quadratic": "quadratic"}
ESTIMANDS: dict[Kind, tuple[str, ...]] = {
    "realism": ("percent_agreement", *_KAPPAS, *_OF_DIFFERENCES),
    "verdict": ("percent_agreement", "kappa"),
}

NORMAL_95 = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class ReaderRepeats:
    """First against second reads of every reader.

    Attributes
    ----------
    n : (J,) array
        Cases read twice.
    kappa, kappa_se : (J,) arrays
        Unweighted, with the large-sample standard error over cases; NaN where undefined.
    kappa_quadratic, kappa_quadratic_se : (J,) arrays
    within_subject_sd : (J,) array
        In rating units.
    bias : (J,) array
        Mean of second - first read.
    """

    n: Float
    kappa: Float
    kappa_se: Float
    kappa_quadratic: Float
    kappa_quadratic_se: Float
    within_subject_sd: Float
    bias: Float


def intra_reader(
    first: Float,
    second: Float,
    *,
    kind: Kind,
    categories: Sequence[float],
    level: float = 0.95,
    generalise_to: Generalisation = "readers_and_cases",
    clusters: Int | None = None,
) -> Mapping[str, Estimate]:
    """Agreement of readers with themselves.

    Parameters
    ----------
    first, second : (J, K) arrays of float
        First and second reads of the same cases by the same readers, NaN where missing.
    kind : str
        ``"realism"`` or ``"verdict"``; differences are for realism only.
    categories : sequence of float
        Every step of the scale.
    level, generalise_to, clusters
        As in :func:`~app.statistics.agreement.by_arm.agreement`.

    Returns
    -------
    mapping of estimand to Estimate
        One for each of ``ESTIMANDS[kind]``. Not estimable when no case was read twice; kappas when
        no reader used two categories; limits of agreement when no reader has two repeated cases.

    Examples
    --------
    >>> first = np.array([[1.0, 2, 3, 4, 5], [2, 2, 3, 5, 5]])
    >>> second = np.array([[1.0, 2, 4, 4, 5], [2, 3, 3, 4, 5]])
    >>> estimates = intra_reader(first, second, kind="realism", categories=(1, 2, 3, 4, 5))
    >>> round(estimates["within_subject_sd"].estimate, 4)
    0.3873
    """
    both = np.isfinite(first) & np.isfinite(second)
    readers, cases = both.any(axis=1), both.any(axis=0)
    both = both[readers][:, cases]
    one, two = (np.where(both, reads[readers][:, cases], np.nan) for reads in (first, second))
    counts = (int(readers.sum()), int(cases.sum()), 2 * int(both.sum()))
    names = ESTIMANDS[kind]
    if counts[2] == 0:
        return dict.fromkeys(names, not_estimable(said("no case was read twice by a reader")))
    by_name: Mapping[str, JackknifeInput] = {}
    if clusters is not None:
        by_name = _over_clusters(one, two, clusters[cases], kind, categories)

    def build(
        name: str,
        values: JackknifeInput,
        *,
        why_undefined: str,
        bounds: tuple[float, float],
        note: str,
    ) -> Estimate:
        figure = two_way_estimate(
            by_name.get(name, values),
            counts,
            why_undefined=why_undefined,
            level=level,
            generalise_to=generalise_to,
            bounds=bounds,
            note=note,
            fewest_readers=2,
        )
        over = "" if figure.low is None else in_clusters(clusters, generalise_to)
        return replace(figure, method=figure.method + over)

    estimates = _kappas(one, two, kind, categories, counts, build)
    if kind == "realism":
        estimates |= _differences(two - one, build)
    return {name: estimates[name] for name in names}


def _over_clusters(
    one: Float, two: Float, clusters: Int, kind: Kind, categories: Sequence[float]
) -> dict[str, JackknifeInput]:
    """The jackknife over clusters of cases of every figure."""

    def points(readers: Int, columns: Int) -> Mapping[str, float]:
        part = np.ix_(readers, columns)
        left = intra_reader(one[part], two[part], kind=kind, categories=categories)
        return {
            name: math.nan if figure.estimate is None else figure.estimate
            for name, figure in left.items()
        }

    return cluster_jackknife(points, one.shape[0], clusters)


def reader_repeats(first: Float, second: Float, *, categories: Sequence[float]) -> ReaderRepeats:
    """First against second reads, reader by reader; arguments as in :func:`intra_reader`."""
    both = np.isfinite(first) & np.isfinite(second)
    one, two = (np.where(both, reads, np.nan) for reads in (first, second))
    values = category_values(np.vstack((one, two)), categories)
    tables = _tables(one, two, values)
    exact = agreement_weights(values, "unweighted")
    squared = agreement_weights(values, "quadratic")
    sums = _DifferenceSums.of(two - one)
    return ReaderRepeats(
        n=sums.n,
        kappa=kappa_of_tables(tables, exact),
        kappa_se=kappa_standard_error(tables, exact),
        kappa_quadratic=kappa_of_tables(tables, squared),
        kappa_quadratic_se=kappa_standard_error(tables, squared),
        within_subject_sd=np.sqrt(sums.mean_square / 2.0),
        bias=sums.mean,
    )


def _tables(one: Float, two: Float, values: Float) -> Float:
    """(J, q, q) confusion tables of first against second reads."""
    return one_hot(one, values) @ one_hot(two, values).transpose(0, 2, 1)


def _kappas(
    one: Float,
    two: Float,
    kind: Kind,
    categories: Sequence[float],
    counts: tuple[int, int, int],
    build: Callable[..., Estimate],
) -> dict[str, Estimate]:
    values = category_values(np.vstack((one, two)), categories)
    weightings: dict[str, Weights] = _KAPPAS if kind == "realism" else {"kappa": _KAPPAS["kappa"]}
    if not 2 <= values.size <= MANY_CATEGORIES:
        why = said(
            "the scale has {size} steps; kappa needs 2 to {many_categories}",
            size=values.size,
            many_categories=MANY_CATEGORIES,
        )
        failed = not_estimable(why, n_readers=counts[0], n_cases=counts[1], n_ratings=counts[2])
        return dict.fromkeys(("percent_agreement", *weightings), failed)
    tables = _tables(one, two, values)
    cells = _cells(one, two, values)
    same = np.eye(values.size)
    n = tables.sum(axis=(1, 2))
    matches = (tables * same).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        fewer_matches = (matches[:, None, None] - same) / (n - 1.0)[:, None, None]
    estimates = {
        "percent_agreement": build(
            "percent_agreement",
            _left_out(matches / n, fewer_matches, cells),
            why_undefined=said("no case was read twice by a reader"),
            bounds=(0.0, 1.0),
            note=said("mean over readers"),
        )
    }
    for name, weighting in weightings.items():
        weights = agreement_weights(values, weighting)
        estimates[name] = build(
            name,
            _left_out(kappa_of_tables(tables, weights), kappa_without_one(tables, weights), cells),
            why_undefined=said("no reader used two categories on the cases read twice"),
            bounds=(-1.0, 1.0),
            note=said("mean over readers, {weighting}", weighting=weighting),
        )
    return estimates


def _cells(one: Float, two: Float, values: Float) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """(J, K) flat index of each pair of reads in its confusion table, -1 without a pair."""
    row, column = (np.searchsorted(values, np.nan_to_num(reads)) for reads in (one, two))
    return np.where(np.isfinite(one), row * values.size + column, -1)


def _left_out(
    of_reader: Float,
    without_one: Float,
    cells: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
) -> JackknifeInput:
    """Mean over readers of a statistic of their tables, with a reader or a case left out."""
    readers = of_reader.size
    flat = without_one.reshape(readers, -1)
    changed = np.take_along_axis(flat, np.maximum(cells, 0), axis=1)
    per_case = np.where(cells >= 0, changed, of_reader[:, None])
    return _mean_left_out(of_reader, per_case)


def _mean_left_out(of_reader: Float, per_case: Float) -> JackknifeInput:
    """From (J,) values and (J, K) values without each case; undefined readers are left out."""
    defined = np.isfinite(of_reader)
    values = np.where(defined, of_reader, 0.0)
    still = np.isfinite(per_case)
    with np.errstate(invalid="ignore", divide="ignore"):
        return JackknifeInput(
            float(values.sum() / defined.sum()),
            # A reader without a value of their own changes nothing when left out.
            ((values.sum() - values) / (defined.sum() - defined))[defined],
            np.where(still, per_case, 0.0).sum(axis=0) / still.sum(axis=0),
        )


@dataclass(frozen=True)
class _DifferenceSums:
    """Number, sum and sum of squares of the differences of every reader, (..., J)."""

    n: Float
    sums: Float
    squares: Float

    @classmethod
    def of(cls, differences: Float) -> _DifferenceSums:
        seen = np.isfinite(differences)
        d = np.where(seen, differences, 0.0)
        return cls(seen.sum(axis=1).astype(np.float64), d.sum(axis=1), (d**2).sum(axis=1))

    @property
    def mean(self) -> Float:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Float = self.sums / self.n
        return mean

    @property
    def mean_square(self) -> Float:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Float = self.squares / self.n
        return mean

    @property
    def variance(self) -> Float:
        """Sample variance within each reader; NaN below two differences."""
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = (self.squares - self.sums**2 / self.n) / (self.n - 1.0)
        return np.where(self.n > 1, np.maximum(spread, 0.0), np.nan)


def _differences(differences: Float, build: Callable[..., Estimate]) -> dict[str, Estimate]:
    sums = _DifferenceSums.of(differences)
    seen = np.isfinite(differences)
    d = np.where(seen, differences, 0.0)
    fewer = _DifferenceSums(
        sums.n - seen.T, sums.sums - d.T, np.maximum(sums.squares - (d**2).T, 0.0)
    )
    others = ~np.eye(seen.shape[0], dtype=bool)
    one_less = [
        _DifferenceSums(sums.n[rest], sums.sums[rest], sums.squares[rest]) for rest in others
    ]
    estimates: dict[str, Estimate] = {}
    for name in _OF_DIFFERENCES:
        statistic = partial(_statistic, name)
        estimates[name] = build(
            name,
            JackknifeInput(
                float(statistic(sums)),
                np.array([float(statistic(rest)) for rest in one_less])
                if len(one_less) > 1
                else np.full(1, np.nan),
                statistic(fewer),
            ),
            why_undefined=said("no reader has two cases read twice"),
            bounds=(0.0 if "limit" not in name and name != "bias" else -np.inf, np.inf),
            note=said("mean over readers") if name == "bias" else said("pooled over readers"),
        )
    return estimates


def _statistic(name: str, sums: _DifferenceSums) -> Float:
    """One figure of the differences, (...)."""
    if name == "bias":
        return _mean_of_readers(sums.mean)
    if name in ("within_subject_sd", "repeatability_coefficient"):
        within: Float = np.sqrt(_mean_of_readers(sums.mean_square) / 2.0)
        repeatability: Float = NORMAL_95 * np.sqrt(2.0) * within
        return within if name == "within_subject_sd" else repeatability
    side = -1.0 if name.endswith("low") else 1.0
    limit: Float = _mean_of_readers(sums.mean) + side * NORMAL_95 * _sd_of_differences(sums)
    return limit


def _sd_of_differences(sums: _DifferenceSums) -> Float:
    """SD of a difference of a reader drawn at random: within readers and between their biases."""
    within = _mean_of_readers(sums.variance)
    defined = np.isfinite(sums.mean)
    readers = defined.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(defined, sums.mean - _mean_of_readers(sums.mean)[..., None], 0.0)
        spread = (centred**2).sum(axis=-1) / (readers - 1.0)
        by_chance = within * _mean_of_readers(1.0 / np.where(sums.n > 0, sums.n, np.nan))
    between = np.where(readers > 1, np.maximum(spread - by_chance, 0.0), 0.0)
    sd: Float = np.sqrt(within + between)
    return sd


def _mean_of_readers(values: Float) -> Float:
    """Mean over the last axis of the values that are defined; NaN for none."""
    defined = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Float = np.asarray(np.where(defined, values, 0.0).sum(axis=-1) / defined.sum(axis=-1))
    return mean
