"""How often a reader was right, told to them once the study is closed and where its design says so.

Numbers of a whole phase and never a case: which of them were judged rightly stays untold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.design.design import StudyDesign
from app.domain.practice import Truth, verdict_in
from app.domain.questions.answer import Answers


@dataclass(frozen=True)
class Judged:
    """The answers to one showing, and what its pictures are, in the order of their slots."""

    phase: int
    answers: Answers
    truths: Sequence[Truth]


@dataclass(frozen=True)
class PhaseScore:
    """Right ones of all that a reader judged in one phase; `title` is empty where there is one.

    `real` and `synthetic` count pictures of each kind that were judged singly, with those judged
    rightly; both are 0 where several were shown at a time.
    """

    title: str
    judged: int
    right: int
    real: int = 0
    real_right: int = 0
    synthetic: int = 0
    synthetic_right: int = 0


def own_scores(design: StudyDesign, showings: Iterable[Judged]) -> tuple[PhaseScore, ...]:
    """A score for each phase in which something was judged, in the order of reading."""
    by_phase: dict[int, list[Judged]] = {}
    for one in showings:
        by_phase.setdefault(one.phase, []).append(one)
    scores = (_score(design, number, by_phase[number]) for number in sorted(by_phase))
    return tuple(one for one in scores if one.judged)


def _score(design: StudyDesign, number: int, showings: Sequence[Judged]) -> PhaseScore:
    phase = design.phase(number)
    title = phase.title or phase.key if len(design.phases) > 1 else ""
    if phase.presentation.pictures > 1:
        chosen = [
            one for showing in showings if (one := _found_the_real(design, showing)) is not None
        ]
        return PhaseScore(title, len(chosen), sum(chosen))
    told = [
        (said, showing.truths[0])
        for showing in showings
        if (said := verdict_in(design.questions_of(phase), showing.answers)) is not None
    ]
    real = [said for said, truth in told if truth == "real"]
    synthetic = [said for said, truth in told if truth == "synthetic"]
    real_right, synthetic_right = real.count("real"), synthetic.count("synthetic")
    return PhaseScore(
        title,
        len(told),
        real_right + synthetic_right,
        len(real),
        real_right,
        len(synthetic),
        synthetic_right,
    )


def _found_the_real(design: StudyDesign, showing: Judged) -> bool | None:
    """Whether the real one of several pictures was chosen; None without a choice."""
    for question in design.questions_of(design.phase(showing.phase)):
        chosen = showing.answers.get(question.key)
        is_slot = isinstance(chosen, int) and 1 <= chosen <= len(showing.truths)
        if question.measure == "find_the_real" and is_slot and "real" in showing.truths:
            return showing.truths[int(str(chosen)) - 1] == "real"
    return None
