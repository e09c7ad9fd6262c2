"""From a submitted form to answers: nothing is filled in, rounded or guessed."""

from collections.abc import Mapping, Sequence

from app.domain.errors import BadAnswer
from app.domain.questions.answer import Answers, Value
from app.domain.questions.kinds.kind import Picture, WrongAnswer
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of


def read_answers(questions: Sequence[Question], form: Mapping[str, str], shown: Picture) -> Answers:
    """The answers of a form, by question key; a question left open is not among them.

    A question whose condition doesn't hold is not asked: what a form says of it is left out, since
    the reader did not see it. Raises BadAnswer naming every problem.
    """
    raw = {question.key: kind_of(question).raw(question, form) for question in questions}
    return check_answers(questions, raw, shown)


def check_answers(
    questions: Sequence[Question], raw: Mapping[str, object], shown: Picture
) -> Answers:
    """The answers of plain values, by question key; None and a missing key are no answer.

    Raises BadAnswer naming every problem.
    """
    problems: dict[str, str] = {}
    answers: dict[str, Value] = {}
    for question in questions:
        if not is_asked(question, answers):
            continue
        said = raw.get(question.key)
        if said is None:
            if is_required(question, questions, answers):
                problems[question.key] = kind_of(question).missing(question)
            continue
        try:
            answers[question.key] = kind_of(question).check(question, said, shown)
        except WrongAnswer as error:
            problems[question.key] = error.sentence
    if problems:
        raise BadAnswer(problems)
    return answers


def is_asked(question: Question, answers: Answers) -> bool:
    """Whether the earlier answers of the same case ask for this question."""
    if question.asked_if is None:
        return True
    value = answers.get(question.asked_if.question)
    if value is None:
        return False
    if value == ():
        return "none" in question.asked_if.values
    said = value if isinstance(value, tuple) else (value,)
    return any(str(one) in question.asked_if.values for one in said)


def is_required(question: Question, asked: Sequence[Question], answers: Answers) -> bool:
    """Whether the case can't be left without an answer to this question.

    One that belongs to an optional question (how sure of a finding) may be left where that one is.
    """
    subject = next((one for one in asked if one.key == question.of), None)
    if not question.required or subject is None or subject.key in answers:
        return question.required
    return is_required(subject, asked, answers)


def form_of(questions: Sequence[Question], answers: Answers) -> dict[str, str]:
    """The form's fields that show these answers again."""
    fields: dict[str, str] = {}
    for question in questions:
        if question.key in answers:
            fields |= kind_of(question).fields(question, answers[question.key])
    return fields


def cells_of(questions: Sequence[Question], answers: Answers) -> dict[str, str | int]:
    """The answers as cells of a file, by question key; nothing for what was not answered."""
    return {
        question.key: kind_of(question).cell(question, answers[question.key])
        for question in questions
        if question.key in answers
    }
