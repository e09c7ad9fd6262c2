"""A design is written as one text, and is the same design when that is read."""

import json

from hypothesis import given, settings

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_json, design_to_mapping, digest
from tests.domain.design.made_up import DESIGNS
from tests.domain.documents import design


@settings(max_examples=150)
@given(DESIGNS)
def test_it_reads_back_what_it_wrote(made_up: StudyDesign) -> None:
    text = design_to_json(made_up)
    assert design_from_json(text) == made_up
    assert design_to_json(design_from_json(text)) == text
    # What was accepted is accepted again, as a form or a file would bring it.
    assert design_from_mapping(json.loads(text)) == made_up
    assert design_from_mapping(design_to_mapping(made_up)) == made_up


def test_one_design_has_one_digest() -> None:
    assert digest(design_to_json(design())) == digest(design_to_json(design()))
    assert digest(design_to_json(design())) != digest(design_to_json(design(seed=2)))
    assert len(digest("é")) == 64


def test_what_is_written_names_its_format_and_spells_out_every_question() -> None:
    plain = json.loads(design_to_json(design()))
    assert plain["format"] == 2
    assert plain["questions"][0]["labels"][0] == "Not at all realistic"
    assert plain["arms"][0]["cases"] == [["normal", 2], ["abnormal", 2]]
    assert plain["phases"][0]["questions"] == ["realism"]
