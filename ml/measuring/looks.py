"""How an image is held against a training film: whole, without its grain, and half by half.

A copy need not be a copy everywhere, nor at every fineness. Grain hides the fine detail of a small
film, and what was pasted together of two films is a copy in one half. Each look says how much
closer one film is than films are in general; which look says most is judged once, over all looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ml.measuring.gumbel import gumbel
from ml.measuring.registration import (
    FINE,
    FINE_WINDOW,
    Coarse,
    Fit,
    Layer,
    Prepared,
    correlation_at,
    refit,
)

MOST_CORRELATION = 0.9999

LEAST_LOCATION = 0.5
"""Of the highest of the looks, in spreads: of thirty films it is 0.5 to 0.6. Of few films it
comes out lower, since each look is scaled by these very films."""

FOR_A_HALF = 2.0
"""Spreads that a half must lie farther out than the whole. Halves have less detail, and there are
four: without this they would be the highest look of most honest films, and set the limit for
all."""

REFITTED = 2
"""Films that are fitted anew by a look, of those that the whole was fitted with."""

NEAREST, USUAL_OF = 30, 100
"""Training films at most that a copy in part is looked for among, the closest as a whole; and that
the usual likeness is taken from, evenly among all. Both are looked at, where there are more."""

Array = NDArray[np.float64]
Law = Callable[[Array, float], tuple[float, float]]


@dataclass(frozen=True)
class Look:
    """One way to compare."""

    name: str
    layer: Layer
    window: Array
    """(FINE, FINE), weights."""

    least_spread: float
    """Of the closeness of honest films, so that three alike by luck do not judge too strictly: nine
    tenths of what radiographs of ChestX-ray14 have, twenty or thirty at a time."""

    is_part: bool = False

    @property
    def handicap(self) -> float:
        """Return how many spreads farther out than others this look must lie."""
        return FOR_A_HALF if self.is_part else 0.0


def _left_half() -> Array:
    half = np.zeros((FINE, FINE))
    half[:, : FINE // 2] = 1.0
    part: Array = ndimage.gaussian_filter(half, FINE / 32)
    return part


def _looks() -> tuple[Look, ...]:
    left = _left_half()
    return (
        Look("whole", "fine", FINE_WINDOW, 0.05),
        Look("smoothed", "soft", FINE_WINDOW, 0.085),
        Look("without specks", "cleaned", FINE_WINDOW, 0.075),
        Look("left half", "fine", FINE_WINDOW * left, 0.065, is_part=True),
        Look("right half", "fine", FINE_WINDOW * left[:, ::-1], 0.065, is_part=True),
        Look("upper half", "fine", FINE_WINDOW * left.T, 0.065, is_part=True),
        Look("lower half", "fine", FINE_WINDOW * left.T[::-1], 0.08, is_part=True),
    )


LOOKS = _looks()


@dataclass(frozen=True)
class Seen:
    """What every look sees of one image; each field has as many values as there are looks."""

    indices: tuple[int, ...]
    """Of the closest training film."""

    fits: tuple[Fit, ...]
    closeness: Array
    """Fisher's z of that correlation, less the median z over all training films: an image that
    resembles them all, as a mean film does, is close to none."""


@dataclass(frozen=True)
class Laws:
    """The Gumbel distributions that honest films' closeness follows."""

    of_looks: tuple[tuple[float, float], ...]
    """Location and spread of each look's."""

    location: float
    spread: float
    """Of the highest over all looks, in spreads of its look beyond its location."""

    def standardised(self, closeness: Array) -> Array:
        """Return how many spreads beyond its location, less a half's handicap, each look's
        closeness lies (n, looks)."""
        location, spread = np.array(self.of_looks).T
        handicap = np.array([look.handicap for look in LOOKS])
        scaled: Array = (closeness - location) / spread - handicap
        return scaled


def laws(closeness: Array, law: Law = gumbel) -> Laws:
    """Fit a law to each look's closeness of honest films (n, looks), and to the highest of them.

    Looks see the same films, so the highest of seven is not seven chances: it has a law of its own.
    That is never milder than one look's alone.
    """
    of_looks = tuple(
        law(column, look.least_spread) for look, column in zip(LOOKS, closeness.T, strict=True)
    )
    highest = Laws(of_looks, 0.0, 1.0).standardised(closeness).max(axis=1)
    location, spread = law(highest, 1.0)
    return Laws(of_looks, max(location, LEAST_LOCATION), max(spread, 1.0))


def fisher(correlation: Array | float) -> Array:
    """Return Fisher's z."""
    z: Array = np.arctanh(np.minimum(correlation, MOST_CORRELATION))
    return z


def seen(
    image: Prepared,
    films: Sequence[Prepared],
    coarse: Coarse,
    row: int,
    order: Sequence[int],
    fits: Mapping[int, Fit],
) -> Seen:
    """Compare an image with training films by every look.

    Parameters
    ----------
    coarse, row : the coarse comparison, and the image's row in it
    order : films to compare with, without the image itself
    fits : of those among them that were fitted whole
    """
    sampled = order[:: -(-len(order) // USUAL_OF)]
    looked_at = dict.fromkeys([*order[:NEAREST], *sampled])
    as_laid = {k: _as_laid(image, films[k], coarse.start(row, k)) for k in looked_at}
    others = [k for k in as_laid if k not in fits]
    indices, best = [], []
    for column, look in enumerate(LOOKS):
        besides = {}
        if look.is_part and others:
            # What is a copy in part only need not be among the closest as a whole.
            k = max(others, key=lambda k: as_laid[k][column])
            mirrored, place = coarse.start(row, k)
            besides[k] = Fit(as_laid[k][column], mirrored, *place.tolist())
        index, one = _best(look, image, films, fits, besides)
        indices.append(index)
        best.append(one)
    correlations = np.array([one.correlation for one in best])
    usual = np.median(fisher(np.array([as_laid[k] for k in sampled])), axis=0)
    # By the coarse comparison, which lays each film at its best place: the whole varies less so.
    usual[0] = np.median(fisher(coarse.correlations[row, sampled].astype(np.float64)))
    return Seen(tuple(indices), tuple(best), fisher(correlations) - usual)


def _as_laid(image: Prepared, film: Prepared, start: tuple[bool, Array]) -> list[float]:
    """Return each look's correlation with a film as the coarse comparison laid it."""
    mirrored, place = start
    return [
        correlation_at(
            image.layer(look.layer), film.layer(look.layer), look.window, place, mirrored
        )
        for look in LOOKS
    ]


def _best(
    look: Look,
    image: Prepared,
    films: Sequence[Prepared],
    fits: Mapping[int, Fit],
    besides: Mapping[int, Fit],
) -> tuple[int, Fit]:
    """Return the film that lies best by a look: of the closest few, and of some besides."""
    if look is LOOKS[0]:
        return max(fits.items(), key=lambda pair: pair[1].correlation)
    layer = image.layer(look.layer)

    def as_it_lies(index: int) -> float:
        other, laid = films[index].layer(look.layer), fits[index]
        return correlation_at(layer, other, look.window, laid.place, laid.mirrored)

    closest = sorted(fits, key=as_it_lies, reverse=True)[: REFITTED - len(besides)]
    begun = {**besides, **{k: fits[k] for k in closest}}
    anew = [
        (k, refit(layer, films[k].layer(look.layer), look.window, laid))
        for k, laid in begun.items()
    ]
    return max(anew, key=lambda pair: pair[1].correlation)
