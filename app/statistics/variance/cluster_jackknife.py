"""Jackknife over readers and over clusters of cases, for any statistic of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from app.statistics.table.ratings import Int
from app.statistics.variance.jackknife import JackknifeInput

# Readers and columns of a table that are kept -> the statistics of what is left.
Points = Callable[[Int, Int], Mapping[str, float]]


def cluster_jackknife(points: Points, n_readers: int, clusters: Int) -> dict[str, JackknifeInput]:
    """Statistics with each reader, and each cluster, left out.

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
        Its cases are the clusters.

    References
    ----------
    Shao J, Wu CFJ (1989), Ann Stat 17:1176-1197, doi:10.1214/aos/1176347263 (leaving out groups).
    """
    readers = np.arange(n_readers)
    columns = np.arange(clusters.size)
    whole = points(readers, columns)
    by_reader = [points(np.delete(readers, j), columns) for j in readers]
    by_cluster = [points(readers, columns[clusters != name]) for name in np.unique(clusters)]

    def of(name: str) -> JackknifeInput:
        return JackknifeInput(
            whole[name],
            np.array([one.get(name, math.nan) for one in by_reader]),
            np.array([one.get(name, math.nan) for one in by_cluster]),
        )

    return {name: of(name) for name in whole}
