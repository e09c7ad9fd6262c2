"""A reader's certificate of taking part: what it says, who gets one, and the name on it.

The name is typed by the reader, printed on the sheet that answers, and kept nowhere: a study knows
its readers by codes alone.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.blinding import BlindedDesign
from app.domain.document import can_be_stored, plain_text
from app.domain.errors import BadInput, Refused
from app.domain.said import said

LONGEST_NAME = 120


@dataclass(frozen=True)
class ReadingSpan:
    """How many cases somebody read, practice left out, and when the first and the last of them."""

    cases: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class TakingPart:
    """What is certified: that somebody read so many cases of a study between two days, in UTC."""

    title: str
    language: str
    responsible: str
    contact: str
    ethics: str
    cases: int
    first_at: datetime
    last_at: datetime
    record_head: str
    study_is_closed: bool
    promises_score: bool


def taking_part(
    design: BlindedDesign,
    span: ReadingSpan,
    *,
    has_finished: bool,
    has_withdrawn: bool,
    study_is_closed: bool,
    record_head: str,
) -> TakingPart:
    """What a reader may have certified.

    Raises Refused for whoever has withdrawn, has read nothing, or may still read on.
    """
    if has_withdrawn:
        raise Refused(said("You have withdrawn from this study, so nothing of it is certified."))
    if not (has_finished or study_is_closed):
        raise Refused(
            said(
                "Your certificate is here once you have read your last case or the study is closed."
            )
        )
    if not span.cases or span.first_at is None or span.last_at is None:
        raise Refused(said("You have read no case of this study, so there is nothing to certify."))
    stated = design.registration
    return TakingPart(
        title=design.title,
        language=design.language,
        responsible=stated.controller,
        contact=stated.contact,
        ethics=stated.ethics,
        cases=span.cases,
        first_at=span.first_at,
        last_at=span.last_at,
        record_head=record_head,
        study_is_closed=study_is_closed,
        promises_score=design.own_score,
    )


def read_name(text: str) -> str:
    """A name as it is to be printed. Raises BadInput for none and for what can't be printed."""
    name = plain_text(text)
    if not name:
        raise BadInput(said("Please type the name that is to stand on the certificate."))
    if len(name) > LONGEST_NAME or not name.isprintable() or not can_be_stored(name):
        raise BadInput(
            said("A name has at most {most} characters, all on one line.", most=LONGEST_NAME)
        )
    return name
