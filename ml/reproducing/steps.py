"""Steps that leave a record of what they were made with, so that one command can go on.

Before a step begins its inputs are written down; when it is done, what it left behind too. Run
again, a step that left all of it is passed over, one that was cut off goes on, and one that was
made with other inputs is refused by name: a study must not be a mixture.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

from ml.bank.run_folder import read_json, write_json
from ml.errors import MlError

State = Literal["done", "begun", "new"]


@dataclass(frozen=True)
class Step:
    """One step of a study."""

    name: str
    """What it does, such as "tune M1"; also names its record."""

    command: str
    """The same by hand."""

    inputs: Callable[[], Mapping[str, Any]]
    """What decides its outcome, JSON; asked when all steps before it are done."""

    proof: Callable[[], str]
    """One digest of all that it left behind. Raises MlError where that is not whole."""

    do: Callable[[], None]
    """Begin or go on. Raises `Stopped` where somebody asked it to stop."""

    left: Path | None = None
    """File that is there when it is done and must not be done again; None: it may be."""

    derived: bool = False
    """Whether it is simply made anew where its inputs changed."""


class Stopped(Exception):
    """Somebody asked the step in work to stop; the same command goes on with it."""


def record_of(folder: Path, name: str) -> Path:
    """Return where a step's record is kept."""
    return folder / "steps" / (re.sub(r"[^A-Za-z0-9._@-]+", "-", name) + ".json")


def state_of(folder: Path, step: Step) -> State:
    """Say whether a step is done, begun or new.

    Raises
    ------
    MlError
        If it was made with other inputs, naming the first, or what it left was changed since.
    """
    path = record_of(folder, step.name)
    if not path.is_file():
        return "new"
    record = read_json(path)
    inputs = step.inputs()
    if difference := _difference(record.get("inputs"), inputs):
        if step.derived:
            return "new"
        raise MlError(
            f"{step.name!r} of {folder} was made with other inputs: {difference}. Name a new "
            "--out, or give what was given before."
        )
    if record.get("proof") is None:
        if step.left is None or not step.left.is_file():
            return "begun"
        # Cut off between its last file and the record of it.
        _record(folder, step.name, inputs, step.proof())
        return "done"
    try:
        if step.proof() == record["proof"]:
            return "done"
    except MlError:
        if step.left is not None:
            raise
    if step.left is None:
        return "begun"
    raise MlError(
        f"what {step.name!r} left in {step.left.parent} was changed since: delete that folder and "
        f"{path}, and run the same command again."
    )


def take(folder: Path, step: Step) -> None:
    """Do a step that is not done, and record what it left.

    Raises
    ------
    MlError
        If it cannot be done, or did not leave what it should.
    Stopped
        If somebody asked it to stop.
    """
    inputs = step.inputs()
    _record(folder, step.name, inputs, None)
    step.do()
    _record(folder, step.name, inputs, step.proof())


def _record(folder: Path, name: str, inputs: Mapping[str, Any], proof: str | None) -> None:
    path = record_of(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"step": name, "inputs": dict(inputs), "proof": proof})


def _difference(before: Any, now: Any, where: str = "") -> str | None:
    """Return the first place where two inputs differ, and how."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            inner = f"{where}.{key}" if where else key
            if difference := _difference(before.get(key), now.get(key), inner):
                return difference
        return None
    # A record's JSON has lists where the inputs may have tuples.
    some, other = (list(v) if isinstance(v, tuple) else v for v in (before, now))
    return None if some == other else f"{where} was {some!r}, is {other!r}"


def digest_of_texts(*texts: str) -> str:
    """Return one sha256 over several texts."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(f"{len(text)}\0{text}".encode())
    return whole.hexdigest()


@contextmanager
def alone_in(folder: Path) -> Any:
    """Hold a study's folder for this process.

    Raises
    ------
    MlError
        If another process works in it, or nothing can be written there.
    """
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle: TextIO = (folder / ".lock").open("w")
    except OSError as error:
        raise MlError(f"{folder} cannot be written to: {error.strerror}.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise MlError(f"another process works on {folder}: wait for it, or stop it.") from error
        yield
