"""From a form to answers: nothing is filled in, and what was not asked is left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BadAnswer
from app.domain.questions.answer import Mark
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.reading import (
    cells_of,
    check_answers,
    form_of,
    is_asked,
    read_answers,
)
from tests.domain.documents import questions

SHOWN = Picture(1, 512)
IF_SYNTHETIC = {"question": "verdict", "values": ["synthetic"]}
ASKED = questions(
    {"measure": "verdict"},
    {"measure": "artefact", "asked_if": IF_SYNTHETIC},
    {
        "measure": "place",
        "asked_if": {"question": "artefact", "values": ["rib", "vessels"]},
    },
    {"measure": "realism", "required": False},
    {"measure": "comment"},
)


def test_a_form_becomes_answers() -> None:
    form = {
        "verdict": "synthetic",
        "artefact.rib": "yes",
        "place": '[{"x":1,"y":2}]',
        "realism": "3",
        "comment": "a rib ends in the lung",
    }
    answers = read_answers(ASKED, form, SHOWN)
    assert answers == {
        "verdict": "synthetic",
        "artefact": ("rib",),
        "place": (Mark(1, 2),),
        "realism": 3,
        "comment": "a rib ends in the lung",
    }
    assert cells_of(ASKED, answers) == answers | {"artefact": "rib", "place": "1:1,2"}
    assert read_answers(ASKED, form_of(ASKED, answers), SHOWN) == answers


OPTIONAL_FINDING = {
    "key": "effusion",
    "measure": "finding",
    "finding": "effusion",
    "prompt": "An effusion?",
    "required": False,
}


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({}, set()),
        ({"effusion": "present"}, {"sure"}),
        ({"effusion": "present", "sure": "2"}, {"again"}),
        ({"effusion": "present", "sure": "2", "again": "3"}, set()),
    ],
)
def test_how_sure_one_is_may_be_left_where_the_question_is(
    form: dict[str, str], missing: set[str]
) -> None:
    asked = questions(
        OPTIONAL_FINDING,
        {"key": "sure", "measure": "confidence", "of": "effusion"},
        {"key": "again", "measure": "confidence", "of": "sure"},
    )
    if not missing:
        assert set(read_answers(asked, form, SHOWN)) == set(form)
        return
    with pytest.raises(BadAnswer) as refused:
        read_answers(asked, form, SHOWN)
    assert missing <= set(refused.value.problems)


def test_how_sure_one_is_is_kept_where_the_question_was_left() -> None:
    asked = questions(OPTIONAL_FINDING, {"measure": "confidence", "of": "effusion"})
    assert read_answers(asked, {"confidence": "2"}, SHOWN) == {"confidence": 2}


def test_how_sure_one_is_is_missed_where_the_question_is_required() -> None:
    asked = questions({"measure": "verdict"}, {"measure": "confidence"})
    with pytest.raises(BadAnswer) as refused:
        read_answers(asked, {}, SHOWN)
    assert set(refused.value.problems) == {"verdict", "confidence"}


def test_what_is_missing_stays_missing() -> None:
    answers = read_answers(ASKED, {"verdict": "real"}, SHOWN)
    assert answers == {"verdict": "real"}
    assert cells_of(ASKED, answers) == {"verdict": "real"}
    assert form_of(ASKED, answers) == {"verdict": "real"}


def test_what_was_not_asked_is_left_out_even_if_a_form_says_it() -> None:
    form = {"verdict": "real", "artefact.rib": "yes", "place": '[{"x":1,"y":2}]'}
    assert read_answers(ASKED, form, SHOWN) == {"verdict": "real"}
    # Nor is it checked: the reader can't mend what they don't see.
    assert read_answers(ASKED, form | {"place": "rubbish"}, SHOWN) == {"verdict": "real"}


def test_a_question_that_is_asked_must_be_answered() -> None:
    with pytest.raises(BadAnswer) as caught:
        read_answers(ASKED, {"verdict": "synthetic"}, SHOWN)
    assert list(caught.value.problems) == ["artefact"]


def test_every_problem_is_told() -> None:
    with pytest.raises(BadAnswer) as caught:
        read_answers(ASKED, {"realism": "9", "comment": "x" * 2001}, SHOWN)
    assert list(caught.value.problems) == ["verdict", "realism", "comment"]


def test_none_seen_is_an_answer_that_others_may_hang_on() -> None:
    asked = questions(
        {"measure": "artefact"},
        {"measure": "comment", "asked_if": {"question": "artefact", "values": ["none"]}},
        {
            "measure": "realism",
            "asked_if": {"question": "artefact", "values": ["grain", "none"]},
        },
    )
    why, realism = asked[1:]
    assert is_asked(why, {"artefact": ()})
    assert not is_asked(why, {"artefact": ("rib",)})
    assert not is_asked(why, {})
    assert is_asked(realism, {"artefact": ("rib", "grain")})
    assert is_asked(realism, {"artefact": ()})


def test_a_number_decides_by_its_figures() -> None:
    _, why = questions(
        {"measure": "quality", "low": -2, "high": 2},
        {"measure": "comment", "asked_if": {"question": "quality", "values": [-2, -1]}},
    )
    assert is_asked(why, {"quality": -2})
    assert not is_asked(why, {"quality": 2})


def test_plain_values_of_a_machine_are_checked_alike() -> None:
    said = {"verdict": "synthetic", "artefact": ["none"], "realism": 4, "comment": None}
    assert check_answers(ASKED, said, SHOWN) == {
        "verdict": "synthetic",
        "artefact": (),
        "realism": 4,
    }
    with pytest.raises(BadAnswer) as caught:
        check_answers(ASKED, {"verdict": 1, "realism": True, "comment": ""}, SHOWN)
    assert list(caught.value.problems) == ["verdict", "realism", "comment"]


field = st.sampled_from(
    ["verdict", "artefact.rib", "artefact.none", "place", "place.none", "realism", "comment", "x"]
)
said = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["real", "synthetic", "yes", "[]", '[{"x":1,"y":1}]', "3"]),
)


@given(st.dictionaries(field, said))
def test_any_form_is_refused_or_shown_again_as_it_was_understood(form: dict[str, Any]) -> None:
    try:
        answers = read_answers(ASKED, form, SHOWN)
    except BadAnswer:
        return
    assert read_answers(ASKED, form_of(ASKED, answers), SHOWN) == answers
    assert all(is_asked(asked, answers) for asked in ASKED if asked.key in answers)
