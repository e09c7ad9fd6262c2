"""What a reader's page may know of a case, and the opaque tokens that stand for it."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.domain.design.design import Layout, Registration, StudyDesign, Withdrawal
from app.domain.display import DisplayPlan
from app.domain.questions.answer import Answers
from app.domain.questions.question import Question


@dataclass(frozen=True)
class BlindedPicture:
    """One picture of a case: its place, 1-based and drawn at random, and the text beside it."""

    slot: int
    beside: str | None


@dataclass(frozen=True)
class BlindedCase:
    """All a reading template receives of a case; what is not here can't leak.

    `token` and `next_token` stand for presentations (of practice cases too) and are drawn at
    random; `position` is 1-based among `total` of its kind in its phase. `pictures` is empty at
    the end of a phase. `next_pictures` counts those of `next_token`, which may be fetched ahead.
    `exposure_ms` is None where the reader looks as long as they like; `is_exposed` whether a timed
    picture was shown already, so that it is not shown again.
    """

    token: str
    position: int
    total: int
    phase: int
    is_practice: bool
    is_phase_end: bool
    is_correction: bool
    can_go_back: bool
    pictures: tuple[BlindedPicture, ...]
    exposure_ms: int | None
    is_exposed: bool
    next_token: str | None
    next_pictures: int


@dataclass(frozen=True)
class CaseToRead:
    """A blinded case, the number of ratings it has had, and the last of them if it had one."""

    case: BlindedCase
    version: int
    answers: Answers | None


@dataclass(frozen=True)
class BlindedPhase:
    """A phase as its readers know it: no arm, no stratum, no set and no reason why."""

    number: int
    title: str
    introduction: str
    questions: tuple[Question, ...]
    end_questions: tuple[Question, ...]
    pictures: int
    layout: Layout
    is_timed: bool
    mask: bool
    has_text_beside: bool
    has_reference: bool = False
    washout_days: int = 0

    def asked(self, *, at_end: bool) -> tuple[Question, ...]:
        """What is asked of each case, or at the end of the phase."""
        return self.end_questions if at_end else self.questions


@dataclass(frozen=True)
class BlindedDesign:
    """All a reading page may know of a study: its texts, its questions, what is shown at a time.

    Not here, and not to be added: arms, strata, matched sets, seed, margin, controls, which phases
    are purpose-blinded, and how many cases an arm has.
    """

    title: str
    language: str
    notice: str
    consent: str
    consent_line: str
    registration: Registration
    instructions: str
    practice_count: int
    practice_feedback: bool
    break_every: int
    picture_size: int
    phases: tuple[BlindedPhase, ...]
    display: DisplayPlan = field(default_factory=DisplayPlan)
    withdrawal: Withdrawal = field(default_factory=Withdrawal)
    own_score: bool = False

    def phase(self, number: int) -> BlindedPhase:
        """A phase by its 1-based number."""
        return self.phases[number - 1]


def blinded_design(design: StudyDesign) -> BlindedDesign:
    """What of a design may be shown to its readers."""
    return BlindedDesign(
        title=design.title,
        language=design.language,
        notice=design.notice,
        consent=design.consent,
        consent_line=design.consent_line,
        registration=design.registration,
        instructions=design.instructions,
        practice_count=design.practice.count,
        practice_feedback=design.practice.feedback,
        break_every=design.break_every,
        picture_size=design.rendition_size,
        phases=tuple(
            BlindedPhase(
                number=number,
                title=phase.title,
                introduction=phase.introduction,
                questions=_as_asked(design.questions_of(phase)),
                end_questions=_as_asked(design.questions_of(phase, at_end=True)),
                pictures=phase.presentation.pictures,
                layout=phase.presentation.layout,
                is_timed=bool(phase.presentation.exposures_ms),
                mask=phase.presentation.mask,
                has_text_beside=bool(phase.presentation.beside),
                has_reference=bool(phase.presentation.reference),
                washout_days=phase.washout_days,
            )
            for number, phase in enumerate(design.phases, start=1)
        ),
        display=design.display,
        withdrawal=design.withdrawal,
        own_score=design.own_score,
    )


def _as_asked(questions: Iterable[Question]) -> tuple[Question, ...]:
    """In the study's language alone: all of its readers see the same words."""
    return tuple(replace(one, translations=()) for one in questions)


def opaque_token() -> str:
    """128 random bits: names a presentation without telling its order, arm or case."""
    return secrets.token_urlsafe(16)


def is_name(text: str) -> bool:
    """Whether a text could be one of our random names; whatever else is asked for is not there.

    Asked before a query: the databases differ in what they make of a NUL or half a character.
    """
    return re.fullmatch(r"[A-Za-z0-9_-]{16,40}", text) is not None


def new_submission(version: int) -> str:
    """The name of one served form: how many ratings its case had, and 128 random bits."""
    return f"{version}.{opaque_token()}"


def link_token() -> str:
    """256 random bits: a reader's personal link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a link's token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
