"""Agreement of many readers: percent agreement and the coefficients that correct it for chance.

Every coefficient is (p_a - p_e) / (1 - p_e) with the same observed agreement p_a; they differ in
the agreement p_e that chance would bring. Missing ratings are left out case by case: p_a is the
mean over cases with two ratings or more of the agreement of their ordered pairs of readers,

    p_a = mean_k  sum_cl w_cl n_kc (n_kl - [c = l]) / (r_k (r_k - 1)),

n_kc readers having put case k in category c, r_k = sum_c n_kc, w the weights of partial agreement.

Each function takes :class:`~app.statistics.agreement.tallies.Tallies` of B sets of weights and the
(q, q) agreement weights, and returns (B,) coefficients, NaN where undefined: no case with two
ratings, or p_e = 1 (every rating in one category).
"""

from __future__ import annotations

import numpy as np

from app.statistics.agreement.tallies import Tallies
from app.statistics.table.ratings import Float


def percent_agreement(tallies: Tallies, weights: Float) -> Float:
    """Observed (weighted) agreement p_a.

    Examples
    --------
    Two readers agree on three of four cases:

    >>> from app.statistics.agreement.tallies import whole
    >>> from app.statistics.table.categories import one_hot
    >>> ratings = np.array([[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 1.0]])
    >>> study = whole(one_hot(ratings, np.array([1.0, 2.0])))
    >>> percent_agreement(study, np.eye(2)).tolist()
    [0.75]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        agreement: Float = (
            1.0 - np.einsum("bcl,cl->b", tallies.pair_share, 1.0 - weights) / tallies.pairable
        )
    return agreement


def fleiss_kappa(tallies: Tallies, weights: Float) -> Float:
    """Fleiss' kappa: chance draws both ratings from the categories' mean shares.

    p_e = sum_cl w_cl pi_c pi_l, with pi_c the mean over cases of n_kc / r_k.

    References
    ----------
    Fleiss JL (1971), Psychol Bull 76:378-382, doi:10.1037/h0031619 (Scott's pi for two readers);
    with weights and missing ratings Gwet KL (2014), Handbook of Inter-Rater Reliability, 4th ed.
    """
    shares = _category_shares(tallies)
    return _corrected(
        percent_agreement(tallies, weights), np.einsum("bc,cl,bl->b", shares, weights, shares)
    )


def conger_kappa(tallies: Tallies, weights: Float) -> Float:
    """Conger's kappa: chance draws each rating from its own reader's shares.

    p_e = mean over pairs of different readers of sum_cl w_cl p_jc p_j'l: Cohen's kappa for two.

    References
    ----------
    Conger AJ (1980), Psychol Bull 88:322-328, doi:10.1037/0033-2909.88.2.322.
    """
    weight = np.where(np.isnan(tallies.reader_share[..., 0]), 0.0, tallies.reader_weight)
    shares = np.nan_to_num(tallies.reader_share) * weight[..., None]
    total = shares.sum(axis=1)
    together = np.einsum("bc,cl,bl->b", total, weights, total)
    alone = ((shares @ weights) * shares).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = (together - alone) / (weight.sum(axis=1) ** 2 - (weight**2).sum(axis=1))
    return _corrected(percent_agreement(tallies, weights), chance)


def conger_kappa_without_both(one_hot: Float, weights: Float, observed: Float) -> Float:
    """(J, K) Conger's kappas when each reader and each case are left out together.

    Parameters
    ----------
    one_hot : (J, q, K) array
    weights : (q, q) array
        Agreement weights.
    observed : (J, K) array
        Observed agreement p_a of the same studies.
    """
    counts = one_hot.sum(axis=2)
    n = counts.sum(axis=1)
    # Shares of reader j when a case of category c is taken out, (J, c, q); a reader whose only
    # rating it was drops out.
    left = counts[:, None, :] - np.eye(counts.shape[1])
    still = (n > 1.5).astype(np.float64)
    without_one = left / np.maximum(n - 1.0, 1.0)[:, None, None] * still[:, None, None]
    shares = counts / n[:, None]

    def of_rating(with_all: Float, without: Float) -> Float:
        """(J, K, ...) value of each reader where each case is left out, rated or not."""
        change = without - with_all[:, None]
        value: Float = with_all[:, None] + np.einsum("jck,jc...->jk...", one_hot, change)
        return value

    share = of_rating(shares, without_one)
    alone = of_rating(
        ((shares @ weights) * shares).sum(axis=-1),
        ((without_one @ weights) * without_one).sum(axis=-1),
    )
    readers = of_rating(np.ones(n.size), np.broadcast_to(still[:, None], without_one.shape[:2]))
    total, all_alone, all_readers = (part.sum(axis=0) - part for part in (share, alone, readers))
    together = ((total @ weights) * total).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = (together - all_alone) / (all_readers**2 - all_readers)
    return _corrected(observed, chance)


def gwet_ac(tallies: Tallies, weights: Float) -> Float:
    """Gwet's AC1 (unweighted) and AC2 (weighted), steady where one category prevails.

    p_e = (sum_cl w_cl) / (q (q - 1)) * sum_c pi_c (1 - pi_c).

    References
    ----------
    Gwet KL (2008), Br J Math Stat Psychol 61:29-48, doi:10.1348/000711006X126600.
    """
    shares = _category_shares(tallies)
    categories = weights.shape[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = weights.sum() / (categories * (categories - 1.0))
        chance = scale * (shares * (1.0 - shares)).sum(axis=1)
    return _corrected(percent_agreement(tallies, weights), chance)


def brennan_prediger(tallies: Tallies, weights: Float) -> Float:
    """Brennan and Prediger's kappa: chance uses all q categories alike; PABAK when unweighted.

    p_e = sum_cl w_cl / q^2.

    References
    ----------
    Brennan RL, Prediger DJ (1981), Educ Psychol Meas 41:687-699, doi:10.1177/001316448104100307;
    Byrt T, Bishop J, Carlin JB (1993), J Clin Epidemiol 46:423-429,
    doi:10.1016/0895-4356(93)90018-V.
    """
    observed = percent_agreement(tallies, weights)
    return _corrected(observed, np.full(observed.shape, weights.mean()))


def _category_shares(tallies: Tallies) -> Float:
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Float = tallies.category_share / tallies.rated[:, None]
    return shares


def _corrected(observed: Float, chance: Float) -> Float:
    # Rounding leaves 1 - p_e at some 1e-16 where it is zero.
    room = np.where(1.0 - chance > 1e-12, 1.0 - chance, np.nan)
    corrected: Float = (observed - chance) / room
    return corrected
