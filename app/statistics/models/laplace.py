"""Marginal log-likelihood of a cumulative link mixed model by Laplace, with its exact gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.statistics.models.category_likelihood import CategoryLikelihood, category_likelihood
from app.statistics.models.crossed_system import CrossedSystem, Crossing
from app.statistics.models.links import Distribution
from app.statistics.table.ratings import Float, Int

MOST_STEPS = 100
TOLERANCE = 1e-10


@dataclass(frozen=True)
class Model:
    """What is fitted.

    Attributes
    ----------
    distribution : Distribution
    answer : (N,) array of int
        0 to n_answers - 1, every one of them given at least once.
    n_answers : int
    fixed : (N, p) array of float
        Columns of the fixed effects, without an intercept: the thresholds hold it.
    crossing : Crossing
    sizes : tuple of int
        Effects of each random factor: the cases' first (0 where cases have none), then the further
        ones in the order of the crossing's columns.
    """

    distribution: Distribution
    answer: Int
    n_answers: int
    fixed: Float
    crossing: Crossing
    sizes: tuple[int, ...]

    @property
    def factors(self) -> tuple[int, ...]:
        """Places in ``sizes`` of the factors that have effects."""
        return tuple(place for place, size in enumerate(self.sizes) if size)


class Laplace:
    """log L(theta, beta, variances), remembering the effects' mode to start from.

    l = log p(y | u) - u' D^-1 u / 2 - log|D| / 2 - log|H| / 2 at the mode u of the first two terms,
    H being minus their second derivative (observed information).

    References
    ----------
    Tierney L, Kadane JB (1986), J Am Stat Assoc 81:82-86, doi:10.1080/01621459.1986.10478240.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._cases = np.zeros(model.sizes[0])
        self._others = np.zeros(sum(model.sizes[1:]))

    def value_and_gradient(
        self, thresholds: Float, beta: Float, variances: Float, *, within: float = TOLERANCE
    ) -> tuple[float, Float]:
        """The log-likelihood, and its derivatives by thresholds, beta and variances in this order.

        Parameters
        ----------
        thresholds : (M - 1,) array of float
            Increasing.
        beta : (p,) array of float
        variances : (G,) array of float
            Positive; one for each factor with effects.
        within : float
            How near the mode has to be: log-likelihood a rating that its last step may still gain.
        """
        precisions = self._precisions(variances)
        likelihood, system = self._mode(thresholds, beta, *precisions, within)
        precision = np.concatenate(precisions)
        effects = np.concatenate([self._cases, self._others])
        value = (
            float(likelihood.value.sum())
            - 0.5 * float((precision * effects**2).sum())
            + 0.5 * float(np.log(precision).sum())
            - 0.5 * system.log_determinant
        )
        return value, self._gradient(likelihood, system, variances)

    def _precisions(self, variances: Float) -> tuple[Float, Float]:
        sizes = [self.model.sizes[place] for place in self.model.factors]
        every = np.repeat(1.0 / variances, sizes)
        n_cases = self.model.sizes[0]
        return every[:n_cases], every[n_cases:]

    def _mode(
        self, thresholds: Float, beta: Float, of_cases: Float, of_others: Float, within: float
    ) -> tuple[CategoryLikelihood, CrossedSystem]:
        """Newton's way to the mode; the ratings are log-concave, so that there is one."""
        model = self.model
        fixed = model.fixed @ beta

        def at(cases: Float, others: Float) -> tuple[CategoryLikelihood, float]:
            eta = fixed + model.crossing.spread(cases, others)
            here = category_likelihood(model.distribution, thresholds, model.answer, eta)
            penalty = float((of_cases * cases**2).sum() + (of_others * others**2).sum())
            return here, float(here.value.sum()) - 0.5 * penalty

        likelihood, height = at(self._cases, self._others)
        system = None
        for _ in range(MOST_STEPS):
            system = CrossedSystem(model.crossing, likelihood.weight, of_cases, of_others)
            up_cases, up_others = model.crossing.gather(likelihood.slope)
            up_cases, up_others = (
                up_cases - of_cases * self._cases,
                up_others - of_others * self._others,
            )
            step_cases, step_others = system.solve(up_cases, up_others)
            gain = float(up_cases @ step_cases + up_others @ step_others)
            if gain < TOLERANCE**2 * model.answer.size:
                break
            share = 1.0
            while True:
                cases = self._cases + share * step_cases
                others = self._others + share * step_others
                tried, tried_height = at(cases, others)
                if tried_height >= height - 1e-12 * abs(height) or share < 1e-6:
                    break
                share /= 2.0
            self._cases, self._others = cases, others
            likelihood, height = tried, tried_height
            system = None
            # What is left after a step is of the order of its square.
            if share == 1.0 and gain < within * model.answer.size:
                break
        if system is None:
            system = CrossedSystem(model.crossing, likelihood.weight, of_cases, of_others)
        return likelihood, system

    def _gradient(
        self, likelihood: CategoryLikelihood, system: CrossedSystem, variances: Float
    ) -> Float:
        model, crossing = self.model, self.model.crossing
        leverage = system.leverage
        weight, weight_slope = likelihood.weight, likelihood.weight_slope
        by_above, by_below = likelihood.above, likelihood.below
        # The determinant moves with the mode: its derivative by the effects, carried back by H.
        pull_cases, pull_others = system.solve(*crossing.gather(weight_slope * leverage))
        pull = crossing.spread(pull_cases, pull_others)
        by_beta = model.fixed.T @ (
            likelihood.slope - 0.5 * leverage * weight_slope + 0.5 * pull * weight
        )
        above, below = (
            side.value + 0.5 * leverage * side.weight + 0.5 * pull * side.slope
            for side in (by_above, by_below)
        )
        by_bound = np.bincount(model.answer + 1, above, model.n_answers + 1) + np.bincount(
            model.answer, below, model.n_answers + 1
        )
        effects = np.concatenate([self._cases, self._others])
        inverse = np.concatenate(system.inverse_diagonal)
        pulls = np.concatenate([pull_cases, pull_others])
        by_variance, start = [], 0
        for variance, place in zip(variances, model.factors, strict=True):
            part = slice(start, start + model.sizes[place])
            start = part.stop
            squares = (effects[part] ** 2 + inverse[part] - pulls[part] * effects[part]) / variance
            by_variance.append(0.5 * float((squares - 1.0).sum()) / variance)
        return np.concatenate([by_bound[1:-1], by_beta, by_variance])
