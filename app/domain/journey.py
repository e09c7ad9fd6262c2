"""Where a reader stands between her link and the thanks page."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What a reader is shown next."""

    CONSENT = "consent"
    PROFILE = "profile"
    INSTRUCTIONS = "instructions"
    FEEDBACK = "feedback"
    CASE = "case"
    BREAK = "break"
    THANKS = "thanks"


@dataclass(frozen=True)
class Progress:
    """The facts that decide the next step; counts are presentations."""

    has_consented: bool
    has_profile: bool
    has_begun: bool
    feedback_is_due: bool
    cases_left: int
    cases_done: int
    break_every: int
    break_taken_after: int

    @property
    def step(self) -> Step:
        """The one step that follows from these facts."""
        if not self.has_consented:
            return Step.CONSENT
        if not self.has_profile:
            return Step.PROFILE
        if not self.has_begun:
            return Step.INSTRUCTIONS
        if self.feedback_is_due:
            return Step.FEEDBACK
        if self.cases_left == 0:
            return Step.THANKS
        if (
            self.break_every
            and self.cases_done
            and self.cases_done % self.break_every == 0
            and self.break_taken_after < self.cases_done
        ):
            return Step.BREAK
        return Step.CASE
