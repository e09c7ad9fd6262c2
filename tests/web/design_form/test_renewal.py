"""Another measure, kind or key of strata fills anew what hangs on it and keeps what was typed."""

import pytest

from app.domain.questions.measures import MEASURES
from app.web.design_form.document import document_of
from app.web.design_form.page import form_page
from app.web.design_form.renewal import fill_anew, free_key, usual_question
from app.web.design_form.values import values_of
from tests.domain.documents import design

FORM = fill_anew(
    values_of(design(questions=[{"measure": "realism"}, {"measure": "verdict"}])),
    {"normal", "abnormal"},
).values


def test_nothing_changes_where_nothing_was_chosen_anew() -> None:
    renewed = fill_anew(FORM, {"normal", "abnormal"})
    assert renewed.changed == ()
    assert renewed.values == FORM


def test_another_measure_brings_its_words_kind_and_answers() -> None:
    renewed = fill_anew({**FORM, "questions[1].measure": "artefact"}, ())
    assert renewed.changed == ("questions[1].measure",)
    (first, _) = document_of(renewed.values).data["questions"]
    assert first["key"] == "artefact"
    assert first["kind"] == "choices"
    assert first["prompt"] == MEASURES["artefact"].prompt
    assert first["none_label"] == "None seen"
    assert len(first["options"]) == 10


def test_words_that_were_typed_stay_with_another_measure() -> None:
    form = {
        **FORM,
        "questions[1].measure": "quality",
        "questions[1].prompt": "Sharp enough?",
        "questions[1].key": "sharp",
        "questions[1].labels": "No\r\nYes",
    }
    (first, _) = document_of(fill_anew(form, ()).values).data["questions"]
    assert first["prompt"] == "Sharp enough?"
    assert first["key"] == "sharp"
    assert first["labels"] == ["No", "Yes"]


def test_words_that_nobody_typed_are_those_of_the_new_measure() -> None:
    form = {name: value.replace("\n", "\r\n") for name, value in FORM.items()}
    renewed = fill_anew({**form, "questions[1].measure": "quality"}, ())
    (first, _) = document_of(renewed.values).data["questions"]
    assert first["labels"] == ["Not usable", "Excellent"]


def test_another_kind_brings_its_own_limits() -> None:
    renewed = fill_anew({**FORM, "questions[1].kind": "slider"}, ())
    assert renewed.changed == ("questions[1].kind",)
    assert renewed.values["questions[1].low"] == usual_question("realism", "slider")["low"]
    assert renewed.values["questions[1].prompt"] == FORM["questions[1].prompt"]


def test_a_finding_is_held_against_the_banks_findings() -> None:
    renewed = fill_anew({**FORM, "questions[1].measure": "finding"}, ())
    assert renewed.values["questions[1].reference"] == "findings"
    back = fill_anew({**renewed.values, "questions[1].measure": "realism"}, ())
    assert back.values["questions[1].reference"] == ""


def test_cases_of_strata_that_another_key_lacks_are_asked_for_anew() -> None:
    renewed = fill_anew({**FORM, "stratify_by": "sex"}, {"f", "m", "normal"})
    assert renewed.changed == ("stratify_by",)
    left = [name for name in renewed.values if ".cases." in name]
    assert left == ["arms[1].cases.normal", "arms[2].cases.normal"]


def test_numbers_stay_where_the_bank_knows_no_such_key() -> None:
    renewed = fill_anew({**FORM, "stratify_by": "sexx"}, ())
    assert {name for name in FORM if ".cases." in name} <= set(renewed.values)


def test_a_form_that_says_nothing_of_before_has_not_changed() -> None:
    bare = {name: value for name, value in FORM.items() if not name.endswith(".was")}
    assert fill_anew({**bare, "questions[1].measure": "quality"}, ()).changed == ()


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_fills_a_question_of_its_first_kind(measure: str) -> None:
    usual = usual_question(measure)
    assert usual["measure"] == measure
    assert usual["kind"] == MEASURES[measure].kinds[0]


def test_a_name_is_numbered_where_it_is_taken() -> None:
    assert free_key("realism", []) == "realism"
    assert free_key("realism", ["realism", "realism_2"]) == "realism_3"


def test_another_language_says_the_house_s_words_anew_and_leaves_what_was_typed() -> None:
    form = {name: value.replace("\n", "\r\n") for name, value in FORM.items()}
    form |= {"language": "pt-BR", "questions[2].prompt": "Patient or machine?"}
    renewed = fill_anew(form, {"normal", "abnormal"})
    assert renewed.changed == ("language",)
    data = document_of(renewed.values).data
    assert data["consent"]["line"] == "Concordo em participar deste estudo."
    assert data["instructions"].startswith("Você verá")
    realism, verdict = data["questions"]
    assert realism["prompt"] == "Quão realista ela é?"
    assert realism["labels"][0] == "Nada realista"
    assert verdict["prompt"] == "Patient or machine?"
    assert [one["label"] for one in verdict["options"]] == ["Real", "Sintética"]
    again = fill_anew(renewed.values, {"normal", "abnormal"})
    assert again.changed == ()
    back = fill_anew({**renewed.values, "language": "en"}, {"normal", "abnormal"})
    assert {**back.values, "questions[2].prompt": FORM["questions[2].prompt"]} == FORM


def test_words_in_other_languages_go_where_their_question_says_something_else() -> None:
    words = {"prompt": "Quão real?", "labels": ["Nada", "Muito"]}
    given = design(
        questions=[
            {"measure": "realism", "labels": ["Not", "Very"], "translations": {"pt-BR": words}},
            {"measure": "verdict", "translations": {"es": {}}},
        ]
    )
    form = fill_anew(values_of(given), ()).values
    typed = {name: value.replace("\n", "\r\n") for name, value in form.items()}
    renewed = fill_anew({**typed, "questions[1].measure": "quality"}, ())
    first, second = document_of(renewed.values).data["questions"]
    # The labels were typed and stay, in both languages; the prompt is another question's.
    assert first["labels"] == ["Not", "Very"]
    assert first["translations"] == {"pt-BR": {"labels": ["Nada", "Muito"]}}
    assert second["translations"] == document_of(form).data["questions"][1]["translations"]


def test_words_in_what_is_now_the_studys_language_stay_in_sight() -> None:
    given = design(questions=[{"measure": "verdict", "translations": {"pt-BR": {}}}])
    form = fill_anew({**fill_anew(values_of(given), ()).values, "language": "pt-BR"}, ()).values
    row = form_page(form, ()).questions[0].translations
    assert row.is_open
    tags = {box.name.split(".")[2] for box in row.boxes}
    assert tags == {"en", "pt-BR", "es"}
    without = {name: value for name, value in form.items() if ".pt-BR." not in name}
    tags = {
        one.name.split(".")[2] for one in form_page(without, ()).questions[0].translations.boxes
    }
    assert tags == {"en", "es"}
