"""A design is read strictly, written back equal, and frozen by its digest."""

import tomllib
from typing import Any

import pytest

from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.status import ensure_draft, ensure_open
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadDesign, StudyFrozen, StudyNotOpen
from app.report.words.design_text import commented_design
from tests.studies import design_values


def test_it_reads_back_what_it_wrote() -> None:
    design = design_from_mapping(
        design_values(
            questions={"realism": "off", "confidence": False},
            practice={"count": 2, "feedback": True},
            replicates={"count": 3, "minimum_lag": 4},
            notice="Simulated",
        )
    )
    assert design_from_json(design_to_json(design)) == design
    assert digest(design_to_json(design)) == digest(design_to_json(design))


def test_the_commented_text_means_the_same_design() -> None:
    design = design_from_mapping(
        design_values(
            title='A "quoted" title \\ with a slash',
            consent='Line one\n\nLine """two""" \\ end\tand é',
        )
    )
    text = commented_design(design, {"real": "Real\nradiographs"})
    assert design_from_mapping(tomllib.loads(text)) == design


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
        ({"colour": "blue"}, "colour"),
    ],
)
def test_it_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        design_from_mapping(design_values(**changes))
    assert caught.value.field == field


def test_an_opened_study_is_frozen() -> None:
    ensure_draft("draft", "its design")
    for status in ("open", "closed"):
        with pytest.raises(StudyFrozen, match="its design can't change any more"):
            ensure_draft(status, "its design")  # type: ignore[arg-type]


def test_only_an_open_study_is_read() -> None:
    ensure_open("open")
    for status in ("draft", "closed"):
        with pytest.raises(StudyNotOpen):
            ensure_open(status)  # type: ignore[arg-type]
