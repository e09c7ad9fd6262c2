"""Words of a vocabulary, and the explicit answer that none applies."""

from typing import Any

import pytest

from app.domain.errors import BadDesign
from app.domain.questions.kinds.kind import WrongAnswer
from app.domain.questions.registry import kind_of
from tests.domain.documents import question
from tests.domain.questions.kinds.asking import ONE, answer, answer_of_form


def test_the_artefacts_of_chest_films_are_the_first_vocabulary() -> None:
    asked = question(measure="artefact")
    assert len(asked.options) == 10
    assert asked.none_label == "None seen"
    assert answer_of_form(asked, artefact__rib="yes", artefact__grain="yes") == ("grain", "rib")
    assert answer_of_form(asked, artefact__none="yes") == ()
    assert answer_of_form(asked) is None
    assert kind_of(asked).cell(asked, ()) == "none"
    assert kind_of(asked).cell(asked, ("grain", "rib")) == "grain;rib"
    assert kind_of(asked).options(asked, ONE)[-1].value == "none"


def test_none_and_a_word_contradict_each_other() -> None:
    with pytest.raises(WrongAnswer, match="not both"):
        answer_of_form(question(measure="artefact"), artefact__none="yes", artefact__rib="yes")


def test_a_study_brings_its_own_words() -> None:
    asked = question(measure="artefact", options=["Costela quebrada", "Ruído"], none_label="Nenhum")
    assert answer(asked, ["ruido", "ruido"]) == ("ruido",)
    assert answer(asked, []) == ()
    assert answer(asked, ["none"]) == ()


def test_without_a_word_for_none_something_must_be_chosen() -> None:
    asked = question(measure="artefact", none_label="")
    for raw in ([], ["none"]):
        with pytest.raises(WrongAnswer):
            answer(asked, raw)
    assert answer_of_form(asked, artefact__none="yes") is None


@pytest.mark.parametrize("raw", ["rib", None, 3, [3], [["rib"]], [None], {"rib": True}, ["ribs"]])
def test_only_words_of_the_vocabulary_are_answers(raw: Any) -> None:
    with pytest.raises(WrongAnswer):
        answer(question(measure="artefact"), raw)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"vocabulary": "mammography"}, "vocabulary"),
        ({"vocabulary": "chest-film-artefacts", "options": ["a", "b"]}, "options"),
        ({"options": ["None", "Rib"]}, "options"),
        ({"options": [f"o{n}" for n in range(41)]}, "options"),
        ({"options": {"a": "b"}}, "options"),
    ],
)
def test_a_vocabulary_that_makes_no_sense_is_refused(row: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        question(measure="artefact", **row)
    assert caught.value.field == f"questions[1].{field}"
