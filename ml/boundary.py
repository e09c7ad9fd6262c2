"""Where a library's errors become one sentence.

diffusers, transformers, peft, safetensors and torch raise whatever suits them, and another thing in
the next version: no list of their exceptions stays whole. Around each call into one of them stands
one of these two; what is raised by this package's own code outside of them stays a traceback.
"""

from __future__ import annotations

import pickle  # nosec B403 - nothing is unpickled here: its exception is told apart
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ml.errors import MlError

MORE_THAN_WEIGHTS = (
    "it holds more than weights, or is damaged, and nothing of it was run; get it again from where "
    "it came from, as .safetensors if there is one"
)
DAMAGED = "it is empty or damaged; get it again from where it came from"
DAMAGED_ARCHIVE = "PytorchStreamReader"
"""Beginning of torch's words on a zip archive that was cut short."""


@contextmanager
def library(sentence: str) -> Iterator[None]:
    """Make an `MlError` of whatever is raised inside.

    Parameters
    ----------
    sentence : what failed, such as "models/x cannot be loaded as Stable Diffusion 1.x"; the
        library's own first line follows it

    Raises
    ------
    MlError
        For any exception but those that end the program.
    """
    try:
        yield
    except MlError:
        raise
    except Exception as error:
        raise MlError(f"{sentence}: {_said_of_reading(error)}.") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make an `MlError` of a file that cannot be written, and remove what there is of it.

    Parameters
    ----------
    path : the file or folder that the library writes; of a folder nothing is removed

    Raises
    ------
    MlError
        Naming the path and what is free on its disk; safetensors and torch name neither.
    """
    try:
        yield
    except MlError:
        raise
    except Exception as error:
        if path.is_file():
            path.unlink()
        place = path if path.exists() else path.parent
        free = f"{shutil.disk_usage(place).free / 2**20:.0f} MiB" if place.exists() else "nothing"
        raise MlError(
            f"{path} cannot be written ({first_line(error)}); {free} of its disk are free."
        ) from error


def _said_of_reading(error: BaseException) -> str:
    """Return the first line, but not torch's words on a pickle that it refused.

    Those advise to load it with its code let run.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, pickle.UnpicklingError):
            return MORE_THAN_WEIGHTS
        if isinstance(cause, EOFError) or str(cause).startswith(DAMAGED_ARCHIVE):
            return DAMAGED
        cause = cause.__cause__ or cause.__context__
    return first_line(error)


def first_line(error: BaseException) -> str:
    """Return the first line that a library's error says, or the error's name."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300].rstrip(".")
