"""Sums over cases from which every coefficient of many readers follows.

Readers and cases carry weights. All ones is the study itself, a zero leaves a reader or a case out
(jackknife), and the number of times each was drawn makes a bootstrap resample. A reader drawn twice
is not compared with themselves: self-pairs are dropped, which for weights of one is the familiar
r (r - 1) ordered pairs of a case with r ratings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.statistics.table.ratings import Float

Real = NDArray[Any]
"""float64, or float32 where counts stay below 2**24 and many resamples are done at once."""


@dataclass(frozen=True)
class Coincidences:
    """Sums over cases behind Krippendorff's alpha, for B sets of weights and q categories.

    Notation as in :class:`Tallies`.

    Attributes
    ----------
    matrix : (B, q, q) array
        sum_k w_k R_k N_kc N_kl / P_k; meaningful off the diagonal.
    margin : (B, q) array
        sum_k w_k N_kc over pairable cases.
    self_pairs : (B,) array
        sum_k w_k^2 D_k over pairable cases.
    """

    matrix: Float
    margin: Float
    self_pairs: Float


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
    reader_share : (B, J, q) array
        Share of each category among the ratings of each reader; NaN for a reader without ratings.
    reader_weight : (B, J) array
    coincidences : Coincidences
    """

    pair_share: Float
    pairable: Float
    category_share: Float
    rated: Float
    reader_share: Float
    reader_weight: Float
    coincidences: Coincidences


@dataclass(frozen=True)
class _Counts:
    """N (B, q, K), and R, D and P as (B, K)."""

    by_category: Real
    ratings: Real
    alone: Real
    pairs: Real

    @classmethod
    def of(cls, one_hot: Real, reader_weight: Real) -> _Counts:
        readers, categories, cases = one_hot.shape
        counts = (reader_weight @ one_hot.reshape(readers, -1)).reshape(-1, categories, cases)
        ratings = counts.sum(axis=1)
        alone = (reader_weight**2) @ one_hot.sum(axis=1)
        return cls(counts, ratings, alone, ratings**2 - alone)

    def per_pair(self, case_weight: Real) -> Real:
        """w_k / P_k, 0 where there is no pair."""
        shape = np.broadcast_shapes(case_weight.shape, self.pairs.shape)
        none = np.zeros(shape, dtype=self.pairs.dtype)
        return np.divide(case_weight, self.pairs, out=none, where=self.pairs > 0)


def coincidences(one_hot: Real, reader_weight: Real, case_weight: Real) -> Coincidences:
    """Coincidences for B sets of reader and case weights; arguments as in :func:`tallies`."""
    return _coincidences(_Counts.of(one_hot, reader_weight), case_weight)


def _coincidences(counts: _Counts, case_weight: Real) -> Coincidences:
    per_rating = counts.per_pair(case_weight) * counts.ratings
    pairable_weight = case_weight * (counts.pairs > 0)
    matrix = (counts.by_category * per_rating[:, None, :]) @ counts.by_category.transpose(0, 2, 1)
    return Coincidences(
        matrix=matrix,
        margin=np.einsum("bqk,bk->bq", counts.by_category, pairable_weight),
        self_pairs=np.einsum("bk,bk,bk->b", case_weight, pairable_weight, counts.alone),
    )


def tallies(one_hot: Real, reader_weight: Real, case_weight: Real) -> Tallies:
    """Tallies for B sets of reader and case weights.

    Parameters
    ----------
    one_hot : (J, q, K) array
    reader_weight : (B, J) array
    case_weight : (B, K) array
    """
    readers, categories, cases = one_hot.shape
    counts = _Counts.of(one_hot, reader_weight)
    per_pair = counts.per_pair(case_weight)
    is_rated = counts.ratings > 0
    per_rating = np.where(is_rated, case_weight, 0.0) / np.where(is_rated, counts.ratings, 1.0)
    by_reader = case_weight @ one_hot.reshape(-1, cases).T
    return Tallies(
        pair_share=(counts.by_category * per_pair[:, None, :])
        @ counts.by_category.transpose(0, 2, 1),
        pairable=(case_weight * (counts.pairs > 0)).sum(axis=1),
        category_share=np.einsum("bqk,bk->bq", counts.by_category, per_rating),
        rated=(case_weight * is_rated).sum(axis=1),
        reader_share=_shares(by_reader.reshape(-1, readers, categories)),
        reader_weight=reader_weight,
        coincidences=_coincidences(counts, case_weight),
    )


def whole(one_hot: Float) -> Tallies:
    """The study itself: one set of weights, all ones."""
    readers, _, cases = one_hot.shape
    return tallies(one_hot, np.ones((1, readers)), np.ones((1, cases)))


def leave_one_reader(one_hot: Float) -> Tallies:
    """J sets, the j-th without reader j."""
    readers, _, cases = one_hot.shape
    return tallies(one_hot, 1.0 - np.eye(readers), np.ones((readers, cases)))


def leave_one_case(one_hot: Float, *, with_readers: bool = True) -> Tallies:
    """K sets, the k-th without case k: the sums of the study less what the case brings to them.

    ``with_readers=False`` leaves the readers' own shares, by far the largest part, empty.
    """
    readers, _, cases = one_hot.shape
    total = whole(one_hot)
    counts = _Counts.of(one_hot, np.ones((1, readers)))
    by_case = counts.by_category[0].T
    ratings = counts.ratings[0]
    is_pairable = (counts.pairs[0] > 0).astype(np.float64)
    products = by_case[:, :, None] * by_case[:, None, :]
    per_pair = counts.per_pair(np.ones(cases))[0]
    return Tallies(
        pair_share=total.pair_share - products * per_pair[:, None, None],
        pairable=total.pairable - is_pairable,
        category_share=total.category_share - by_case / np.maximum(ratings, 1.0)[:, None],
        rated=total.rated - (ratings > 0),
        reader_share=_shares(one_hot.sum(axis=2)[None] - one_hot.transpose(2, 0, 1))
        if with_readers
        else np.zeros((cases, 0, one_hot.shape[1])),
        reader_weight=np.ones((cases, readers if with_readers else 0)),
        coincidences=Coincidences(
            matrix=total.coincidences.matrix - products * (per_pair * ratings)[:, None, None],
            margin=total.coincidences.margin - by_case * is_pairable[:, None],
            self_pairs=total.coincidences.self_pairs - ratings * is_pairable,
        ),
    )


def leave_one_reader_and_case(one_hot: Float) -> Iterator[Tallies]:
    """J times K sets, the k-th of the j-th without reader j and case k; no readers' shares."""
    for reader in range(one_hot.shape[0]):
        yield leave_one_case(np.delete(one_hot, reader, axis=0), with_readers=False)


def _shares(counts: Real) -> Float:
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Float = counts / counts.sum(axis=-1, keepdims=True)
    return shares
