"""A design is written as a commented file that means the same design."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.design.design import (
    Allocation,
    AnalysisPlan,
    ArmPlan,
    Phase,
    Practice,
    Presentation,
    Registration,
    Replicates,
    StudyDesign,
)
from app.domain.design.reading import design_from_mapping
from app.report.words.design_text import commented_design
from tests.domain.design.made_up import DESIGNS
from tests.domain.documents import design
from tests.domain.questions.made_up import TRANSLATED_ROWS


@settings(max_examples=150)
@given(DESIGNS, st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_the_text_means_the_same_design(made_up: StudyDesign, label: str) -> None:
    labels = {plan.arm: label for plan in made_up.arms}
    text = commented_design(made_up, labels, about=(label,))
    assert design_from_mapping(tomllib.loads(text)) == made_up


@given(TRANSLATED_ROWS)
def test_words_in_other_languages_have_tables_of_their_own(row: dict[str, Any]) -> None:
    given = design(questions=[row, {"measure": "verdict", "translations": {"es": {}}}])
    text = commented_design(given, {})
    assert "\n[questions.translations.es]\n" in text
    assert design_from_mapping(tomllib.loads(text)) == given


@pytest.mark.parametrize(
    "words",
    [
        'A "quoted" title \\ with a slash',
        'Line one\n\nLine """two""" \\ end\tand é',
        "Where\nC:\\new and \\n are",
        'ends in quotes"\nlike this""',
        "delete \x7f me\nand \x01 me",
    ],
)
def test_texts_come_back_word_for_word(words: str) -> None:
    given = design(
        title=words.split("\n")[0],
        instructions=words,
        consent={"text": words, "line": words},
        phases=[{"introduction": words}],
    )
    assert design_from_mapping(tomllib.loads(commented_design(given, {}))) == given


def fields_of(table: Any) -> set[str]:
    return set(table.__dataclass_fields__)


def test_every_field_is_there_to_be_changed() -> None:
    text = commented_design(design(closes_on="2027-01-31"), {"real": "Real\nradiographs"})
    data = tomllib.loads(text)
    # What was excluded is there once something is.
    assert set(data) == fields_of(StudyDesign) - {"consent_line", "excluded"} | {"format"}
    for name, kind in (
        ("replicates", Replicates),
        ("practice", Practice),
        ("allocation", Allocation),
        ("registration", Registration),
        ("analysis", AnalysisPlan),
    ):
        assert set(data[name]) == fields_of(kind), name
    assert set(data["consent"]) == {"text", "line"}
    assert set(data["phases"][0]) == fields_of(Phase)
    assert set(data["phases"][0]["presentation"]) == fields_of(Presentation)
    assert set(data["arms"][0]) == fields_of(ArmPlan) - {"images"}
    assert "[[arms]]  # Real\n" in text


def test_it_says_where_a_design_comes_from() -> None:
    text = commented_design(design(), {}, about=("Jang et al. 2023", "Ours: the numbers"))
    assert "# Jang et al. 2023\n# Ours: the numbers\n" in text
