"""Is a synthetic image a copy of a training image? Judged by how close training images come.

A model tuned on thirty films may give back one of them. Such an image looks realistic, and a
reader study alone would praise it. Each synthetic image is laid over every training film
(ml/measuring/registration.py), whole, without its grain and half by half (ml/measuring/looks.py),
and one number says how much closer the closest film is than films are in general. What different
training films give against each other says how large that number gets without a copy; from there
comes the chance that an honest film would come as close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.errors import MlError
from ml.measuring.gumbel import chance_of, likeliest_gumbel
from ml.measuring.looks import LOOKS, Laws, Seen, laws, seen
from ml.measuring.registration import Coarse, Fit, Prepared, coarse_correlations, fit, prepare
from ml.measuring.reidentification import Match
from ml.training.progress import counted

FLAG_CHANCE = 0.001
"""An image is flagged where fewer honest films than this share would come as close."""

CANDIDATES = 8
"""Closest films of the coarse comparison that are fitted."""

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
    """Of the normalised films at their best fit, 0 to 1, by the look that says most."""

    closeness: float
    """Spreads of honest films' closeness beyond its location, by the look that says most."""

    chance: float
    """Share of honest films that would come as close (0 to 1)."""

    fit: Fit
    flagged: bool
    match: Match | None = None
    """What a given network says too."""

    look: str = LOOKS[0].name
    """Which one says most."""


@dataclass(frozen=True)
class Yardstick:
    """How close different training films come to each other."""

    films: tuple[Prepared, ...]
    names: tuple[str, ...]
    closeness: Array
    """(m,) of each training film to its closest other, near-duplicates left out; in spreads, as an
    image's."""

    correlations: Array
    """(m,) the same films' correlations."""

    location: float
    spread: float
    """Of the Gumbel distribution that their closeness follows."""

    near_duplicates: tuple[tuple[str, str], ...] = ()
    """Pairs of training films that are closer than chance allows: one exported twice, or two of
    one patient. They take no part in the yardstick."""

    flag_chance: float = FLAG_CHANCE
    of_looks: tuple[tuple[float, float], ...] = ()
    """Location and spread of the closeness that each look sees."""

    @property
    def laws(self) -> Laws:
        """Return what honest films' closeness follows."""
        return Laws(self.of_looks, self.location, self.spread)

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
    closeness = np.stack([one.closeness for one in closest])
    rough = laws(closeness)
    highest = rough.standardised(closeness)
    honest = chance_of(highest.max(axis=1), rough.location, rough.spread) >= flag_chance
    nearest = [one.indices[look] for one, look in zip(closest, highest.argmax(axis=1), strict=True)]
    twins = {tuple(sorted((names[i], names[nearest[i]]))) for i in range(m) if not honest[i]}
    judged = laws(closeness[honest], likeliest_gumbel) if honest.sum() >= 3 else rough
    standardised = judged.standardised(closeness[honest])
    looks = standardised.argmax(axis=1)
    kept = [one for one, is_honest in zip(closest, honest, strict=True) if is_honest]
    return Yardstick(
        films,
        tuple(names),
        standardised.max(axis=1),
        np.array([one.fits[look].correlation for one, look in zip(kept, looks, strict=True)]),
        judged.location,
        judged.spread,
        tuple((a, b) for a, b in sorted(twins)),
        flag_chance,
        judged.of_looks,
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
        of_looks = judge.laws.standardised(one.closeness)
        look = int(of_looks.argmax())
        chance = judge.chance(float(of_looks[look]))
        neighbours.append(
            Neighbour(
                nearest=judge.names[one.indices[look]],
                correlation=one.fits[look].correlation,
                closeness=float(of_looks[look]),
                chance=chance,
                fit=one.fits[look],
                flagged=chance < judge.flag_chance,
                look=LOOKS[look].name,
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


def _closest(
    images: Sequence[Prepared], films: Sequence[Prepared], *, itself: bool = False
) -> list[Seen]:
    """Say what is closest to each image; ``itself`` leaves out the film of the same number."""
    coarse = coarse_correlations(images, films)
    closest = []
    for row, image in counted(enumerate(images), "comparing with training films", len(images)):
        order = np.argsort(-coarse.correlations[row].astype(np.float64))
        order = order[order != row] if itself else order
        fits = _fits(image, films, coarse, row, order[:CANDIDATES])
        closest.append(seen(image, films, coarse, row, order.tolist(), fits))
    return closest


def _fits(
    image: Prepared, films: Sequence[Prepared], coarse: Coarse, row: int, candidates: Places
) -> dict[int, Fit]:
    """Fit films, given in falling order of likeness, to an image.

    When one fits beyond doubt, only those are still tried that looked about as alike: its twins.
    """
    fits: dict[int, Fit] = {}
    least = -1.0
    for number in candidates.tolist():
        alike = float(coarse.correlations[row, number])
        if alike < least:
            break
        fits[number] = fit(image, films[number], *coarse.start(row, number))
        if fits[number].correlation >= BEYOND_DOUBT:
            least = max(least, alike - TWINS)
    return fits
