"""Variance of a fitted model's figure over readers and clusters, from influences of single answers.

The influence of an answer is how far it moves the figure, to first order: the inverse information
times the answer's score. Summed by reader and cluster of images it does the work of leaving readers
and clusters out one by one, without fitting the model again.
"""

from __future__ import annotations

import math

import numpy as np

from app.statistics.table.ratings import Float, Int
from app.statistics.variance.jackknife import IntervalRule, JackknifeInput

# The readers' part of a variance is not taken below half of V_R: with three readers it often comes
# out at nothing by chance, and intervals then cover 91 % (docs/decisions/0206).
RULE = IntervalRule(least_share=0.5)


def influence_table(influence: Float, readers: Int, clusters: Int) -> Float:
    """Influences (N,) of answers summed to (J, G) by reader and cluster.

    Parameters
    ----------
    influence : (N,) array of float
    readers, clusters : (N,) arrays of int
        Codes from 0 of the reader and of the cluster of every answer.

    Examples
    --------
    >>> table = influence_table(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1]), np.array([0, 0, 1]))
    >>> table.tolist()
    [[3.0, 0.0], [0.0, 4.0]]
    """
    shape = (int(readers.max()) + 1, int(clusters.max()) + 1)
    sums = np.zeros(shape)
    np.add.at(sums, (readers, clusters), influence)
    return sums


def infinitesimal_jackknife(estimate: float, table: Float) -> JackknifeInput:
    """What the two-way jackknife needs, from influences in place of left-out tables.

    Leaving out reader j moves the figure by -J/(J - 1) u_j. with u_j. the sum of the reader's
    influences, cluster g by -G/(G - 1) u_.g, and both by the product term; so that V_R is
    J/(J - 1) sum_j u_j.^2, V_C and V_RC likewise. These are the parts of the two-way clustered
    sandwich.

    Parameters
    ----------
    estimate : float
    table : (J, G) array of float
        From :func:`influence_table`.

    References
    ----------
    Efron B (1982), The Jackknife, the Bootstrap and Other Resampling Plans,
    doi:10.1137/1.9781611970319; Cameron AC, Gelbach JB, Miller DL (2011), J Bus Econ Stat
    29:238-249, doi:10.1198/jbes.2010.07136.

    Examples
    --------
    Of a mean the jackknife over readers is the squared standard error of the readers' means:

    >>> from app.statistics.variance.jackknife import jackknife_variance
    >>> x = np.array([[1.0, 2.0, 4.0], [2.0, 0.0, 1.0]])
    >>> left = infinitesimal_jackknife(x.mean(), (x - x.mean()) / x.size)
    >>> math.isclose(jackknife_variance(left.without_reader), x.mean(axis=1).var(ddof=1) / 2)
    True
    """
    readers, clusters = table.shape
    by_reader, by_cluster = _step(readers), _step(clusters)
    return JackknifeInput(
        estimate,
        estimate - by_reader * table.sum(axis=1),
        estimate - by_cluster * table.sum(axis=0),
        estimate + by_reader * by_cluster * table,
    )


def _step(n: int) -> float:
    """n / (n - 1); without another to stay there is nothing to leave out."""
    return n / (n - 1.0) if n > 1 else math.nan
