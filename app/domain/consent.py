"""What a reader agrees to: the text, what is registered of the study, the line that is ticked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.blinding import BlindedDesign
from app.domain.design.design import Withdrawal
from app.domain.said import Said, said, spoken_day

WITHDRAWING = said("Withdrawing")
HEADINGS: Mapping[str, str] = {
    "controller": said("Who is responsible for your data"),
    "contact": said("Whom to ask"),
    "purpose": said("What your answers are used for"),
    "retention": said("How long they are kept"),
    "rights": said("Your rights"),
    "ethics": said("Ethics approval"),
    "registry": said("Registration"),
    "funding": said("Funding"),
    "interests": said("Interests"),
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
    return said("{until} {becomes}", until=_until(plan), becomes=what_becomes(plan))


def _until(plan: Withdrawal) -> Said:
    if plan.until == "finishing":
        return said(
            "You can withdraw at any time until you have read your last case, without giving a "
            "reason."
        )
    if plan.until == "closing":
        return said(
            "You can withdraw at any time until the study is closed, without giving a reason."
        )
    if plan.until == "day":
        return said(
            "You can withdraw at any time until the end of {day} (UTC), as long as the study is "
            "not closed before, without giving a reason.",
            day=spoken_day(plan.last_day),
        )
    return said(
        "Your link does not let you withdraw by yourself; ask whoever is responsible, without "
        "giving a reason."
    )


def too_late(plan: Withdrawal) -> str:
    """Why a link does not withdraw its reader now, in a sentence for them."""
    if plan.until == "day":
        return said(
            "Your link let you withdraw until the end of {day} (UTC); ask whoever is responsible "
            "for the study. The privacy page says who that is.",
            day=spoken_day(plan.last_day),
        )
    return said(
        "The time in which your link lets you withdraw is over, or this study has none; "
        "ask whoever is responsible for it."
    )


def what_becomes(plan: Withdrawal) -> str:
    """What happens to the answers of a reader who withdraws."""
    if plan.answers == "erased":
        return said(
            "Your answers and what you said about yourself are then erased for good. What stays is "
            "that a reader withdrew, and a check sum of what was erased, from which it can't be "
            "read again."
        )
    return said(
        "Your answers are then kept but left out of every result and every file of results. You "
        "may still ask for them to be erased."
    )


def consent_text(design: BlindedDesign) -> str:
    """All that the consent page asks a reader to agree to, in one text; a blank line between parts.

    Title, text, every registered fact under its heading, and the line that is ticked. What the
    house says itself (headings, how to withdraw) stands in English here, whatever language the page
    speaks: the text stays the same when a translation is mended.
    """
    sections = [f"{section.heading}\n{section.text}" for section in consent_sections(design)]
    return "\n\n".join([design.title, design.consent, *sections, design.consent_line])


def consent_digest(design: BlindedDesign) -> str:
    """SHA-256 of `consent_text` in UTF-8, as 64 hexadecimal digits: kept with each consent."""
    return hashlib.sha256(consent_text(design).encode()).hexdigest()
