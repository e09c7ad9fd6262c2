"""By which software something was done: names, versions, and a digest of this app's own source."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# What estimates and orders come from; the rest only carries them.
_LIBRARIES = ("numpy", "scipy", "SQLAlchemy")


@cache
def software() -> Mapping[str, str]:
    """Version of the app, of Python and of the libraries that its numbers come from.

    `source_sha256` is over every Python file of the app, by path: two installations with the same
    one run the same program, whatever they call its version.
    """
    return {
        "negatoscope": _version("negatoscope"),
        "source_sha256": _source_sha256(Path(__file__).parents[1]),
        "python": platform.python_version(),
        **{name.lower(): _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a package"


def _source_sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()
