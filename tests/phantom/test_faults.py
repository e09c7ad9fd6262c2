"""The faults of generators: each changes the picture in its own way, and only so."""

from functools import cache

import numpy as np
import pytest

from app.phantom.anatomy import sample_anatomy
from app.phantom.faults import FAULTS, disturb_ribs
from app.phantom.radiograph import chest_radiograph, simulate_film
from app.phantom.skeleton import rib_course

from .films import fine_texture, heart_to_the_right

SEEDS = range(4)


@cache
def film(seed: int, fault: str | None = None) -> np.ndarray:
    """A film of the demonstration's size, which several tests look at."""
    return chest_radiograph(seed=seed, condition="normal", fault=fault)


@pytest.mark.parametrize("fault", FAULTS)
def test_it_changes_the_picture(fault: str) -> None:
    for seed in (1, 2, 3):
        plain, faulty = film(seed).astype(int), film(seed, fault).astype(int)
        assert np.abs(plain - faulty).max() > 8


@pytest.mark.parametrize("fault", FAULTS)
def test_its_strength_differs_from_image_to_image(fault: str) -> None:
    strengths = {
        simulate_film(seed=seed, condition="normal", size=128, fault=fault).description[
            "fault_strength"
        ]
        for seed in SEEDS
    }
    assert len(strengths) == len(SEEDS)


def test_smoothing_takes_texture_away_and_grain_adds_it() -> None:
    for seed in (1, 2, 3):
        plain, smooth, grain = (
            fine_texture(film(seed, fault)) for fault in (None, "smooth", "grain")
        )
        assert smooth < plain < grain


def test_grain_is_as_strong_in_air_as_in_the_body() -> None:
    film = chest_radiograph(seed=11, condition="normal", fault="grain").astype(float)
    plain = chest_radiograph(seed=11, condition="normal").astype(float)
    grain = film - plain
    unclipped = (plain > 30) & (plain < 225)
    dark, bright = unclipped & (plain < 110), unclipped & (plain > 170)
    assert grain[dark].std() == pytest.approx(grain[bright].std(), rel=0.1)


def test_the_mirrored_heart_leans_to_the_left_of_the_image() -> None:
    for seed in range(10):
        plain = chest_radiograph(seed=seed, condition="normal", size=192)
        mirrored = chest_radiograph(seed=seed, condition="normal", size=192, fault="mirrored")
        assert heart_to_the_right(mirrored) < heart_to_the_right(plain) - 4


def test_the_other_faults_leave_the_heart_where_it_is() -> None:
    for fault in ("smooth", "ribs", "grain"):
        for seed in SEEDS:
            plain = heart_to_the_right(chest_radiograph(seed=seed, condition="normal", size=192))
            faulty = heart_to_the_right(
                chest_radiograph(seed=seed, condition="normal", size=192, fault=fault)
            )
            assert faulty == pytest.approx(plain, abs=5)


@pytest.mark.parametrize("strength", [0.2, 1.0])
def test_ribs_are_broken_forked_or_bent_among_the_visible_ones_only(strength: float) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    anatomy = sample_anatomy(rng)
    courses = [(rib, rib_course(rib, anatomy)) for rib in anatomy.ribs]
    disturbed = disturb_ribs(courses, strength, rng)
    kept = {id(course) for _, course in disturbed}
    changed = [rib for rib, course in courses if id(course) not in kept]
    forked = len(disturbed) - len(courses)
    assert forked >= 1
    assert changed
    assert all(3 <= rib.number <= 9 for rib in changed)
