"""What holds for every kind of question, on questions drawn at random."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.document import Problems, Table
from app.domain.questions.answer import Value, value_from_json, value_to_json
from app.domain.questions.document import read_questions, write_question
from app.domain.questions.kinds.kind import Picture, WrongAnswer
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.questions.registry import KINDS, kind_of
from tests.domain.documents import question, questions
from tests.domain.questions.made_up import PICTURES, QUESTIONS, answered

anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_every_kind_has_one_row_under_its_own_name() -> None:
    assert len(KINDS) == 7
    assert all(kind.name == name for name, kind in KINDS.items())


def test_every_kind_serves_a_measure() -> None:
    assert {kind for measure in MEASURES.values() for kind in measure.kinds} == set(KINDS)


@given(QUESTIONS)
def test_a_question_reads_back_as_it_was_written(asked: Question) -> None:
    plain = json.loads(json.dumps(write_question(asked)))
    for checking in (True, False):
        problems = Problems(checking)
        assert read_questions(Table("", {"questions": [plain]}, problems)) == (asked,)
        problems.raise_if_any()


@given(answered())
def test_what_the_fields_show_is_read_again_as_the_same_answer(
    case: tuple[Question, Value, Picture],
) -> None:
    asked, value, shown = case
    kind = kind_of(asked)
    fields = kind.fields(asked, value)
    assert fields
    assert all(name.split(".")[0] == asked.key for name in fields)
    assert kind.check(asked, kind.raw(asked, fields), shown) == value


@given(answered())
def test_an_answer_is_stored_as_one_text_and_comes_back(
    case: tuple[Question, Value, Picture],
) -> None:
    _, value, _ = case
    stored = value_to_json(value)
    assert value_from_json(stored) == value
    assert value_to_json(value_from_json(stored)) == stored


@given(answered())
def test_a_machine_that_sends_the_stored_form_says_the_same(
    case: tuple[Question, Value, Picture],
) -> None:
    asked, value, shown = case
    assert kind_of(asked).check(asked, json.loads(value_to_json(value)), shown) == value


@given(answered())
def test_a_cell_is_of_the_declared_type_and_among_the_possible_ones(
    case: tuple[Question, Value, Picture],
) -> None:
    asked, value, _ = case
    kind = kind_of(asked)
    cell = kind.cell(asked, value)
    assert isinstance(cell, int if kind.stored_as == "whole" else str)
    assert cell != ""
    possible = kind_of(asked).cells(asked)
    if possible is not None:
        assert set(str(cell).split(";")) <= set(possible)


@settings(max_examples=300)
@given(QUESTIONS, anything, PICTURES)
def test_whatever_is_sent_is_refused_in_words_or_stored_as_an_answer(
    asked: Question, raw: Any, shown: Picture
) -> None:
    kind = kind_of(asked)
    try:
        value = kind.check(asked, raw, shown)
    except WrongAnswer:
        return
    assert kind.check(asked, kind.raw(asked, kind.fields(asked, value)), shown) == value
    assert value_from_json(value_to_json(value)) == value


@given(QUESTIONS, st.text(), st.text(), PICTURES)
def test_whatever_a_form_holds_is_refused_in_words_or_stored_as_an_answer(
    asked: Question, text: str, tick: str, shown: Picture
) -> None:
    kind = kind_of(asked)
    raw = kind.raw(asked, {asked.key: text, f"{asked.key}.none": tick})
    if raw is None:
        return
    try:
        value = kind.check(asked, raw, shown)
    except WrongAnswer:
        return
    assert kind.check(asked, kind.raw(asked, kind.fields(asked, value)), shown) == value


@given(QUESTIONS)
def test_an_empty_form_is_no_answer(asked: Question) -> None:
    kind = kind_of(asked)
    assert kind.raw(asked, {}) is None
    assert kind.raw(asked, {asked.key: " \n "}) is None
    assert kind.missing(asked)
    assert kind.explain(asked)


@given(QUESTIONS, PICTURES)
def test_each_key_answers_one_option(asked: Question, shown: Picture) -> None:
    options = kind_of(asked).options(asked, shown)
    keys = [option.key for option in options if option.key]
    assert len(set(keys)) == len(keys)
    assert len({option.value for option in options}) == len(options)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_by_its_name_alone_is_a_whole_question(name: str) -> None:
    measure = MEASURES[name]
    if name == "finding":
        asked = question(measure=name, prompt="Is there an effusion?", finding="effusion")
    elif name == "confidence":
        _, asked = questions({"measure": "verdict"}, {"measure": name})
    else:
        asked = question(measure=name)
    assert (asked.key, asked.kind) == (name, measure.kinds[0])
    assert asked.required == measure.required
