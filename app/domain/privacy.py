"""What a reader is told of their data: what is stored, why, by whom, how long, and their rights."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.blinding import BlindedDesign
from app.domain.consent import withdrawal_text
from app.domain.said import said

NOT_SAID = said("The study does not say; ask whoever sent you your link.")


@dataclass(frozen=True)
class PrivacySection:
    """A heading, paragraphs in the program's words, points, and a text of the study's own."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    own_text: str = ""


def privacy_sections(design: BlindedDesign) -> tuple[PrivacySection, ...]:
    """Everything that the page tells, in its order; from the design alone."""
    given = design.registration
    return (
        PrivacySection(
            said("Who is responsible"),
            () if given.controller else (NOT_SAID,),
            own_text=_joined(given.controller, given.contact),
        ),
        PrivacySection(
            said("What is stored about you"),
            (
                said(
                    "You stand in this study under a code such as R01. Your name is not asked for."
                ),
            ),
            tuple(_stored(design)),
        ),
        PrivacySection(said("In your browser"), (), tuple(_in_browser())),
        PrivacySection(
            said("Why"),
            ()
            if given.purpose
            else (said("To answer the questions of this study. {told}", told=NOT_SAID),),
            own_text=given.purpose,
        ),
        PrivacySection(
            said("Who sees it"),
            (
                said(
                    "The study's investigators see how far you have come and, once reading "
                    "has ended, your answers under your code. Files of results hold answers "
                    "under codes. Your link is kept as a check sum, so nobody can read it "
                    "from the database."
                ),
            ),
        ),
        PrivacySection(
            said("How long it is kept"),
            () if given.retention else (NOT_SAID,),
            own_text=given.retention,
        ),
        PrivacySection(said("Your rights"), tuple(_rights(design)), own_text=given.rights),
    )


def unsaid(design: BlindedDesign) -> tuple[str, ...]:
    """A sentence for each thing that readers should be told and the design leaves out."""
    given = design.registration
    sentences = {
        "controller": said("Who is responsible for readers' data."),
        "contact": said("Whom readers can ask."),
        "purpose": said("What their answers are used for."),
        "retention": said("How long the answers are kept."),
        "rights": said("What readers may ask for, and of whom."),
    }
    return tuple(text for field, text in sentences.items() if not getattr(given, field))


def _stored(design: BlindedDesign) -> Iterator[str]:
    yield said("The check sum of your personal link, and when it was made or withdrawn.")
    yield said("When you agreed to take part, and the check sum of the text that you agreed to.")
    yield _profile_stored(ask_kind=design.display.ask_kind, ask_light=design.display.ask_light)
    if design.display.grey_check:
        yield said("Which grey steps you could tell apart on your display.")
    yield said("Which cases you were shown, when, and in which order.")
    yield said(
        "Your answers and corrections, when they came, how long the case was open, and how you "
        "looked at it: size of the window, zoom, brightness, mouse or touch."
    )
    yield said("When each of your sittings began and ended.")
    yield said(
        "That you did each of these steps, under your code, in a record that nobody can change "
        "afterwards; of your answers it has a check sum."
    )
    yield said(
        "The investigator may have noted for themselves who got which link; results and their "
        "files don't have that note."
    )


def _profile_stored(*, ask_kind: bool, ask_light: bool) -> str:
    if ask_kind and ask_light:
        return said(
            "Your role, specialty, years of experience and how often you read, the kind of your "
            "display, how light your room is, as you say."
        )
    if ask_kind:
        return said(
            "Your role, specialty, years of experience and how often you read, the kind of your "
            "display, as you say."
        )
    if ask_light:
        return said(
            "Your role, specialty, years of experience and how often you read, how light your room "
            "is, as you say."
        )
    return said("Your role, specialty, years of experience and how often you read, as you say.")


def _in_browser() -> Iterator[str]:
    yield said(
        "One cookie, so that you needn't open your link for every page. It names your number in "
        "the study and a check of your link, and is sent to this server's reading pages only."
    )
    yield said(
        "The answers of the case that is open, as a draft, until the server has confirmed that "
        "they are saved; then the draft is removed."
    )
    yield said("Whether you switched the reading keys off. Nothing is sent to anybody else.")


def _rights(design: BlindedDesign) -> Iterator[str]:
    yield withdrawal_text(design.withdrawal)
    yield said(
        "You may ask at any time to have your data erased, also after the study has ended. Your "
        "answers, your profile and your link are then removed; what stays is that a reader took "
        "part and was erased, and a check sum of what was removed."
    )


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
