"""A question as data."""

from app.domain.questions.question import Question
from tests.domain.documents import question


def test_the_ends_may_be_named_alone() -> None:
    asked = Question("q", "realism", "scale", "?", low=0, high=3, labels=("No", "Yes"))
    assert [asked.label_at(point) for point in asked.points] == ["No", "", "", "Yes"]


def test_a_scale_of_two_points_has_two_words() -> None:
    asked = Question("q", "realism", "scale", "?", low=0, high=1, labels=("No", "Yes"))
    assert [asked.label_at(point) for point in asked.points] == ["No", "Yes"]


def test_a_scale_without_words_has_none() -> None:
    asked = Question("q", "realism", "scale", "?", low=0, high=3)
    assert [asked.label_at(point) for point in asked.points] == [""] * 4


def test_an_option_is_known_by_its_value() -> None:
    asked = question(measure="verdict")
    option = asked.option("real")
    assert option is not None
    assert option.label == "Real"
    assert asked.option("Real") is None
