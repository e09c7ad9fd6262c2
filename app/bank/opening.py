"""Which kind of store an address names."""

from pathlib import Path

from app.bank.bucket_store import BucketStore
from app.bank.store import RenditionStore


def open_renditions(where: str | Path) -> RenditionStore:
    """The renditions in a folder, or at an address with ``://`` in it.

    Raises BadInput for an address that can't be used.
    """
    if "://" in str(where):
        return BucketStore(str(where))
    Path(where).mkdir(parents=True, exist_ok=True)
    return RenditionStore(Path(where))
