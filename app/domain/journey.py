"""Where a reader stands between the link and the thanks page; phases lead one way only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum


class Step(StrEnum):
    """What a reader is shown next."""

    CONSENT = "consent"
    PROFILE = "profile"
    INSTRUCTIONS = "instructions"
    FEEDBACK = "feedback"
    WAIT = "wait"
    PHASE = "phase"
    DISPLAY = "display"
    CASE = "case"
    BREAK = "break"
    THANKS = "thanks"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Place:
    """Where a presentation stands; `position` is 1-based, within practice or within its phase."""

    phase: int
    is_practice: bool
    is_phase_end: bool
    position: int


@dataclass(frozen=True)
class Progress:
    """The facts that decide the next step.

    due            the first presentation without a rating; None before any is laid out and at
                   the end
    last           the one rated last
    last_rated_at  when the reader last rated anything
    phase_begun    the last phase whose introduction was read
    tells_truth    whether practice cases are told of after they were rated
    washout_days   least days between the last rating and the phase that is due
    break_every    cases of a phase between two breaks, 0 for none; `break_taken_after` counts
                   within the phase too
    needs_check    whether each sitting begins with the grey-step check
    check_holds    until when this sitting's check holds; None where it was not done
    """

    has_consented: bool
    has_profile: bool
    has_begun: bool
    due: Place | None
    last: Place | None
    last_rated_at: datetime | None
    phase_begun: int
    tells_truth: bool
    feedback_is_due: bool
    washout_days: int
    break_every: int
    break_taken_after: int
    has_withdrawn: bool = False
    needs_check: bool = False
    check_holds: datetime | None = None

    @property
    def phase(self) -> int:
        """The phase that is read or comes next; at the end the last one, before all the first."""
        place = self.due or self.last
        return 1 if place is None else place.phase

    @property
    def ready_on(self) -> date | None:
        """The first day, in UTC, on which the due phase may begin; None where there is no washout.

        Whole days are waited for from the last rating on, then the next midnight, so that the day
        named holds for all of it.
        """
        waits = self.phase_is_ahead and self.washout_days and self.last_rated_at is not None
        if not waits or self.last_rated_at is None:
            return None
        earliest = self.last_rated_at.astimezone(UTC) + timedelta(days=self.washout_days)
        starts_day = earliest.time() == time.min
        return earliest.date() if starts_day else earliest.date() + timedelta(days=1)

    @property
    def phase_is_ahead(self) -> bool:
        """Whether the next presentation belongs to a phase whose introduction was not read."""
        return (
            self.due is not None and not self.due.is_practice and self.due.phase > self.phase_begun
        )

    @property
    def can_go_back(self) -> bool:
        """Whether the presentation rated last may still be corrected.

        Not once a later phase is due, since its introduction may tell what the earlier one kept
        back; not once the questions at a phase's end are answered; not after a practice case's
        truth was told.
        """
        last = self.last
        if last is None or last.is_phase_end or (last.is_practice and self.tells_truth):
            return False
        return self.due is None or self.due.phase == last.phase

    def step(self, now: datetime) -> Step:
        """The one step that follows from these facts; `now` decides whether a washout is over."""
        if self.has_withdrawn:
            return Step.WITHDRAWN
        if not self.has_consented:
            return Step.CONSENT
        if not self.has_profile:
            return Step.PROFILE
        if not self.has_begun:
            return Step.INSTRUCTIONS
        if self.feedback_is_due:
            return Step.FEEDBACK
        if self.due is None:
            return Step.THANKS
        if self.phase_is_ahead:
            ready_on = self.ready_on
            waits = ready_on is not None and now.astimezone(UTC).date() < ready_on
            return Step.WAIT if waits else Step.PHASE
        if self._break_is_due(self.due):
            return Step.BREAK
        return Step.DISPLAY if self._check_is_due(self.due, now) else Step.CASE

    def _check_is_due(self, due: Place, now: datetime) -> bool:
        """Whether a film is next and the display has not been checked in this sitting."""
        is_checked = self.check_holds is not None and now <= self.check_holds
        return self.needs_check and not due.is_phase_end and not is_checked

    def _break_is_due(self, due: Place) -> bool:
        done = due.position - 1
        return (
            not due.is_practice
            and not due.is_phase_end
            and self.break_every > 0
            and done > 0
            and done % self.break_every == 0
            and self.break_taken_after < done
        )


@dataclass(frozen=True)
class Standing:
    """What a page may say of where its reader stands.

    `done` and `total` count the reader's own cases of `phase`, practice left out; `total` is 0
    before any are laid out. `ready_on` is the first day on which a washout is over.
    """

    step: Step
    phase: int
    done: int
    total: int
    can_go_back: bool
    ready_on: date | None
