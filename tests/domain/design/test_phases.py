"""Phases and what each shows."""

from typing import Any

import pytest

from app.domain.design import texts
from app.domain.design.design import Presentation
from app.domain.errors import BadDesign
from tests.domain.documents import design

ASKED = [{"measure": "quality"}, {"measure": "noticed"}, {"measure": "verdict"}]
BLINDED = {
    "key": "naive",
    "questions": ["quality"],
    "end_questions": ["noticed"],
    "purpose_blinded": True,
}
TOLD = {"key": "told", "questions": ["verdict"], "cases": "same", "of": "naive"}


def test_a_naive_phase_is_followed_by_a_told_one() -> None:
    study = design(questions=ASKED, phases=[BLINDED, TOLD | {"washout_days": 28}])
    naive, told = study.phases
    assert [one.key for one in study.questions_of(naive)] == ["quality"]
    assert [one.key for one in study.questions_of(naive, at_end=True)] == ["noticed"]
    assert (naive.introduction, told.introduction) == ("", texts.DISCLOSURE)
    assert told.washout_days == 28
    assert study.phase(2) is told


def test_own_words_may_tell() -> None:
    study = design(questions=ASKED, phases=[BLINDED, TOLD | {"introduction": "Now you know."}])
    assert study.phases[1].introduction == "Now you know."


def test_without_phases_what_is_asked_once_is_asked_at_the_end() -> None:
    (phase,) = design(questions=ASKED).phases
    assert (phase.questions, phase.end_questions) == (("quality", "verdict"), ("noticed",))


def test_phases_share_a_presentation_unless_they_bring_their_own() -> None:
    study = design(
        presentation={"exposures_ms": 250, "mask": False},
        phases=[{}, {"presentation": {"beside": "report"}}],
    )
    assert study.phases[0].presentation == Presentation(exposures_ms=(250,), mask=False)
    assert study.phases[1].presentation == Presentation(beside="report")


def test_pictures_stand_side_by_side_unless_they_come_in_turn() -> None:
    pair = design(questions=[{"measure": "preference"}], presentation={"pictures": 2})
    assert pair.phases[0].presentation.layout == "side_by_side"
    assert pair.instructions == texts.INSTRUCTIONS_SEVERAL


def test_a_reference_picture_stands_beside_every_film() -> None:
    study = design(
        questions=[{"measure": "quality", "low": -2, "high": 2}],
        presentation={"reference": "0123456789ab"},
    )
    assert study.phases[0].presentation.reference == "0123456789ab"


@pytest.mark.parametrize(
    ("presentation", "field"),
    [
        ({"pictures": 0}, "pictures"),
        ({"pictures": 9}, "pictures"),
        ({"pictures": "2"}, "pictures"),
        ({"layout": "side_by_side"}, "layout"),
        ({"layout": "stacked"}, "layout"),
        ({"composition": "all_real"}, "composition"),
        ({"exposures_ms": [29]}, "exposures_ms"),
        ({"exposures_ms": [100, 100]}, "exposures_ms"),
        ({"exposures_ms": [100, True]}, "exposures_ms"),
        ({"exposures_ms": [100.5]}, "exposures_ms"),
        ({"exposures_ms": "100"}, "exposures_ms"),
        ({"exposures_ms": {"a": 100}}, "exposures_ms"),
        ({"exposures_ms": list(range(100, 121))}, "exposures_ms"),
        ({"mask": "yes"}, "mask"),
        ({"reference": "bank/1.png"}, "reference"),
        ({"reference": "0123456789ab", "exposures_ms": [100]}, "reference"),
        ({"zoom": True}, "zoom"),
    ],
)
def test_a_presentation_that_makes_no_sense_is_refused(
    presentation: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadDesign) as caught:
        design(presentation=presentation)
    assert caught.value.field == f"presentation.{field}"


@pytest.mark.parametrize(
    ("phases", "field"),
    [
        (["naive"], "phases[1]"),
        ("naive", "phases"),
        ([{"key": "Naive"}], "phases[1].key"),
        ([{"key": "a"}, {"key": "a"}], "phases[2].key"),
        ([{"questions": ["beauty"]}], "phases[1].questions"),
        ([{"questions": "quality"}], "phases[1].questions"),
        ([{"end_questions": ["beauty"]}], "phases[1].end_questions"),
        ([{"cases": "old"}], "phases[1].cases"),
        ([{"cases": "same"}], "phases[1].of"),
        ([{"cases": "same", "of": "phase1"}], "phases[1].of"),
        ([{}, {"cases": "same", "of": "phase3"}, {}], "phases[2].of"),
        ([{}, {"of": "phase1"}], "phases[2].of"),
        ([{}, {"cases": "part", "of": "phase1"}], "phases[2].part_count"),
        ([{}, {"cases": "same", "of": "phase1", "part_count": 2}], "phases[2].part_count"),
        ([{"washout_days": 1}], "phases[1].washout_days"),
        ([{"purpose_blinded": 1}], "phases[1].purpose_blinded"),
        ([{"presentation": {"pictures": 0}}], "phases[1].presentation.pictures"),
        ([{"colour": 1}], "phases[1].colour"),
        ([{}] * 9, "phases"),
    ],
)
def test_phases_that_make_no_sense_are_refused(phases: Any, field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        design(questions=ASKED, phases=phases)
    assert caught.value.field == field
