"""What acknowledges a stored rating: which one it is, and digests of exactly what was said."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import NamedTuple

from app.domain.questions.answer import Answers, value_to_json

# A page may be given another one without its answers becoming others.
NOT_DIGESTED = frozenset({"csrf_token"})


class Receipt(NamedTuple):
    """Proof that a rating is stored; nothing in it tells a case, an order or a count.

    `rating` names the rating, `answers` is the SHA-256 of its answers as they are stored, `form`
    that of the form as it was received: the page compares it with what it sent. `record` is the
    head of the study's record with this rating in it: who keeps it can show later that the record
    was not written anew. It tells nothing of what it stands for (`app.domain.record`).
    """

    rating: str
    answers: str
    record: str
    form: str

    def __str__(self) -> str:
        """The receipt as one line, fit for a header."""
        return (
            f"rating={self.rating}, answers={self.answers}, record={self.record}, form={self.form}"
        )


def rating_name(token: str, submission: str) -> str:
    """128 bits that name the rating which a form `submission` of the showing `token` made.

    Made of two random names and of nothing else, so that the rows give it again.
    """
    digest = hashlib.sha256(f"rating:{token}:{submission}".encode()).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def answers_digest(answers: Answers) -> str:
    """SHA-256 of answers, as hex: equal for the same answers, however they were written."""
    return _digest({question: value_to_json(value) for question, value in answers.items()})


def form_digest(form: Mapping[str, str]) -> str:
    """SHA-256 of a form's fields as they were sent, as hex; static/reading/receipt.js has it too.

    Over the JSON array of [name, value], ordered by name, without the CSRF token.
    """
    return _digest({name: value for name, value in form.items() if name not in NOT_DIGESTED})


def _digest(fields: Mapping[str, str]) -> str:
    pairs = sorted([name, value] for name, value in fields.items())
    text = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
