"""A scheduler's SIGTERM where nothing listens for it otherwise: while a model loads, above all.

During training `ml.training.resume.listening_for_stop` takes its place and ends between steps.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt, as Ctrl-C does, so that a command clears up and says so.

    Left alone it ends the process where it stands, without a word. Outside of the main thread
    nothing is changed: Python takes signals there only.

    Raises
    ------
    KeyboardInterrupt
        From inside, when the signal comes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
