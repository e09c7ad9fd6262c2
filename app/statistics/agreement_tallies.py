"""Sums over cases from which every coefficient of many readers follows.

Readers and cases carry weights. All ones is the study itself, a zero leaves a reader or a case out
(jackknife), and the number of times each was drawn makes a bootstrap resample. A reader drawn twice
is not compared with himself: self-pairs are dropped, which for weights of one is the familiar
r (r - 1) ordered pairs of a case with r ratings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.statistics.table import Float

Real = NDArray[Any]
"""float64, or float32 where counts stay below 2**24 and many resamples are done at once."""


@dataclass(frozen=True)
class Tallies:
    """Sums over cases for B sets of weights, J readers and q categories.

    With N_kc the weight of readers who put case k in category c, R_k = sum_c N_kc,
    D_k = sum of squared weights of its readers (the self-pairs), P_k = R_k^2 - D_k pairs and w_k
    the case's weight; "pairable" cases have P_k > 0.

    Attributes
    ----------
    pair_share : (B, q, q) array
        sum_k w_k N_kc N_kl / P_k; meaningful off the diagonal.
    pairable : (B,) array
        sum of w_k over pairable cases.
    category_share : (B, q) array
        sum_k w_k N_kc / R_k over cases with a rating.
    rated : (B,) array
        sum of w_k over cases with a rating.
    coincidence : (B, q, q) array
        sum_k w_k R_k N_kc N_kl / P_k: Krippendorff's coincidence matrix off the diagonal.
    coincidence_margin : (B, q) array
        sum_k w_k N_kc over pairable cases.
    self_pairs : (B,) array
        sum_k w_k^2 D_k over pairable cases.
    reader_share : (B, J, q) array
        Share of each category among the ratings of each reader; NaN for a reader without ratings.
    reader_weight : (B, J) array
    """

    pair_share: Float
    pairable: Float
    category_share: Float
    rated: Float
    coincidence: Float
    coincidence_margin: Float
    self_pairs: Float
    reader_share: Float
    reader_weight: Float


def tallies(one_hot: Real, reader_weight: Real, case_weight: Real) -> Tallies:
    """Tallies for B sets of reader and case weights.

    Parameters
    ----------
    one_hot : (J, q, K) array
    reader_weight : (B, J) array
    case_weight : (B, K) array
    """
    readers, categories, cases = one_hot.shape
    sets = reader_weight.shape[0]
    counts = (reader_weight @ one_hot.reshape(readers, -1)).reshape(sets, categories, cases)
    present = one_hot.sum(axis=1)
    ratings = counts.sum(axis=1)
    alone = (reader_weight**2) @ present
    pairs = ratings**2 - alone
    is_pairable = pairs > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        per_pair = np.where(is_pairable, case_weight / pairs, 0.0)
        per_rating = np.where(ratings > 0, case_weight / ratings, 0.0)
    weighted = counts * per_pair[:, None, :]
    transposed = counts.transpose(0, 2, 1)
    pairable_weight = case_weight * is_pairable
    return Tallies(
        pair_share=weighted @ transposed,
        pairable=pairable_weight.sum(axis=1),
        category_share=np.einsum("bqk,bk->bq", counts, per_rating),
        rated=(case_weight * (ratings > 0)).sum(axis=1),
        coincidence=(weighted * ratings[:, None, :]) @ transposed,
        coincidence_margin=np.einsum("bqk,bk->bq", counts, pairable_weight),
        self_pairs=(case_weight * pairable_weight * alone).sum(axis=1),
        reader_share=_shares(
            (case_weight @ one_hot.reshape(-1, cases).T).reshape(sets, readers, categories)
        ),
        reader_weight=reader_weight,
    )


def whole(one_hot: Float) -> Tallies:
    """The study itself: one set of weights, all ones."""
    readers, _, cases = one_hot.shape
    return tallies(one_hot, np.ones((1, readers)), np.ones((1, cases)))


def leave_one_reader(one_hot: Float) -> Tallies:
    """J sets, the j-th without reader j."""
    readers, _, cases = one_hot.shape
    return tallies(one_hot, 1.0 - np.eye(readers), np.ones((readers, cases)))


def leave_one_case(one_hot: Float) -> Tallies:
    """K sets, the k-th without case k: the sums of the study less what the case brings to them."""
    readers, _, cases = one_hot.shape
    total = whole(one_hot)
    counts = one_hot.sum(axis=0).T
    ratings = counts.sum(axis=1)
    pairs = ratings * (ratings - 1.0)
    is_pairable = (pairs > 0).astype(np.float64)
    products = counts[:, :, None] * counts[:, None, :]
    per_pair = is_pairable / np.maximum(pairs, 1.0)
    per_case = one_hot.transpose(2, 0, 1)
    return Tallies(
        pair_share=total.pair_share - products * per_pair[:, None, None],
        pairable=total.pairable - is_pairable,
        category_share=total.category_share - counts / np.maximum(ratings, 1.0)[:, None],
        rated=total.rated - (ratings > 0),
        coincidence=total.coincidence - products * (per_pair * ratings)[:, None, None],
        coincidence_margin=total.coincidence_margin - counts * is_pairable[:, None],
        self_pairs=total.self_pairs - ratings * is_pairable,
        reader_share=_shares(one_hot.sum(axis=2)[None] - per_case),
        reader_weight=np.ones((cases, readers)),
    )


def _shares(counts: Real) -> Float:
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Float = counts / counts.sum(axis=-1, keepdims=True)
    return shares
