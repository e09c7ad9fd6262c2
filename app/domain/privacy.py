"""What a reader is told of their data: what is stored, why, by whom, how long, and their rights."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.blinding import BlindedDesign
from app.domain.consent import withdrawal_text

NOT_SAID = "The study does not say; ask whoever sent you your link."


@dataclass(frozen=True)
class PrivacySection:
    """A heading, paragraphs in the program's words, points, and a text of the study's own."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    own_text: str = ""


def privacy_sections(design: BlindedDesign) -> tuple[PrivacySection, ...]:
    """Everything that the page tells, in its order; from the design alone."""
    said = design.registration
    return (
        PrivacySection(
            "Who is responsible",
            () if said.controller else (NOT_SAID,),
            own_text=_joined(said.controller, said.contact),
        ),
        PrivacySection(
            "What is stored about you",
            ("You stand in this study under a code such as R01. Your name is not asked for.",),
            tuple(_stored(design)),
        ),
        PrivacySection("In your browser", (), tuple(_in_browser())),
        PrivacySection(
            "Why",
            () if said.purpose else (f"To answer the questions of this study. {NOT_SAID}",),
            own_text=said.purpose,
        ),
        PrivacySection(
            "Who sees it",
            (
                "The study's investigators see how far you have come and, once reading has ended, "
                "your answers under your code. Files of results hold answers under codes. Your "
                "link is kept as a check sum, so nobody can read it from the database.",
            ),
        ),
        PrivacySection(
            "How long it is kept",
            () if said.retention else (NOT_SAID,),
            own_text=said.retention,
        ),
        PrivacySection("Your rights", tuple(_rights(design)), own_text=said.rights),
    )


def unsaid(design: BlindedDesign) -> tuple[str, ...]:
    """A sentence for each thing that readers should be told and the design leaves out."""
    said = design.registration
    sentences = {
        "controller": "Who is responsible for readers' data.",
        "contact": "Whom readers can ask.",
        "purpose": "What their answers are used for.",
        "retention": "How long the answers are kept.",
        "rights": "What readers may ask for, and of whom.",
    }
    return tuple(text for field, text in sentences.items() if not getattr(said, field))


def _stored(design: BlindedDesign) -> Iterator[str]:
    yield "The check sum of your personal link, and when it was made or withdrawn."
    yield "When you agreed to take part, and the check sum of the text that you agreed to."
    about = "Your role, specialty, years of experience and how often you read"
    asked = [
        what
        for what, is_asked in (
            ("the kind of your display", design.display.ask_kind),
            ("how light your room is", design.display.ask_light),
        )
        if is_asked
    ]
    yield f"{about}{''.join(f', {what}' for what in asked)}, as you say."
    if design.display.grey_check:
        yield "Which grey steps you could tell apart on your display."
    yield "Which cases you were shown, when, and in which order."
    yield (
        "Your answers and corrections, when they came, how long the case was open, and how you "
        "looked at it: size of the window, zoom, brightness, mouse or touch."
    )
    yield "When each of your sittings began and ended."
    yield (
        "That you did each of these steps, under your code, in a record that nobody can change "
        "afterwards; of your answers it has a check sum."
    )
    yield (
        "The investigator may have noted for themselves who got which link; results and their "
        "files don't have that note."
    )


def _in_browser() -> Iterator[str]:
    yield (
        "One cookie, so that you needn't open your link for every page. It names your number in "
        "the study and a check of your link, and is sent to this server's reading pages only."
    )
    yield (
        "The answers of the case that is open, as a draft, until the server has confirmed that "
        "they are saved; then the draft is removed."
    )
    yield "Whether you switched the reading keys off. Nothing is sent to anybody else."


def _rights(design: BlindedDesign) -> Iterator[str]:
    yield withdrawal_text(design.withdrawal)
    yield (
        "You may ask at any time to have your data erased, also after the study has ended. Your "
        "answers, your profile and your link are then removed; what stays is that a reader took "
        "part and was erased, and a check sum of what was removed."
    )


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
