"""Where passwords are checked: a queue of its own, so that no page waits behind one.

A check takes 125 ms and 64 MiB by design. Done among the pages, 150 guesses at once took all their
threads, and a reader waited for 12 s.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.domain.errors import TooBusy
from app.domain.said import said
from app.services.accounts import password_matches

AT_ONCE = 1
# About a second of waiting.
MOST_WAITING = 7
FULL = said("Many are signing in just now; please try again in a few seconds.")


class PasswordDesk:
    """Checks one password at a time; `MOST_WAITING` may wait, whoever comes then is told so."""

    def __init__(self) -> None:
        self._places = BoundedSemaphore(AT_ONCE + MOST_WAITING)
        self._checkers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue, kept while the block lasts; raises TooBusy where there is none.

        Taken before the try is counted, so that nobody loses one to a full queue.
        """
        if not self._places.acquire(blocking=False):
            raise TooBusy(FULL)
        try:
            yield
        finally:
            self._places.release()

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password, after those who came before."""
        return self._checkers.submit(password_matches, password, password_hash).result()
