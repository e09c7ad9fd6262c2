"""Long scales."""

from typing import Any

import pytest

from app.domain.errors import BadDesign
from app.domain.questions.kinds.kind import WrongAnswer
from app.domain.questions.registry import kind_of
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import ONE, answer


def test_a_slider_has_ends_and_no_keys() -> None:
    asked = question(measure="realism", kind="slider", labels=["Fake", "Real"])
    assert (asked.low, asked.high, asked.labels) == (0, 100, ("Fake", "Real"))
    assert answer(asked, "100") == 100
    assert kind_of(asked).options(asked, ONE) == ()
    with pytest.raises(WrongAnswer):
        answer(asked, 101)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"low": 5, "high": 5}, "high"),
        ({"high": 10_001}, "high"),
        ({"labels": ["only one"]}, "labels"),
    ],
)
def test_a_slider_that_makes_no_sense_is_refused(row: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        question(measure="realism", kind="slider", **row)
    assert caught.value.field == f"questions[1].{field}"
