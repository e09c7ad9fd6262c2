"""Log probability of an ordered answer, with its derivatives up to the third."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.statistics.models.links import Distribution
from app.statistics.table.ratings import Float, Int

# A probability that has underflowed; its logarithm and its derivatives' powers stay numbers.
SMALLEST = 1e-90
# A bound below the lowest and above the highest answer: every density is 0 there, and so are its
# products with the bound, which an infinite one would turn to NaN.
FAR_OUT = 1e8


@dataclass(frozen=True)
class BoundDerivatives:
    """Derivatives by one of the two bounds, each an (N,) array.

    Attributes
    ----------
    value : of g, slope : of the sum of g's first derivatives, weight : of the sum of its second
    """

    value: Float
    slope: Float
    weight: Float


@dataclass(frozen=True)
class CategoryLikelihood:
    """g(a, b) = log(F(a) - F(b)) of every rating, a and b being the thresholds about its answer.

    With a = theta_y - eta and b = theta_(y-1) - eta, where eta is the rating's place on the latent
    scale, and p = F(a) - F(b). The search for the mode asks for the first two derivatives only, so
    the third ones are made when they are asked for.

    Attributes
    ----------
    value : (N,) array of float
        g.
    first_a, first_b, second_a, second_b : (N,) arrays of float
        F'(a)/p, -F'(b)/p, F''(a)/p, -F''(b)/p.
    """

    value: Float
    first_a: Float
    first_b: Float
    second_a: Float
    second_b: Float
    _distribution: Distribution
    _bounds: tuple[Float, Float]
    _densities: tuple[Float, Float]
    _p: Float

    @cached_property
    def _first(self) -> Float:
        return self.first_a + self.first_b

    @cached_property
    def _second(self) -> Float:
        return self.second_a + self.second_b

    @property
    def slope(self) -> Float:
        """First derivative by eta."""
        return -self._first

    @cached_property
    def weight(self) -> Float:
        """Minus the second derivative by eta: the observed information, never negative."""
        # Never negative but by rounding, where a probability has underflowed.
        return np.maximum(self._first * self._first - self._second, 0.0)

    @cached_property
    def _third(self) -> tuple[Float, Float]:
        (a, b), (of_a, of_b) = self._bounds, self._densities
        curvature = self._distribution.curvature
        return curvature(a, of_a) / self._p, -curvature(b, of_b) / self._p

    @property
    def weight_slope(self) -> Float:
        """Derivative of the weight by eta."""
        first = self._first
        third_a, third_b = self._third
        return third_a + third_b + first * (2.0 * first * first - 3.0 * self._second)

    @property
    def above(self) -> BoundDerivatives:
        """Derivatives by the upper bound a."""
        return self._by_bound(self.first_a, self.second_a, self._third[0])

    @property
    def below(self) -> BoundDerivatives:
        """Derivatives by the lower bound b."""
        return self._by_bound(self.first_b, self.second_b, self._third[1])

    def _by_bound(self, first: Float, second: Float, third: Float) -> BoundDerivatives:
        slope = second - first * self._first
        weight = third - first * self._second - 2.0 * self._first * slope
        return BoundDerivatives(first, slope, weight)


def category_likelihood(
    distribution: Distribution, thresholds: Float, answer: Int, eta: Float
) -> CategoryLikelihood:
    """The log probabilities of answers.

    Parameters
    ----------
    distribution : Distribution
    thresholds : (M - 1,) array of float
        Increasing.
    answer : (N,) array of int
        0 to M - 1.
    eta : (N,) array of float
    """
    bounds = np.concatenate([[-FAR_OUT], thresholds, [FAR_OUT]])
    a, b = bounds[1:][answer] - eta, bounds[answer] - eta
    # In the upper tail both F are near 1: their difference is taken in the lower one.
    side = np.where(b > 0, -1.0, 1.0)
    difference = side * (distribution.cdf(side * a) - distribution.cdf(side * b))
    p = np.maximum(difference, SMALLEST)
    of_a, of_b = distribution.density(a), distribution.density(b)
    return CategoryLikelihood(
        value=np.log(p),
        first_a=of_a / p,
        first_b=-of_b / p,
        second_a=distribution.slope(a, of_a) / p,
        second_b=-distribution.slope(b, of_b) / p,
        _distribution=distribution,
        _bounds=(a, b),
        _densities=(of_a, of_b),
        _p=p,
    )
