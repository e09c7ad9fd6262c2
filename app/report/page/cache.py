"""Reports that were made once; of a closed study only what the bank says of its arms changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.report.page.view import ReportView

MOST_KEPT = 8


@dataclass
class _Turn:
    """The lock of one report, and how many hold it or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0


class ReportCache:
    """The last few reports in memory, by whatever they are made from that may change.

    A report takes seconds. Who asks for one that is being made waits for it; who asks for another
    does not. A report that could not be made is kept by nobody: the next who asks tries again.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, ReportView] = OrderedDict()
        self._turns: dict[Hashable, _Turn] = {}
        # Held for looking things up only, never while a report is made.
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], ReportView]) -> ReportView:
        """The report, made by the first who asks."""
        with self._turn(key):
            report = self._kept(key)
            if report is None:
                report = make()
                self._keep(key, report)
            return report

    @contextmanager
    def _turn(self, key: Hashable) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.asked += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._lock:
                turn.asked -= 1
                if not turn.asked:
                    del self._turns[key]

    def _kept(self, key: Hashable) -> ReportView | None:
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def _keep(self, key: Hashable, report: ReportView) -> None:
        with self._lock:
            self._made[key] = report
            if len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)
