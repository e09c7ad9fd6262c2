"""What a strict import has read while it checks, so that no file is read again to import it."""

import os
from dataclasses import replace
from threading import Lock
from typing import IO

from app.bank.batches import Digest
from app.bank.rendering import Rendering
from app.domain.errors import BadBank
from app.domain.said import said


class Checked:
    """Renditions of one size on a nameless file, which is gone with this process, however it ends.

    `line_digests` holds the SHA-256 of the file that each line of a table names. Threads may keep
    and take at once.
    """

    def __init__(self, spool: IO[bytes]) -> None:
        self.line_digests: dict[int, str] = {}
        self._spool = spool
        # Where each lies, its length, and the rest of it.
        self._kept: dict[Digest, tuple[int, int, Rendering]] = {}
        self._end = 0
        self._lock = Lock()

    def keep(self, digest: Digest, rendering: Rendering) -> None:
        """Keep a rendition and what is known of it; raises BadBank where the disk is full."""
        length = len(rendering.png)
        with self._lock:
            start, self._end = self._end, self._end + length
        try:
            written = os.pwrite(self._spool.fileno(), rendering.png, start)
        except OSError as error:
            raise BadBank(
                said("Renditions can't be written: {strerror}.", strerror=error.strerror)
            ) from None
        if written != length:
            raise BadBank(said("Renditions can't be written: the disk is full."))
        self._kept[digest] = (start, length, replace(rendering, png=b""))

    def take(self, digest: Digest) -> Rendering | None:
        """The rendition kept under that digest, which stays; None where none was."""
        if digest not in self._kept:
            return None
        start, length, rendering = self._kept[digest]
        return replace(rendering, png=os.pread(self._spool.fileno(), length, start))

    def close(self) -> None:
        """Give back the disk space."""
        self._spool.close()
