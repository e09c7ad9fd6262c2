"""One question and what was shown, as the tests of each kind use them."""

from typing import Any

from app.domain.questions.answer import Value
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of

ONE = Picture(1, 512)
PAIR = Picture(2, 512)


def answer(asked: Question, raw: Any, shown: Picture = ONE) -> Value:
    """What is stored of `raw`; raises WrongAnswer."""
    return kind_of(asked).check(asked, raw, shown)


def answer_of_form(asked: Question, shown: Picture = ONE, **form: str) -> Value | None:
    """What is stored of a form, `__` standing for the point in a field's name."""
    raw = kind_of(asked).raw(asked, {key.replace("__", "."): text for key, text in form.items()})
    return None if raw is None else kind_of(asked).check(asked, raw, shown)
