"""One of a few named answers."""

from typing import Any

import pytest

from app.domain.errors import BadDesign
from app.domain.questions.kinds.choice import value_of
from app.domain.questions.kinds.kind import WrongAnswer
from app.domain.questions.registry import kind_of
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import ONE, answer, answer_of_form


def test_plain_texts_are_their_own_labels() -> None:
    asked = question(measure="noticed", options=["Não", "Sim, algo", "どちらでもない"])
    assert [(one.value, one.label) for one in asked.options] == [
        ("nao", "Não"),
        ("sim_algo", "Sim, algo"),
        ("answer3", "どちらでもない"),
    ]
    assert answer_of_form(asked, noticed="sim_algo") == "sim_algo"
    assert [one.key for one in kind_of(asked).options(asked, ONE)] == ["1", "2", "3"]


def test_own_letters_answer() -> None:
    asked = question(measure="verdict")
    assert [(one.value, one.key) for one in kind_of(asked).options(asked, ONE)] == [
        ("real", "r"),
        ("synthetic", "s"),
    ]


def rows(*options: Any) -> dict[str, Any]:
    return {"options": list(options)}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"options": "ab"}, "options"),
        ({"options": {"a": 1, "b": 2}}, "options"),
        ({"options": 7}, "options"),
        ({"options": None}, "options"),
        (rows(), "options"),
        (rows("only"), "options"),
        (rows(*"abcdefghijkl"), "options"),
        (rows("a", "a"), "options[2].value"),
        (rows({"label": "A", "value": "x"}, {"label": "A", "value": "y"}), "options[2].label"),
        (rows({"label": "A", "value": "x"}, {"label": "B", "value": "x"}), "options[2].value"),
        (rows("a", {"label": "B", "value": "B c"}), "options[2].value"),
        (rows("a", {"label": ""}), "options[2].label"),
        (rows("a", {"label": "B", "key": "bb"}), "options[2].key"),
        (rows("a", {"label": "B", "key": "i"}), "options[2].key"),
        (rows("a", {"label": "B", "key": "1"}), "options[2].key"),
        (rows({"label": "A", "key": "w"}, {"label": "B", "key": "W"}), "options[2].key"),
        (rows("a", {"label": "B", "colour": "red"}), "options[2].colour"),
        (rows("a", 7), "options[2]"),
        (rows("a", ["b"]), "options[2]"),
    ],
)
def test_options_that_make_no_sense_are_refused(row: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        question(measure="noticed", **row)
    assert caught.value.field == f"questions[1].{field}"


@pytest.mark.parametrize(
    "raw", ["Real", "", "real ", 1, True, None, ["real"], {"real": 1}, "unsure"]
)
def test_only_an_option_is_an_answer(raw: Any) -> None:
    with pytest.raises(WrongAnswer, match="one of: Real, Synthetic"):
        answer(question(measure="verdict"), raw)


def test_a_value_is_made_of_a_label() -> None:
    assert value_of("Ça & là, 2×") == "ca_la_2"
    assert value_of("無い") == ""
    assert len(value_of("x" * 100)) == 40
