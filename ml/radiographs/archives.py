"""Open a data set that comes as a folder or as a zip, without trusting the zip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.films.archives import BadTable, opened_folder
from ml.errors import MlError


@contextmanager
def opened(source: Path) -> Iterator[Path]:
    """Give the source's folder; a zip is unpacked for as long as it is needed.

    Raises
    ------
    MlError
        If it is neither, or a zip that is broken, encrypted, too large, or that names places
        outside itself. Nothing of such a zip is unpacked.
    """
    with ExitStack() as unpacked:
        try:
            folder = unpacked.enter_context(opened_folder(source))
        except BadTable as error:
            raise MlError(str(error)) from error
        yield folder
