"""What a reader agrees to: the text, what is registered of the study, the line that is ticked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.blinding import BlindedDesign

HEADINGS: Mapping[str, str] = {
    "controller": "Who is responsible for your data",
    "contact": "Whom to ask",
    "purpose": "What your answers are used for",
    "retention": "How long they are kept",
    "rights": "Your rights",
    "ethics": "Ethics approval",
    "registry": "Registration",
    "funding": "Funding",
    "interests": "Interests",
}


@dataclass(frozen=True)
class ConsentSection:
    """One registered fact under its heading."""

    heading: str
    text: str


def consent_sections(design: BlindedDesign) -> tuple[ConsentSection, ...]:
    """What is registered of the study, in the order in which the consent page shows it."""
    return tuple(
        ConsentSection(heading, getattr(design.registration, field))
        for field, heading in HEADINGS.items()
        if getattr(design.registration, field)
    )


def consent_text(design: BlindedDesign) -> str:
    """All that the consent page asks a reader to agree to, in one text; a blank line between parts.

    Title, text, every registered fact under its heading, and the line that is ticked.
    """
    sections = [f"{section.heading}\n{section.text}" for section in consent_sections(design)]
    return "\n\n".join([design.title, design.consent, *sections, design.consent_line])


def consent_digest(design: BlindedDesign) -> str:
    """SHA-256 of `consent_text` in UTF-8, as 64 hexadecimal digits: kept with each consent."""
    return hashlib.sha256(consent_text(design).encode()).hexdigest()
