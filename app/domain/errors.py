"""What can go wrong, as a tree; every message is one sentence: what, where, what to do.

StudyError
├── BadInput                 something given by the user can't be used
│   ├── BadDesign            a study design, with the field that is wrong
│   ├── BadAnswer            a form of the reader's that is incomplete or out of range
│   ├── BadBank              a bank's header or folder
│   │   └── BadTable         a table of images
│   ├── BadImage             one file that can't become a rendition
│   └── BadRatings           a ratings file brought for analysis
├── NotFound                 no such study, reader, arm, case
├── NotAllowed               known, but not for this person
│   ├── LinkRefused          a reader's link that is unknown or revoked
│   └── SignInRequired
└── Refused                  would be legal at another time
    ├── StudyFrozen          the design no longer changes
    ├── StudyNotOpen         no reading before opening and none after closing
    ├── AlreadyRated         a first rating for what has one
    └── TooLateToCorrect     a later case has been rated since
"""


class StudyError(Exception):
    """The root: `str(error)` is a sentence fit for whoever caused it."""


class BadInput(StudyError):
    """Something given by the user can't be used."""


class BadDesign(BadInput):
    """A study design is not usable; `field` names where."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class BadAnswer(BadInput):
    """A reader's form is incomplete or out of range; `problems` maps field to sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


class BadBank(BadInput):
    """A bank's header or folder can't be used."""


class BadTable(BadBank):
    """A table of images can't be used."""


class BadImage(BadInput):
    """One image file can't become a rendition."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


class BadRatings(BadInput):
    """A ratings file brought for analysis can't be used."""


class NotFound(StudyError):
    """No such thing here."""


class NotAllowed(StudyError):
    """Known, but not for this person."""


class LinkRefused(NotAllowed):
    """A reader's link is unknown or revoked."""


class SignInRequired(NotAllowed):
    """An investigator's page was asked for without signing in."""


class Refused(StudyError):
    """Would be legal at another time."""


class StudyFrozen(Refused):
    """The design of an opened study no longer changes."""


class StudyNotOpen(Refused):
    """No reading before opening and none after closing."""


class AlreadyRated(Refused):
    """A first rating came for a presentation that has one."""


class TooLateToCorrect(Refused):
    """A correction came after the next case was rated."""
