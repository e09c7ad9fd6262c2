"""Slowing down those who guess passwords; each check of one costs 125 ms and 64 MiB."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FREE_TRIES = 5
WAIT_SECONDS = 60.0
MOST_REMEMBERED = 10_000


class SignInThrottle:
    """After FREE_TRIES failures from one address, one try a minute; one check at a time."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._checking = threading.Lock()

    def must_wait(self, address: str) -> int:
        """Seconds until this address may try again; 0 for now."""
        with self._lock:
            failures, last = self._failures.get(address, (0, 0.0))
        if failures < FREE_TRIES:
            return 0
        return max(0, round(last + WAIT_SECONDS - time.monotonic()))

    @contextmanager
    def checking(self) -> Iterator[None]:
        """Only one password is hashed at a time, so that guesses can't fill the memory."""
        with self._checking:
            yield

    def note(self, address: str, *, succeeded: bool) -> None:
        """Remember a failure, or forget the address after a success."""
        with self._lock:
            if succeeded:
                self._failures.pop(address, None)
                return
            if len(self._failures) >= MOST_REMEMBERED:
                self._failures.clear()
            failures, _ = self._failures.get(address, (0, 0.0))
            self._failures[address] = (failures + 1, time.monotonic())
