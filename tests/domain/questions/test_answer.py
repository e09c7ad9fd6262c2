"""A value has one stored text, and only what was stored by it is read."""

import pytest

from app.domain.questions.answer import Mark, value_from_json, value_to_json


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (4, "4"),
        (-2, "-2"),
        ("synthetic", '"synthetic"'),
        ('Veía "una" sombra\n', '"Veía \\"una\\" sombra\\n"'),
        ((), "[]"),
        (("rib", "grain"), '["rib","grain"]'),
        ((Mark(1, 2.5),), '[{"height":0.0,"picture":1,"width":0.0,"x":1,"y":2.5}]'),
    ],
)
def test_a_value_has_one_text(value: object, stored: str) -> None:
    assert value_to_json(value) == stored  # type: ignore[arg-type]
    assert value_from_json(stored) == value


@pytest.mark.parametrize("text", ["true", "null", "1.5", "{}", "[1]", '["a",{}]', "[[]]"])
def test_what_is_no_answer_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a stored answer"):
        value_from_json(text)
