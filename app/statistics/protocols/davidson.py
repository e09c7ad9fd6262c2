"""The model of Bradley and Terry with ties, of pairs and of larger sets.

Arm i has strength pi_i = exp(lambda_i). Of a set S of m pictures ::

    P(i is chosen) = pi_i / (sum_S pi + nu (prod_S pi)^(1/m))
    P(a tie)       = nu (prod_S pi)^(1/m) / (the same)

which for m = 2 is Davidson's model and without ties that of Bradley and Terry (for m > 2 of Luce).
In the lambdas and log nu it is a logit of linear terms, so its likelihood has one maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.sparse.csgraph import connected_components

from app.statistics.table.ratings import Float, Int

_MOST_STEPS = 100
# Of a pair of arms that were shown together: added wins each way where the strengths are unbounded.
_HALF_A_WIN = 0.5


@dataclass(frozen=True)
class Choice:
    """One answer: the arm (an index) at each place, and the place chosen from 0, None for a tie."""

    arms: tuple[int, ...]
    chosen: int | None


@dataclass(frozen=True)
class DavidsonFit:
    """A fitted model.

    Attributes
    ----------
    strengths : (A,) array of float
        lambda, log strengths, of mean 0.
    log_tie : float or None
        log nu; None where nobody answered a tie.
    log_likelihood : float
        Of the answers alone, weighted.
    influence : (N, A) array of float
        How far each answer moves each lambda, to first order.
    covariance : (A, A) array of float
        Inverse information: as if answers were independent.
    is_bounded : bool
        Whether half a win each way between arms was added because the answers alone leave some
        strength without bound.
    """

    strengths: Float
    log_tie: float | None
    log_likelihood: float
    influence: Float
    covariance: Float
    is_bounded: bool


def fit_davidson(
    choices: Sequence[Choice], n_arms: int, weights: Float | None = None
) -> DavidsonFit:
    """Maximum likelihood by Newton's method.

    The maximum is finite when no group of arms won, or lost, every comparison with the others: when
    the graph of "was chosen over" is strongly connected, a tie being an edge both ways (Ford 1957).
    Where it is not, half a win each way is added between every two arms, which keeps the strengths
    finite; `is_bounded` says so.

    Parameters
    ----------
    choices : sequence of Choice
    n_arms : int
        2 or more.
    weights : (N,) array of float, optional
        1 for each answer when left out.

    Returns
    -------
    DavidsonFit

    References
    ----------
    Bradley RA, Terry ME (1952), Biometrika 39:324-345, doi:10.2307/2334029; Davidson RR (1970),
    J Am Stat Assoc 65:317-328, doi:10.1080/01621459.1970.10481082; Ford LR (1957), Am Math Mon
    64:28-33, doi:10.2307/2308513; Luce RD (1959), Individual Choice Behavior.

    Examples
    --------
    Three wins to one are odds of three:

    >>> fit = fit_davidson([Choice((0, 1), 0)] * 3 + [Choice((0, 1), 1)], 2)
    >>> round(float(np.exp(fit.strengths[0] - fit.strengths[1])), 6)
    3.0
    """
    given = np.ones(len(choices)) if weights is None else np.asarray(weights, dtype=np.float64)
    with_ties = any(choice.chosen is None for choice in choices)
    rows = list(choices)
    is_bounded = not is_connected(choices, n_arms)
    if is_bounded:
        rows += [Choice(pair, k) for pair in _pairs(n_arms) for k in (0, 1)]
        given = np.append(given, np.full(len(rows) - len(choices), _HALF_A_WIN))
    terms = [_terms(choice, n_arms, with_ties) for choice in rows]
    places = max(len(one) for one in terms)
    features = np.full((len(rows), places, n_arms + with_ties), 0.0)
    there = np.zeros((len(rows), places), dtype=bool)
    for row, one in enumerate(terms):
        features[row, : len(one)] = one
        there[row, : len(one)] = True
    said = np.array([len(c.arms) if c.chosen is None else c.chosen for c in rows], dtype=np.int64)
    return _newton(features, there, said, given, n_arms, len(choices), is_bounded)


def is_connected(choices: Sequence[Choice], n_arms: int) -> bool:
    """Whether every arm can be reached from every other by "was chosen over, or tied with"."""
    graph = np.zeros((n_arms, n_arms))
    has_winner = False
    for choice in choices:
        if choice.chosen is None:
            graph[np.ix_(choice.arms, choice.arms)] = 1.0
        else:
            has_winner = True
            graph[choice.arms[choice.chosen], list(choice.arms)] = 1.0
    groups, _ = connected_components(graph, directed=True, connection="strong")
    return has_winner and int(groups) == 1


def _pairs(n_arms: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n_arms) for j in range(i + 1, n_arms)]


def _terms(choice: Choice, n_arms: int, with_ties: bool) -> Float:
    """Linear terms of each answer that the set allows: one row a place, last that of a tie."""
    m = len(choice.arms)
    terms = np.zeros((m + with_ties, n_arms + with_ties))
    terms[np.arange(m), list(choice.arms)] = 1.0
    if with_ties:
        np.add.at(terms[m], list(choice.arms), 1.0 / m)
        terms[m, n_arms] = 1.0
    return terms


def _newton(
    features: Float,
    there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    said: Int,
    weights: Float,
    n_arms: int,
    n_answers: int,
    is_bounded: bool,
) -> DavidsonFit:
    rows = np.arange(len(said))
    chosen = features[rows, said]
    # Strengths are told up to a constant: the mean is held at 0 by a penalty that never binds.
    level = np.zeros(features.shape[2])
    level[:n_arms] = 1.0
    beta = np.zeros(features.shape[2])
    for _ in range(_MOST_STEPS):
        share = special.softmax(np.where(there, features @ beta, -np.inf), axis=1)
        expected = np.einsum("nk,nkp->np", share, features)
        score = weights @ (chosen - expected)
        spread = features - expected[:, None]
        information = np.einsum("n,nk,nkp,nkq->pq", weights, share, spread, spread, optimize=True)
        step = np.linalg.solve(information + np.outer(level, level), score)
        beta = beta + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    inverse = np.linalg.inv(information + np.outer(level, level))
    centred = np.eye(n_arms) - 1.0 / n_arms
    influence = (weights[:, None] * (chosen - expected)) @ inverse[:, :n_arms] @ centred
    likely = np.log(share[rows, said][:n_answers]) @ weights[:n_answers]
    return DavidsonFit(
        strengths=beta[:n_arms] - beta[:n_arms].mean(),
        log_tie=float(beta[n_arms]) if features.shape[2] > n_arms else None,
        log_likelihood=float(likely),
        influence=influence[:n_answers],
        covariance=centred @ inverse[:n_arms, :n_arms] @ centred,
        is_bounded=is_bounded,
    )
