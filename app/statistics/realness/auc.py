"""Empirical AUC of every reader and the covariance of these AUCs over cases.

AUC = P(a real case is rated more realistic than a synthetic one), ties count one half: 0.5 means
that the two cannot be told apart, 1 that every real case is rated above every synthetic one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import CovarianceMethod
from app.statistics.variance.clusters import cluster_sums, covariance_of_arms

Indicator = NDArray[np.float32]

_PAIRS_PER_CHUNK = 400_000


@dataclass(frozen=True)
class _Kernel:
    """Sums of the kernel psi(i, k) = [real k > synthetic i] + [equal] / 2 of every reader."""

    total: Float  # (J,) sum over pairs
    over_synthetic: Float  # (J, K0) sum over synthetic cases at each real case, 0 where missing
    over_real: Float  # (J, K1) sum over real cases at each synthetic case, 0 where missing
    has_real: Float  # (J, K0) 1 where rated
    has_synthetic: Float  # (J, K1)
    joint: Float  # (J, J) sum over pairs of psi_j psi_j', zeros unless asked for

    @property
    def n_real(self) -> Float:
        counts: Float = self.has_real.sum(axis=1)
        return counts

    @property
    def n_synthetic(self) -> Float:
        counts: Float = self.has_synthetic.sum(axis=1)
        return counts

    @property
    def auc(self) -> Float:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total / (self.n_real * self.n_synthetic)


def reader_aucs(
    real: Float, synthetic: Float, *, method: CovarianceMethod = "unbiased"
) -> tuple[Float, Float]:
    """AUC of every reader and their covariance over cases.

    Parameters
    ----------
    real : (J, K0) array of float
        Ratings of real cases, higher = more realistic, NaN where missing.
    synthetic : (J, K1) array of float
        Ratings of synthetic cases by the same readers.
    method : str
        ``"unbiased"``: Cov(j, j') = theta_j theta_j' - the mean of psi_j(i, k) psi_j'(i', k') over
        all i != i', k != k', so that the Obuchowski-Rockette variance is the one-shot U-statistic
        (iMRMC) variance when the design is complete. ``"delong"``: covariance of placement values
        over the shared cases, scaled by n_shared / (n_j n_j'). ``"jackknife"``: leave one case out,
        the number of cases being that of all arms given together.

    Returns
    -------
    theta : (J,) array of float
        NaN for a reader who rated no real or no synthetic case.
    covariance : (J, J) array of float
        NaN where it can't be estimated (fewer than two cases of a kind).

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988), Biometrics 44:837-845, doi:10.2307/2531595;
    Gallas BD (2006), Acad Radiol 13:353-362, doi:10.1016/j.acra.2005.11.030;
    Hillis SL (2014), Stat Med 33:330-360, doi:10.1002/sim.5926.

    Examples
    --------
    >>> import numpy as np
    >>> theta, _ = reader_aucs(np.array([[3.0, 5.0, 5.0]]), np.array([[1.0, 3.0, 5.0]]))
    >>> round(float(theta[0]), 4)
    0.7222
    """
    kernel = _kernel(real, synthetic, joint=method == "unbiased")
    return kernel.auc, _within(kernel, method, real.shape[1] + synthetic.shape[1])


def reader_aucs_of_arms(
    real: Float,
    synthetic: Sequence[Float],
    *,
    method: CovarianceMethod = "unbiased",
    clusters: tuple[Int, Sequence[Int]] | None = None,
) -> tuple[Float, Float]:
    """AUCs of I arms against the same real cases, with the covariance the shared arm brings.

    Parameters
    ----------
    real : (J, K0) array of float
    synthetic : I arrays (J, K_i) of float
        Different images in every arm.
    method : str
        As in :func:`reader_aucs`.
    clusters : ((K0,) array, I arrays (K_i,)) of int, optional
        Cluster of every real and of every synthetic case, counted through; the covariance is then
        over clusters, whatever the method (Obuchowski 1997, doi:10.2307/2533958).

    Returns
    -------
    theta : (I, J) array of float
    covariance : (I, J, I, J) array of float
    """
    by_cluster = clusters is not None
    joint = method == "unbiased" and not by_cluster
    kernels = [_kernel(real, arm, joint=joint) for arm in synthetic]
    if clusters is not None:
        return np.array([kernel.auc for kernel in kernels]), _over_clusters(kernels, *clusters)
    arms, readers = len(kernels), real.shape[0]
    n_cases = real.shape[1] + sum(arm.shape[1] for arm in synthetic)
    covariance = np.zeros((arms, readers, arms, readers))
    for a, one in enumerate(kernels):
        covariance[a, :, a, :] = _within(one, method, n_cases)
        for b in range(a + 1, arms):
            block = _through_shared_real(one, kernels[b], method, n_cases)
            covariance[a, :, b, :] = block
            covariance[b, :, a, :] = block.T
    return np.array([kernel.auc for kernel in kernels]).reshape(arms, readers), covariance


def _over_clusters(kernels: Sequence[_Kernel], real: Int, synthetic: Sequence[Int]) -> Float:
    """A case moves a reader's AUC by its placement value's distance from it, over the cases."""
    n_clusters = 1 + int(max(codes.max(initial=-1) for codes in (real, *synthetic)))
    sums, has = [], []
    for kernel, codes in zip(kernels, synthetic, strict=True):
        auc = kernel.auc[:, None]
        n_real, n_synthetic = kernel.n_real[:, None], kernel.n_synthetic[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            of_real = (kernel.over_synthetic / n_synthetic - auc) / n_real
            of_synthetic = (kernel.over_real / n_real - auc) / n_synthetic
        sums.append(
            cluster_sums(np.where(kernel.has_real > 0, of_real, 0.0), real, n_clusters)
            + cluster_sums(np.where(kernel.has_synthetic > 0, of_synthetic, 0.0), codes, n_clusters)
        )
        has.append(
            cluster_sums(kernel.has_real, real, n_clusters)
            + cluster_sums(kernel.has_synthetic, codes, n_clusters)
            > 0
        )
    return covariance_of_arms(np.nan_to_num(np.array(sums)), np.array(has, dtype=np.float64))


def _within(kernel: _Kernel, method: CovarianceMethod, n_cases: int) -> Float:
    if method == "unbiased":
        return _unbiased(kernel, kernel, kernel.over_real @ kernel.over_real.T, kernel.joint)
    if method == "delong":
        return _delong_part(
            kernel.over_synthetic, kernel.has_real, kernel.n_synthetic, kernel, kernel, real=True
        ) + _delong_part(
            kernel.over_real, kernel.has_synthetic, kernel.n_real, kernel, kernel, real=False
        )
    return _jackknife(kernel, kernel, n_cases)


def _through_shared_real(
    one: _Kernel, other: _Kernel, method: CovarianceMethod, n_cases: int
) -> Float:
    if method == "unbiased":
        none = np.zeros((one.total.size, other.total.size))
        return _unbiased(one, other, none, none)
    if method == "delong":
        return _delong_part(
            one.over_synthetic, one.has_real, one.n_synthetic, one, other, real=True
        )
    return _jackknife(one, other, n_cases)


def _unbiased(one: _Kernel, other: _Kernel, same_synthetic: Float, same_pair: Float) -> Float:
    shared_real = one.has_real @ other.has_real.T
    shared_synthetic = (
        one.has_synthetic @ other.has_synthetic.T
        if one is other
        else np.zeros((one.total.size, other.total.size))
    )
    apart = (
        np.outer(one.total, other.total)
        - one.over_synthetic @ other.over_synthetic.T
        - same_synthetic
        + same_pair
    )
    pairs = (np.outer(one.n_real, other.n_real) - shared_real) * (
        np.outer(one.n_synthetic, other.n_synthetic) - shared_synthetic
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = np.outer(one.auc, other.auc) - apart / pairs
    return np.where(pairs > 0, covariance, np.nan)


def _delong_part(
    sums: Float, has: Float, n_across: Float, one: _Kernel, other: _Kernel, *, real: bool
) -> Float:
    """Covariance of the mean placement values over one kind of case."""
    other_sums, other_has, other_across = (
        (other.over_synthetic, other.has_real, other.n_synthetic)
        if real
        else (other.over_real, other.has_synthetic, other.n_real)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(has > 0, sums / n_across[:, None] - one.auc[:, None], 0.0)
        right = np.where(
            other_has > 0, other_sums / other_across[:, None] - other.auc[:, None], 0.0
        )
        shared = has @ other_has.T
        spread = (left @ right.T - (left @ other_has.T) * (has @ right.T) / shared) / (shared - 1.0)
        covariance = spread * shared / np.outer(has.sum(axis=1), other_has.sum(axis=1))
    covariance = np.where(shared == 0, 0.0, covariance)
    return np.where(np.isfinite(covariance), covariance, np.nan)


def _jackknife(one: _Kernel, other: _Kernel, n_cases: int) -> Float:
    """(N - 1) / N times the sum of products of leave-one-case-out deviations, N = all cases.

    A case a reader did not rate, such as one of another arm, leaves the reader's AUC as it is.
    """
    left, right = _left_out(one), _left_out(other)
    same_synthetic = one is other
    products = left[0] @ right[0].T + (left[1] @ right[1].T if same_synthetic else 0.0)
    sum_left = left[0].sum(axis=1) + left[1].sum(axis=1)
    sum_right = right[0].sum(axis=1) + right[1].sum(axis=1)
    spread: Float = products - np.outer(sum_left, sum_right) / n_cases
    return spread * (n_cases - 1) / n_cases


def _left_out(kernel: _Kernel) -> tuple[Float, Float]:
    """Change of each AUC when one real, and one synthetic, case is left out; 0 where not rated."""
    auc = kernel.auc[:, None]
    n0, n1 = kernel.n_real[:, None], kernel.n_synthetic[:, None]
    total = kernel.total[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        real = (total - kernel.over_synthetic) / ((n0 - 1) * n1) - auc
        synthetic = (total - kernel.over_real) / (n0 * (n1 - 1)) - auc
    return (
        np.where(kernel.has_real > 0, real, 0.0),
        np.where(kernel.has_synthetic > 0, synthetic, 0.0),
    )


def _kernel(real: Float, synthetic: Float, *, joint: bool) -> _Kernel:
    has_real, has_synthetic = np.isfinite(real), np.isfinite(synthetic)
    values = np.unique(np.concatenate((real[has_real], synthetic[has_synthetic])))
    readers = real.shape[0]
    categories = values.size
    over_synthetic = np.zeros(real.shape)
    over_real = np.zeros(synthetic.shape)
    joint_sums = np.zeros((readers, readers))
    # Counting how two readers use q categories costs q^2 (K0 + K1), visiting all pairs K0 K1.
    if categories and categories**2 * sum(real.shape[1:] + synthetic.shape[1:]) <= (
        real.shape[1] * synthetic.shape[1]
    ):
        real_in = _one_hot(real, values)
        synthetic_in = _one_hot(synthetic, values)
        above = np.triu(np.ones((categories, categories)), 1) + np.eye(categories) / 2
        # above[a, b] = psi for a synthetic case in category a and a real case in category b.
        counts_real = real_in.sum(axis=2, dtype=np.float64)
        counts_synthetic = synthetic_in.sum(axis=2, dtype=np.float64)
        over_synthetic = np.einsum("jbk,jb->jk", real_in, counts_synthetic @ above, optimize=True)
        over_real = np.einsum("jai,ja->ji", synthetic_in, counts_real @ above.T, optimize=True)
        if joint:
            joint_sums = _joint_by_counts(real_in, synthetic_in, above)
    else:
        for j in range(readers):
            r, s = real[j, has_real[j]], synthetic[j, has_synthetic[j]]
            r_sorted, s_sorted = np.sort(r), np.sort(s)
            over_synthetic[j, has_real[j]] = (
                np.searchsorted(s_sorted, r, "left") + np.searchsorted(s_sorted, r, "right")
            ) / 2
            over_real[j, has_synthetic[j]] = (
                r.size
                - (np.searchsorted(r_sorted, s, "left") + np.searchsorted(r_sorted, s, "right")) / 2
            )
        if joint:
            joint_sums = _joint_by_pairs(real, synthetic, values)
    return _Kernel(
        total=over_synthetic.sum(axis=1),
        over_synthetic=over_synthetic,
        over_real=over_real,
        has_real=has_real.astype(np.float64),
        has_synthetic=has_synthetic.astype(np.float64),
        joint=joint_sums,
    )


def _one_hot(matrix: Float, values: Float) -> Indicator:
    """(J, q, K) indicator of each value; a missing rating is in no category."""
    indicator: Indicator = (matrix[:, None, :] == values[None, :, None]).astype(np.float32)
    return indicator


def _joint_by_counts(
    real_in: Indicator,
    synthetic_in: Indicator,
    above: Float,
) -> Float:
    """Sum over pairs of psi_j psi_j' from counts of how two readers rate the same cases."""
    readers, categories, _ = real_in.shape
    flat_real = real_in.reshape(readers * categories, -1)
    flat_synthetic = synthetic_in.reshape(readers * categories, -1)
    # float32 counts are exact up to 2**24 cases.
    n_real = (flat_real @ flat_real.T).astype(np.float64)
    n_synthetic = (flat_synthetic @ flat_synthetic.T).astype(np.float64)
    shape = (readers, categories, readers, categories)
    weighted = np.einsum("ab,jbkc,dc->jakd", above, n_real.reshape(shape), above, optimize=True)
    sums: Float = np.einsum("jakd,jakd->jk", n_synthetic.reshape(shape), weighted, optimize=True)
    return sums


def _joint_by_pairs(real: Float, synthetic: Float, values: Float) -> Float:
    """Sum over pairs of psi_j psi_j' by visiting all pairs, some synthetic cases at a time."""
    readers, n_real = real.shape
    sums = np.zeros((readers, readers))
    # Ranks in small integers compare faster than floats; a missing rating never counts as above.
    few = values.size < np.iinfo(np.int16).max
    small = np.dtype(np.int16 if few else np.int32)
    lowest, highest = -1, int(np.iinfo(np.int16).max if few else np.iinfo(np.int32).max)
    real_rank: NDArray[np.signedinteger] = np.where(
        np.isfinite(real), np.searchsorted(values, real), lowest
    ).astype(small)
    synthetic_rank: NDArray[np.signedinteger] = np.where(
        np.isfinite(synthetic), np.searchsorted(values, synthetic), highest
    ).astype(small)
    step = max(1, _PAIRS_PER_CHUNK // max(1, readers * n_real))
    for start in range(0, synthetic.shape[1], step):
        some = synthetic_rank[:, start : start + step, None]
        twice = (real_rank[:, None, :] > some).view(np.uint8)
        twice += (real_rank[:, None, :] >= some).view(np.uint8)
        flat = twice.reshape(readers, -1).astype(np.float32)
        # Entries are 0, 1 or 2: sums below 2**24 are exact in float32.
        sums += (flat @ flat.T).astype(np.float64)
    return sums / 4.0
