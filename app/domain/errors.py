"""What can go wrong, as a tree; every message is one sentence: what, where, what to do.

StudyError
├── BadInput                 something given by the user can't be used
│   ├── BadDesign            a study design, with the field that is wrong
│   ├── BadAnswer            a form of the reader's that is incomplete or out of range
│   ├── BadForm              a form that can't be read in one way only
│   ├── BadBank              a bank's header or folder
│   │   └── BadTable         a table of images
│   ├── BadImage             one file that can't become a rendition
│   ├── BadRatings           a ratings file brought for analysis
│   └── BadArchive           a backup or a study's archive
├── NotFound                 no such study, reader, arm, case
├── NotAllowed               known, but not for this person
│   ├── LinkRefused          a reader's link that is unknown or revoked
│   ├── SignInRequired
│   ├── OwnPasswordRequired  signed in with a password that somebody else gave
│   └── TokenRefused         an API token that is absent, unknown, revoked or past its end
├── Unavailable              the server can't do it just now; the same will work later
│   ├── DatabaseUnavailable  down, silent, locked or full
│   ├── StoreUnavailable     the service that keeps the pictures
│   └── TooBusy              more is asked at once than can be done in time
└── Refused                  would be legal at another time
    ├── StudyFrozen          the design no longer changes
    ├── StudyNotOpen         no reading before opening and none after closing
    │   └── HasWithdrawn     a reader's form came after they had withdrawn
    ├── AlreadyRated         a first rating for what has one
    ├── OtherAnswers         a form that was taken comes again and says something else
    ├── NotShownYet          a rating of a timed picture that was never sent
    ├── ShownAlready         a timed picture is sent once
    ├── TooLateToCorrect     a later case has been rated since
    ├── NotAudited           a study opens only with a leak audit of its very cases
    ├── Leaks                files or delivery give the truth away
    └── NotAcknowledged      pictures that a program tells apart need a word on them
"""

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.said import joined, said


class Problem(NamedTuple):
    """One thing that is wrong: the field, and why."""

    field: str
    reason: str


class StudyError(Exception):
    """The root: `str(error)` is a sentence fit for whoever caused it, in English."""

    @property
    def sentence(self) -> str:
        """The same as it was said, so that a page can say it in its own language."""
        return self.args[0] if self.args else ""


class BadInput(StudyError):
    """Something given by the user can't be used."""


class BadDesign(BadInput):
    """A study design is not usable; `problems` names every field, `field` the first."""

    def __init__(self, field: str, reason: str, *others: Problem) -> None:
        self.problems = (Problem(field, reason), *others)
        self.field = field
        self.reason = reason
        super().__init__(joined((joined(one, ": ") for one in self.problems), "; "))

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "BadDesign":
        """The error that tells all of `problems`, of which there is at least one."""
        first, *others = problems
        return cls(first.field, first.reason, *others)


class BadAnswer(BadInput):
    """A reader's form is incomplete or out of range; `problems` maps field to sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(joined(problems.values()))


class BadForm(BadInput):
    """A posted form can't be read in one way only."""


class BadBank(BadInput):
    """A bank's header or folder can't be used."""


class BadTable(BadBank):
    """A table of images can't be used."""


class BadImage(BadInput):
    """One image file can't become a rendition."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(joined((file, reason), ": "))


class BadRatings(BadInput):
    """A ratings file brought for analysis can't be used."""


class BadArchive(BadInput):
    """A backup or a study's archive can't be used."""


class NotFound(StudyError):
    """No such thing here."""


class NotAllowed(StudyError):
    """Known, but not for this person."""


class LinkRefused(NotAllowed):
    """A reader's link is unknown or revoked."""


class SignInRequired(NotAllowed):
    """An investigator's page was asked for without signing in."""


class OwnPasswordRequired(NotAllowed):
    """Who signed in with a password that somebody else gave chooses their own first."""


class Unavailable(StudyError):
    """The server can't do it just now; asked again after `retry_after` seconds it may."""

    retry_after = 5


class DatabaseUnavailable(Unavailable):
    """The database is down, silent, locked or full; `reason` is for the log and the health page."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            said(
                "The server can't reach its records just now, and what was sent last may not be "
                "saved; please try again in a few seconds."
            )
        )


class StoreUnavailable(Unavailable):
    """The service that keeps the renditions doesn't answer, or refuses."""

    def __init__(self) -> None:
        super().__init__(
            said("The pictures can't be reached just now; please try again in a few seconds.")
        )


class TooBusy(Unavailable):
    """More is asked at once than can be done in time."""


class TokenRefused(NotAllowed):
    """The API was asked without a token that is good now."""


class Refused(StudyError):
    """Would be legal at another time."""


class StudyFrozen(Refused):
    """The design of an opened study no longer changes."""


class DesignChanged(Refused):
    """Somebody else stored another design since this one was looked at."""


class StudyNotOpen(Refused):
    """No reading before opening and none after closing.

    `reader_id` is whose link was opened, where it came by one: their browser may hold drafts.
    `took_part` is what lets them in to their certificate, of a closed study that they read in: the
    fingerprint of their link.
    """

    reader_id: int | None = None
    took_part: str | None = None


class HasWithdrawn(StudyNotOpen):
    """A form came of a reader who takes no part any more."""


class AlreadyRated(Refused):
    """A first rating came for a presentation that has one."""


class OtherAnswers(Refused):
    """A form that was taken before came again with other answers."""


class NotShownYet(Refused):
    """A rating came for a timed picture that was never sent."""


class ShownAlready(Refused):
    """A timed picture was asked for again."""


class TooLateToCorrect(Refused):
    """A correction came after the next case was rated."""


class NotAudited(Refused):
    """The cases that a study would open with have no leak audit."""


class Leaks(Refused):
    """The files or their delivery tell pictures apart, so the study can't open."""


class NotAcknowledged(Refused):
    """A program tells arms apart by their pictures, and nobody has said why that is meant."""
