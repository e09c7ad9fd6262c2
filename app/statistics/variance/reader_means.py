"""Reader means of a rating (or reader rates of a 0/1 verdict) and their covariance over cases."""

from __future__ import annotations

import numpy as np

from app.statistics.table.ratings import Float, Int
from app.statistics.variance.clusters import clustered_means


def reader_means(matrix: Float, clusters: Int | None = None) -> tuple[Float, Float]:
    """Mean rating of every reader and the covariance of these means over shared images.

    With Y_jk the rating of case k by reader j, n_j the cases rated by j and n_jj' those rated by
    both::

        theta_j        = sum_k Y_jk / n_j
        Cov(j, j')     = s_jj' n_jj' / (n_j n_j')

    s_jj' being the sample covariance (divisor n_jj' - 1) over the shared images. One shared image
    leaves s_jj' undefined; then the U-statistic form
    theta_j theta_j' - sum_{k != k'} Y_jk Y_j'k' / (n_j n_j' - n_jj'), which is the same number for
    complete data, takes its place. No shared image: covariance 0.

    Parameters
    ----------
    matrix : (J, K) array of float
        Readers x cases, NaN where missing.
    clusters : (K,) array of int, optional
        Cluster of every case; the covariance is then over clusters
        (:mod:`app.statistics.variance.clusters`).

    Returns
    -------
    theta : (J,) array of float
        NaN for a reader without a rating.
    covariance : (J, J) array of float
        Covariance over cases, in squared rating units; NaN where it can't be estimated.

    References
    ----------
    Gallas BD (2006), Acad Radiol 13:353-362, doi:10.1016/j.acra.2005.11.030 (one-shot U-statistic
    estimate); Hillis SL (2014), Stat Med 33:330-360, doi:10.1002/sim.5926.

    Examples
    --------
    >>> import numpy as np
    >>> theta, covariance = reader_means(np.array([[1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0]]))
    >>> theta.tolist()
    [0.75, 0.5]
    >>> [[round(value, 4) for value in row] for row in covariance.tolist()]
    [[0.0625, 0.0417], [0.0417, 0.0833]]
    """
    if clusters is not None:
        means, spread = clustered_means([matrix], [clusters])
        return means[0], spread[0, :, 0]
    seen = np.isfinite(matrix)
    mask = seen.astype(np.float64)
    n = mask.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        theta = np.where(seen, matrix, 0.0).sum(axis=1) / n
        # Centring first keeps the products small; every expression below is shift invariant.
        centred = np.where(seen, matrix - theta[:, None], 0.0)
        shared = mask @ mask.T
        products = centred @ centred.T
        sums = centred @ mask.T
        over_shared = (products - sums * sums.T / shared) / (shared - 1.0)
        covariance = over_shared * shared / np.outer(n, n)
        one_shared = -(0.0 - products) / (np.outer(n, n) - shared)
        covariance = np.where(shared == 1, one_shared, covariance)
        covariance = np.where(shared == 0, 0.0, covariance)
        covariance = np.where(np.outer(n, n) == 0, np.nan, covariance)
    covariance[~np.isfinite(covariance)] = np.nan
    return theta, covariance
