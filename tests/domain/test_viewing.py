"""How a case was looked at is read strictly: what can't be true is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.viewing import (
    FIELDS,
    PREFIX,
    Viewing,
    read_viewing,
    viewing_from_json,
    viewing_to_json,
)

TOLD = {
    "width": "1440",
    "height": "900",
    "pixel_ratio": "1.25",
    "film_side": "812.5",
    "pointer": "mouse",
    "window": "180",
    "level": "127.5",
    "zoom": "2.441",
    "inverted": "1",
    "magnifier": "0",
}
SEEN = Viewing(1440, 900, 1.25, 812.5, "mouse", 180, 127.5, 2.441, True, False)


def read(has_film: bool = True, **changes: str) -> Viewing | None:
    fields = {PREFIX + name: text for name, text in {**TOLD, **changes}.items()}
    return read_viewing({"realism": "4", **fields}, has_film=has_film)


def test_what_a_page_tells_is_kept() -> None:
    assert read() == SEEN
    assert set(TOLD) == set(FIELDS)


def test_a_page_without_scripts_tells_nothing() -> None:
    assert read(**dict.fromkeys(TOLD, "")) is None
    assert read_viewing({"realism": "4"}, has_film=True) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("width", "0"),
        ("width", "1440.5"),
        ("width", "-1440"),
        ("width", "１４４０"),
        ("width", "1e3"),
        ("height", "999999"),
        ("pixel_ratio", "0"),
        ("pixel_ratio", "NaN"),
        ("pixel_ratio", "Infinity"),
        ("pixel_ratio", "1,25"),
        ("film_side", "0"),
        ("pointer", "eye"),
        ("pointer", "MOUSE"),
        ("window", "4"),
        ("window", "511"),
        ("level", "256"),
        ("zoom", "0.5"),
        ("zoom", "65"),
        ("inverted", "yes"),
        ("magnifier", "2"),
        ("level", " 127.5"),
    ],
)
def test_what_can_not_be_true_is_missing_and_nothing_else_is(name: str, text: str) -> None:
    said = read(**{name: text})
    assert said is not None
    assert getattr(said, name) is None
    assert all(getattr(said, other) == getattr(SEEN, other) for other in FIELDS if other != name)


@pytest.mark.parametrize("side", ["900.5", "1440"])
def test_a_film_larger_than_its_window_takes_both_away(side: str) -> None:
    said = read(film_side=side)
    assert said is not None
    assert (said.width, said.height, said.film_side) == (None, None, None)
    assert said.window == 180


def test_at_the_end_of_a_phase_nothing_is_said_of_a_film() -> None:
    assert read(has_film=False) == Viewing(1440, 900, 1.25, None, "mouse")


@given(st.dictionaries(st.sampled_from([PREFIX + name for name in FIELDS]), st.text(max_size=12)))
def test_whatever_comes_is_read_stored_and_read_again(form: dict[str, str]) -> None:
    said = read_viewing(form, has_film=True)
    assert viewing_from_json(viewing_to_json(said)) == said


def test_a_stored_field_of_another_version_is_passed_over() -> None:
    assert viewing_from_json('{"width":800,"colour":"green"}') == Viewing(width=800)
    assert viewing_from_json(None) is None
