"""Vendi score: how many different images a set holds, judged by the likeness of their features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SUBSETS = 20
FEWEST = 3


@dataclass(frozen=True)
class Vendi:
    """The score of an arm beside that of as many real images; both lie between 1 and `images`."""

    score: float
    of_reals: float
    images: int


def vendi(reference: Array, images: Array, *, seed: int = 0) -> Vendi | None:
    """Score an arm and as many real images; None with fewer than 3 in either set.

    The score grows with the number of images, so both are scored at the smaller of the two sizes:
    the larger set by the mean over 20 seeded subsets.

    Parameters
    ----------
    reference, images : (m, d) and (n, d), scaled to one yardstick
    """
    size = min(len(reference), len(images))
    if size < FEWEST:
        return None
    rng = np.random.default_rng(seed)
    return Vendi(_at(images, size, rng), _at(reference, size, rng), size)


def vendi_score(features: Array) -> float:
    r"""Return the exponential of the entropy of the eigenvalues of K/n.

    .. math:: \exp(-\sum_i \lambda_i \log \lambda_i), \quad K_{ij} = \cos(x_i, x_j)

    It is 1 where all images are alike and n where no two have anything in common.

    Friedman D, Dieng AB. The Vendi score: a diversity evaluation metric for machine learning. TMLR
    2023, doi:10.48550/arXiv.2210.02410.
    """
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.where(lengths > 0, lengths, 1.0)
    values = np.linalg.eigvalsh(unit @ unit.T / len(unit))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def _at(features: Array, size: int, rng: np.random.Generator) -> float:
    if len(features) == size:
        return vendi_score(features)
    chosen = (rng.choice(len(features), size, replace=False) for _ in range(SUBSETS))
    return float(np.mean([vendi_score(features[rows]) for rows in chosen]))
