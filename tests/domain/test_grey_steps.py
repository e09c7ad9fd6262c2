"""The grey-step check: squares at random places, and what counts as told apart."""

from collections import Counter

import pytest

from app.domain.errors import BadAnswer
from app.domain.grey_steps import (
    ENDS,
    PLACES,
    STEPS,
    End,
    GreySteps,
    last_check,
    read_grey_steps,
    strips_of,
    with_check,
)

NAME = "0123456789abcdefABCDEF"


def ticked(*, black: set[int], white: set[int], name: str = NAME) -> dict[str, str]:
    """A form that names the places of these steps; 0 names an empty place."""
    form = {}
    for end, steps in zip(ENDS, (black, white), strict=True):
        strip = next(one for one in strips_of(name) if one.end == end)
        for place, step in enumerate(strip.steps, start=1):
            if step in steps:
                form[f"{end}.{place}"] = "yes"
        if 0 in steps:
            form[f"{end}.{strip.steps.index(None) + 1}"] = "yes"
        if not steps:
            form[f"{end}.none"] = "yes"
    return form


def test_levels_are_per_cent_of_the_driving_level() -> None:
    black, white = strips_of(NAME)
    level = dict(zip(black.steps, black.levels, strict=True))
    assert (level[5], level[3], level[2], level[1], level[None]) == (13, 8, 5, 3, None)
    level = dict(zip(white.steps, white.levels, strict=True))
    assert (level[5], level[3], level[2], level[1]) == (242, 247, 250, 252)
    assert (black.ground, white.ground) == (0, 255)


def test_every_check_has_other_places_and_each_place_is_as_likely() -> None:
    assert strips_of(NAME) == strips_of(NAME)
    drawn = [strips_of(f"check number {number}") for number in range(400)]
    assert len(set(drawn)) > 395
    at: Counter[tuple[End, int]] = Counter(
        (strip.end, place)
        for strips in drawn
        for strip in strips
        for place, step in enumerate(strip.steps)
        if step == 5
    )
    assert len(at) == 2 * PLACES
    assert all(25 <= count <= 80 for count in at.values())


@pytest.mark.parametrize(
    ("black", "white", "expected"),
    [
        (set(STEPS), set(STEPS), GreySteps(1, 1, 0)),
        ({5, 3}, {5}, GreySteps(3, 5, 0)),
        # A finer step does not count without the larger one.
        ({5, 2}, {3, 2, 1}, GreySteps(5, None, 0)),
        (set(), {5, 3, 2}, GreySteps(None, 2, 0)),
        # Whoever sees squares where none are has not looked, or can't tell.
        ({5, 3, 2, 1, 0}, {5}, GreySteps(None, 5, 1)),
    ],
)
def test_a_step_counts_with_all_larger_ones_and_without_errors(
    black: set[int], white: set[int], expected: GreySteps
) -> None:
    check = read_grey_steps(NAME, ticked(black=black, white=white))
    assert check == expected
    assert check.has_passed == (None not in (expected.black_step, expected.white_step))


def test_ticking_everything_is_no_way_through() -> None:
    form = {f"{end}.{place}": "yes" for end in ENDS for place in range(1, PLACES + 1)}
    check = read_grey_steps(NAME, form)
    assert check == GreySteps(None, None, 2 * (PLACES - len(STEPS)))
    assert not check.has_passed


def test_yesterdays_answer_does_not_fit_todays_strips() -> None:
    form = ticked(black=set(STEPS), white=set(STEPS), name="another check, 22 char")
    assert not read_grey_steps(NAME, form).has_passed


@pytest.mark.parametrize("end", ENDS)
def test_nothing_ticked_and_both_ticked_are_asked_about(end: End) -> None:
    good = ticked(black={5}, white={5})
    left = {name: value for name, value in good.items() if not name.startswith(end)}
    for form in (left, {**good, f"{end}.none": "yes"}):
        with pytest.raises(BadAnswer) as raised:
            read_grey_steps(NAME, form)
        assert set(raised.value.problems) == {end}


def test_checks_are_added_and_the_last_one_counts() -> None:
    first, second = GreySteps(None, 5, 0), GreySteps(2, 3, 0)
    stored = with_check(with_check(None, first), second)
    assert last_check(stored) == second
    assert stored.count("black_step") == 2
    assert last_check(None) is None
