"""Free text."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from app.domain.document import Table
from app.domain.questions.answer import Value
from app.domain.questions.kinds.kind import Invention, Kind, Picture, WrongAnswer
from app.domain.questions.question import Question
from app.domain.said import said

LONGEST = 2000


class Text(Kind):
    """What the reader typed, its ends stripped."""

    name = "text"
    stored_as = "text"
    spread = "written"

    def read(self, table: Table) -> dict[str, Any]:
        """`longest`, in characters."""
        return {"longest": table.whole("longest", LONGEST, 1, 20_000)}

    def write(self, question: Question) -> dict[str, Any]:
        """The limit."""
        return {"longest": question.longest}

    def raw(self, question: Question, form: Mapping[str, str]) -> object | None:
        """The text of the one field."""
        return _typed(form.get(question.key, "")) or None

    def check(self, question: Question, raw: object, shown: Picture) -> Value:
        """Text within the limit."""
        text = _typed(raw) if isinstance(raw, str) else ""
        if not text:
            raise WrongAnswer(said("This must be text."))
        if len(text) > question.longest:
            raise WrongAnswer(
                said(
                    "The text has {length} characters; please keep it within {longest}.",
                    length=len(text),
                    longest=question.longest,
                )
            )
        return text

    def fields(self, question: Question, value: Value) -> dict[str, str]:
        """The one field."""
        return {question.key: str(value)}

    def explain(self, question: Question) -> str:
        """Free text."""
        return said("free text; a leading apostrophe shields spreadsheets from formulas")

    def invent(self, question: Question, invention: Invention) -> Value:
        """A sentence that says what it is."""
        return "A simulated reader's comment."


def _typed(text: str) -> str:
    # Control characters carry nothing a reader typed, and PostgreSQL refuses NUL in text; half a
    # character can't be stored as UTF-8. Wide spaces and joiners are letters of some scripts.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


KIND = Text()
