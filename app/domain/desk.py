"""A reader's desk as the reading pages know it: all that they can ask, and no way past it.

The desk over the database is app/web/blind_desk.py, which main joins in. Nothing that is imported
here knows a database, so a page that wants an arm has nobody to ask.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol

from app.domain.blinding import BlindedCase, BlindedDesign, CaseToRead
from app.domain.certificate import TakingPart
from app.domain.grey_steps import GreySteps
from app.domain.journey import Standing
from app.domain.profile import Profile
from app.domain.receipt import Receipt

# Who looks writes nothing. Who answers holds the study's status together with other readers; who
# begins does not, since laying out cases needs the study alone.
Purpose = Literal["look", "answer", "begin"]


class Admission(NamedTuple):
    """A reader who came by a link, and what ties their cookie to it."""

    reader_id: int
    fingerprint: str


class DueDesk(Protocol):
    """What the page that is due is made of; a preview has a desk of this kind too."""

    @property
    def design(self) -> BlindedDesign:
        """What the reader may know of the study."""

    def ensure_open(self) -> None:
        """Raise StudyNotOpen unless the study takes answers; it then does until the block ends."""

    def standing(self) -> Standing:
        """Where the reader stands and what comes next."""

    def case(self) -> CaseToRead:
        """The case that is due; raises NotFound where none is."""

    def record_head(self) -> str:
        """The head of the study's record as it is now; empty where there is no record."""

    def message(self) -> str:
        """What the investigator tells the readers now; empty for nothing."""


class ReaderDesk(DueDesk, Protocol):
    """One request of one reader, in one transaction."""

    def agree(self) -> None:
        """Record the reader's consent to the text that was shown."""

    def keep_profile(self, profile: Profile) -> None:
        """Store the reader's experience, once they have agreed."""

    def keep_grey_steps(self, check: GreySteps) -> None:
        """Store what the reader told apart, with the sitting that goes on."""

    def begin(self) -> None:
        """Record that the instructions were read; the cases are laid out by then."""

    def may_withdraw(self) -> bool:
        """Whether the reader's own link takes their part back now, as the consent says."""

    def withdraw(self) -> None:
        """Take the reader's part back; raises StudyNotOpen, and Refused where it is too late."""

    def certificate(self) -> TakingPart:
        """What the reader may have certified; raises Refused."""

    def go_on(self, seen: str, phase: int) -> None:
        """Leave a break, a practice case's feedback or a phase's introduction that was seen."""

    def last_case(self) -> CaseToRead:
        """The case rated last, to be corrected; raises TooLateToCorrect."""

    def case_again(self, token: str, *, is_correction: bool) -> BlindedCase:
        """The case of a form that is sent back; raises NotFound for another reader's."""

    def rate(
        self,
        token: str,
        submission: str,
        form: Mapping[str, str],
        go_on: Callable[[], None] | None = None,
    ) -> Receipt:
        """Store a form's answers and acknowledge them; raises what `record_rating` does.

        `go_on` may ask this desk what is due then, in the same transaction. Nothing can be asked
        after it: what is acknowledged is committed.
        """

    def picture(self, token: str, slot: int) -> bytes | None:
        """A picture as PNG; None for a timed one. Raises NotFound."""

    def reference(self, phase: int) -> bytes:
        """The picture that a phase's cases are compared with, as PNG; raises NotFound."""

    def timed_picture(self, token: str, slot: int) -> bytes:
        """A timed picture as PNG, once; raises NotFound and ShownAlready."""


class ReaderDesks(Protocol):
    """Where readers are admitted and sit down."""

    def admit(self, link_token: str) -> Admission:
        """The reader behind a personal link, with a new sitting begun.

        Raises LinkRefused, and StudyNotOpen once the study is closed.
        """

    def at(
        self, reader_id: int, fingerprint: str, purpose: Purpose
    ) -> AbstractContextManager[ReaderDesk]:
        """The desk of the reader behind a cookie, committed when the block ends; LinkRefused."""
