"""A question's words in other languages: checked, stored with the design, kept from readers."""

import json
from typing import Any

import pytest
from hypothesis import given

from app.domain.blinding import blinded_design
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.worded import worded_design
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadDesign
from app.domain.questions.house_words import HOUSE_WORDS
from app.domain.questions.kinds.choice import MOST_OPTIONS
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.domain.questions.translations import TRANSLATED
from app.domain.said import cased, in_each, said
from app.words.language import LANGUAGES, language
from tests.domain.documents import values
from tests.domain.questions.made_up import TRANSLATED_ROWS

OWN: dict[str, Any] = {
    "measure": "verdict",
    "prompt": "Verdadeira ou feita?",
    "options": [{"value": "real", "label": "Verdadeira"}, {"value": "synthetic", "label": "Feita"}],
}
ENGLISH = {"prompt": "True or made?", "options": {"real": "True", "synthetic": "Made"}}
SCALE: dict[str, Any] = {"measure": "quality", "labels": ["Ruim", "Boa"], "low": 1, "high": 7}


def designed(row: dict[str, Any], translations: object, tongue: str = "pt-BR") -> StudyDesign:
    rows = [{**row, "translations": translations}]
    return design_from_mapping(values(language=tongue, questions=rows))


def asked(row: dict[str, Any], translations: object, tongue: str = "pt-BR") -> Question:
    return designed(row, translations, tongue).questions[0]


def refused(row: dict[str, Any], translations: object, tongue: str = "pt-BR") -> str:
    with pytest.raises(BadDesign) as error:
        designed(row, translations, tongue)
    return str(error.value)


def test_they_are_given_in_the_languages_of_reports() -> None:
    assert set(TRANSLATED) == set(LANGUAGES)


def test_a_design_without_them_is_digested_as_ever() -> None:
    rows = [
        {"measure": "realism"},
        {"measure": "verdict", "hint": "Olhe bem."},
        {"measure": "artefact", "vocabulary": "chest-film-artefacts"},
    ]
    text = design_to_json(design_from_mapping(values(language="pt-BR", questions=rows)))
    # Computed by the version before there were any.
    assert digest(text) == "aaf91cbd61f34672fb9824545fdb001d0ea03ea178999ba3fc62fd8fec2d0824"
    rows[0]["translations"] = {}
    assert design_to_json(design_from_mapping(values(language="pt-BR", questions=rows))) == text


def test_they_are_stored_and_digested_with_the_design() -> None:
    with_words = design_to_json(designed(OWN, {"en": ENGLISH}))
    assert json.loads(with_words)["questions"][0]["translations"] == {"en": ENGLISH}
    assert design_to_json(design_from_json(with_words)) == with_words
    other = design_to_json(designed(OWN, {"en": {**ENGLISH, "prompt": "Genuine or made?"}}))
    assert len({digest(one) for one in (with_words, other, design_to_json(designed(OWN, {})))}) == 3


@given(TRANSLATED_ROWS)
def test_any_are_written_back_equal(row: dict[str, Any]) -> None:
    design = design_from_mapping(values(questions=[row]))
    assert design_from_json(design_to_json(design)) == design
    assert design_from_mapping(json.loads(design_to_json(design))) == design


def test_a_stored_design_is_read_though_its_language_is_no_longer_spoken() -> None:
    text = design_to_json(designed(OWN, {"en": ENGLISH})).replace('{"en":', '{"fr":')
    (question,) = design_from_json(text).questions
    assert question.translations[0].language == "fr"
    assert design_to_json(design_from_json(text)) == text


# What is refused, each in a sentence that names the field


@pytest.mark.parametrize(
    ("row", "translations", "sentence"),
    [
        (OWN, 5, "translations: must be a table"),
        (OWN, {"en": 5}, "translations.en: must be a table"),
        (
            OWN,
            {"xx": ENGLISH},
            "translations: has 'xx', which is no language of reports; use en, es",
        ),
        (
            OWN,
            {"pt-BR": ENGLISH},
            "translations.pt-BR: is the study's own language, whose words the question has; "
            "leave it out",
        ),
        (
            OWN,
            {"en": {"options": ENGLISH["options"]}},
            "translations.en.prompt: is missing; say “Verdadeira ou feita?” in this language",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "prompt": "  "}},
            "translations.en.prompt: is empty; say “Verdadeira ou feita?” in this language",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "hint": "Look closely."}},
            "translations.en.hint: are words that the question itself lacks; leave them out",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "options": {"real": "True"}}},
            "translations.en.options.synthetic: is missing; say “Feita” in this language",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "options": {"real": "True", "synthetic": ""}}},
            "translations.en.options.synthetic: is empty; say “Feita” in this language",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "options": {**ENGLISH["options"], "unsure": "Unsure"}}},
            "translations.en.options.unsure: is no answer of this question; it has real, synthetic",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "options": {"real": "Same", "synthetic": "Same"}}},
            "translations.en.options.synthetic: 'Same' is there twice; name each answer apart",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "options": ["True", "Made"]}},
            "translations.en.options: must be a table",
        ),
        (
            OWN,
            {"en": {**ENGLISH, "title": "Verdict"}},
            "translations.en.title: is not an option of the words of a question",
        ),
        (
            SCALE,
            {"en": {"prompt": "Quality?"}},
            "translations.en.labels: is missing; give 2 in this language",
        ),
        (
            SCALE,
            {"en": {"prompt": "Quality?", "labels": ["Bad", "Fair", "Good"]}},
            "translations.en.labels: has 3 texts, the question itself 2",
        ),
        (
            SCALE,
            {"en": {"prompt": "Quality?", "labels": ["Bad", " "]}},
            "translations.en.labels: must list texts of 1 to 120 characters",
        ),
        (
            SCALE,
            {"en": {"prompt": "Quality?", "labels": ["Bad", "Good"], "options": {"a": "A"}}},
            "translations.en.options: are words that the question itself lacks; leave them out",
        ),
        (
            {"measure": "preference", "prompt": "Qual?", "tie_label": "Empate"},
            {"en": {"prompt": "Which?"}},
            "translations.en.tie_label: is missing; say “Empate” in this language",
        ),
        (
            {"measure": "place", "prompt": "Onde?", "none_label": ""},
            {"en": {"prompt": "Where?", "none_label": "Nowhere"}},
            "translations.en.none_label: are words that the question itself lacks; leave them out",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    row: dict[str, Any], translations: object, sentence: str
) -> None:
    pictures = {"presentation": {"pictures": 2}} if row["measure"] == "preference" else {}
    with pytest.raises(BadDesign) as error:
        design_from_mapping(
            values(language="pt-BR", questions=[{**row, "translations": translations}], **pictures)
        )
    assert str(error.value) == f"questions[1].{sentence}"


def test_another_tag_of_the_studys_language_is_no_other_language() -> None:
    assert refused(OWN, {"pt-BR": ENGLISH}, "pt-PT") == refused(OWN, {"pt-BR": ENGLISH})
    assert asked(OWN, {"pt-BR": ENGLISH}, "de").translations[0].language == "pt-BR"


# What the house supplies


def test_words_left_to_the_house_are_the_houses_in_the_other_language_too() -> None:
    question = asked({"measure": "artefact"}, {"en": {}, "es": {"prompt": "¿Por qué?"}})
    english, spanish = question.translations
    assert english.prompt == "What gives it away?"
    assert english.none_label == "None seen"
    assert len(english.options) == len(question.options) < MOST_OPTIONS
    assert spanish.prompt == "¿Por qué?"
    assert spanish.options[0] == "Simetría no natural"
    assert asked({"measure": "realism"}, {"pt-BR": {}}, "en").translations[0].labels[0] == (
        "Nada realista"
    )
    assert asked({"measure": "realism"}, {"en": {}}, "de").translations[0].prompt == (
        "How realistic is it?"
    )


def test_no_two_words_of_the_house_are_one_in_another_language() -> None:
    for words in HOUSE_WORDS.values():
        assert len(set(words.values())) == len(words)


# Who sees them


def test_readers_have_a_design_without_them() -> None:
    shown = blinded_design(designed(OWN, {"en": ENGLISH}))
    (question,) = shown.phases[0].questions
    assert question.translations == ()
    assert "made" not in repr(shown)


def test_words_are_said_in_the_language_of_whoever_looks_else_in_the_studys() -> None:
    design = worded_design(designed(OWN, {"en": ENGLISH}))
    (question,) = design.questions
    sentence = said("Asked: {prompt!r}, {values}", prompt=question.prompt, values="a")
    assert language("en").say(sentence) == "Asked: 'True or made?', a"
    assert language("pt-BR").say(sentence).endswith("'Verdadeira ou feita?', a")
    assert language("es").say(question.prompt) == question.prompt == "Verdadeira ou feita?"
    explained = kind_of(question).explain(question)
    assert language("en").say(explained) == "one of real (True), synthetic (Made)"
    assert str(explained) == "one of real (Verdadeira), synthetic (Feita)"
    bare = in_each(question.prompt, lambda words: words.rstrip("?"))
    assert language("en").say(cased(bare, "lower")) == "true or made"
    # What is written down is what it was.
    assert design_to_json(design) == design_to_json(designed(OWN, {"en": ENGLISH}))


def test_the_codebook_explains_scales_and_ties_in_the_language_too() -> None:
    (scale,) = worded_design(
        designed(SCALE, {"en": {"prompt": "Quality?", "labels": ["Bad", "Good"]}})
    ).questions
    told = kind_of(scale).explain(scale)
    assert language("en").say(told) == "whole number from 1 to 7 (1 Bad, 7 Good)"
