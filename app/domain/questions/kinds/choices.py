"""Any number of words from a vocabulary, or the explicit answer that none applies."""

from collections.abc import Mapping
from typing import Any

from app.domain.document import Table
from app.domain.questions.answer import Value
from app.domain.questions.kinds.choice import read_options, values_in_words, write_options
from app.domain.questions.kinds.kind import Invention, Kind, Picture, WrongAnswer
from app.domain.questions.question import Option, Question
from app.domain.questions.vocabularies import VOCABULARIES
from app.domain.said import joined, said

MOST_OPTIONS = 40
NONE = "none"


class Choices(Kind):
    """A tuple of option values in the vocabulary's order; empty where none was seen."""

    name = "choices"
    none_label = "None seen"
    stored_as = "text"
    spread = "words"

    def read(self, table: Table) -> dict[str, Any]:
        """`vocabulary` (a known one) or `options`, and `none_label`."""
        vocabulary = table.text("vocabulary", "")
        none_label = table.text("none_label", self.none_label, longest=120)
        if not vocabulary:
            options = read_options(table, most=MOST_OPTIONS)
        elif vocabulary in VOCABULARIES:
            options = VOCABULARIES[vocabulary]
            if table.has("options"):
                table.wrong(
                    "options", said("can't be given together with a vocabulary; choose one")
                )
                table.take("options")
        else:
            table.wrong(
                "vocabulary",
                said(
                    "must be one of {names}, not {vocabulary!r}",
                    names=", ".join(VOCABULARIES),
                    vocabulary=vocabulary,
                ),
            )
            options = ()
        if NONE in {option.value for option in options}:
            table.wrong(
                "options",
                said("{none!r} is the answer of none_label; use another value", none=NONE),
            )
        return {"options": options, "none_label": none_label}

    def write(self, question: Question) -> dict[str, Any]:
        """The options in full, so that a later vocabulary changes no stored design."""
        return {"options": write_options(question), "none_label": question.none_label}

    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """One field an option, `key.option`, and `key.none`."""
        ticked = [
            option.value
            for option in question.options
            if form.get(f"{question.key}.{option.value}") == "yes"
        ]
        none = question.none_label and form.get(f"{question.key}.{NONE}") == "yes"
        if none and ticked:
            return (NONE, *ticked)
        return () if none else (tuple(ticked) or None)

    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """Options that there are, each once; empty only where that is an answer."""
        if not isinstance(raw, list | tuple) or not all(isinstance(one, str) for one in raw):
            raise WrongAnswer(said("This must be a list of answers."))
        if tuple(raw) == (NONE,) and question.none_label:
            return ()
        if NONE in raw and question.none_label:
            raise WrongAnswer(
                said("Choose either “{none}” or what you saw, not both.", none=question.none_label)
            )
        unknown = [one for one in raw if question.option(one) is None]
        if unknown:
            raise WrongAnswer(said("“{answer}” is not one of the answers.", answer=unknown[0]))
        if not raw and not question.none_label:
            raise WrongAnswer(said("Choose at least one answer."))
        return tuple(option.value for option in question.options if option.value in raw)

    def from_cell(self, question: Question, cell: str) -> object | None:
        """Words with semicolons between them, or `none`."""
        words = tuple(word.strip() for word in cell.split(";") if word.strip())
        return () if words == (NONE,) and question.none_label else words or None

    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """One field a chosen option, or that of none."""
        if not isinstance(value, tuple):
            return {}
        return {f"{question.key}.{one}": "yes" for one in value or (NONE,)}

    def cell(self, question: Question, value: Value) -> str | int:
        """Words with semicolons between them; `none` where that was the answer."""
        return super().cell(question, value) or NONE

    def explain(self, question: Question) -> str:
        """The vocabulary."""
        words = values_in_words(question)
        any_of = said("any of {values}, semicolons between them", values=words)
        none = joined(("; ", NONE, " (", question.none_label, ")"), "")
        return any_of + none if question.none_label else any_of

    def invent(self, question: Question, invention: Invention) -> Value:
        """More words the greater the strength."""
        rng = invention.rng
        wanted = sum(rng.random() < invention.strength * 0.6 for _ in range(3))
        if not question.none_label:
            wanted = max(1, wanted)
        said = {
            option.value
            for option in rng.sample(question.options, min(wanted, len(question.options)))
        }
        return tuple(option.value for option in question.options if option.value in said)

    def cells(self, question: Question) -> tuple[str, ...] | None:
        """Every word, and `none` where that is an answer."""
        words = tuple(option.value for option in question.options)
        return (*words, NONE) if question.none_label else words

    def labels(self, question: Question) -> dict[str, str]:
        """Every word's label, and that of none."""
        labels = {option.value: option.label for option in question.options}
        return labels | ({NONE: question.none_label} if question.none_label else {})

    def options(self, question: Question, shown: Picture) -> tuple[Option, ...]:
        """Every word and last the explicit none; keyed by the page, which may have many."""
        none = (Option(NONE, question.none_label),) if question.none_label else ()
        return question.options + none


KIND = Choices()
