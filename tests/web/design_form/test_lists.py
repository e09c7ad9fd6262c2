"""Rows are added, removed and moved, and whatever hangs on their numbers goes with them."""

import pytest

from app.domain.design.design import MOST_PHASES
from app.domain.design.reading import design_from_mapping
from app.web.design_form.document import document_of, question_keys
from app.web.design_form.lists import change_rows
from app.web.design_form.rows import row_count
from app.web.design_form.values import values_of
from tests.domain.documents import design
from tests.web.design_form.designs import ODD, PROTOCOLS

FORM = values_of(
    design(
        questions=[{"measure": "realism"}, {"measure": "verdict"}, {"measure": "comment"}],
        phases=[
            {"key": "one", "questions": ["realism"], "end_questions": ["comment"]},
            {"key": "two", "questions": ["verdict", "comment"], "cases": "same", "of": "one"},
        ],
    )
)


def changed(**press: str) -> dict[str, str]:
    rows = change_rows({**FORM, **press})
    assert rows is not None
    return rows.values


def asked(values: dict[str, str]) -> list[tuple[list[str], list[str]]]:
    data = document_of(values).data
    return [(phase["questions"], phase["end_questions"]) for phase in data["phases"]]


def test_a_form_without_such_a_button_changes_nothing() -> None:
    assert change_rows(FORM) is None


def test_a_removed_question_is_gone_from_phases_and_the_others_keep_theirs() -> None:
    values = changed(remove="questions[1]")
    assert question_keys(values) == ["verdict", "comment"]
    assert asked(values) == [([], ["comment"]), (["verdict", "comment"], [])]


def test_a_moved_question_takes_its_phases_along() -> None:
    values = changed(move="questions[2] up")
    assert question_keys(values) == ["verdict", "realism", "comment"]
    assert asked(values) == asked(dict(FORM))


def test_the_order_of_a_phase_that_a_file_gave_survives_a_move() -> None:
    rows = change_rows({**values_of(ODD), "move": "questions[6] down"})
    assert rows is not None
    assert asked(rows.values) == asked(values_of(ODD))
    assert rows.row == "questions[7]"


def test_a_moved_phase_keeps_all_of_its_boxes() -> None:
    values = changed(move="phases[2] up")
    assert [values[f"phases[{number}].key"] for number in (1, 2)] == ["two", "one"]
    assert values["phases[1].of"] == "one"


def test_an_added_question_is_asked_in_the_last_phase_and_has_a_free_name() -> None:
    values = changed(add="questions")
    keys = question_keys(values)
    assert len(keys) == len(set(keys)) == 4
    assert asked(values)[1][0][-1] == keys[-1]
    assert asked(values)[0] == asked(dict(FORM))[0]


def test_an_added_phase_asks_what_the_last_one_asks_and_makes_a_legal_design() -> None:
    values = changed(add="phases")
    assert asked(values)[2] == asked(values)[1]
    assert len(design_from_mapping(document_of(values).data).phases) == 3


def test_a_phase_after_a_blinded_one_tells_what_was_kept_back() -> None:
    form = {**FORM, "phases[2].purpose_blinded": "yes", "add": "phases"}
    rows = change_rows(form)
    assert rows is not None
    assert "made by a computer" in rows.values["phases[3].introduction"]


@pytest.mark.parametrize(
    "press",
    [
        {"move": "questions[1] up"},
        {"move": "questions[3] down"},
        {"move": "questions[9] up"},
        {"move": "arms[1] down"},
        {"move": "sideways"},
        {"remove": "arms[1]"},
        {"remove": "title"},
        {"add": "arms"},
    ],
)
def test_a_button_for_what_is_not_there_changes_no_row(press: dict[str, str]) -> None:
    values = changed(**press)
    assert {name: values[name] for name in FORM} == FORM
    assert row_count(values, "questions") == 3


def test_no_more_rows_are_made_than_a_design_may_have() -> None:
    values = dict(FORM)
    for _ in range(MOST_PHASES + 3):
        rows = change_rows({**values, "add": "phases"})
        assert rows is not None
        values = {name: value for name, value in rows.values.items() if name != "add"}
    assert row_count(values, "phases") == MOST_PHASES


@pytest.mark.parametrize("name", PROTOCOLS)
def test_moving_there_and_back_is_the_same_design(name: str) -> None:
    form = values_of(PROTOCOLS[name])
    if row_count(form, "questions") < 2:
        return
    down = change_rows({**form, "move": "questions[1] down"})
    assert down is not None
    up = change_rows({**down.values, "move": "questions[2] up"})
    assert up is not None
    assert design_from_mapping(document_of(up.values).data) == PROTOCOLS[name]
