"""Agreement of every pair of readers, and its mean over pairs.

A pair is compared on the cases both have rated. What holds for one pair comes from its confusion
table C_ab = number of cases with the first reader in category a and the second in b; all pairs are
done at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app.statistics.agreement.weights import Weights, agreement_weights
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.ratings import Float


def pairwise_kappa(
    matrix: Float,
    categories: Sequence[float] | None = None,
    weights: Weights = "unweighted",
) -> Float:
    """Cohen's (weighted) kappa of every pair of readers.

    With p_ab the pair's confusion table as shares and v the agreement weights::

        kappa = 1 - sum_ab (1 - v_ab) p_ab / sum_ab (1 - v_ab) p_a. p_.b

    Parameters
    ----------
    matrix : (J, K) array of float
        Readers x cases, NaN where missing.
    categories : sequence of float, optional
        Steps of the scale; those seen when left out.
    weights : str
        ``"unweighted"``, ``"linear"``, ``"quadratic"`` or ``"ordinal"``.

    Returns
    -------
    (J, J) array of float
        Symmetric; NaN on the diagonal, for readers without a shared case, and where both readers
        put every shared case in one and the same category.

    References
    ----------
    Cohen J (1960), Educ Psychol Meas 20:37-46, doi:10.1177/001316446002000104; Cohen J (1968),
    Psychol Bull 70:213-220, doi:10.1037/h0026256. The quadratic kappa is reached through moments,
    2 cov / (var + var + (difference of means)^2): Lin LI (1989), Biometrics 45:255-268,
    doi:10.2307/2532051.

    Examples
    --------
    Feinstein and Cicchetti (1990), 100 cases, 80 of them "yes" for both, yet kappa is low:

    >>> first = np.repeat([1.0, 1.0, 2.0, 2.0], [80, 10, 5, 5])
    >>> second = np.repeat([1.0, 2.0, 1.0, 2.0], [80, 10, 5, 5])
    >>> round(float(pairwise_kappa(np.array([first, second]))[0, 1]), 3)
    0.318
    """
    values = category_values(matrix, categories)
    if weights == "quadratic":
        kappa = _quadratic_by_moments(matrix)
    else:
        kappa = kappa_of_tables(
            pair_tables(one_hot(matrix, values)), agreement_weights(values, weights)
        )
    np.fill_diagonal(kappa, np.nan)
    return kappa


def _quadratic_by_moments(matrix: Float) -> Float:
    seen = np.isfinite(matrix)
    mask = seen.astype(np.float64)
    if not seen.any():
        return np.full((matrix.shape[0], matrix.shape[0]), np.nan)
    # Centring keeps the sums of squares small; kappa does not change.
    centred = np.where(seen, matrix - matrix[seen].mean(), 0.0)
    n = mask @ mask.T
    sums = centred @ mask.T
    squares = (centred**2) @ mask.T
    products = centred @ centred.T
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = squares + squares.T - 2.0 * products
        expected = squares + squares.T - 2.0 * sums * sums.T / n
        kappa: Float = 1.0 - observed / np.where(expected > 1e-9, expected, np.nan)
    return kappa


def pair_tables(indicator: Float) -> Float:
    """Confusion tables of all pairs.

    Parameters
    ----------
    indicator : (J, q, K) array
        From :func:`~app.statistics.table.categories.one_hot`.

    Returns
    -------
    (J, J, q, q) array of counts
    """
    readers, categories, cases = indicator.shape
    flat = indicator.reshape(readers * categories, cases)
    joint = (flat @ flat.T).reshape(readers, categories, readers, categories)
    return np.ascontiguousarray(joint.transpose(0, 2, 1, 3))


def kappa_of_tables(tables: Float, weights: Float) -> Float:
    """Cohen's kappa of confusion tables (..., q, q), NaN where chance alone would agree fully."""
    n, observed, expected = _disagreements(tables, weights)
    return _kappa(n, observed, expected)


def kappa_without_one(tables: Float, weights: Float) -> Float:
    """Cohen's kappa of each table after taking one case out of each of its cells.

    Returns
    -------
    (..., q, q) array
        Entry a, b: kappa of the table with one case less in cell a, b; NaN where undefined.
    """
    n, observed, expected = _disagreements(tables, weights)
    apart = 1.0 - weights
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    return _kappa(
        (n - 1.0)[..., None, None],
        observed[..., None, None] - apart,
        expected[..., None, None]
        - (columns @ apart)[..., :, None]
        - (rows @ apart)[..., None, :]
        + apart,
    )


def _disagreements(tables: Float, weights: Float) -> tuple[Float, Float, Float]:
    """Cases, weight of observed disagreement, and n times that of disagreement by chance."""
    apart = 1.0 - weights
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    observed: Float = (tables * apart).sum(axis=(-2, -1))
    return rows.sum(axis=-1), observed, ((rows @ apart) * columns).sum(axis=-1)


def _kappa(n: Float, observed: Float, expected: Float) -> Float:
    kappa: Float = 1.0 - n * observed / np.where(expected > 1e-9, expected, np.nan)
    return kappa


def kappa_standard_error(tables: Float, weights: Float) -> Float:
    """Large-sample standard error of Cohen's kappa over cases, for these two readings only.

    With p_ab shares, v_a. = sum_b p_.b v_ab and v_.b = sum_a p_a. v_ab the mean weights of the
    margins, p_e agreement by chance::

        var = {sum_ab p_ab [v_ab - (v_a. + v_.b)(1 - kappa)]^2 - [kappa - p_e (1 - kappa)]^2}
              / (n (1 - p_e)^2)

    Parameters
    ----------
    tables : (..., q, q) array of counts
    weights : (q, q) array
        Agreement weights.

    Returns
    -------
    (...) array of float

    References
    ----------
    Fleiss JL, Cohen J, Everitt BS (1969), Psychol Bull 72:323-327, doi:10.1037/h0028106.
    """
    n = tables.sum(axis=(-2, -1))
    kappa = kappa_of_tables(tables, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = tables / n[..., None, None]
        rows, columns = share.sum(axis=-1), share.sum(axis=-2)
        chance = ((rows @ weights) * columns).sum(axis=-1)
        means = (columns @ weights.T)[..., :, None] + (rows @ weights)[..., None, :]
        spread = (share * (weights - means * (1.0 - kappa)[..., None, None]) ** 2).sum(
            axis=(-2, -1)
        ) - (kappa - chance * (1.0 - kappa)) ** 2
        error: Float = np.sqrt(np.maximum(spread, 0.0) / n) / (1.0 - chance)
    return error


def prevalence_index(tables: Float) -> Float:
    """Prevalence index of 2 x 2 tables: share both in the second category less both in the first.

    The second category is the positive one: for verdicts coded 0 = real and 1 = synthetic, the
    share both called synthetic less the share both called real.

    References
    ----------
    Byrt T, Bishop J, Carlin JB (1993), J Clin Epidemiol 46:423-429,
    doi:10.1016/0895-4356(93)90018-V.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        index: Float = (tables[..., 1, 1] - tables[..., 0, 0]) / tables.sum(axis=(-2, -1))
    return index


def bias_index(tables: Float) -> Float:
    """Bias index of 2 x 2 tables: share of positives of the first reader less that of the second.

    Antisymmetric in the two readers; reference as in :func:`prevalence_index`.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        index: Float = (tables[..., 1, 0] - tables[..., 0, 1]) / tables.sum(axis=(-2, -1))
    return index


def specific_agreement(tables: Float, category: int) -> Float:
    """Agreement on one category of 2 x 2 tables: 2a / (2a + b + c).

    References
    ----------
    Cicchetti DV, Feinstein AR (1990), J Clin Epidemiol 43:551-558,
    doi:10.1016/0895-4356(90)90159-M.
    """
    both = 2.0 * tables[..., category, category]
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Float = both / (both + tables[..., 0, 1] + tables[..., 1, 0])
    return share


def of_two_by_two_without_one(statistic: Callable[[Float], Float], tables: Float) -> Float:
    """A statistic of 2 x 2 tables after taking one case out of each of their cells, (..., 2, 2)."""
    cells = np.eye(4).reshape(2, 2, 2, 2)
    return statistic(tables[..., None, None, :, :] - cells)


def pair_mean(table: Float) -> float:
    """Mean over the pairs of different readers for whom the statistic is defined; NaN for none."""
    off_diagonal = table[~np.eye(table.shape[0], dtype=bool)]
    defined = off_diagonal[np.isfinite(off_diagonal)]
    return float(defined.mean()) if defined.size else float("nan")


def pair_mean_without_one_reader(table: Float) -> Float:
    """(J,) means over the pairs that are left when each reader is left out."""
    defined, values = _defined_pairs(table)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Float = (values.sum() - 2.0 * values.sum(axis=1)) / (
            defined.sum() - 2.0 * defined.sum(axis=1)
        )
    return means


def pair_mean_without_one_case(table: Float, without_one: Float, indicator: Float) -> Float:
    """(K,) means over pairs when each case is left out.

    A pair that has not both rated the case keeps its value. What a case changes in the others
    depends on its two categories only, so all cases are done by one product of matrices.

    Parameters
    ----------
    table : (J, J) array
        The statistic of every pair; symmetric.
    without_one : (J, J, q, q) array
        Its values after taking one case out of each cell.
    indicator : (J, q, K) array
    """
    sums, counts = _pairs_without_one_case(table, without_one, indicator)
    return _mean_of_pairs(sums.sum(axis=0), counts.sum(axis=0))


def pair_mean_without_both(table: Float, without_one: Float, indicator: Float) -> Float:
    """(J, K) means over pairs when each reader and each case are left out together.

    Parameters as in :func:`pair_mean_without_one_case`.
    """
    sums, counts = _pairs_without_one_case(table, without_one, indicator)
    return _mean_of_pairs(sums.sum(axis=0) - 2.0 * sums, counts.sum(axis=0) - 2.0 * counts)


def _mean_of_pairs(sums: Float, counts: Float) -> Float:
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Float = sums / np.where(counts > 0.5, counts, np.nan)
    return means


def _pairs_without_one_case(
    table: Float, without_one: Float, indicator: Float
) -> tuple[Float, Float]:
    """(J, K) sums over each reader's pairs without each case, and how many are defined."""
    readers, categories, cases = indicator.shape
    defined, values = _defined_pairs(table)
    off_diagonal = 1.0 - np.eye(readers)
    still = np.isfinite(without_one) * off_diagonal[:, :, None, None]
    change = np.where(still > 0, without_one, 0.0) - values[:, :, None, None]
    lost = still - defined[:, :, None, None]
    flat = indicator.reshape(readers * categories, cases)

    def over_pairs(of_cell: Float) -> Float:
        square = of_cell.transpose(0, 2, 1, 3).reshape(readers * categories, -1)
        of_rating = (flat * (square @ flat)).reshape(readers, categories, cases)
        total: Float = of_rating.sum(axis=1)
        return total

    sums = values.sum(axis=1)[:, None] + over_pairs(change)
    counts = defined.sum(axis=1)[:, None] + (
        over_pairs(lost) if lost.any() else np.zeros((readers, cases))
    )
    return sums, counts


def _defined_pairs(table: Float) -> tuple[Float, Float]:
    defined = np.isfinite(table) & ~np.eye(table.shape[0], dtype=bool)
    return defined.astype(np.float64), np.where(defined, table, 0.0)
