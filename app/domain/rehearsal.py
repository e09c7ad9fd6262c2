"""Simulated readers: answers made up at random, so that an analysis can be seen beforehand.

The numbers tell nothing of any image: arms get an invented quality, drawn from the seed.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.questions.answer import Answers, Value
from app.domain.questions.kinds.kind import Invention, Picture
from app.domain.questions.question import Question
from app.domain.questions.reading import is_asked
from app.domain.questions.reference import reference_of
from app.domain.questions.registry import kind_of

NOTICE = "Rehearsal: simulated readers, invented answers"
# Two pictures nearer than this look equally real to a simulated reader.
_TOO_NEAR = 0.12
# A picture shown for this long is seen with twice the noise of one looked at at leisure.
_BLUR_MS = 250


@dataclass(frozen=True)
class SimulatedAnswer:
    """Answers to one presentation and how long they took."""

    answers: Answers
    reading_time_ms: int


@dataclass(frozen=True)
class SeenPicture:
    """One picture before a simulated reader; `record` is what the bank says of it."""

    arm: str
    case: str
    record: Mapping[str, Any] = field(default_factory=dict, compare=False)


class SimulatedReaders:
    """Latent realism = arm + case + reader + noise; everything a reader says follows from it.

    Synthetic arms get a quality between clearly worse than real and equal to it; readers
    differ in criterion, sharpness and pace; times shorten over the session. A finding is seen
    mostly where the bank's reference has it.
    """

    def __init__(
        self, arms: Sequence[str], real_arms: Sequence[str], cases: Sequence[str], *, seed: int
    ) -> None:
        self._rng = random.Random(f"rehearsal-1:{seed}")
        self._quality = {arm: self._rng.uniform(-1.6, 0.0) for arm in sorted(arms)}
        self._quality |= dict.fromkeys(real_arms, 0.0)
        self._case = {case: self._rng.gauss(0, 0.5) for case in sorted(cases)}
        self._arm_noise: dict[str, float] = {}

    def start_reader(self) -> None:
        """The next reader, with habits of their own."""
        self._criterion = self._rng.gauss(-0.45, 0.35)
        self._noise = self._rng.uniform(0.5, 0.8)
        self._pace_ms = self._rng.lognormvariate(9.1, 0.25)
        self._arm_noise = {arm: self._rng.gauss(0, 0.25) for arm in self._quality}

    def answer(
        self,
        questions: Sequence[Question],
        pictures: Sequence[SeenPicture],
        *,
        position: int,
        size: int,
        exposure_ms: int | None = None,
    ) -> SimulatedAnswer:
        """What the current reader says of one presentation; without pictures, of a phase.

        `size` is the side of a picture in pixels, `position` 1-based in its phase.
        """
        latent = [self._latent(one, exposure_ms) for one in pictures]
        evidence = sum(latent) / len(latent) - self._criterion if latent else self._rng.gauss(0, 1)
        place = _most_real(latent)
        answers: dict[str, Value] = {}
        for question in questions:
            if not is_asked(question, answers) or self._is_left_open(question):
                continue
            invention = Invention(
                self._rng,
                self._strength(question, evidence, pictures),
                Picture(len(pictures), size),
                place,
            )
            answers[question.key] = kind_of(question).invent(question, invention)
        time_ms = self._pace_ms * (1 + 0.6 / position**0.5) * self._rng.lognormvariate(0, 0.35)
        return SimulatedAnswer(answers, reading_time_ms=round(time_ms))

    def _latent(self, picture: SeenPicture, exposure_ms: int | None) -> float:
        blur = 1.0 if exposure_ms is None else 1 + _BLUR_MS / exposure_ms
        return (
            self._quality[picture.arm]
            + self._arm_noise[picture.arm]
            + self._case[picture.case]
            + self._rng.gauss(0, self._noise * blur)
        )

    def _is_left_open(self, question: Question) -> bool:
        """Comments are left, and so is now and then what need not be answered."""
        if question.required:
            return False
        return question.measure == "comment" or self._rng.random() < 0.3

    def _strength(
        self, question: Question, evidence: float, pictures: Sequence[SeenPicture]
    ) -> float:
        """How far up the question's answers the evidence leads, 0 to 1."""
        if question.measure == "verdict":
            # The first option and the lower half of a scale say real.
            if question.kind == "scale":
                return 0.5 - evidence / 3.2
            return _of_option(question, "synthetic" if evidence <= 0 else "real")
        if question.measure == "finding":
            return self._finding(question, pictures)
        if question.measure == "confidence":
            return (0.6 + 2.2 * abs(evidence) + self._rng.gauss(0, 0.6)) / 4
        if question.measure in ("artefact", "place", "noticed"):
            return 0.5 - evidence / 3.2
        return 0.55 + evidence / 3.2

    def _finding(self, question: Question, pictures: Sequence[SeenPicture]) -> float:
        mean = {"present": 0.78, "absent": 0.22, None: 0.5}
        # A finding is asked of one picture.
        reference = reference_of(question, pictures[0].record) if pictures else None
        seen = self._rng.gauss(mean[reference], 0.25)
        if question.kind == "choice":
            return _of_option(question, "present" if seen > 0.5 else "absent")
        return seen


def _of_option(question: Question, value: str) -> float:
    """The strength at which a choice gives this answer, wherever the design put it."""
    values = [option.value for option in question.options]
    return values.index(value) / max(1, len(values) - 1)


def _most_real(latent: Sequence[float]) -> int:
    """The 1-based place of the picture that looks most real; 0 where two are too near."""
    if len(latent) < 2:
        return 0
    first, second = sorted(latent, reverse=True)[:2]
    return 0 if first - second < _TOO_NEAR else latent.index(first) + 1
