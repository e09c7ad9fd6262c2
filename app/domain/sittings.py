"""Where one sitting of a reader ends and the next begins."""

from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(minutes=30)


def sitting_goes_on(last_active_at: datetime, now: datetime) -> bool:
    """Whether the reader is still in the sitting in which they were last active.

    A pause of exactly LONGEST_PAUSE belongs to it.

    >>> noon = datetime(2026, 1, 1, 12)
    >>> sitting_goes_on(noon, noon + LONGEST_PAUSE)
    True
    >>> sitting_goes_on(noon, noon + LONGEST_PAUSE + timedelta(milliseconds=1))
    False
    """
    return now - last_active_at <= LONGEST_PAUSE
