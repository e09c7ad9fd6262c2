"""Covariance over clusters of cases: images of one patient, of one prompt, of one matched set.

Several images of one patient are not so many independent images. What a cluster moves a figure by
is summed over its cases, and the sums are what varies::

    Cov(a, b) = G / (G - 1) sum_g U_ag U_bg,    U_ag = sum over the cases k of g of u_ak

with u_ak the influence of case k on figure a (0 where it has none) and G the clusters in which both
figures have cases. With clusters of one case and no missing ratings this is the covariance over
cases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from app.domain.said import said
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import Generalisation


def cluster_sums(influence: Float, clusters: Int, n_clusters: int) -> Float:
    """Influences (F, K) of cases summed to (F, G) by the cluster of each case."""
    sums = np.zeros((influence.shape[0], n_clusters))
    for row, values in zip(sums, influence, strict=True):
        row += np.bincount(clusters, values, n_clusters)
    return sums


def cluster_df(matrices: Sequence[Float], clusters: Sequence[Int] | None) -> float:
    """Degrees of freedom of a variance over clusters: the fewest of any arm, less one.

    Parameters
    ----------
    matrices : sequence of (J, K_i) arrays of float
        Ratings of every arm that the figure needs, NaN where missing.
    clusters : sequence of (K_i,) arrays of int or None
        Cluster of every case; None where each case stands alone: then the variance over cases is
        taken as known, as Hillis' degrees of freedom have it.

    References
    ----------
    Cameron AC, Miller DL (2015), J Hum Resour 50:317-372, doi:10.3368/jhr.50.2.317 (t with as many
    degrees of freedom as clusters less one; of several lots of clusters the smaller).

    Examples
    --------
    >>> import numpy as np
    >>> rated = [np.ones((2, 4)), np.ones((2, 3))]
    >>> cluster_df(rated, [np.array([0, 0, 1, 2]), np.array([3, 4, 4])])
    1.0
    """
    if clusters is None:
        return math.inf
    return min(
        (
            float(np.unique(codes[np.isfinite(matrix).any(axis=0)]).size) - 1.0
            for matrix, codes in zip(matrices, clusters, strict=True)
        ),
        default=math.inf,
    )


def in_clusters(clusters: object | None, generalise_to: Generalisation) -> str:
    """Words of a method for images in clusters; empty where each stands alone, or all are fixed."""
    return "" if clusters is None or generalise_to == "readers" else said(", images in clusters")


def clustered_covariance(sums: Float, has: Float, others: Float, others_have: Float) -> Float:
    """Covariance of two lots of figures over the same clusters.

    Parameters
    ----------
    sums, others : (F, G), (F', G) arrays of float
        Influences summed by cluster.
    has, others_have : (F, G), (F', G) arrays of float
        1 where a figure has a case of the cluster.

    Returns
    -------
    (F, F') array of float
        0 without a shared cluster, NaN with one: a single cluster has no spread.

    References
    ----------
    Obuchowski NA (1997), Biometrics 53:567-578, doi:10.2307/2533958 (ROC of clustered data);
    Liang KY, Zeger SL (1986), Biometrika 73:13-22, doi:10.1093/biomet/73.1.13.
    """
    shared = has @ others_have.T
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = (sums @ others.T) * shared / (shared - 1.0)
    covariance = np.where(shared == 0, 0.0, covariance)
    return np.where(np.isfinite(covariance), covariance, np.nan)


def clustered_means(matrices: Sequence[Float], clusters: Sequence[Int]) -> tuple[Float, Float]:
    """Reader means of several arms and their covariance, arms that share clusters included.

    Parameters
    ----------
    matrices : I arrays (J, K_i) of float
        Readers x cases, NaN where missing.
    clusters : I arrays (K_i,) of int
        The cluster of every case, counted through over all arms.

    Returns
    -------
    theta : (I, J) array of float
    covariance : (I, J, I, J) array of float

    Examples
    --------
    Two images a patient that always get the same rating are one image:

    >>> import numpy as np
    >>> single = np.array([[1.0, 2.0, 4.0]])
    >>> twice = np.repeat(single, 2, axis=1)
    >>> _, once = clustered_means([single], [np.arange(3)])
    >>> _, both = clustered_means([twice], [np.repeat(np.arange(3), 2)])
    >>> bool(np.allclose(once, both))
    True
    """
    n_clusters = 1 + max((int(codes.max()) for codes in clusters if codes.size), default=-1)
    theta, sums, has = [], [], []
    for matrix, codes in zip(matrices, clusters, strict=True):
        seen = np.isfinite(matrix)
        n = seen.sum(axis=1).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(seen, matrix, 0.0).sum(axis=1) / n
            influence = np.where(seen, (matrix - means[:, None]) / n[:, None], 0.0)
        theta.append(means)
        sums.append(cluster_sums(influence, codes, n_clusters))
        has.append((cluster_sums(seen.astype(np.float64), codes, n_clusters) > 0).astype(float))
    return np.array(theta), covariance_of_arms(np.array(sums), np.array(has))


def covariance_of_arms(sums: Float, has: Float) -> Float:
    """(I, J, I, J) covariance from (I, J, G) influences summed by cluster; NaN without ratings."""
    arms, readers, n_clusters = sums.shape
    flat, flat_has = sums.reshape(-1, n_clusters), has.reshape(-1, n_clusters)
    covariance = clustered_covariance(flat, flat_has, flat, flat_has)
    empty = flat_has.sum(axis=1) == 0
    covariance[empty, :] = np.nan
    covariance[:, empty] = np.nan
    return covariance.reshape(arms, readers, arms, readers)
