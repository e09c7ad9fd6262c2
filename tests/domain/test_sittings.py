"""Where one sitting ends."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest

from app.domain import sittings
from app.domain.sittings import LONGEST_PAUSE, sitting_goes_on

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_the_docstrings_examples_hold() -> None:
    assert doctest.testmod(sittings).failed == 0


@pytest.mark.parametrize(
    ("pause", "goes_on"),
    [
        (timedelta(0), True),
        (LONGEST_PAUSE, True),
        (LONGEST_PAUSE + timedelta(microseconds=1), False),
    ],
)
def test_a_sitting_ends_after_the_longest_pause(pause: timedelta, goes_on: bool) -> None:
    assert sitting_goes_on(NOON, NOON + pause) is goes_on
