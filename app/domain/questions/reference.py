"""The reference standard of a finding, as the bank's records hold it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from app.domain.questions.question import Question

Reference = Literal["present", "absent"]
_BETWEEN = re.compile(r"[;|,/]")
# What banks write where there is nothing; it is a statement, an empty field is none.
_NOTHING = frozenset({"none", "normal", "no finding", "no findings"})


def reference_of(question: Question, record: Mapping[str, Any]) -> Reference | None:
    """Whether the finding is there, by the record; None where the record doesn't say.

    The record's key `question.reference` holds a list of findings, or a text with `;`, `|`, `,` or
    `/` between them. A finding is present if it is named in full, whatever its capitals.
    """
    held = record.get(question.reference)
    if isinstance(held, str):
        named: Sequence[object] = _BETWEEN.split(held)
    elif isinstance(held, Sequence):
        named = held
    else:
        return None
    findings = {_plain(str(one)) for one in named} - {""}
    if not findings:
        # An empty list says that there is nothing, an empty text says nothing.
        return "absent" if not isinstance(held, str) else None
    wanted = _plain(question.finding)
    if wanted in findings:
        return "present"
    return None if findings & _NOTHING and len(findings) > 1 else "absent"


def reference_column(question: Question, questions: Sequence[Question]) -> str:
    """What the reference of a finding is called as a column beside the answers."""
    name = f"{question.key}_reference"
    return f"{name}_" if any(other.key == name for other in questions) else name


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().lower()
