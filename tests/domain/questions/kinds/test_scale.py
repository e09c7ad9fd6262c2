"""Scales of any points: read, refused, answered."""

from typing import Any

import pytest

from app.domain.errors import BadDesign
from app.domain.questions.kinds.kind import WrongAnswer
from app.domain.questions.kinds.scale import whole_number
from app.domain.questions.registry import kind_of
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import ONE, answer, answer_of_form


def test_visual_grading_goes_from_minus_two_to_two() -> None:
    asked = question(
        measure="quality",
        low=-2,
        high=2,
        labels=["Clearly worse", "Clearly better"],
    )
    assert list(asked.points) == [-2, -1, 0, 1, 2]
    assert [asked.label_at(point) for point in asked.points] == [
        "Clearly worse",
        "",
        "",
        "",
        "Clearly better",
    ]
    assert answer_of_form(asked, quality="-2") == -2
    assert answer_of_form(asked, quality="\N{MINUS SIGN}1") == -1
    assert answer_of_form(asked, quality="+2") == 2
    assert [option.key for option in kind_of(asked).options(asked, ONE)] == list("12345")


def test_a_scale_says_each_word_in_any_language() -> None:
    words = ["無い", "弱い", "普通", "強い"]
    asked = question(measure="realism", low=1, high=4, labels=words)
    assert [asked.label_at(point) for point in asked.points] == words
    assert kind_of(asked).explain(asked).endswith("(1 無い, 2 弱い, 3 普通, 4 強い)")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"low": 1, "high": 1}, "high"),
        ({"low": 5, "high": 1}, "high"),
        ({"low": 0, "high": 11}, "high"),
        ({"low": True, "high": 5}, "low"),
        ({"low": 1.0, "high": 5}, "low"),
        ({"low": 1, "high": 5, "labels": ["a", "b", "c"]}, "labels"),
        ({"low": 1, "high": 5, "labels": "ends"}, "labels"),
        ({"low": 1, "high": 5, "labels": ["", "b"]}, "labels"),
        ({"low": 1, "high": 5, "steps": 3}, "steps"),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(row: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        question(measure="realism", **row)
    assert caught.value.field == f"questions[1].{field}"


@pytest.mark.parametrize(
    "raw",
    [0, 6, True, False, 3.0, "3.0", "٣", "³", "1e0", "", None, [3], "3 4", "1" * 400, 10**400],
)
def test_only_a_point_of_the_scale_is_an_answer(raw: Any) -> None:
    with pytest.raises(WrongAnswer, match="whole number from 1 to 5"):
        answer(question(measure="realism"), raw)


@pytest.mark.parametrize(
    ("raw", "number"),
    [("3", 3), (" 3 ", 3), ("-3", -3), ("+3", 3), ("--3", None), ("-", None), ("", None), (7, 7)],
)
def test_a_whole_number_is_read_with_its_sign(raw: object, number: int | None) -> None:
    assert whole_number(raw) == number


def test_what_is_missing_is_asked_for_by_its_ends() -> None:
    asked = question(measure="realism")
    assert kind_of(asked).missing(asked) == "Please answer from 1 to 5."
