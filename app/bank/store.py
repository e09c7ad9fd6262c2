"""Where renditions lie: files named by the digest of what they hold."""

import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path
from threading import Lock
from typing import IO, Final

from app.domain.errors import NotFound
from app.domain.said import said

# The same for every file, so that nothing served from here tells when an image came in.
# 1980-01-01 00:00:00 UTC: the earliest that archives can write down too.
FIXED_MTIME: Final = 315_532_800
# Below this, asking for each file costs less than asking for the whole disk.
_FEW: Final = 16
_DIGEST = re.compile(r"[0-9a-f]{64}")


def member_of(sha256: str) -> str:
    """Where in a store the rendition of that digest lies; raises NotFound for no digest."""
    if not _DIGEST.fullmatch(sha256):
        raise NotFound(said("There is no such image."))
    return f"{sha256[:2]}/{sha256}.png"


class RenditionStore:
    """A folder of PNG files at ``ab/abcd....png``, each written once and never changed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._incoming = directory / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._unsynced: list[Path] = []
        self._lock = Lock()

    def put(self, data: bytes) -> str:
        """Keep `data` and return its SHA-256; a whole file that is there already is left as it is.

        What was put survives this process at once, and a power cut after `sync`, which makes many
        files durable together.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        # By content: a disk that lost bytes in a power cut is mended by importing again.
        if not (path.is_file() and path.read_bytes() == data):
            self._write_new(path, data)
        # Named only when it is whole, so that a `sync` in another thread at this moment makes it
        # durable or leaves it to the next one; and what a killed import left may not be durable.
        with self._lock:
            self._unsynced.append(path)
        return sha256

    def _write_new(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all."""
        descriptor, temporary = tempfile.mkstemp(dir=self._incoming)
        try:
            try:
                _write_all(descriptor, data)
                os.fchmod(descriptor, 0o644)
                os.utime(descriptor, (FIXED_MTIME, FIXED_MTIME))
            finally:
                os.close(descriptor)
            _move(Path(temporary), path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def sync(self) -> None:
        """Make all files put so far durable, names and bytes; call it before rows that name them.

        Many at once: the disk then writes them in one go, where each by itself waits for it. Other
        threads may put files meanwhile.
        """
        with self._lock:
            unsynced, self._unsynced = self._unsynced, []
        if sys.platform == "linux" and len(unsynced) > _FEW:
            # Returns when everything is on the disk (sync(2)).
            os.sync()
            return
        folders = {path.parent for path in unsynced}
        for path in (*unsynced, *sorted(folders), self._directory):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def path(self, sha256: str) -> Path:
        """Where the rendition of that digest lies or would lie; raises NotFound for no digest."""
        return self._directory / member_of(sha256)

    def holds(self, sha256: str, length: int) -> bool:
        """Whether the rendition's file is there with all its `length` bytes."""
        path = self.path(sha256)
        return path.is_file() and path.stat().st_size == length

    def read(self, sha256: str) -> bytes:
        """The rendition's bytes, or NotFound."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(said("There is no such image.")) from None

    def spool(self) -> IO[bytes]:
        """A nameless file on the renditions' disk, gone when it is closed or this process ends."""
        return tempfile.TemporaryFile(dir=self._incoming)

    def is_reachable(self) -> bool:
        """Whether the folder can be read and written."""
        return self._incoming.is_dir() and os.access(self._incoming, os.R_OK | os.W_OK | os.X_OK)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _move(temporary: Path, path: Path) -> None:
    """Give a file its name, in a folder that is nearly always there."""
    try:
        temporary.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
        temporary.replace(path)
