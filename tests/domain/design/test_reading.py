"""A design of format 2 is read strictly, with every problem named at once."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.domain.design import texts
from app.domain.design.design import ArmPlan
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_json, design_to_mapping
from app.domain.errors import BadDesign
from tests.domain.documents import design, values


def test_the_shortest_design_has_neutral_texts() -> None:
    short = design()
    assert (short.consent, short.instructions) == (texts.CONSENT, texts.INSTRUCTIONS)
    assert short.consent_line == texts.CONSENT_LINE
    assert short.phases[0].key == "main"
    assert short.case_count == 8
    assert short.strata == ("normal", "abnormal")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"format": 3}, "format"),
        ({"format": True}, "format"),
        ({"format": 2.0}, "format"),
        ({"format": "2"}, "format"),
        ({"format": [2]}, "format"),
        ({"title": ""}, "title"),
        ({"title": " \n "}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"language": "english please"}, "language"),
        ({"language": ""}, "language"),
        ({"stratify_by": ""}, "stratify_by"),
        ({"seed": "7"}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 10**5000}, "seed"),
        ({"questions": []}, "questions"),
        ({"questions": {"realism": "1-5"}}, "questions"),
        ({"questions": [{"measure": "comment"}]}, "questions"),
        ({"consent": "text"}, "consent"),
        ({"consent": {"line": ""}}, "consent.line"),
        ({"consent": {"words": "x"}}, "consent.words"),
        ({"replicates": {"number": 1}}, "replicates.number"),
        ({"replicates": {"count": 10, "minimum_lag": 5}}, "replicates"),
        ({"practice": {"count": 51}}, "practice.count"),
        ({"practice": {"feedback": "no"}}, "practice.feedback"),
        ({"break_every": 2.5}, "break_every"),
        ({"longest_run": 0}, "longest_run"),
        ({"rendition_size": 32}, "rendition_size"),
        ({"registration": {"ethics": 7}}, "registration.ethics"),
        ({"registration": {"oracle": "x"}}, "registration.oracle"),
        ({"analysis": {"margin": 0}}, "analysis.margin"),
        ({"analysis": {"margin": float("nan")}}, "analysis.margin"),
        ({"analysis": {"target": "everybody"}}, "analysis.target"),
        ({"analysis": {"adjustment": "bonferroni"}}, "analysis.adjustment"),
        ({"analysis": {"primary": "verdict"}}, "analysis.primary"),
        ({"allocation": {"scheme": "random"}}, "allocation.scheme"),
        ({"allocation": {"groups": 1}}, "allocation.groups"),
        ({"closes_on": "soon"}, "closes_on"),
        ({"closes_on": "2027-02-30"}, "closes_on"),
        ({"closes_on": "20270131"}, "closes_on"),
        ({"closes_on": 20270131}, "closes_on"),
        ({"closes_on": datetime(2027, 1, 31, tzinfo=UTC)}, "closes_on"),
        ({"colour": "blue"}, "colour"),
        ({"equivalence_margin": 0.1}, "equivalence_margin"),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_it_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDesign) as caught:
        design(**changes)
    assert caught.value.field == field
    assert len(str(caught.value)) < 400


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(BadDesign) as caught:
        design(title="", seed=-1, colour="blue", practice={"count": -1}, consent={"line": 7})
    assert {one.field for one in caught.value.problems} == {
        "title",
        "seed",
        "colour",
        "practice.count",
        "consent.line",
    }


@pytest.mark.parametrize("least", [0, 0.0, 0.9])
def test_nobody_or_many_may_be_left_out_for_answering_little(least: float) -> None:
    made = design(analysis={"least_answered": least})
    assert made.analysis.least_answered == least
    assert design_from_json(design_to_json(made)) == made


@pytest.mark.parametrize("least", [-0.1, 0.91, True, "0", float("nan")])
def test_a_share_beyond_its_limits_is_told_in_one_sentence(least: object) -> None:
    with pytest.raises(BadDesign, match=r"must be a number from 0 to 0\.9"):
        design(analysis={"least_answered": least})


@pytest.mark.parametrize("day", ["2027-01-31", date(2027, 1, 31)])
def test_the_last_day_is_a_day(day: object) -> None:
    assert design(closes_on=day).closes_on == date(2027, 1, 31)
    assert design(closes_on="").closes_on is None


def test_default_texts_of_a_blinded_phase_tell_nothing() -> None:
    for pictures in (1, 2):
        blinded = design(
            questions=[{"measure": "noticed"}, {"measure": "comment"}],
            phases=[
                {
                    "purpose_blinded": True,
                    "end_questions": ["noticed"],
                    "presentation": {"pictures": pictures},
                }
            ],
        )
        said = blinded.instructions + blinded.consent
        assert "computer" not in said
        assert "real" not in said
    assert "several" in blinded.instructions


def test_a_stored_design_is_read_whatever_todays_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = design(
        title="A title of some length",
        questions=[{"measure": "realism", "low": 0, "high": 10}, {"measure": "artefact"}],
        phases=[{"key": "a"}, {"key": "b"}],
        presentation={"exposures_ms": [100, 200]},
        break_every=40,
    )
    text = design_to_json(stored)
    for module, name in (
        ("app.domain.questions.document", "MOST_QUESTIONS"),
        ("app.domain.questions.kinds.scale", "MOST_POINTS"),
        ("app.domain.questions.kinds.choices", "MOST_OPTIONS"),
        ("app.domain.design.phases", "MOST_PHASES"),
        ("app.domain.design.phases", "MOST_PICTURES"),
        ("app.domain.design.arms", "MOST_CASES"),
        ("app.domain.design.reading", "MOST_CASES"),
    ):
        monkeypatch.setattr(f"{module}.{name}", 1)
    with pytest.raises(BadDesign) as caught:
        design_from_mapping(design_to_mapping(stored))
    assert len(caught.value.problems) >= 5
    assert design_from_json(text) == stored
    assert design_to_json(design_from_json(text)) == text


def test_a_stored_design_of_a_newer_version_is_not_guessed_at() -> None:
    plain = json.loads(design_to_json(design()))
    with pytest.raises(BadDesign, match="format: must be one of 1, 2; not 3"):
        design_from_json(json.dumps(plain | {"format": 3}))


def test_a_positive_control_and_cases_picked_by_hand_are_named() -> None:
    picked = design(
        arms=[
            {"arm": "real", "images": ["a" * 12, "b" * 64]},
            {"arm": "noise", "cases": {"normal": 2}, "role": "positive_control"},
        ]
    )
    assert picked.arms == (
        ArmPlan("real", images=("a" * 12, "b" * 64)),
        ArmPlan("noise", (("normal", 2),), role="positive_control"),
    )
    assert picked.case_count == 4


def test_a_form_2_document_says_so() -> None:
    without = values()
    del without["format"]
    with pytest.raises(BadDesign):
        design_from_mapping(without)
