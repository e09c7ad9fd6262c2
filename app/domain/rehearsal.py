"""Simulated readers: answers made up at random, so that an analysis can be seen beforehand.

The numbers tell nothing of any image: arms get an invented quality, drawn from the seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.questions.answer import Answers, Value
from app.domain.questions.kinds.kind import Invention, Picture
from app.domain.questions.question import Question
from app.domain.questions.reading import is_asked
from app.domain.questions.registry import kind_of

NOTICE = "Rehearsal: simulated readers, invented answers"


@dataclass(frozen=True)
class SimulatedAnswer:
    """Answers to one presentation and how long they took."""

    answers: Answers
    reading_time_ms: int


class SimulatedReaders:
    """Latent realism = arm + case + reader + noise; everything a reader says follows from it.

    Synthetic arms get a quality between clearly worse than real and equal to it; readers
    differ in criterion, sharpness and pace; times shorten over the session.
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
        """The next reader, with habits of her own."""
        self._criterion = self._rng.gauss(-0.45, 0.35)
        self._noise = self._rng.uniform(0.5, 0.8)
        self._pace_ms = self._rng.lognormvariate(9.1, 0.25)
        self._arm_noise = {arm: self._rng.gauss(0, 0.25) for arm in self._quality}

    def answer(
        self,
        questions: Sequence[Question],
        *,
        arm: str,
        case: str,
        position: int,
        shown: Picture,
    ) -> SimulatedAnswer:
        """What the current reader says of one case."""
        latent = (
            self._quality[arm]
            + self._arm_noise[arm]
            + self._case[case]
            + self._rng.gauss(0, self._noise)
        )
        evidence = latent - self._criterion
        answers: dict[str, Value] = {}
        for question in questions:
            if not is_asked(question, answers) or question.measure == "comment":
                continue
            invention = Invention(self._rng, self._strength(question, evidence), shown)
            answers[question.key] = kind_of(question).invent(question, invention)
        time_ms = self._pace_ms * (1 + 0.6 / position**0.5) * self._rng.lognormvariate(0, 0.35)
        return SimulatedAnswer(answers, reading_time_ms=round(time_ms))

    def _strength(self, question: Question, evidence: float) -> float:
        """How far up the question's answers the evidence for a real image leads, 0 to 1."""
        if question.measure == "verdict":
            # The first option and the lower half of a scale say real.
            return 0.5 - evidence / 3.2 if question.kind == "scale" else float(evidence <= 0)
        if question.measure == "confidence":
            return (0.6 + 2.2 * abs(evidence) + self._rng.gauss(0, 0.6)) / 4
        if question.measure in ("artefact", "place", "noticed"):
            return 0.5 - evidence / 3.2
        return 0.55 + evidence / 3.2
