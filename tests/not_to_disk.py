"""Nothing of a test outlives the machine, so nothing need reach the disk before it goes on.

Files and databases are written all the same; what is left out is the wait for the disk. `os.sync`
waits for what every other test on the machine has written.
"""

import os

import pytest

from app.db import engine


def nothing_waits_for_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Let what would wait for the disk return at once, as PostgreSQL of the tests does."""
    for name in ("sync", "fsync"):
        patch.setattr(os, name, _at_once)
    patch.setattr(engine, "SQLITE_SYNCHRONOUS", "OFF")


def _at_once(_file: object = None) -> None:
    """Wait for nothing."""
