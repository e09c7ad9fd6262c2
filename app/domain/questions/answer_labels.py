"""What each answer to a question is called."""

from app.domain.questions.kinds.choices import NONE
from app.domain.questions.question import Question


def answer_labels(question: Question) -> dict[str, str]:
    """Stored answer, as a file writes it, to the words the reader saw; empty where there are none.

    >>> from app.domain.questions.question import Option
    >>> yes, no = Option("yes", "Yes, clearly"), Option("no", "No")
    >>> answer_labels(Question("noticed", "noticed", "choice", "Anything?", options=(yes, no)))
    {'yes': 'Yes, clearly', 'no': 'No'}
    """
    if question.kind == "text":
        return {"written": "Text written"}
    labels = {option.value: option.label for option in question.options}
    return labels | ({NONE: question.none_label} if question.none_label else {})
