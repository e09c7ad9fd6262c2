"""What is agreed to is one text with one digest; every word of it counts."""

import hashlib
from dataclasses import replace

import pytest

from app.domain.blinding import BlindedDesign, blinded_design
from app.domain.consent import HEADINGS, consent_digest, consent_sections, consent_text
from app.domain.design.design import Registration
from app.domain.design.reading import design_from_mapping


@pytest.fixture
def design() -> BlindedDesign:
    return blinded_design(
        design_from_mapping(
            {
                "format": 2,
                "title": "A study",
                "arms": [{"arm": "real", "cases": {"normal": 2}}],
                "questions": [{"measure": "realism"}],
                "consent": {"text": "You will look.", "line": "I agree."},
                "registration": {"contact": "Dr Weiss", "ethics": "EK 12/2026"},
            }
        )
    )


def test_it_is_the_text_the_registered_facts_and_the_line(design: BlindedDesign) -> None:
    assert consent_text(design) == (
        "A study\n\nYou will look.\n\nWhom to ask\nDr Weiss\n\nEthics approval\nEK 12/2026\n\n"
        "I agree."
    )
    assert consent_digest(design) == hashlib.sha256(consent_text(design).encode()).hexdigest()


@pytest.mark.parametrize("field", list(HEADINGS))
def test_every_registered_fact_is_shown_and_changes_the_digest(
    design: BlindedDesign, field: str
) -> None:
    other = replace(design, registration=replace(design.registration, **{field: "Something else"}))
    assert "Something else" in [section.text for section in consent_sections(other)]
    assert consent_digest(other) != consent_digest(design)


def test_no_fact_of_a_registration_lacks_its_heading() -> None:
    assert set(HEADINGS) == set(Registration.__dataclass_fields__)
