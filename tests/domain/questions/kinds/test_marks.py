"""Points and boxes lie on the picture, in its pixels."""

import json
from typing import Any

import pytest

from app.domain.questions.answer import Mark
from app.domain.questions.kinds.kind import WrongAnswer
from app.domain.questions.registry import kind_of
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import ONE, PAIR, answer, answer_of_form

POINT = {"x": 10, "y": 20.25}
BOX = {"x": 10, "y": 20, "width": 30, "height": 40}


def any_shape(**changes: Any) -> Any:
    return question(measure="place", shape="point_or_box", **changes)


def test_points_and_boxes_are_kept_to_a_tenth_of_a_pixel() -> None:
    marks = answer(any_shape(), [POINT, BOX | {"picture": 2}], PAIR)
    assert marks == (Mark(10, 20.2), Mark(10, 20, 30, 40, 2))
    assert kind_of(any_shape()).cell(any_shape(), marks) == "1:10,20.2;2:10,20,30,40"


def test_that_there_is_nothing_is_said_by_the_tick_alone() -> None:
    asked = any_shape()
    assert answer_of_form(asked, place__none="yes") == ()
    assert answer_of_form(asked, place="[]", place__none="yes") == ()
    assert answer_of_form(asked, place="[ ]") is None
    assert answer_of_form(asked, place="[]") is None
    assert kind_of(asked).cell(asked, ()) == "none"
    for marks in (json.dumps([POINT]), "none", "no"):
        with pytest.raises(WrongAnswer):
            answer_of_form(asked, place=marks, place__none="yes")


def test_without_a_word_for_none_a_mark_is_asked_for() -> None:
    with pytest.raises(WrongAnswer, match="at least one place"):
        answer(any_shape(none_label=""), [])


def test_a_box_at_the_edge_stays_on_the_picture() -> None:
    edge = {"x": 255.96, "y": 0, "width": 256.04, "height": 512}
    (mark,) = answer(any_shape(), [edge])
    assert isinstance(mark, Mark)
    assert mark.x + mark.width == 512
    assert answer(any_shape(), [{"x": 512, "y": 512}]) == (Mark(512, 512),)


def test_nought_has_no_sign() -> None:
    (mark,) = answer(any_shape(), [{"x": -0.0, "y": 0}])
    assert str(mark.x) == "0.0"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "mark",
    [
        {"x": 513, "y": 1},
        {"x": -1, "y": 1},
        {"x": 500, "y": 1, "width": 13, "height": 5},
        {"x": float("nan"), "y": 1},
        {"x": float("inf"), "y": 1},
        {"x": 10**400, "y": 1},
        {"x": "1", "y": 1},
        {"x": True, "y": 1},
        {"x": None, "y": 1},
        {"x": [1], "y": 1},
        {"y": 1},
        {},
        POINT | {"picture": 0},
        POINT | {"picture": 2},
        POINT | {"picture": True},
        POINT | {"picture": 1.0},
        POINT | {"width": 5},
        POINT | {"arm": "real"},
        "10,20",
        [10, 20],
        None,
    ],
)
def test_what_lies_outside_or_is_no_mark_is_refused(mark: Any) -> None:
    with pytest.raises(WrongAnswer):
        answer(any_shape(), [mark], ONE)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{}",
        '"points"',
        "7",
        "null",
        "true",
        "NaN",
        "[NaN]",
        '[{"x": 1e999, "y": 1}]',
        '[{"x": ' + "9" * 5000 + ', "y": 1}]',
        '[{"x": ' + "9" * 4000 + ', "y": 1}]',
        "\ud800",
        "[1, 2",
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_what_no_page_writes_is_refused_in_words(text: str) -> None:
    with pytest.raises(WrongAnswer):
        answer_of_form(any_shape(), place=text)


def test_shape_and_number_are_the_designs() -> None:
    with pytest.raises(WrongAnswer, match="draw a point"):
        answer(question(measure="place", shape="point"), [BOX])
    with pytest.raises(WrongAnswer, match="draw a box"):
        answer(question(measure="place", shape="box"), [POINT])
    with pytest.raises(WrongAnswer, match="At most 1 marks"):
        answer(any_shape(most=1), [POINT, POINT])
