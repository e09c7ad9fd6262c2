"""Reports that were made once; a closed study's never change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from app.report.report_view import ReportView

_MOST = 8


class ReportCache:
    """The last few reports in memory, by study and moment of closing."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, datetime], ReportView] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, slug: str, closed_at: datetime, make: Callable[[], ReportView]) -> ReportView:
        """The report, made by the first who asks; who asks meanwhile waits for it."""
        with self._lock:
            key = slug, closed_at
            if key not in self._made:
                self._made[key] = make()
                if len(self._made) > _MOST:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]
