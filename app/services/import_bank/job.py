"""One import as it was asked for."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from app.bank.batches import Source
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.services.import_bank.summary import Refused

Progress = Callable[[int], None]


def _cores() -> int:
    """Those that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def renderers() -> ThreadPoolExecutor:
    """As many threads as there are cores, each of which has a decoder process work for it."""
    return ThreadPoolExecutor(max_workers=_cores(), thread_name_prefix="render")


@dataclass(frozen=True)
class Job:
    """What is brought in, where to, and how.

    Renditions have `size` pixels and the detail of `resolution` pixels, None for all there is.
    """

    database: Database
    store: RenditionStore
    source: Source
    now: datetime
    size: int
    resolution: int | None
    actor: str
    progress: Progress
    each_refused: Refused
    pool: ThreadPoolExecutor = field(default_factory=renderers)
