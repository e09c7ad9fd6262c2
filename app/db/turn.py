"""One at a time, in the order in which they came."""

import threading
import time
from collections import deque
from collections.abc import Callable

# How often somebody who waits asks whether it is still worth it.
STEP_SECONDS = 0.1


class Turn:
    """A lock that is handed on in turn; Python's own may let the same thread in again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, is_worth_waiting: Callable[[float], bool]) -> bool:
        """Wait while `is_worth_waiting(seconds waited)`; False where the turn didn't come."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        began = time.monotonic()
        while not mine.wait(STEP_SECONDS):
            if is_worth_waiting(time.monotonic() - began):
                continue
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    return False
        return True

    def give(self) -> None:
        """Hand the turn to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
