"""One import as it was asked for."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from app.bank.batches import Source
from app.bank.manifest import BadRecord
from app.bank.rendition import DEFAULT_SIZE
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.services.import_bank.summary import Refused

Progress = Callable[[int], object]


def _no_progress(_lines: int) -> None:
    return None


def _nobody_hears(_bad: BadRecord) -> None:
    return None


def _cores() -> int:
    """Those that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def renderers() -> ThreadPoolExecutor:
    """As many threads as there are cores, each of which has a decoder process work for it."""
    return ThreadPoolExecutor(max_workers=_cores(), thread_name_prefix="render")


class ImportOptions(TypedDict, total=False):
    """What an import may be told besides its source: fields of the `Job` that it becomes."""

    size: int
    resolution: int | None
    strict: bool
    actor: str
    progress: Progress
    each_refused: Refused


@dataclass(frozen=True)
class Job:
    """What is brought in, where to, and how.

    Renditions have `size` pixels and the detail of `resolution` pixels, None for all there is.
    With `strict` every record is checked first, and one bad record keeps all of them out; what was
    read for the check is not read again. `progress` is told how many lines have been dealt with so
    far, from 0 again after checking; `each_refused` hears of every record that is refused.
    """

    database: Database
    store: RenditionStore
    source: Source
    now: datetime
    size: int = DEFAULT_SIZE
    resolution: int | None = None
    strict: bool = False
    actor: str = "command line"
    progress: Progress = _no_progress
    each_refused: Refused = _nobody_hears
    pool: ThreadPoolExecutor = field(default_factory=renderers)
