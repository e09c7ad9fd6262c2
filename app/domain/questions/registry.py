"""The kinds of question there are: one row each."""

from collections.abc import Mapping

from app.domain.questions.kinds import choice, choices, marks, scale, side, slider, text
from app.domain.questions.kinds.kind import Kind
from app.domain.questions.question import KindName, Question

KINDS: Mapping[KindName, Kind] = {
    module.KIND.name: module.KIND for module in (scale, slider, choice, choices, text, marks, side)
}


def kind_of(question: Question) -> Kind:
    """How this question is asked."""
    return KINDS[question.kind]
