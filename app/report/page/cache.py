"""Reports that were made once; of a closed study only what the bank says of its arms changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from app.report.page.view import ReportView

_MOST = 8


class ReportCache:
    """The last few reports in memory, by whatever they are made from that may change."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, ReportView] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], ReportView]) -> ReportView:
        """The report, made by the first who asks; who asks meanwhile waits for it."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
                if len(self._made) > _MOST:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]
