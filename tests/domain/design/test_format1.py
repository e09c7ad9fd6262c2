"""Format 1 is read as it was written, and means what it meant."""

import json
from typing import Any

import pytest

from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_json
from app.domain.errors import BadDesign

# Word for word what the code of format 1 stored (it had no `format`).
STORED = json.dumps(
    {
        "title": "Old study",
        "arms": [
            {"arm": "real", "normal": 15, "abnormal": 15},
            {"arm": "M3", "normal": 0, "abnormal": 15},
        ],
        "instructions": "Look.",
        "consent": "You agree.",
        "notice": "",
        "questions": {"realism": "0-100", "verdict": True, "confidence": True, "comment": False},
        "replicates": {"count": 6, "minimum_lag": 20},
        "practice": {"count": 4, "feedback": False},
        "break_every": 30,
        "longest_run": 3,
        "equivalence_margin": 0.05,
        "rendition_size": 512,
        "seed": 2409,
    }
)


def values(**changes: Any) -> dict[str, Any]:
    return {"title": "Old", "arms": [{"arm": "real", "normal": 2, "abnormal": 2}]} | changes


def test_a_stored_document_means_what_it_meant() -> None:
    old = design_from_json(STORED)
    assert [(one.key, one.measure, one.kind) for one in old.questions] == [
        ("realism", "realism", "slider"),
        ("verdict", "verdict", "choice"),
        ("confidence", "confidence", "scale"),
    ]
    assert old.questions[0].labels == ("Not at all realistic", "Like a real radiograph")
    assert old.questions[2].of == "verdict"
    assert old.arms[1].cases == (("normal", 0), ("abnormal", 15))
    assert old.case_count == 45
    assert (old.consent, old.instructions) == ("You agree.", "Look.")
    assert old.analysis.margin == 0.05
    assert old.stratify_by == "condition"
    assert len(old.phases) == 1
    assert design_from_json(design_to_json(old)) == old


def test_it_is_read_whatever_todays_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    before = design_from_json(STORED)
    for module in ("arms", "format1", "phases", "reading"):
        monkeypatch.setattr(f"app.domain.design.{module}.MOST_CASES", 1)
    monkeypatch.setattr("app.domain.questions.document.MOST_QUESTIONS", 1)
    monkeypatch.setattr("app.domain.questions.kinds.scale.MOST_POINTS", 2)
    monkeypatch.setattr("app.domain.questions.kinds.choice.MOST_OPTIONS", 1)
    with pytest.raises(BadDesign):
        design_from_mapping(json.loads(STORED))
    assert design_from_json(STORED) == before


def test_the_shortest_asks_all_four_questions() -> None:
    asked = design_from_mapping(values()).questions
    assert [one.key for one in asked] == ["realism", "verdict", "confidence", "comment"]
    assert (asked[0].low, asked[0].high, len(asked[0].labels)) == (1, 5, 5)


@pytest.mark.parametrize(("scale", "ends"), [("1-5", (1, 5)), ("1-7", (1, 7)), ("0-100", (0, 100))])
def test_its_scales_are_these(scale: str, ends: tuple[int, int]) -> None:
    realism = design_from_mapping(values(questions={"realism": scale})).questions[0]
    assert (realism.low, realism.high) == ends


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"seed": "7"}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"arms": []}, "arms"),
        ({"arms": "real"}, "arms"),
        ({"arms": ["real"]}, "arms[1]"),
        ({"arms": [{"arm": "real", "normal": 0}]}, "arms[1]"),
        ({"arms": [{"arm": "real", "normal": 1, "abnormal": -1}]}, "arms[1].abnormal"),
        ({"arms": [{"arm": "real", "normal": 1}, {"arm": "real", "normal": 1}]}, "arms[2].arm"),
        ({"arms": [{"arm": "real", "normal": 1, "total": 3}]}, "arms[1].total"),
        ({"arms": [{"arm": "real", "normal": 2000, "abnormal": 1}]}, "arms"),
        ({"questions": {"realism": "1-9"}}, "questions.realism"),
        ({"questions": {"realism": "off", "verdict": False, "confidence": False}}, "questions"),
        ({"questions": {"verdict": False}}, "questions.confidence"),
        ({"questions": {"verdict": "yes"}}, "questions.verdict"),
        ({"questions": []}, "questions"),
        ({"replicates": {"count": 10, "minimum_lag": 5}}, "replicates"),
        ({"replicates": {"number": 1}}, "replicates.number"),
        ({"practice": {"count": 51}}, "practice.count"),
        ({"break_every": 2.5}, "break_every"),
        ({"equivalence_margin": 0}, "equivalence_margin"),
        ({"equivalence_margin": 0.6}, "equivalence_margin"),
        ({"equivalence_margin": float("nan")}, "equivalence_margin"),
        ({"rendition_size": 32}, "rendition_size"),
        ({"consent": {"text": "x"}}, "consent"),
        ({"colour": "blue"}, "colour"),
        ({"phases": [{}]}, "phases"),
        ({"language": "pt"}, "language"),
    ],
)
def test_it_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        design_from_mapping(values(**changes))
    assert caught.value.field == field


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(BadDesign) as caught:
        design_from_mapping(
            values(
                title="",
                seed=-1,
                equivalence_margin=3,
                questions={"realism": "1-9"},
                arms=[{"arm": "real", "normal": "x", "abnormal": 1}],
                practice={"count": 51},
                phases=[],
            )
        )
    assert {one.field for one in caught.value.problems} == {
        "title",
        "seed",
        "equivalence_margin",
        "questions.realism",
        "arms[1].normal",
        "practice.count",
        "phases",
    }
