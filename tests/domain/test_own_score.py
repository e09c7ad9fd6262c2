"""A reader's own score: right ones of all judged, by phase; what was not judged counts nowhere."""

import pytest

from app.domain.blinding import blinded_design
from app.domain.certificate import ReadingSpan, read_name, taking_part
from app.domain.design.reading import design_from_json
from app.domain.design.writing import design_to_json
from app.domain.errors import BadDesign, BadInput, Refused
from app.domain.own_score import Judged, PhaseScore, own_scores
from tests.domain.documents import design
from tests.studies import NOW

ASKED = [{"measure": "verdict"}, {"measure": "realism"}]
PAIRS = [
    {"key": "single", "title": "Singly", "questions": ["verdict"]},
    {
        "key": "pairs",
        "questions": ["which"],
        "cases": "same",
        "of": "single",
        "presentation": {"pictures": 2, "layout": "side_by_side"},
    },
]


def test_right_ones_are_counted_by_what_the_images_are() -> None:
    shown = [
        Judged(1, {"verdict": said}, [truth])
        for said, truth in (
            ("real", "real"),
            ("synthetic", "real"),
            ("synthetic", "synthetic"),
            ("synthetic", "synthetic"),
        )
    ]
    unsaid = Judged(1, {"realism": 3}, ["real"])
    scores = own_scores(design(questions=ASKED), [*shown, unsaid])
    assert scores == (PhaseScore("", 4, 3, 2, 1, 2, 2),)
    assert own_scores(design(questions=ASKED), [unsaid]) == ()


def test_of_several_pictures_the_real_one_is_right_and_phases_are_told_apart() -> None:
    asked = [{"measure": "verdict"}, {"key": "which", "measure": "find_the_real"}]
    plan = design(questions=asked, phases=PAIRS)
    shown = [
        Judged(1, {"verdict": "real"}, ["real"]),
        Judged(2, {"which": 2}, ["synthetic", "real"]),
        Judged(2, {"which": 1}, ["synthetic", "real"]),
        Judged(2, {"which": 0}, ["synthetic", "real"]),
        Judged(2, {}, ["synthetic", "real"]),
    ]
    assert own_scores(plan, shown) == (
        PhaseScore("Singly", 1, 1, 1, 1),
        PhaseScore("pairs", 2, 1),
    )


def test_a_design_that_asks_nothing_right_or_wrong_promises_no_score() -> None:
    with pytest.raises(BadDesign, match="own_score"):
        design(questions=[{"measure": "realism"}], own_score=True)
    kept = design(questions=ASKED, own_score=True)
    assert design_from_json(design_to_json(kept)).own_score
    # Designs of before there was a choice keep their digest.
    assert "own_score" not in design_to_json(design(questions=ASKED))


@pytest.mark.parametrize(
    ("span", "facts", "said"),
    [
        (ReadingSpan(0, None, None), {}, "read no case"),
        (ReadingSpan(3, NOW, NOW), {"has_withdrawn": True}, "withdrawn"),
        (ReadingSpan(3, NOW, NOW), {"study_is_closed": False}, "once you have read your last case"),
    ],
)
def test_who_gets_none_is_told_why(span: ReadingSpan, facts: dict[str, bool], said: str) -> None:
    usual = {"has_finished": False, "has_withdrawn": False, "study_is_closed": True}
    with pytest.raises(Refused, match=said):
        taking_part(blinded_design(design()), span, record_head="", **{**usual, **facts})


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "two\nlines", "half \ud83d"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(BadInput):
        read_name(name)
    assert read_name(" Ana Conceição ") == "Ana Conceição"
