"""Looking at results before a study is closed: as planned, or with a typed reason."""

from typing import Any

from app.domain.document import plain_text
from app.domain.errors import BadInput, Refused
from app.domain.record import LONGEST_REASON
from app.domain.said import said


def ground_of_look(slug: str, *, rated: int, planned: int, reason: str) -> dict[str, Any]:
    """What the record says of a look at an open study's results.

    Parameters
    ----------
    rated : int
        Ratings made so far, practice left out.
    planned : int
        From how many on the design allows a look (`analysis.interim_ratings`); 0 for none.
    reason : str
        What was typed; it is kept even where the design allows the look.

    Raises
    ------
    Refused
        Where the design plans no look, or not yet, and no reason is given.
    BadInput
        For a reason that is too long or not on one line.
    """
    reason = " ".join(plain_text(reason).split())
    if len(reason) > LONGEST_REASON or not (reason.isprintable() or not reason):
        raise BadInput(
            said(
                "Give the reason in at most {longest_reason} printable characters.",
                longest_reason=LONGEST_REASON,
            )
        )
    is_planned = 0 < planned <= rated
    if not reason and not is_planned:
        plan = (
            said(
                "its design plans a look from {planned} ratings on, and there are {rated}",
                planned=planned,
                rated=rated,
            )
            if planned
            else said("its design plans no look before that")
        )
        raise Refused(
            said(
                "{slug} is open: results by arm are shown once it is closed, because whoever "
                "sees them earlier could steer it by them, and {plan}. Say why they are "
                "needed now: the reason is recorded, and the report prints it.",
                slug=slug,
                plan=plan,
            )
        )
    return {"ratings": rated, "planned": is_planned, **({"reason": reason} if reason else {})}
