"""What the page of a reader's certificate may ask beside the desk: their score, and a PDF.

Apart from the desks, so that no other reading page can ask for a score; import-linter guards that.
"""

from collections.abc import Callable
from typing import cast

from fastapi import Request

from app.domain.own_score import PhaseScore

# From a reader's id to their scores; empty before the study is closed.
TellsScore = Callable[[int], tuple[PhaseScore, ...]]
# From a sheet as HTML and the name of its style to a PDF.
PrintsSheet = Callable[[str, str], bytes]


def tells_score(request: Request) -> TellsScore:
    """What the application that answers this request tells of scores."""
    return cast(TellsScore, request.app.state.tells_score)


def prints_sheet(request: Request) -> PrintsSheet:
    """How the application that answers this request makes a PDF of a sheet."""
    return cast(PrintsSheet, request.app.state.prints_sheet)
