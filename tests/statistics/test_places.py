"""Marks: densities that keep their mass, places held against chance, by loops and by geometry."""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from app.statistics.protocols.places import DISTANCE, GRID, Marking, PlacesOfArm, places
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

SETTINGS = AnalysisSettings()


def markings(
    rng: np.random.Generator, readers: int, films: int, *, spread: float | None = None
) -> list[Marking]:
    """Marks anywhere on the film, or about one place of it; some readers see nothing."""
    made = []
    for k in range(films):
        centre = 0.2 + 0.6 * rng.random(2)
        for j in range(readers):
            drawn = rng.random((rng.integers(0, 3), 2))
            if spread is not None:
                drawn = np.clip(centre + spread * rng.normal(size=drawn.shape), 0, 1)
            marks = tuple((float(x), float(y)) for x, y in drawn)
            made.append(Marking(f"R{j}", f"{k:02d}", "M1", "synthetic", marks))
    return made


def arm(made: Sequence[Marking]) -> PlacesOfArm:
    return places(made, SETTINGS).arms[0]


def near(one: Marking, other: Marking) -> float:
    pairs = list(product(one.marks, other.marks))
    return sum(math.dist(a, b) <= DISTANCE for a, b in pairs) / len(pairs)


def by_loops(made: Sequence[Marking]) -> tuple[float, float]:
    """The observed share and that of chance, as their definition says."""
    marked = [one for one in made if one.marks]
    pairs = [(a, b) for a in marked for b in marked if a.reader != b.reader]
    same = [near(a, b) for a, b in pairs if a.case == b.case]
    others = [near(a, b) for a, b in pairs if a.case != b.case]
    return float(np.mean(same)), float(np.mean(others))


def test_same_place_and_chance_are_what_they_are_defined_as() -> None:
    made = markings(np.random.default_rng(5), 4, 12, spread=0.08)
    observed, chance = by_loops(made)
    of_arm = arm(made)
    assert of_arm.same_place.estimate == pytest.approx(observed)
    assert of_arm.chance == pytest.approx(chance)
    assert observed > 2 * chance


def test_the_interval_is_the_two_way_jackknife_of_the_share() -> None:
    made = markings(np.random.default_rng(6), 4, 8, spread=0.08)
    readers, films = sorted({one.reader for one in made}), sorted({one.case for one in made})
    seen = [film for film in films if sum(bool(one.marks) for one in made if one.case == film) > 1]

    def share(without_reader: str = "", without_film: str = "") -> float:
        kept = [one for one in made if one.reader != without_reader and one.case != without_film]
        return by_loops(kept)[0]

    def spread(values: Sequence[float]) -> float:
        n = len(values)
        return (n - 1) / n * sum((value - np.mean(values)) ** 2 for value in values)

    both = np.array([[share(reader, film) for film in seen] for reader in readers])
    centred = both - both.mean(0) - both.mean(1)[:, None] + both.mean()
    j, k = both.shape
    shared = (j - 1) * (k - 1) / (j * k) * (centred**2).sum()
    of_readers = spread([share(reader) for reader in readers])
    of_films = spread([share(without_film=film) for film in seen])
    expected = of_films + max(of_readers - shared, 0.1 * of_readers)
    assert arm(made).same_place.se == pytest.approx(math.sqrt(expected))


def test_marks_anywhere_meet_as_often_as_points_in_a_square_do() -> None:
    made = markings(np.random.default_rng(8), 6, 150)
    r = DISTANCE
    # Two points uniform in the unit square: pi r^2 - 8 r^3 / 3 + r^4 / 2 (square line picking).
    expected = math.pi * r**2 - 8 * r**3 / 3 + r**4 / 2
    of_arm = arm(made)
    assert of_arm.chance == pytest.approx(expected, abs=0.003)
    low, high = of_arm.same_place.low, of_arm.same_place.high
    assert low is not None
    assert high is not None
    assert low <= expected <= high


@pytest.mark.parametrize("repetitions", lengths(40, 150))
def test_the_interval_covers_what_it_states(repetitions: int) -> None:
    rng = np.random.default_rng(11)
    truth = arm(markings(rng, 12, 1500, spread=0.06)).same_place.estimate or 0.0
    inside = 0
    for _ in range(repetitions):
        interval = arm(markings(rng, 5, 40, spread=0.06)).same_place
        assert interval.low is not None
        assert interval.high is not None
        inside += interval.low <= truth <= interval.high
    assert least_covered(repetitions, 0.90) <= inside / repetitions
    assert repetitions < 150 or inside / repetitions <= 0.99


def test_a_map_holds_every_mark_and_counts_by_readings() -> None:
    made = [
        Marking("A", "1", "M1", "synthetic", ((0.2, 0.9), (0.75, 0.25))),
        Marking("B", "1", "M1", "synthetic", ()),
        Marking("A", "2", "M1", "synthetic", ((0.75, 0.25),)),
    ]
    of_arm = arm(made)
    # Marks for each 100 readings and 1 % of the picture, over 100 % of it.
    assert of_arm.density.mean() * 100 == pytest.approx(100 * 3 / 3)
    row, column = np.unravel_index(of_arm.density.argmax(), of_arm.density.shape)
    assert (abs(column - 0.75 * GRID) <= 1, abs(row - 0.25 * GRID) <= 1) == (True, True)
    assert of_arm.marks_per_film.estimate == pytest.approx((3 / 2 + 0) / 2)
    assert of_arm.with_marks.estimate == 0.5
    assert "no film was marked by two readers" in of_arm.same_place.state


def test_two_readers_speak_for_themselves_and_one_alone_for_nobody_else() -> None:
    made = markings(np.random.default_rng(9), 2, 20, spread=0.05)
    assert "these readers only" in arm(made).same_place.method
    alone = [one for one in made if one.reader == "R0"]
    of_arm = arm(alone)
    assert "no film was marked by two readers" in of_arm.same_place.state
    assert "this reader" in of_arm.with_marks.method
    assert of_arm.chance is None
