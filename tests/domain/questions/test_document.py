"""Questions of a design: read with every problem named, written back equal."""

from typing import Any

import pytest

from app.domain.document import Problems, Table
from app.domain.errors import BadDesign
from app.domain.questions.document import read_questions, write_question
from app.domain.questions.question import AskedIf
from app.domain.questions.registry import kind_of
from tests.domain.documents import question, questions

VERDICT = {"measure": "verdict"}
CUES = {"measure": "artefact", "asked_if": {"question": "verdict", "values": ["synthetic"]}}


def test_what_a_design_does_not_say_comes_from_the_measure() -> None:
    asked = question(measure="realism")
    assert (asked.key, asked.kind, asked.low, asked.high) == ("realism", "scale", 1, 5)
    assert asked.label_at(5) == "Like a real radiograph"


def test_own_points_bring_no_words_of_the_measure() -> None:
    assert question(measure="realism", low=1, high=4).labels == ()


def test_certainty_in_six_points_stands_in_for_a_verdict() -> None:
    asked = question(measure="verdict", kind="scale")
    assert list(asked.points) == [1, 2, 3, 4, 5, 6]
    assert (asked.label_at(1), asked.label_at(6)) == ("Certainly real", "Certainly synthetic")


def test_a_finding_may_be_graded() -> None:
    asked = question(measure="finding", kind="scale", finding="edema", prompt="Edema?")
    assert asked.label_at(5) == "Definitely present"
    assert asked.reference == "findings"


def test_several_questions_of_one_measure_have_keys_of_their_own() -> None:
    anatomy, pathology = questions(
        {"measure": "realism", "key": "anatomy", "prompt": "Is the anatomy realistic?"},
        {"measure": "realism", "key": "pathology", "prompt": "Is the disease realistic?"},
    )
    assert (anatomy.key, pathology.key) == ("anatomy", "pathology")


def test_confidence_belongs_to_the_question_before_it() -> None:
    asked = questions(
        {"measure": "realism"}, VERDICT, {"measure": "comment"}, {"measure": "confidence"}
    )
    assert asked[-1].of == "verdict"
    assert (
        questions({"measure": "realism"}, VERDICT, {"measure": "confidence", "of": "realism"})[
            -1
        ].of
        == "realism"
    )


def test_a_question_may_hang_on_an_earlier_answer() -> None:
    _, cues, place = questions(
        VERDICT,
        CUES,
        {"measure": "place", "of": "artefact", "asked_if": CUES["asked_if"]},
    )
    assert cues.asked_if == place.asked_if == AskedIf("verdict", ("synthetic",))
    _, why = questions(
        {"measure": "realism"},
        {"measure": "comment", "asked_if": {"question": "realism", "values": [1, 2]}},
    )
    assert why.asked_if == AskedIf("realism", ("1", "2"))
    _, other = questions(
        {"measure": "artefact"},
        {"measure": "comment", "asked_if": {"question": "artefact", "values": "none"}},
    )
    assert other.asked_if == AskedIf("artefact", ("none",))


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({}, "measure"),
        ({"measure": "beauty"}, "measure"),
        ({"measure": 7}, "measure"),
        ({"measure": ["realism"]}, "measure"),
        ({"measure": "realism", "kind": "choice"}, "kind"),
        ({"measure": "realism", "kind": ["scale"]}, "kind"),
        ({"measure": "realism", "key": "Realism"}, "key"),
        ({"measure": "realism", "key": "1st"}, "key"),
        ({"measure": "realism", "key": "réalisme"}, "key"),
        ({"measure": "realism", "key": "arm"}, "key"),
        ({"measure": "realism", "key": "reader"}, "key"),
        ({"measure": "realism", "prompt": ""}, "prompt"),
        ({"measure": "realism", "prompt": "x" * 401}, "prompt"),
        ({"measure": "realism", "required": "yes"}, "required"),
        ({"measure": "realism", "colour": "red"}, "colour"),
        ({"measure": "realism", "of": "verdict"}, "of"),
        ({"measure": "confidence"}, "of"),
        ({"measure": "finding", "prompt": "Edema?"}, "finding"),
        ({"measure": "finding", "finding": "edema"}, "prompt"),
        ({"measure": "verdict", "options": ["Yes", "No"]}, "options"),
        ({"measure": "verdict", "kind": "scale", "low": 1, "high": 5}, "high"),
        (
            {"measure": "finding", "finding": "e", "prompt": "?", "options": ["No", "Yes"]},
            "options",
        ),
        ({"measure": "realism", "asked_if": "verdict"}, "asked_if"),
        (
            {"measure": "realism", "asked_if": {"question": "later", "values": ["a"]}},
            "asked_if.question",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(row: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        questions(row)
    assert f"questions[1].{field}" in {one.field for one in caught.value.problems}


@pytest.mark.parametrize(
    ("asked_if", "field"),
    [
        ({"question": "verdict", "values": []}, "asked_if.values"),
        ({"question": "verdict", "values": {"real": 1}}, "asked_if.values"),
        ({"question": "verdict", "values": [["real"]]}, "asked_if.values"),
        ({"question": "verdict", "values": ["fake"]}, "asked_if.values"),
        ({"question": "verdict", "values": [True]}, "asked_if.values"),
        ({"question": "verdict"}, "asked_if.values"),
        ({"question": "comment", "values": ["a"]}, "asked_if.question"),
        ({"question": "place", "values": ["none"]}, "asked_if.question"),
        ({"question": "size", "values": [10_001]}, "asked_if.values"),
        ({"question": "realism", "values": ["1"]}, "asked_if.question"),
        ({"question": "verdict", "values": ["real"], "unless": 1}, "asked_if.unless"),
    ],
)
def test_a_condition_that_can_never_hold_is_refused(asked_if: Any, field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        questions(
            VERDICT,
            {"measure": "comment"},
            {"measure": "place"},
            {"measure": "quality", "key": "size", "kind": "slider", "low": 0, "high": 10_000},
            {"measure": "realism", "asked_if": asked_if},
        )
    assert caught.value.field == f"questions[5].{field}"
    assert len(caught.value.reason) < 200


def test_what_belongs_to_a_question_is_asked_only_beside_it() -> None:
    with pytest.raises(BadDesign, match="must be that of artefact"):
        questions(VERDICT, CUES, {"measure": "place", "of": "artefact"})


def test_a_key_is_given_once() -> None:
    with pytest.raises(BadDesign, match="key of an earlier question"):
        questions({"measure": "realism"}, {"measure": "realism"})


def test_there_are_limits_to_patience() -> None:
    many = [{"measure": "comment", "key": f"c{n}"} for n in range(41)]
    with pytest.raises(BadDesign, match="are 41, at most 40"):
        questions(*many)


def test_all_problems_of_all_questions_are_told_at_once() -> None:
    with pytest.raises(BadDesign) as caught:
        questions({"measure": "beauty"}, {"measure": "realism", "low": "x", "colour": 1}, {})
    assert [one.field for one in caught.value.problems] == [
        "questions[1].measure",
        "questions[2].low",
        "questions[2].colour",
        "questions[3].measure",
    ]


def test_a_finding_without_a_reference_stays_without_one() -> None:
    asked = question(measure="finding", finding="edema", prompt="Edema?", reference="")
    plain = write_question(asked)
    assert questions(plain) == (asked,)
    assert asked.reference == ""


def test_a_stored_question_of_a_newer_version_is_never_left_out() -> None:
    for row in ({"measure": "beauty"}, {"measure": "realism", "kind": "dial"}):
        with pytest.raises(BadDesign, match="must be one of"):
            read_questions(Table("", {"questions": [row]}, Problems(checking=False)))


def test_a_stored_question_keeps_a_kind_that_its_measure_lost() -> None:
    row = {"measure": "realism", "kind": "choice", "options": ["Yes", "No"]}
    (asked,) = read_questions(Table("", {"questions": [row]}, Problems(checking=False)))
    assert asked.kind == "choice"


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ({"measure": "realism", "low": -1, "high": 1}, ("-1", "0", "1")),
        ({"measure": "verdict"}, ("real", "synthetic")),
        ({"measure": "artefact", "options": ["A", "B"]}, ("a", "b", "none")),
        ({"measure": "find_the_real"}, tuple("12345678")),
        ({"measure": "preference", "tie_label": "Alike"}, tuple("012345678")),
        ({"measure": "comment"}, None),
        ({"measure": "place"}, None),
    ],
)
def test_answers_that_can_be_listed_are(row: dict[str, Any], cells: tuple[str, ...] | None) -> None:
    asked = question(**row)
    assert kind_of(asked).cells(asked) == cells


SURE = {"measure": "confidence", "of": "verdict"}


@pytest.mark.parametrize("said", [[0.5, 0.6, 0.7, 0.9, 1], [0, 1], [0.5, 0.5, 0.5, 0.5, 0.9]])
def test_what_levels_of_confidence_say_can_be_stated(said: list[float]) -> None:
    asked = questions(VERDICT, SURE | {"probabilities": said})[1]
    assert asked.probabilities == tuple(said)
    assert questions(VERDICT, write_question(asked))[1] == asked
    assert "probabilities" not in write_question(questions(VERDICT, SURE)[1])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (SURE | {"probabilities": [0.5, 0.7, 1]}, "are 3; give 5, one at each point, or 2"),
        (SURE | {"probabilities": [1, 0.5]}, "must rise"),
        (SURE | {"probabilities": [0.7, 0.7]}, "must rise"),
        (SURE | {"probabilities": [50, 100]}, "numbers from 0 to 1"),
        (SURE | {"probabilities": ["0.5", 1]}, "numbers from 0 to 1"),
        (SURE | {"probabilities": 0.5}, "must be a list of numbers"),
        (
            SURE
            | {
                "kind": "slider",
                "low": 0,
                "high": 11,
                "probabilities": [k / 11 for k in range(12)],
            },
            "are 12; give 2 for the ends",
        ),
        ({"measure": "realism", "probabilities": [0, 1]}, "are those of a confidence"),
    ],
)
def test_probabilities_that_say_nothing_are_refused(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadDesign, match=reason) as caught:
        questions(VERDICT, row)
    assert caught.value.field == "questions[2].probabilities"
