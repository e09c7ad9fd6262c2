"""One thread that ends what takes too long, for all decoders.

A thread for each question would cost an import as much as reading and hashing a small film.
"""

import itertools
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final


class Clock:
    """Calls back for what has not ended in time."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[int, tuple[float, Callable[[], None]]] = {}
        self._numbers = itertools.count()
        # When the thread looks again by itself; endless while it waits to be told.
        self._looks_at = math.inf
        self._thread: threading.Thread | None = None

    @contextmanager
    def ends(self, stop: Callable[[], None], seconds: float) -> Iterator[None]:
        """Call `stop` from another thread, once, where the block takes longer than `seconds`.

        `stop` must be quick and raise nothing. It isn't called once the block has ended.
        """
        due = time.monotonic() + seconds
        with self._changed:
            number = next(self._numbers)
            self._due[number] = due, stop
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="clock", daemon=True)
                self._thread.start()
            # Most have the same time, so that the thread looks for an earlier one before.
            if due < self._looks_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._due.pop(number, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for number in [one for one, (due, _) in self._due.items() if due <= now]:
                    self._due.pop(number)[1]()
                self._looks_at = min((due for due, _ in self._due.values()), default=math.inf)
                wait = None if math.isinf(self._looks_at) else self._looks_at - now
                self._changed.wait(wait)

    def begin_after_fork(self) -> None:
        """A forked process has the parent's memory but not its threads."""
        self._begin()


CLOCK: Final = Clock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CLOCK.begin_after_fork)
