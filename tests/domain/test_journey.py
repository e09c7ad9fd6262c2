"""The next step follows from the stored facts alone."""

from dataclasses import replace

import pytest

from app.domain.journey import Progress, Step

READING = Progress(
    has_consented=True,
    has_profile=True,
    has_begun=True,
    feedback_is_due=False,
    cases_left=1,
    cases_done=0,
    break_every=10,
    break_taken_after=0,
)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"has_consented": False, "has_profile": False, "has_begun": False}, Step.CONSENT),
        ({"has_profile": False, "has_begun": False}, Step.PROFILE),
        ({"has_begun": False}, Step.INSTRUCTIONS),
        ({"feedback_is_due": True, "cases_done": 10}, Step.FEEDBACK),
        ({}, Step.CASE),
        ({"cases_done": 9}, Step.CASE),
        ({"cases_done": 10}, Step.BREAK),
        ({"cases_done": 10, "break_taken_after": 10}, Step.CASE),
        ({"cases_done": 20, "break_taken_after": 10}, Step.BREAK),
        ({"cases_done": 10, "cases_left": 0}, Step.THANKS),
        ({"cases_done": 10, "break_every": 0}, Step.CASE),
    ],
)
def test_the_next_step(changes: dict[str, int | bool], step: Step) -> None:
    assert replace(READING, **changes).step is step  # type: ignore[arg-type]
