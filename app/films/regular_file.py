"""Opening what must be a file: a pipe or a device would be waited for without end."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from app.domain.said import said

NO_FILE = said("not a regular file, which is needed here")


def open_regular(path: Path) -> BinaryIO:
    """The file opened for reading bytes; raises OSError for a pipe, device, socket or folder."""
    # Without waiting for a writer, and asked of what was opened, which can't change any more.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, NO_FILE, str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path) -> bytes:
    """All bytes of a file; raises OSError as `open_regular` does."""
    with open_regular(path) as file:
        return file.read()
