"""The equations of crossed random effects: many cases, few readers, solved by their blocks.

A rating hangs on one case and on one level of each further factor (its reader, its reader and arm).
The block of the cases is diagonal, so that only the few further effects make a full matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from app.statistics.table.ratings import Float, Int


@dataclass(frozen=True)
class Crossing:
    """Which effects every rating hangs on.

    Attributes
    ----------
    case : (N,) array of int
        0 to n_cases - 1; with n_cases 0, cases have no effect and this is not looked at.
    n_cases : int
    others : (N, T) array of int
        Columns of the further effects, counted through: 0 to n_others - 1.
    n_others : int
    """

    case: Int
    n_cases: int
    others: Int
    n_others: int

    def spread(self, cases: Float, others: Float) -> Float:
        """Sum of its effects, for every rating."""
        total: Float = others[self.others].sum(axis=1)
        return total + cases[self.case] if self.n_cases else total

    def gather(self, values: Float) -> tuple[Float, Float]:
        """Sum over the ratings of every effect: (n_cases,) and (n_others,)."""
        cases: Float = np.zeros(self.n_cases)
        if self.n_cases:
            cases += np.bincount(self.case, values, self.n_cases)
        others = np.zeros(self.n_others)
        for column in self.others.T:
            others += np.bincount(column, values, self.n_others)
        return cases, others


class CrossedSystem:
    """H = Z' W Z + D of a crossing, with weights W of ratings and precisions D of effects.

    Parameters
    ----------
    crossing : Crossing
    weight : (N,) array of float
        Not negative.
    case_precision, other_precision : (n_cases,) and (n_others,) arrays of float
        Positive.
    """

    def __init__(
        self, crossing: Crossing, weight: Float, case_precision: Float, other_precision: Float
    ) -> None:
        self._crossing = crossing
        cases, n = crossing.case, crossing.n_others
        diagonal, _ = crossing.gather(weight)
        self._diagonal = diagonal + case_precision
        between = np.zeros(n * n)
        across = np.zeros(crossing.n_cases * n)
        for column in crossing.others.T:
            if crossing.n_cases:
                across += np.bincount(cases * n + column, weight, across.size)
            for other in crossing.others.T:
                between += np.bincount(column * n + other, weight, between.size)
        self._across = across.reshape(crossing.n_cases, n)
        self._scaled = self._across / self._diagonal[:, None]
        full = between.reshape(n, n) + np.diag(other_precision)
        self._schur = full - self._across.T @ self._scaled
        self._factor = linalg.cho_factor(self._schur, lower=True) if n else None

    def solve(self, cases: Float, others: Float) -> tuple[Float, Float]:
        """H^-1 of a vector in two parts."""
        if self._factor is None:
            return cases / self._diagonal, others
        right = others - self._scaled.T @ cases
        solved = linalg.cho_solve(self._factor, right)
        return cases / self._diagonal - self._scaled @ solved, np.asarray(solved)

    @property
    def log_determinant(self) -> float:
        """log |H|."""
        value = float(np.log(self._diagonal).sum())
        if self._factor is not None:
            value += 2.0 * float(np.log(np.diag(self._factor[0])).sum())
        return value

    @cached_property
    def _inverse(self) -> Float:
        if self._factor is None:
            return np.zeros((0, 0))
        return np.asarray(linalg.cho_solve(self._factor, np.eye(self._crossing.n_others)))

    @cached_property
    def _mixed(self) -> Float:
        return np.asarray(self._scaled @ self._inverse)

    @property
    def inverse_diagonal(self) -> tuple[Float, Float]:
        """Diagonal of H^-1: (n_cases,) and (n_others,)."""
        cases = 1.0 / self._diagonal + (self._scaled * self._mixed).sum(axis=1)
        return cases, np.diag(self._inverse).copy()

    @property
    def leverage(self) -> Float:
        """z' H^-1 z of every rating, (N,)."""
        crossing = self._crossing
        total = np.zeros(crossing.case.size)
        for column in crossing.others.T:
            if crossing.n_cases:
                total -= 2.0 * self._mixed[crossing.case, column]
            for other in crossing.others.T:
                total += self._inverse[column, other]
        if crossing.n_cases:
            total += self.inverse_diagonal[0][crossing.case]
        return total
