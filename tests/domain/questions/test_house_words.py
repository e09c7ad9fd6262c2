"""What the house asks and offers by itself follows the study's language, and is stored so."""

from collections.abc import Iterator

import pytest

from app.domain.design import texts
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_json, design_to_mapping
from app.domain.document import Problems, Table
from app.domain.questions.document import read_questions
from app.domain.questions.house_words import HOUSE_WORDS
from app.domain.questions.measures import MEASURES
from app.domain.questions.registry import KINDS
from app.domain.questions.vocabularies import VOCABULARIES
from tests.domain.documents import values


def _house_words() -> Iterator[str]:
    for measure in MEASURES.values():
        if measure.prompt:
            yield measure.prompt
        for kind in measure.kinds:
            options = measure.options_of(kind)
            yield from options.get("labels", ())
            yield from (one["label"] for one in options.get("options", ()))
    yield from (kind.none_label for kind in KINDS.values() if kind.none_label)
    yield from (word.label for words in VOCABULARIES.values() for word in words)


@pytest.mark.parametrize("language", HOUSE_WORDS)
def test_every_word_is_said_and_none_is_said_in_vain(language: str) -> None:
    assert set(HOUSE_WORDS[language]) == set(_house_words())
    assert set(texts.HOUSE_TEXTS[language]) == set(texts.TEXTS)


@pytest.mark.parametrize(("tag", "language"), [("pt-BR", "pt"), ("es", "es")])
@pytest.mark.parametrize("measure", list(MEASURES))
def test_no_english_word_is_left_of_any_measure(measure: str, tag: str, language: str) -> None:
    for kind in MEASURES[measure].kinds:
        asked = {"measure": measure, "kind": kind} | _own(measure, kind)
        table = Table("", {"questions": [asked]}, Problems(checking=False))
        (question,) = read_questions(table, tag)
        words = [question.prompt, *question.labels, *(one.label for one in question.options)]
        words.append(question.none_label)
        assert not set(words) & (set(HOUSE_WORDS[language]) - {"Real", "No"})


def _own(measure: str, kind: str) -> dict[str, object]:
    if kind == "slider":
        return {"low": 0, "high": 100, "labels": ["A", "B"]}
    if measure == "artefact" and kind == "choice":
        return {"options": [{"label": "A"}, {"label": "B"}]}
    return {}


def test_texts_follow_the_language_and_own_words_stay() -> None:
    own = [{"measure": "realism", "prompt": "How realistic is it?", "labels": ["Sure", "Certain"]}]
    design = design_from_mapping(values(language="pt", questions=own))
    assert design.consent.startswith("Convidamos")
    assert design.consent_line == "Concordo em participar deste estudo."
    assert design.instructions.startswith("Você verá uma radiografia")
    assert design.questions[0].prompt == "How realistic is it?"
    assert design.questions[0].labels == ("Sure", "Certain")


def test_a_stored_design_keeps_the_words_it_was_opened_with() -> None:
    english = design_from_mapping(values(questions=[{"measure": "artefact"}]))
    stored = design_to_json(english).replace('"language":"en"', '"language":"pt-BR"')
    assert design_from_json(stored).questions == english.questions
    portuguese = design_from_mapping(values(language="pt", questions=[{"measure": "artefact"}]))
    assert design_from_mapping(design_to_mapping(portuguese)) == portuguese


def test_a_language_that_nobody_has_said_has_the_english_words() -> None:
    design = design_from_mapping(values(language="de", questions=[{"measure": "verdict"}]))
    assert design.questions[0].prompt == "Real or synthetic?"
    assert design.consent == texts.CONSENT
