"""Coefficients of agreement where a reader, a cluster of cases, or one of each is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from app.statistics.agreement.kappa import pair_mean, pair_mean_without_one_reader, pair_tables
from app.statistics.agreement.kendall import kendall_w
from app.statistics.agreement.krippendorff import alpha_interval
from app.statistics.agreement.statistics import (
    MANY_CATEGORIES,
    SINGLE_ICCS,
    of_many_readers,
    of_pairs,
)
from app.statistics.agreement.tallies import tallies
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.ratings import Float, Int
from app.statistics.variance.henderson import henderson_left_out
from app.statistics.variance.jackknife import JackknifeInput

# From weights of readers and of cases, (B, J) and (B, K), to (B,) values.
_OfWeights = Callable[[Float, Float], Mapping[str, Float]]


def left_out_clusters(
    matrix: Float, clusters: Int, *, categories: Sequence[float]
) -> dict[str, JackknifeInput]:
    """Values with each reader, each cluster and one of each left out, for every coefficient.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing; every reader and case has a rating.
    clusters : (K,) array of int
    categories : sequence of float
        Steps of the scale.

    Returns
    -------
    mapping of estimand to JackknifeInput
        Its cases are the clusters. Those of
        :func:`~app.statistics.agreement.statistics.agreement_statistics` that the scale allows; the
        ICCs by Henderson's method, as where single cases are left out. Kendall's W has no values
        with both left out, as there.

    References
    ----------
    Shao J, Wu CFJ (1989), Ann Stat 17:1176-1197, doi:10.1214/aos/1176347263 (leaving out groups).
    """
    names = np.unique(clusters)
    kept = np.vstack([np.ones(clusters.size), names[:, None] != clusters]).astype(np.float64)
    values = category_values(matrix, categories)
    made = _by_weights(matrix, kept, lambda r, c: _interval(matrix, r, c))
    if 2 <= values.size <= MANY_CATEGORIES:
        indicator = one_hot(matrix, values)
        coefficients = of_many_readers(values)

        def many(readers: Float, cases: Float) -> Mapping[str, Float]:
            sums = tallies(indicator, readers, cases)
            return {name: one.of(sums) for name, one in coefficients.items()}

        made |= _by_weights(matrix, kept, many)
        made |= _over_pairs(indicator, kept, values)
    made |= _over_variances(matrix, kept)
    made["kendall_w"] = _kendall(matrix, kept)
    return made


def _interval(matrix: Float, readers: Float, cases: Float) -> Mapping[str, Float]:
    return {"krippendorff_alpha_interval": alpha_interval(matrix, readers, cases)}


def _by_weights(matrix: Float, kept: Float, statistics: _OfWeights) -> dict[str, JackknifeInput]:
    """From `kept` (1 + G, K): all cases, then each cluster left out; some readers at a time."""
    n = matrix.shape[0]
    rows = [
        statistics(np.repeat(readers[None, :], len(kept), axis=0), kept)
        for readers in np.vstack([np.ones(n), 1.0 - np.eye(n)])
    ]
    return {name: _input(np.array([one[name] for one in rows])) for name in rows[0]}


def _input(table: Float) -> JackknifeInput:
    """From a (1 + J, 1 + G) table, first row and column with nobody and nothing left out."""
    return JackknifeInput(float(table[0, 0]), table[1:, 0], table[0, 1:], table[1:, 1:])


def _over_pairs(indicator: Float, kept: Float, values: Float) -> dict[str, JackknifeInput]:
    columns: dict[str, list[Float]] = {}
    for cases in kept:
        tables = pair_tables(indicator[:, :, cases > 0])
        for name, statistic in of_pairs(values).items():
            table = statistic(tables)
            rest = pair_mean_without_one_reader(table)
            columns.setdefault(name, []).append(np.array([pair_mean(table), *rest]))
    return {name: _input(np.array(parts).T) for name, parts in columns.items()}


def _over_variances(matrix: Float, kept: Float) -> dict[str, JackknifeInput]:
    forms = tuple(SINGLE_ICCS.values())
    tables = {form: np.full((1 + len(matrix), len(kept)), np.nan) for form in forms}
    for column, cases in enumerate(kept):
        part = matrix[:, cases > 0]
        there = np.isfinite(part).any(axis=1)
        if there.sum() < 2 or part.shape[1] < 2:
            continue
        for form, left in henderson_left_out(part[there], forms).items():
            # A reader who rated nothing else changes nothing when left out besides.
            tables[form][:, column] = left.estimate
            tables[form][1:, column][there] = left.without_reader
    return {name: _input(tables[form]) for name, form in SINGLE_ICCS.items()}


def _kendall(matrix: Float, kept: Float) -> JackknifeInput:
    complete = np.isfinite(matrix).all(axis=0)
    # Clusters without a case that every reader rated are not among those the figure rests on.
    used = [cases for cases in kept[1:] if ((cases == 0) & complete).any()]
    whole = matrix[:, complete]
    return JackknifeInput(
        kendall_w(whole),
        np.array([kendall_w(np.delete(whole, j, axis=0)) for j in range(len(matrix))]),
        np.array([kendall_w(matrix[:, complete & (cases > 0)]) for cases in used]),
    )
