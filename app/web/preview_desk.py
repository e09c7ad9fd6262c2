"""A reader's desk over a design that nobody reads: for previews, and without a database.

It stands at one page of the study and hands out a made-up case; it can't store anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.blinding import (
    BlindedCase,
    BlindedDesign,
    BlindedPicture,
    CaseToRead,
    blinded_design,
)
from app.domain.design.design import Phase, StudyDesign
from app.domain.design.reading_load import showings_in
from app.domain.journey import Standing, Step
from app.domain.said import joined, said, small

STAND_IN = "preview"


@dataclass(frozen=True)
class PreviewPage:
    """One page of a study as a reader comes by it; `name` is unique among a study's pages."""

    name: str
    label: str
    step: Step
    phase: int = 1
    is_practice: bool = False
    is_phase_end: bool = False


def pages_of(design: StudyDesign) -> tuple[PreviewPage, ...]:
    """Every page of a study in the order of a reading, each kind of case page of a phase once."""
    return (
        PreviewPage("consent", said("Consent"), Step.CONSENT),
        PreviewPage("profile", said("About you"), Step.PROFILE),
        PreviewPage("instructions", said("Instructions"), Step.INSTRUCTIONS),
        *_display(design),
        *_practice(design),
        *(
            page
            for number, phase in enumerate(design.phases, start=1)
            for page in _pages_of_phase(design, phase, number)
        ),
        PreviewPage("thanks", said("Thanks"), Step.THANKS, len(design.phases)),
    )


def _display(design: StudyDesign) -> Iterator[PreviewPage]:
    if design.display.grey_check:
        yield PreviewPage("display", said("Display check"), Step.DISPLAY)


def _practice(design: StudyDesign) -> Iterator[PreviewPage]:
    if design.practice.count:
        yield PreviewPage("practice", said("Practice"), Step.CASE, is_practice=True)
        if design.practice.feedback:
            yield PreviewPage(
                "feedback", said("Practice, the truth"), Step.FEEDBACK, is_practice=True
            )


def _pages_of_phase(design: StudyDesign, phase: Phase, number: int) -> Iterator[PreviewPage]:
    name = phase.title or phase.key if len(design.phases) > 1 else ""
    if phase.washout_days:
        yield PreviewPage(f"wait-{number}", _of(name, said("Washout")), Step.WAIT, number)
    # The first phase is introduced by the instructions, unless it brings words of its own.
    if number > 1 or phase.introduction:
        yield PreviewPage(f"phase-{number}", _of(name, said("Introduction")), Step.PHASE, number)
    yield PreviewPage(f"case-{number}", _of(name, said("Case")), Step.CASE, number)
    if number == 1 and 0 < design.break_every < showings_in(design, number):
        yield PreviewPage("break", said("Pause"), Step.BREAK, number)
    if phase.end_questions:
        yield PreviewPage(
            f"end-{number}", _of(name, said("End")), Step.CASE, number, is_phase_end=True
        )


def _of(phase: str, page: str) -> str:
    """A page's name, after that of its phase where there are several."""
    return joined((phase, small(page)), ": ") if phase else page


class PreviewDesk:
    """The desk at one page of a preview."""

    def __init__(self, design: StudyDesign, page: PreviewPage, today: date) -> None:
        self._page = page
        self._today = today
        self._design = blinded_design(design)
        self._total = showings_in(design, page.phase)
        self._practice = design.practice.count
        self._break_every = design.break_every
        presentation = design.phase(page.phase).presentation
        self._exposure_ms = next(iter(presentation.exposures_ms), None)
        self._beside = (
            said("What the bank's records say under “{key}” stands here.", key=presentation.beside)
            if presentation.beside
            else None
        )

    @property
    def design(self) -> BlindedDesign:
        """What a reader would know of the study."""
        return self._design

    def ensure_open(self) -> None:
        """A preview may be looked at whatever the study's status."""

    def standing(self) -> Standing:
        """The page of the preview; a washout is over in its full number of days."""
        page = self._page
        washout = timedelta(days=self._design.phase(page.phase).washout_days)
        return Standing(
            step=page.step,
            phase=page.phase,
            done=self._break_every if page.step is Step.BREAK else 0,
            total=self._total,
            can_go_back=False,
            ready_on=self._today + washout if page.step is Step.WAIT else None,
        )

    def record_head(self) -> str:
        """A preview records nothing."""
        return ""

    def message(self) -> str:
        """Nobody is told anything in a preview."""
        return ""

    def case(self) -> CaseToRead:
        """A case that is none: the first of its kind, with as many pictures as the phase shows."""
        page, phase = self._page, self._design.phase(self._page.phase)
        pictures = 0 if page.is_phase_end else phase.pictures
        case = BlindedCase(
            token=STAND_IN,
            position=1,
            total=self._practice if page.is_practice else self._total,
            phase=page.phase,
            is_practice=page.is_practice,
            is_phase_end=page.is_phase_end,
            is_correction=False,
            can_go_back=False,
            pictures=tuple(BlindedPicture(slot, self._beside) for slot in range(1, pictures + 1)),
            exposure_ms=self._exposure_ms if pictures else None,
            is_exposed=False,
            next_token=None,
            next_pictures=0,
        )
        return CaseToRead(case, version=0, answers=None)
