"""Writing a file whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from app.domain.errors import BadInput, Refused

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Force = Annotated[bool, typer.Option("--force", help="Write over a file of that name.")]


@contextmanager
def writing_atomically(path: Path, *, force: bool, private: bool = False) -> Iterator[IO[bytes]]:
    """A file that takes the name `path` only once it is written and on disk.

    A `private` one is its owner's alone (mode 0600), from its first byte on.
    Raises as `ensure_free`, also where a file of that name came while this one was written.
    """
    ensure_free(path, force=force)
    with _naming(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with _naming(path), os.fdopen(handle, "wb") as file:
            yield file
            close_on_disk(file)
        if not private:
            # mkstemp keeps others out; what a user asked for is theirs to share as usual.
            mask = os.umask(0)
            os.umask(mask)
            part.chmod(0o666 & ~mask)
        ensure_free(path, force=force)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def close_on_disk(file: IO[bytes]) -> None:
    """Close a file once all of it is on the disk; one that is closed already stays so.

    For whoever writes many before the first takes its name: systems limit how many may be open.
    """
    if not file.closed:
        file.flush()
        os.fsync(file.fileno())
        file.close()


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let a disk's refusal name the file that was asked for, not its part or nothing at all."""
    try:
        yield
    except OSError as error:
        is_part = Path(str(error.filename)).name.startswith(f".{path.name}.")
        # What the disk refuses to a file that is open comes without a name.
        is_full = error.filename is None and error.errno in _FULL
        if not is_part and not is_full:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def ensure_free(file: Path | None, *, force: bool) -> None:
    """Look, before anything is computed or signed, at the name of a file to be written.

    Raises Refused where a file would be written over without `force`; BadInput for a folder, for
    what is no file at all (a device, whose place a file must not take), and for a name in a folder
    that is not there. None is no file and passes.
    """
    if file is None:
        return
    if file.is_dir():
        raise BadInput(f"{file} is a folder; name a file.")
    if not file.parent.is_dir():
        raise BadInput(f"{file}: there is no folder {file.parent}; make it first.")
    if file.exists() and not file.is_file():
        raise BadInput(f"{file} is a device or a pipe; name a file.")
    # A link that leads nowhere is somebody's too.
    if os.path.lexists(file) and not force:
        raise Refused(f"{file} exists already; choose another name, or write over it with --force.")


def ensure_free_folder(folder: Path | None, *, force: bool) -> None:
    """The same of a folder to write several files to: Refused where it holds anything.

    What an earlier run left would lie among the new files as if it were of them.
    """
    if folder is None or force or not folder.is_dir():
        return
    if any(folder.iterdir()):
        raise Refused(
            f"{folder} holds files already; choose another folder, or write over those of the same "
            "name with --force."
        )
