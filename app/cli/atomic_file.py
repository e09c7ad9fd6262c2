"""Writing a file whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.domain.errors import BadInput, Refused


@contextmanager
def writing_atomically(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file that takes the name `path` only once it is written and on disk.

    A `private` one is its owner's alone (mode 0600), from its first byte on.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            # mkstemp keeps others out; what a user asked for is theirs to share as usual.
            mask = os.umask(0)
            os.umask(mask)
            part.chmod(0o666 & ~mask)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def ensure_free(file: Path, *, force: bool) -> None:
    """Raise Refused where a file would be written over without `force`, BadInput for a folder."""
    if file.is_dir():
        raise BadInput(f"{file} is a folder; name a file.")
    if file.exists() and not force:
        raise Refused(f"{file} exists already; choose another name, or write over it with --force.")
