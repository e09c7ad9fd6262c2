"""The verdict that practice feedback compares with the truth."""

import pytest

from app.domain.practice import verdict_in
from app.domain.questions.question import Question

CHOICE = Question("call", "verdict", "choice", "Real or synthetic?")
SCALE = Question("surety", "verdict", "scale", "How sure?", low=1, high=6)
REALISM = Question("verdict", "realism", "scale", "How real?", low=1, high=5)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"call": "real"}, "real"),
        ({"call": "synthetic"}, "synthetic"),
        ({"surety": 3}, "real"),
        ({"surety": 4}, "synthetic"),
        ({}, None),
        ({"verdict": 2}, None),
    ],
)
def test_it_follows_the_measure_and_not_the_key(
    answers: dict[str, int | str], verdict: str | None
) -> None:
    assert verdict_in([REALISM, CHOICE, SCALE], answers) == verdict
