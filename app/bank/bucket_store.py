"""Renditions where several machines share them: a bucket of S3's kind, or what else fsspec knows.

The same names and the same promises as the folder of `app/bank/store.py`: each file is written
once, whole or not at all, and found by the digest of what it holds.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import fsspec
from fsspec.core import url_to_fs

from app.bank.store import RenditionStore, member_of
from app.domain.errors import BadInput, NotFound, StoreUnavailable
from app.domain.said import said

MISSING = said("install the extra that brings it, for S3: pip install 'negatoscope[s3]'")
# Kinds of address whose first part is a bucket, which somebody makes with its rules of access.
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oci", "oss"})


class BucketStore(RenditionStore):
    """The store at an address such as ``s3://bucket/folder``.

    What an object was called is looked up anew each time: another machine may have put it there.
    """

    def __init__(self, address: str) -> None:
        """Raises BadInput for an address of no kind that is known, or whose driver is missing."""
        try:
            # Who may ask, and where the service is, the driver takes from its own variables.
            files, root = url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            known = address.partition("://")[0] in fsspec.available_protocols()
            what = (
                MISSING if known else said("name one that fsspec knows, such as s3://BUCKET/FOLDER")
            )
            raise BadInput(
                said("NEGATOSCOPE_RENDITIONS is {address}; {what}.", address=address, what=what)
            ) from error
        self._files: Any = files
        self._root = root.rstrip("/")
        self._has_buckets = address.partition("://")[0] in _BUCKETS

    def put(self, data: bytes) -> str:
        """Keep `data` and return its SHA-256; durable when this returns."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not (self.holds(sha256, len(data)) and self.read(sha256) == data):
            with self._reached():
                self._write(self._name(sha256), data)
        return sha256

    def sync(self) -> None:
        """Nothing is left to do: what was put is durable."""

    def holds(self, sha256: str, length: int) -> bool:
        """Whether the object is there with all its `length` bytes."""
        with self._reached():
            try:
                return bool(self._files.info(self._name(sha256))["size"] == length)
            except FileNotFoundError:
                return False

    def read(self, sha256: str) -> bytes:
        """The rendition's bytes, or NotFound; StoreUnavailable where the service doesn't answer."""
        with self._reached():
            try:
                return bytes(self._files.cat_file(self._name(sha256)))
            except FileNotFoundError:
                raise NotFound(said("There is no such image.")) from None

    def spool(self) -> IO[bytes]:
        """A nameless file in the system's temporary folder."""
        return tempfile.TemporaryFile()

    def is_reachable(self) -> bool:
        """Whether an object can be written and read."""
        probe = f"{self._root}/incoming/probe"
        try:
            with self._reached():
                self._write(probe, b"negatoscope")
                return bool(self._files.cat_file(probe) == b"negatoscope")
        except StoreUnavailable:
            return False

    def _write(self, name: str, data: bytes) -> None:
        # Some file systems want folders. In a bucket there are none, and to ask for one would make
        # the bucket: another, empty one where its name is mistyped.
        if not self._has_buckets:
            self._files.makedirs(self._files._parent(name), exist_ok=True)
        self._files.pipe_file(name, data)

    def _name(self, sha256: str) -> str:
        return f"{self._root}/{member_of(sha256)}"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Errors of a driver, each with kinds of its own, become one that pages know."""
        try:
            yield
        except NotFound:
            raise
        except Exception as error:
            raise StoreUnavailable from error
