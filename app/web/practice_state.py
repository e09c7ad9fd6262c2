"""The one way to a truth that a reader's route has: that of a practice case after its rating.

Apart from the desks, so that no other reading page can ask; import-linter guards that.
"""

from collections.abc import Callable
from typing import cast

from fastapi import Request

from app.domain.practice import PracticeFeedback

# From a reader's id to the feedback that is due to them, None where none is.
TellsPractice = Callable[[int], PracticeFeedback | None]


def tells_practice(request: Request) -> TellsPractice:
    """What the application that answers this request tells of practice cases."""
    return cast(TellsPractice, request.app.state.tells_practice)
