"""Two-way jackknife over readers and clusters of cases, for any statistic of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from app.statistics.table.ratings import Int
from app.statistics.variance.jackknife import JackknifeInput

# Readers and columns of a table that are kept -> the statistics of what is left.
Points = Callable[[Int, Int], Mapping[str, float]]

# Beyond so many tables with a reader and a cluster left out the noise of single readings is not
# taken out, which leaves intervals on the wide side.
MOST_TABLES = 1500


def cluster_jackknife(points: Points, n_readers: int, clusters: Int) -> dict[str, JackknifeInput]:
    """Statistics with each reader, each cluster and one of each left out.

    Leaving out whole clusters is what makes images of one patient count as one draw.

    Parameters
    ----------
    points : function of (readers, columns), both arrays of int, to a mapping of name to float
        NaN for what is undefined.
    n_readers : int
    clusters : (K,) array of int
        Of every column.

    Returns
    -------
    mapping of name to JackknifeInput
        Its cases are the clusters. ``without_both`` is None above ``MOST_TABLES`` tables.

    References
    ----------
    Efron B, Stein C (1981), Ann Stat 9:586-596, doi:10.1214/aos/1176345462; Shao J, Wu CFJ (1989),
    Ann Stat 17:1176-1197, doi:10.1214/aos/1176347263 (leaving out groups).
    """
    readers = np.arange(n_readers)
    columns = np.arange(clusters.size)
    names = np.unique(clusters)
    kept = [columns[clusters != name] for name in names]
    whole = points(readers, columns)
    by_reader = [points(np.delete(readers, j), columns) for j in readers]
    by_cluster = [points(readers, some) for some in kept]
    by_both = None
    if n_readers * names.size <= MOST_TABLES:
        by_both = [[points(np.delete(readers, j), some) for some in kept] for j in readers]

    def of(name: str) -> JackknifeInput:
        return JackknifeInput(
            whole[name],
            np.array([one.get(name, math.nan) for one in by_reader]),
            np.array([one.get(name, math.nan) for one in by_cluster]),
            None
            if by_both is None
            else np.array([[one.get(name, math.nan) for one in row] for row in by_both]),
        )

    return {name: of(name) for name in whole}
