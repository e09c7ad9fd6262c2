"""Is a synthetic image a copy of a training image? Judged by how close training images come.

A model tuned on thirty films may give back one of them. Such an image looks realistic, and a
reader study alone would praise it. Each synthetic image is laid over every training film
(ml/measuring/registration.py), and one number says how much closer the closest film is than films
are in general. What different training films give against each other says how large that number
gets without a copy; from there comes the chance that an honest film would come as close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.errors import MlError
from ml.measuring.gumbel import chance_of, gumbel, likeliest_gumbel
from ml.measuring.registration import Coarse, Fit, Prepared, coarse_correlations, fit, prepare
from ml.measuring.reidentification import Match
from ml.training.progress import counted

FLAG_CHANCE = 0.001
"""An image is flagged where fewer honest films than this share would come as close."""

CANDIDATES = 8
"""Closest films of the coarse comparison that are fitted."""

LEAST_SPREAD = 0.05
"""Of the closeness of honest films, so that three alike by luck do not judge too strictly. On
thirty radiographs of ChestX-ray14 it was 0.056."""

MOST_CORRELATION = 0.9999

BEYOND_DOUBT = 0.9
"""Correlation at the best fit. Different patients reached 0.83, on sixty films of ChestX-ray14."""

TWINS = 0.1
"""Films whose coarse correlation is no more than this lower may be the same film again."""

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbour:
    """An image's closest training image, and whether that is too close for chance."""

    nearest: str
    correlation: float
    """Of the normalised films at their best fit, 0 to 1."""

    closeness: float
    """Fisher's z of that correlation, less the median z over all training films: an image that
    resembles them all, as a mean film does, is close to none."""

    chance: float
    """Share of honest films that would come as close (0 to 1)."""

    fit: Fit
    flagged: bool
    match: Match | None = None
    """What a given network says too."""


@dataclass(frozen=True)
class Yardstick:
    """How close different training films come to each other."""

    films: tuple[Prepared, ...]
    names: tuple[str, ...]
    closeness: Array
    """(m,) of each training film to its closest other, near-duplicates left out."""

    correlations: Array
    """(m,) the same films' correlations."""

    location: float
    spread: float
    """Of the Gumbel distribution that their closeness follows."""

    near_duplicates: tuple[tuple[str, str], ...] = ()
    """Pairs of training films that are closer than chance allows: one exported twice, or two of
    one patient. They take no part in the yardstick."""

    flag_chance: float = FLAG_CHANCE

    @property
    def limit(self) -> float:
        """Return the closeness beyond which an image is flagged."""
        return self.location - self.spread * float(np.log(-np.log1p(-self.flag_chance)))

    def chance(self, closeness: float) -> float:
        """Return the share of honest films that would come at least as close."""
        return float(chance_of(closeness, self.location, self.spread))


def yardstick(
    training_images: Array, names: Sequence[str], *, flag_chance: float = FLAG_CHANCE
) -> Yardstick:
    """Measure how close each training film comes to its closest other.

    The largest of many similarities follows a Gumbel distribution. It is fitted by median and
    quartiles, which a few near-duplicates do not move; pairs beyond the limit are then named and
    left out, and it is fitted again, by likelihood: with thirty films the limit by quartiles varies
    twice as much, and with it what is flagged.

    Parameters
    ----------
    training_images : (m, side, side), grey, 0 to 1
    names : m names to report

    Raises
    ------
    MlError
        With fewer than 3 training images: their closeness is then nothing to judge by.
    """
    m = len(training_images)
    if m < 3:
        raise MlError(f"memorisation needs at least 3 training images to judge by, not {m}.")
    films = tuple(prepare(image) for image in training_images)
    closest = _closest(films, films, itself=True)
    closeness = np.array([one.closeness for one in closest])
    location, spread = gumbel(closeness, LEAST_SPREAD)
    honest = chance_of(closeness, location, spread) >= flag_chance
    twins = {tuple(sorted((names[i], names[closest[i].index]))) for i in range(m) if not honest[i]}
    if honest.sum() >= 3:
        location, spread = likeliest_gumbel(closeness[honest], LEAST_SPREAD)
    return Yardstick(
        films,
        tuple(names),
        closeness[honest],
        np.array([one.fit.correlation for one in closest])[honest],
        location,
        spread,
        tuple((a, b) for a, b in sorted(twins)),
        flag_chance,
    )


def memorisation(images: Array, judge: Yardstick) -> tuple[Neighbour, ...]:
    """Find each image's closest training film and flag what is closer than chance allows.

    Parameters
    ----------
    images : (n, side, side), grey, 0 to 1
    judge : of the training images

    References
    ----------
    The comparison with the distances among real images follows Dar SUH et al., Unconditional
    latent diffusion models memorize patient imaging data, doi:10.48550/arXiv.2402.01054; here with
    a registration instead of a trained copy detector.
    """
    prepared = [prepare(image) for image in images]
    neighbours = []
    for one in _closest(prepared, judge.films):
        chance = judge.chance(one.closeness)
        neighbours.append(
            Neighbour(
                nearest=judge.names[one.index],
                correlation=one.fit.correlation,
                closeness=one.closeness,
                chance=chance,
                fit=one.fit,
                flagged=chance < judge.flag_chance,
            )
        )
    return tuple(neighbours)


def with_matches(
    neighbours: Sequence[Neighbour], found_by_network: Sequence[Match], flag_chance: float
) -> tuple[Neighbour, ...]:
    """Add what a network says: an image is flagged by either rule, at half the chance each.

    So that honest films are not flagged more often for being looked at twice.
    """
    return tuple(
        replace(one, match=match, flagged=min(one.chance, match.chance) < flag_chance / 2)
        for one, match in zip(neighbours, found_by_network, strict=True)
    )


@dataclass(frozen=True)
class _Closest:
    index: int
    fit: Fit
    closeness: float


def _closest(
    images: Sequence[Prepared], films: Sequence[Prepared], *, itself: bool = False
) -> list[_Closest]:
    """Return each image's closest film; ``itself`` leaves out the film of the same number."""
    coarse = coarse_correlations(images, films)
    closest = []
    for row, image in counted(enumerate(images), "comparing with training films", len(images)):
        correlations = coarse.correlations[row].astype(np.float64)
        order = np.argsort(-correlations)
        order = order[order != row] if itself else order
        usual = float(np.median(_fisher(correlations[order])))
        index, best = _best_fit(image, films, coarse, row, order[:CANDIDATES])
        closest.append(_Closest(int(index), best, float(_fisher(best.correlation)) - usual))
    return closest


def _fisher(correlation: Array | float) -> Array:
    z: Array = np.arctanh(np.minimum(correlation, MOST_CORRELATION))
    return z


def _best_fit(
    image: Prepared, films: Sequence[Prepared], coarse: Coarse, row: int, candidates: Places
) -> tuple[int, Fit]:
    """Return the film, of some in falling order of likeness, that fits an image best.

    When one fits beyond doubt, only those are still tried that looked about as alike: its twins.
    """
    fits: list[tuple[int, Fit]] = []
    least = -1.0
    for number in candidates:
        alike = float(coarse.correlations[row, number])
        if alike < least:
            break
        fits.append((int(number), fit(image, films[number], *coarse.start(row, number))))
        if fits[-1][1].correlation >= BEYOND_DOUBT:
            least = max(least, alike - TWINS)
    return max(fits, key=lambda pair: pair[1].correlation)
