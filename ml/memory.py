"""What a process that trains or draws does with the main memory that it frees."""

from __future__ import annotations

import ctypes
import os
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
"""Numbers of glibc's ``mallopt``, from its ``malloc.h``."""

NEVER = 2**31 - 1
LARGEST_FROM_HEAP = 32 * 2**20
"""Bytes; the most that glibc takes from its heap, on 64 bits."""

GIVEN = ("GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_")
HUGE_PAGES = "THP_MEM_ALLOC_ENABLE"
"""torch asks for pages of 2 MiB for tensors that large where this is 1."""


def keep_memory() -> bool:
    """Let this process keep the memory that it frees, and take large tensors' in large pages.

    A step frees what the next one takes again. glibc hands it back to the kernel in between, which
    then clears it page by page. Here the process holds it until it ends. No number changes
    (decision 0296).

    Call it at a program's beginning, before torch is loaded: torch reads its environment once. What
    the user has set of either is left as it is. Elsewhere than on Linux with glibc nothing happens.

    Returns
    -------
    bool
        Whether the heap keeps what is freed.
    """
    if not sys.platform.startswith("linux"):
        return False
    os.environ.setdefault(HUGE_PAGES, "1")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or any(name in os.environ for name in GIVEN):
        return False
    # 1 is yes. Either alone would leave the other at its first, smaller value.
    return bool(mallopt(M_TRIM_THRESHOLD, NEVER)) and bool(
        mallopt(M_MMAP_THRESHOLD, LARGEST_FROM_HEAP)
    )
