"""What a reader agrees to: the text, what is registered of the study, the line that is ticked."""

import calendar
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.blinding import BlindedDesign
from app.domain.design.design import Withdrawal

WITHDRAWING = "Withdrawing"
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
    sections = [
        ConsentSection(heading, getattr(design.registration, field))
        for field, heading in HEADINGS.items()
        if getattr(design.registration, field)
    ]
    if design.withdrawal.until:
        sections.append(ConsentSection(WITHDRAWING, withdrawal_text(design.withdrawal)))
    return tuple(sections)


def withdrawal_text(plan: Withdrawal) -> str:
    """Until when a reader's own link takes their part back, and what becomes of the answers."""
    until = {
        "finishing": "You can withdraw at any time until you have read your last case",
        "closing": "You can withdraw at any time until the study is closed",
        "day": f"You can withdraw at any time until the end of {spoken_day(plan.last_day)} (UTC), "
        "as long as the study is not closed before",
        "": "Your link does not let you withdraw by yourself; ask whoever is responsible",
    }[plan.until]
    return f"{until}, without giving a reason. {what_becomes(plan)}"


def spoken_day(day: date | None) -> str:
    """A day as a text for readers names it, such as 31 March 2027; empty for none."""
    return "" if day is None else f"{day.day} {calendar.month_name[day.month]} {day.year}"


def too_late(plan: Withdrawal) -> str:
    """Why a link does not withdraw its reader now, in a sentence for them."""
    if plan.until == "day":
        return (
            f"Your link let you withdraw until the end of {spoken_day(plan.last_day)} (UTC); ask "
            "whoever is responsible for the study. The privacy page says who that is."
        )
    return (
        "The time in which your link lets you withdraw is over, or this study has none; "
        "ask whoever is responsible for it."
    )


def what_becomes(plan: Withdrawal) -> str:
    """What happens to the answers of a reader who withdraws."""
    if plan.answers == "erased":
        return (
            "Your answers and what you said about yourself are then erased for good. What stays is "
            "that a reader withdrew, and a check sum of what was erased, from which it can't be "
            "read again."
        )
    return (
        "Your answers are then kept but left out of every result and every file of results. You "
        "may still ask for them to be erased."
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
