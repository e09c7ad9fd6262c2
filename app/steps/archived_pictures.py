"""Renditions on their way into an archive and out of one."""

import hashlib
from collections.abc import Iterable

from app.bank.sealed_archive import ArchiveWriter, SealedArchive, rendition_member
from app.bank.store import RenditionStore
from app.domain.errors import NotFound


def add_renditions(
    writer: ArchiveWriter, store: RenditionStore, digests: Iterable[str]
) -> tuple[str, ...]:
    """Write the files of `digests`; return those that are not in the store or are damaged there."""
    missing = []
    for sha256 in sorted(set(digests)):
        try:
            data = store.read(sha256)
        except NotFound:
            missing.append(sha256)
            continue
        if hashlib.sha256(data).hexdigest() != sha256:
            missing.append(sha256)
            continue
        writer.add(rendition_member(sha256), [data])
    return tuple(missing)


def take_renditions(archive: SealedArchive, store: RenditionStore) -> int:
    """Put every rendition of an archive into the store, durably; return how many.

    Raises BadArchive for a file that is not what its name says.
    """
    names = [name for name in archive.members if name.startswith("renditions/")]
    for name in names:
        store.put(archive.read(name))
    store.sync()
    return len(names)
