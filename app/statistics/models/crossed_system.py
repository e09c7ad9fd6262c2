"""The equations of crossed random effects: many cases, few readers, solved by their blocks.

A rating hangs on one case and on one level of each further factor (its reader, its reader and arm).
The block of the cases is diagonal, so that only the few further effects make a full matrix. Ratings
with the same levels of all further factors stand together in it (a *cell*: a reader in an arm), so
that every sum over ratings is taken once, however many factors there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

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

    @cached_property
    def cells(self) -> tuple[Int, Float]:
        """The cell of every rating, (N,), and which effects a cell has: (n_cells, n_others) 0/1."""
        if not self.n_others:
            return np.zeros(self.case.size, dtype=np.int64), np.zeros((1, 0))
        levels, cell = np.unique(self.others, axis=0, return_inverse=True)
        effects = np.zeros((levels.shape[0], self.n_others))
        effects[np.arange(levels.shape[0])[:, None], levels] = 1.0
        return cell.astype(np.int64).ravel(), effects

    @cached_property
    def sparse_effects(self) -> sparse.csr_array:
        """The effects of the cells again: a cell has one of each factor, so that most are 0."""
        return sparse.csr_array(self.cells[1])

    @cached_property
    def blocks(self) -> tuple[tuple[Int, Int], ...]:
        """Cases and cells that hang together: where arms have cases of their own, each arm's."""
        cell, effects = self.cells
        n_cells = effects.shape[0]
        nodes = self.n_cases + n_cells
        edges = (np.ones(self.case.size), (self.case, self.n_cases + cell))
        _, of = csgraph.connected_components(sparse.csr_array(edges, shape=(nodes, nodes)))
        of_case, of_cell = of[: self.n_cases], of[self.n_cases :]
        return tuple(
            (np.flatnonzero(of_case == block), np.flatnonzero(of_cell == block))
            for block in np.unique(of_case)
        )

    @cached_property
    def cell_of_case(self) -> Int:
        """Place of every rating in a table of cases by cells, (N,)."""
        cell, effects = self.cells
        return np.asarray(self.case * effects.shape[0] + cell)

    def spread(self, cases: Float, others: Float) -> Float:
        """Sum of its effects, for every rating."""
        cell, effects = self.cells
        total: Float = (effects @ others)[cell]
        return total + cases[self.case] if self.n_cases else total

    def gather(self, values: Float) -> tuple[Float, Float]:
        """Sum over the ratings of every effect: (n_cases,) and (n_others,)."""
        cases: Float = np.zeros(self.n_cases)
        if self.n_cases:
            cases += np.bincount(self.case, values, self.n_cases)
        cell, effects = self.cells
        return cases, np.bincount(cell, values, effects.shape[0]) @ effects


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
        cell, self._effects = crossing.cells
        n_cells = self._effects.shape[0]
        across: Float = np.zeros((crossing.n_cases, n_cells))
        if crossing.n_cases:
            across[:] = np.bincount(
                crossing.cell_of_case, weight, crossing.n_cases * n_cells
            ).reshape(crossing.n_cases, n_cells)
        self._diagonal = across.sum(axis=1) + case_precision
        self._scaled = across / self._diagonal[:, None]
        between = np.zeros((n_cells, n_cells))
        for cases, cells in crossing.blocks if crossing.n_cases else ():
            here = np.ix_(cases, cells)
            between[np.ix_(cells, cells)] = -(across[here].T @ self._scaled[here])
        between[np.diag_indices(n_cells)] += np.bincount(cell, weight, n_cells)
        of_cells = crossing.sparse_effects.T
        schur = of_cells @ (of_cells @ between.T).T + np.diag(other_precision)
        self._factor = linalg.cho_factor(schur, lower=True) if crossing.n_others else None

    def solve(self, cases: Float, others: Float) -> tuple[Float, Float]:
        """H^-1 of a vector in two parts."""
        if self._factor is None:
            return cases / self._diagonal, others
        right = others - (cases @ self._scaled) @ self._effects
        solved = np.asarray(linalg.cho_solve(self._factor, right))
        return cases / self._diagonal - self._scaled @ (self._effects @ solved), solved

    @property
    def log_determinant(self) -> float:
        """log |H|."""
        value = float(np.log(self._diagonal).sum())
        if self._factor is not None:
            value += 2.0 * float(np.log(np.diag(self._factor[0])).sum())
        return value

    @cached_property
    def _inverse(self) -> Float:
        """Block of H^-1 that belongs to the further effects."""
        if self._factor is None:
            return np.zeros((0, 0))
        return np.asarray(linalg.cho_solve(self._factor, np.eye(self._crossing.n_others)))

    @cached_property
    def _between_cells(self) -> Float:
        effects = self._crossing.sparse_effects
        return np.asarray(effects @ (effects @ self._inverse.T).T)

    @cached_property
    def _mixed(self) -> Float:
        """Cases by cells, 0 where a case and a cell don't hang together and nothing asks for it."""
        mixed: Float = np.zeros_like(self._scaled)
        for cases, cells in self._crossing.blocks if self._crossing.n_cases else ():
            here = np.ix_(cases, cells)
            mixed[here] = self._scaled[here] @ self._between_cells[np.ix_(cells, cells)]
        return mixed

    @cached_property
    def _of_cases(self) -> Float:
        return np.asarray(1.0 / self._diagonal + (self._scaled * self._mixed).sum(axis=1))

    @property
    def inverse_diagonal(self) -> tuple[Float, Float]:
        """Diagonal of H^-1: (n_cases,) and (n_others,)."""
        return self._of_cases, np.diag(self._inverse).copy()

    @property
    def leverage(self) -> Float:
        """z' H^-1 z of every rating, (N,)."""
        crossing = self._crossing
        cell, _ = crossing.cells
        total: Float = np.diag(self._between_cells)[cell]
        if crossing.n_cases:
            total = (
                total + (self._of_cases[:, None] - 2.0 * self._mixed).ravel()[crossing.cell_of_case]
            )
        return total
