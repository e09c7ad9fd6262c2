"""Where files of the tests lie: in memory where there is much of it, else where they always do.

To copy a database of PostgreSQL makes and removes a thousand files, and most tests copy one; a disk
takes seven times as long for it as memory does.
"""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
MEMORY_INFO = Path("/proc/meminfo")
# All tests in two processes write some 2 GB, if those that passed are removed.
MOST_WRITTEN = 4 * 2**30


def place_in_memory() -> Path | None:
    """A folder whose files lie in memory, None where there is none or too little room."""
    try:
        free = min(shutil.disk_usage(MEMORY).free, _free_memory() // 2)
    except OSError:
        return None
    return MEMORY if free >= MOST_WRITTEN and os.access(MEMORY, os.W_OK) else None


def _free_memory() -> int:
    """Bytes that programs can still have."""
    for line in MEMORY_INFO.read_text().splitlines():
        name, _, amount = line.partition(":")
        if name == "MemAvailable":
            return int(amount.removesuffix("kB")) * 1024
    return 0
