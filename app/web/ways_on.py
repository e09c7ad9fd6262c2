"""Where whoever met an error can go on from its page.

A reader is told their own start and nothing else: no link names a study, a case or anybody.
"""

from dataclasses import dataclass

from fastapi import Request

from app.domain.errors import LinkRefused, StudyNotOpen
from app.domain.said import said

BACK_TO_THE_STUDY = said("Back to the study")
# Asked again the same way these may be answered; all others say the same for ever.
PASSING = (500, 503)
# Of these a study's own page is the way on; one that is not there (404) may have no page.
OF_A_STUDY = (403, 405, 409, 413, 422, 500, 503)
OF_THE_BANK = (404, 405, 409, 413, 422, 500, 503)
NO_STUDIES = ("new", "preview")


@dataclass(frozen=True)
class WayOn:
    """A link of an error's page: its address below the root ("": the page's own), and its words."""

    address: str
    words: str


# Without an address: none is written into a page but by us, and a personal link never is.
TRY_AGAIN = WayOn("", said("Try again"))


def reader_s_way_on(request: Request, status: int, error: Exception | None) -> WayOn | None:
    """The reader's own start, or None where only their personal link leads on.

    An unknown link leads nowhere: another reader may have opened theirs in this browser before, and
    answers would be given in their name.
    """
    path = request.url.path
    if isinstance(error, LinkRefused):
        return None
    if path.startswith("/r/"):
        return TRY_AGAIN if status in PASSING else None
    if isinstance(error, StudyNotOpen):
        # Nothing is left to read: what stays is what is stored of them, and whom to ask.
        return WayOn("/read/privacy", said("Your data in this study"))
    return WayOn("/read", BACK_TO_THE_STUDY)


def office_s_ways_on(request: Request, status: int) -> list[WayOn]:
    """To the same once more, to what it was about, and to the studies."""
    path, ways = request.url.path, []
    if status in PASSING and request.method in ("GET", "HEAD"):
        ways.append(TRY_AGAIN)
    part, _, rest = path.lstrip("/").partition("/")
    slug, _, step = rest.partition("/")
    if part == "studies" and step and slug not in NO_STUDIES and status in OF_A_STUDY:
        ways.append(WayOn(f"/studies/{slug}", BACK_TO_THE_STUDY))
    if part == "bank" and rest and status in OF_THE_BANK:
        ways.append(WayOn("/bank", said("Back to the bank")))
    return [*ways, WayOn("/studies", said("Go to the studies"))]
