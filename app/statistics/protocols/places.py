"""Where readers mark films: how often, where on the picture, and whether in the same places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from app.domain.said import said
from app.statistics.protocols.averaged import averaged
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int, RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.jackknife import IntervalRule, JackknifeInput, two_way_estimate

# Marks nearer than this share of the picture's side are taken as of one place.
DISTANCE = 0.1
GRID = 48
# Standard deviation of the kernel, as a share of the side.
SPREAD = 0.04
_RULE = IntervalRule("complement", least_share=0.1)


@dataclass(frozen=True)
class Marking:
    """What one reader marked on one film.

    ``marks`` are (x, y) of points and of the middles of boxes, as shares of the picture's side from
    its top left; empty where the reader said that there is nothing to mark.
    """

    reader: str
    case: str
    arm: str
    truth: str
    marks: tuple[tuple[float, float], ...]
    cluster: str = ""


@dataclass(frozen=True)
class PlacesOfArm:
    """Marks in one arm.

    Attributes
    ----------
    with_marks : Estimate
        Share of a reader's films with at least one mark, averaged over readers.
    marks_per_film : Estimate
        Marks of a reader on a film, films without any included, averaged over readers.
    same_place : Estimate
        Of the marks of two readers on one film, the share of pairs within ``DISTANCE``.
    chance : float or None
        The same of two readers' marks on different films of the arm.
    density : (GRID, GRID) array of float
        Marks for each 100 readings and 1 % of the picture, rows from the top.
    n_readings, n_marks : int
    """

    arm: str
    truth: str
    with_marks: Estimate
    marks_per_film: Estimate
    same_place: Estimate
    chance: float | None
    density: Float
    n_readings: int
    n_marks: int


@dataclass(frozen=True)
class Places:
    """Result of :func:`places`."""

    arms: tuple[PlacesOfArm, ...]

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate."""
        return tuple(
            one for arm in self.arms for one in (arm.with_marks, arm.marks_per_film, arm.same_place)
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; the density with three decimals."""
        return {
            "distance": DISTANCE,
            "by_arm": {
                one.arm: {
                    "n_readings": one.n_readings,
                    "n_marks": one.n_marks,
                    "with_marks": one.with_marks.to_json(),
                    "marks_per_film": one.marks_per_film.to_json(),
                    "same_place": one.same_place.to_json(),
                    "same_place_by_chance": one.chance,
                    "density": np.round(one.density, 3).tolist(),
                }
                for one in self.arms
            },
        }


def places(markings: Sequence[Marking], settings: AnalysisSettings) -> Places:
    """Marks by arm: how many, where, and whether readers mark the same places.

    ``same_place`` is, with d the distance of two marks and r ``DISTANCE``::

        mean over films k and pairs of readers a, b who both marked k of
            the share of pairs (mark of a, mark of b) with d <= r

    and ``chance`` the same mean over pairs of readings of different readers on different films: how
    often marks meet because all readers look where chests have something, not because this film
    has. Chance is a mean over many more pairs; the interval is that of the observed share, by the
    two-way jackknife over readers and films.

    ``density`` is a Gaussian kernel estimate, the standard deviation being ``SPREAD`` of the side,
    with the mass that would leave the picture thrown back into it.

    Parameters
    ----------
    markings : sequence of Marking
        At least one, one for each reader and film.
    settings : AnalysisSettings

    References
    ----------
    Ripley BD (1977), J R Stat Soc B 39:172-192, doi:10.1111/j.2517-6161.1977.tb01615.x (pairs of
    points within a distance, against chance); Silverman BW (1986), Density estimation for
    statistics and data analysis, doi:10.1201/9781315140919; Hoeffding W (1948), Ann Math Stat
    19:293-325, doi:10.1214/aoms/1177730196.
    """
    table = ratings_table(
        reader=[one.reader for one in markings],
        case=[one.case for one in markings],
        arm=[one.arm for one in markings],
        truth=[one.truth for one in markings],
        cluster=[one.cluster for one in markings],
        score=[float(len(one.marks)) for one in markings],
    )
    return Places(
        tuple(
            _arm(table, arm, [one for one in markings if one.arm == arm], settings)
            for arm in table.arms
        )
    )


def _arm(
    table: RatingsTable, arm: str, markings: Sequence[Marking], settings: AnalysisSettings
) -> PlacesOfArm:
    counts = table.matrix("score", arm)
    clusters = table.clusters(arm) if table.has_clusters else None
    any_mark = np.where(np.isfinite(counts), counts > 0, np.nan)
    per_film = averaged(
        counts, clusters, settings, scale="identity", what=said("the share of films")
    )
    if per_film.low is not None:
        per_film = replace(per_film, low=max(0.0, per_film.low))
    meetings = _meetings(table, arm, markings)
    return PlacesOfArm(
        arm=arm,
        truth=table.truth_of(arm),
        with_marks=averaged(any_mark, clusters, settings, what=said("the share of films")),
        marks_per_film=per_film,
        same_place=_same_place(meetings, clusters, settings),
        chance=meetings.chance,
        density=_density(markings),
        n_readings=len(markings),
        n_marks=sum(len(one.marks) for one in markings),
    )


def _density(markings: Sequence[Marking]) -> Float:
    points = np.array([mark for one in markings for mark in one.marks]).reshape(-1, 2)
    cells, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=GRID, range=[[0, 1], [0, 1]])
    smooth: Float = gaussian_filter(cells, SPREAD * GRID, mode="reflect")
    # One cell is 1 / GRID^2 of the picture; a hundredth of it holds GRID^2 / 100 cells.
    return smooth * GRID**2 / 100 * 100 / len(markings)


@dataclass(frozen=True)
class _Meetings:
    """Shares of near marks (``near``) and pairs of readings (``pairs``), summed over partners.

    Both are (J, K): of reader j on film k with every other reader who marked it.
    """

    near: Float
    pairs: Float
    chance: float | None
    n_marks: int


def _meetings(table: RatingsTable, arm: str, markings: Sequence[Marking]) -> _Meetings:
    readers = {name: place for place, name in enumerate(table.readers)}
    films = {name: place for place, name in enumerate(table.cases(arm))}
    marked = [one for one in markings if one.marks]
    who = np.array([readers[one.reader] for one in marked for _ in one.marks], dtype=np.int64)
    film = np.array([films[one.case] for one in marked for _ in one.marks], dtype=np.int64)
    # Every reading weighs 1, however many marks it has.
    weight = np.array([1.0 / len(one.marks) for one in marked for _ in one.marks])
    points = np.array([mark for one in marked for mark in one.marks]).reshape(-1, 2)
    near = np.zeros((len(readers), len(films)))
    for k in np.unique(film):
        here = np.flatnonzero(film == k)
        close = cdist(points[here], points[here]) <= DISTANCE
        close &= who[here][:, None] != who[here][None, :]
        sums = weight[here] * (close @ weight[here])
        np.add.at(near[:, k], who[here], sums)
    has = np.zeros((len(readers), len(films)))
    has[who, film] = 1.0
    pairs = has * (has.sum(axis=0) - 1.0)
    chance = _chance(points, weight, who, float(near.sum()), has)
    return _Meetings(near, pairs, chance, int(points.shape[0]))


def _chance(points: Float, weight: Float, who: Int, near_here: float, has: Float) -> float | None:
    """The share of near marks of different readers on different films; None without such."""
    if not points.size:
        return None
    by_reader, by_film = has.sum(axis=1), has.sum(axis=0)
    readings = has.sum()
    pairs = readings**2 - (by_reader**2).sum() - (by_film * (by_film - 1)).sum()
    if pairs <= 0:
        return None
    near = _near(points, weight) - near_here
    near -= sum(_near(points[who == j], weight[who == j]) for j in np.unique(who))
    return float(min(1.0, max(0.0, near / pairs)))


def _near(points: Float, weight: Float) -> float:
    """Sum over ordered pairs of marks within the distance, each with itself included."""
    tree = cKDTree(points)
    return float(tree.count_neighbors(tree, DISTANCE, weights=(weight, weight)))


def _same_place(meetings: _Meetings, clusters: Int | None, settings: AnalysisSettings) -> Estimate:
    near, pairs = meetings.near, meetings.pairs
    if clusters is not None:
        groups = np.unique(clusters)
        near = np.stack([near[:, clusters == g].sum(axis=1) for g in groups], axis=1)
        pairs = np.stack([pairs[:, clusters == g].sum(axis=1) for g in groups], axis=1)
    met, films = pairs.sum(axis=1) > 0, pairs.sum(axis=0) > 0
    near, pairs = near[np.ix_(met, films)], pairs[np.ix_(met, films)]
    counts = (int(met.sum()), int(films.sum()), meetings.n_marks)
    if not pairs.size:
        return not_estimable(
            said("no film was marked by two readers"), n_readers=counts[0], n_ratings=counts[2]
        )
    values = JackknifeInput(
        estimate=float(near.sum() / pairs.sum()),
        without_reader=_ratio(
            near.sum() - 2 * near.sum(axis=1), pairs.sum() - 2 * pairs.sum(axis=1)
        ),
        without_case=_ratio(near.sum() - near.sum(axis=0), pairs.sum() - pairs.sum(axis=0)),
        without_both=_ratio(_without_both(near), _without_both(pairs)),
    )
    return two_way_estimate(
        values,
        counts,
        why_undefined=said("no film was marked by two readers"),
        level=settings.level,
        generalise_to=settings.generalise_to,
        bounds=(0.0, 1.0),
        rule=_RULE,
    )


def _without_both(sums: Float) -> Float:
    """Of ordered pairs: without reader j (twice their sum) and film k, what is in both put back."""
    of_reader, of_film = sums.sum(axis=1, keepdims=True), sums.sum(axis=0, keepdims=True)
    left: Float = sums.sum() - 2 * of_reader - of_film + 2 * sums
    return left


def _ratio(near: Float, pairs: Float) -> Float:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Float = np.where(pairs > 0.5, near / pairs, math.nan)
    return ratio
