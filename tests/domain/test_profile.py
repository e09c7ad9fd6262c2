"""What a reader tells of their experience."""

import doctest

import pytest

from app.domain import profile
from app.domain.display import DisplayPlan
from app.domain.errors import BadAnswer
from app.domain.profile import MOST_YEARS, Profile, experience_band, read_profile

FORM = {
    "role": "radiologist",
    "specialty": "chest",
    "years_experience": "14",
    "reading_frequency": "daily",
}


def test_the_docstrings_examples_hold() -> None:
    assert doctest.testmod(profile).failed == 0


@pytest.mark.parametrize(
    ("years", "band"),
    [(0, "under 5 years"), (5, "5 to 9 years"), (19, "10 to 19 years"), (70, "20 years or more")],
)
def test_years_fall_into_bands(years: int, band: str) -> None:
    assert experience_band(years) == band


def test_a_whole_form_becomes_a_profile() -> None:
    assert read_profile(FORM) == Profile("radiologist", "chest", 14, "daily")


def test_every_question_left_out_is_named() -> None:
    with pytest.raises(BadAnswer) as raised:
        read_profile({})
    assert set(raised.value.problems) == set(FORM)


@pytest.mark.parametrize("years", ["-1", "1.5", "٣", str(MOST_YEARS + 1)])
def test_years_are_a_whole_number_up_to_a_limit(years: str) -> None:
    with pytest.raises(BadAnswer) as raised:
        read_profile({**FORM, "years_experience": years})
    assert set(raised.value.problems) == {"years_experience"}


def test_display_and_light_are_asked_for_only_by_a_design_that_does() -> None:
    said = {**FORM, "display": "tablet", "ambient_light": "dark"}
    assert read_profile(said).display is None
    both = read_profile(said, DisplayPlan(ask_kind=True, ask_light=True))
    assert (both.display, both.ambient_light) == ("tablet", "dark")
    with pytest.raises(BadAnswer) as raised:
        read_profile({**said, "display": "wall"}, DisplayPlan(ask_kind=True))
    assert set(raised.value.problems) == {"display"}
