"""Which of the pictures."""

from typing import Any

import pytest

from app.domain.questions.kinds.kind import Picture, WrongAnswer
from app.domain.questions.registry import kind_of
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import PAIR, answer


def test_pictures_are_counted_from_one_and_a_tie_is_nought() -> None:
    asked = question(measure="preference", tie_label="Both alike")
    assert [answer(asked, raw, PAIR) for raw in ("0", "1", 2)] == [0, 1, 2]
    named = [(one.value, one.label, one.key) for one in kind_of(asked).options(asked, PAIR)]
    assert named == [("1", "Left", "1"), ("2", "Right", "2"), ("0", "Both alike", "0")]


def test_pictures_that_come_in_turn_have_no_left() -> None:
    asked = question(measure="preference")
    shown = Picture(2, 512, in_turn=True)
    assert [one.label for one in kind_of(asked).options(asked, shown)] == ["First", "Second"]
    four = kind_of(asked).options(asked, Picture(4, 512))
    assert [one.label for one in four] == [f"Picture {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("raw", [0, 3, -1, "left", True, 1.0, None, [1], "２"])
def test_only_a_picture_that_was_shown_is_an_answer(raw: Any) -> None:
    with pytest.raises(WrongAnswer, match="one of the 2 pictures"):
        answer(question(measure="find_the_real"), raw, PAIR)
