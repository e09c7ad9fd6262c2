"""Log probability of an ordered answer, with its derivatives up to the third."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.statistics.models.links import Distribution
from app.statistics.table.ratings import Float, Int

# A probability that has underflowed; its logarithm and its derivatives' powers stay numbers.
SMALLEST = 1e-90


@dataclass(frozen=True)
class CategoryLikelihood:
    """g(a, b) = log(F(a) - F(b)) of every rating, a and b being the thresholds about its answer.

    With a = theta_y - eta and b = theta_(y-1) - eta, where eta is the rating's place on the latent
    scale. Every field is an (N,) array; ``aab`` is the third derivative by a, a and b.
    """

    value: Float
    a: Float
    b: Float
    aa: Float
    ab: Float
    bb: Float
    aaa: Float
    aab: Float
    abb: Float
    bbb: Float

    @property
    def slope(self) -> Float:
        """First derivative by eta."""
        return -(self.a + self.b)

    @property
    def weight(self) -> Float:
        """Minus the second derivative by eta: the observed information, never negative."""
        # Never negative but by rounding, where a probability has underflowed.
        return np.maximum(-(self.aa + 2.0 * self.ab + self.bb), 0.0)

    @property
    def weight_slope(self) -> Float:
        """Derivative of the weight by eta."""
        return self.aaa + 3.0 * self.aab + 3.0 * self.abb + self.bbb


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
    bounds = np.concatenate([[-np.inf], thresholds, [np.inf]])
    a, b = bounds[answer + 1] - eta, bounds[answer] - eta
    # In the upper tail both F are near 1: their difference is taken in the lower one.
    upper = b > 0
    difference = np.where(
        upper,
        distribution.cdf(-b) - distribution.cdf(-a),
        distribution.cdf(a) - distribution.cdf(b),
    )
    p = np.maximum(difference, SMALLEST)
    first_a, first_b = distribution.density(a) / p, -distribution.density(b) / p
    second_a, second_b = distribution.slope(a) / p, -distribution.slope(b) / p
    third_a, third_b = distribution.curvature(a) / p, -distribution.curvature(b) / p
    return CategoryLikelihood(
        value=np.log(p),
        a=first_a,
        b=first_b,
        aa=second_a - first_a**2,
        ab=-first_a * first_b,
        bb=second_b - first_b**2,
        aaa=third_a - 3.0 * second_a * first_a + 2.0 * first_a**3,
        aab=-second_a * first_b + 2.0 * first_a**2 * first_b,
        abb=-second_b * first_a + 2.0 * first_b**2 * first_a,
        bbb=third_b - 3.0 * second_b * first_b + 2.0 * first_b**3,
    )
