"""Cumulative link mixed model: ordered answers by fixed effects, crossed readers and cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from app.domain.said import said
from app.statistics.models.crossed_system import Crossing
from app.statistics.models.laplace import Laplace, Model
from app.statistics.models.links import DISTRIBUTIONS, Link
from app.statistics.table.ratings import Float, Int, StatisticsInputError

LEAST_VARIANCE = 1e-8
# Information a rating, in the direction that has the least of it; less, and the data say nothing.
LEAST_EIGENVALUE = 1e-6
# A variance so small is at its bound: the data speak against it.
AT_THE_BOUND = 1e-6
# Ten standard deviations of a reading's noise: the data ask for more and more, and for no value.
LARGEST_VARIANCE = 100.0
# Thresholds and effects on the latent scale, and logarithms of the gaps between thresholds: beyond
# these a probability is 0 in every digit.
FARTHEST = 40.0
GAPS = (-12.0, 5.0)
# The mode is needed less exactly on the way than for the Hessian, which takes differences.
WHILE_SEARCHING = 1e-8
FIRST_STEP = 1e-3  # of the differences that tell the parameters' units at the start
STEP = 1e-4  # of the differences that make the Hessian out of the exact gradient


# Thresholds (or their gaps), fixed effects, variances.
_Parts = tuple[Float, Float, Float]


class NoFit(StatisticsInputError):
    """The model has no finite answer for these ratings."""


@dataclass(frozen=True)
class CumulativeLinkFit:
    """A fitted model: P(answer <= m) = F(theta_m - x beta - the random effects).

    Attributes
    ----------
    log_likelihood : float
        Laplace's approximation at the estimates.
    thresholds : (M - 1,) array of float
        Between the answers that were given, in order.
    beta : (p,) array of float
    variances : (G,) array of float
        Of the random factors that have effects; 0 where the estimate is at its bound.
    covariance : (M - 1 + p + G,) square array of float
        Of thresholds, beta and variances; rows of a variance at its bound are 0. NaN where the
        likelihood is flat in some direction.
    least_eigenvalue : float
        Smallest eigenvalue of minus the Hessian of thresholds and beta, over the number of
        ratings; under 1e-6 some of them can't be estimated.
    steps : int
        Evaluations of the likelihood.
    """

    log_likelihood: float
    thresholds: Float
    beta: Float
    variances: Float
    covariance: Float
    least_eigenvalue: float
    steps: int

    @property
    def is_estimable(self) -> bool:
        """Whether every threshold, fixed effect and variance has a value of its own."""
        runs_away = bool(np.any(self.variances >= 0.99 * LARGEST_VARIANCE))
        return self.least_eigenvalue >= LEAST_EIGENVALUE and not runs_away

    @property
    def beta_covariance(self) -> Float:
        """(p, p) covariance of the fixed effects."""
        first = self.thresholds.size
        part = slice(first, first + self.beta.size)
        return self.covariance[part, part]


def fit_cumulative_link(
    answer: Int,
    fixed: Float,
    *,
    case: Int | None,
    factors: Sequence[Int],
    link: Link = "probit",
) -> CumulativeLinkFit:
    """Fit by maximum likelihood (Laplace).

    Parameters
    ----------
    answer : (N,) array of int
        Ordered; a value between the smallest and the largest that nobody gave is dropped first. Two
        values make the binary model.
    fixed : (N, p) array of float
        Without an intercept.
    case : (N,) array of int or None
        The case of every rating; None where cases have no effect of their own.
    factors : sequence of (N,) arrays of int
        Further random factors, such as the reader, and the reader and arm.
    link : str
        ``"probit"`` or ``"logit"``.

    Raises
    ------
    StatisticsInputError
        With fewer than two answers.
    NoFit
        When the search runs away: some arm or reader is separated from all others.

    Notes
    -----
    Variances, not standard deviations, are optimised: at a standard deviation of 0 the gradient is
    0 and the search may stay there. Equal to R's ``ordinal::clmm`` (both links) and, for two
    answers and the logit, to ``lme4::glmer``; glmer's probit takes the expected information in the
    determinant and differs.

    References
    ----------
    Christensen RHB (2019), ordinal: Regression Models for Ordinal Data (R package).
    Bates D et al. (2015), J Stat Softw 67(1), doi:10.18637/jss.v067.i01.
    """
    model = _model(answer, fixed, case, factors, link)
    laplace = Laplace(model)
    cuts = [model.n_answers - 1, model.n_answers - 1 + fixed.shape[1]]

    def split(values: Float) -> _Parts:
        thresholds, beta, variances = np.split(values, cuts)
        return thresholds, beta, variances

    result = _maximised(laplace, _first_thresholds(model, link), split)
    gaps, beta, variances = split(result.x)
    thresholds = _thresholds(gaps)
    covariance, least = _covariance(
        laplace.value_and_gradient,
        np.concatenate([thresholds, beta, variances]),
        split,
        answer.size,
    )
    return CumulativeLinkFit(
        log_likelihood=-float(result.fun),
        thresholds=thresholds,
        beta=beta,
        variances=np.where(variances < AT_THE_BOUND, 0.0, variances),
        covariance=covariance,
        least_eigenvalue=least,
        steps=int(result.nfev),
    )


def _maximised(laplace: Laplace, thresholds: Float, split: Callable[[Float], _Parts]) -> Any:
    """scipy's result at the largest likelihood, over gaps, fixed effects and variances."""
    model = laplace.model
    n_bounds, n_fixed, n_factors = thresholds.size, model.fixed.shape[1], len(model.factors)

    def downhill(values: Float) -> tuple[float, Float]:
        gaps, beta, variances = split(values)
        value, gradient = laplace.value_and_gradient(
            _thresholds(gaps), beta, variances, within=WHILE_SEARCHING
        )
        gradient[:n_bounds] = _by_gaps(gaps, gradient[:n_bounds])
        return -value, -gradient

    start = np.concatenate([_gaps(thresholds), np.zeros(n_fixed), np.full(n_factors, 0.25)])
    bounds = [
        (-FARTHEST, FARTHEST),
        *[GAPS] * (n_bounds - 1),
        *[(-FARTHEST, FARTHEST)] * n_fixed,
        *[(LEAST_VARIANCE, LARGEST_VARIANCE)] * n_factors,
    ]
    try:
        units = _units(downhill, start)

        def downhill_in_units(values: Float) -> tuple[float, Float]:
            value, gradient = downhill(values * units)
            return value, gradient * units

        result = optimize.minimize(
            downhill_in_units,
            start / units,
            jac=True,
            method="L-BFGS-B",
            bounds=[
                (low / unit, high / unit) for (low, high), unit in zip(bounds, units, strict=True)
            ],
            options={"maxiter": 500, "maxcor": 20, "ftol": 1e-13, "gtol": 1e-6},
        )
    except np.linalg.LinAlgError:
        raise NoFit(said("The search for the model ran into numbers without an end.")) from None
    result.x = np.clip(result.x * units, *np.transpose(bounds))
    return result


def _units(downhill: Callable[[Float], tuple[float, Float]], start: Float) -> Float:
    """A step of each parameter that costs about as much as one of any other.

    One over the root of the information at the start. A gap between thresholds is known ten times
    better than an effect of an arm, and without units the search takes twice the steps.
    """
    _, gradient = downhill(start)
    information = np.zeros(start.size)
    for place in range(start.size):
        moved = start.copy()
        moved[place] += FIRST_STEP
        information[place] = abs(downhill(moved)[1][place] - gradient[place]) / FIRST_STEP
    return np.asarray(1.0 / np.sqrt(np.maximum(information, 1e-3 * information.max())))


def _model(
    answer: Int, fixed: Float, case: Int | None, factors: Sequence[Int], link: Link
) -> Model:
    given, answer = np.unique(answer, return_inverse=True)
    if given.size < 2:
        raise StatisticsInputError(said("All ratings are the same: there is nothing to model."))
    columns, sizes, start = [], [], 0
    for factor in factors:
        levels, level = np.unique(factor, return_inverse=True)
        columns.append(level + start)
        sizes.append(int(levels.size))
        start += int(levels.size)
    n_cases = 0
    if case is not None:
        names, case = np.unique(case, return_inverse=True)
        n_cases = int(names.size)
    none = np.zeros(answer.size, dtype=np.int64)
    others = np.stack(columns, axis=1) if columns else np.zeros((answer.size, 0), dtype=np.int64)
    return Model(
        distribution=DISTRIBUTIONS[link],
        answer=answer,
        n_answers=int(given.size),
        fixed=fixed,
        crossing=Crossing(none if case is None else case, n_cases, others, start),
        sizes=(n_cases, *sizes),
    )


def _first_thresholds(model: Model, link: Link) -> Float:
    """Where the thresholds would be if nothing but chance told answers apart."""
    shares = np.cumsum(np.bincount(model.answer, minlength=model.n_answers))[:-1]
    logits = np.log(shares / (model.answer.size - shares))
    return np.asarray(logits if link == "logit" else logits / 1.7)


def _gaps(thresholds: Float) -> Float:
    return np.concatenate([thresholds[:1], np.log(np.diff(thresholds))])


def _thresholds(gaps: Float) -> Float:
    """The first threshold, then one gap after another: in order whatever is tried."""
    return np.asarray(gaps[0] + np.concatenate([[0.0], np.cumsum(np.exp(gaps[1:]))]))


def _by_gaps(gaps: Float, by_thresholds: Float) -> Float:
    above = np.cumsum(by_thresholds[::-1])[::-1]
    return np.concatenate([above[:1], np.exp(gaps[1:]) * above[1:]])


def _covariance(
    gradient_of: Callable[[Float, Float, Float], tuple[float, Float]],
    estimates: Float,
    split: Callable[[Float], _Parts],
    n_ratings: int,
) -> tuple[Float, float]:
    """Inverse of minus the Hessian, by central differences of the exact gradient."""
    size = estimates.size
    n_free = size - split(estimates)[2].size
    kept = np.arange(size)[(np.arange(size) < n_free) | (estimates >= AT_THE_BOUND)]
    information = np.zeros((size, size))
    for place in kept:
        # A variance is positive: its steps are a share of itself.
        step = STEP * (estimates[place] if place >= n_free else 1.0)
        up, down = estimates.copy(), estimates.copy()
        up[place] += step
        down[place] -= step
        information[place] = -(gradient_of(*split(up))[1] - gradient_of(*split(down))[1]) / (
            2.0 * step
        )
    information = (information + information.T) / 2.0
    least = float(np.linalg.eigvalsh(information[:n_free, :n_free])[0]) / n_ratings
    covariance = np.zeros((size, size))
    block = np.ix_(kept, kept)
    if least < LEAST_EIGENVALUE or np.linalg.eigvalsh(information[block])[0] <= 0:
        covariance[block] = np.nan
    else:
        covariance[block] = np.linalg.inv(information[block])
    return covariance, least
