"""The state that lets a stopped run go on as if it had not been stopped."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.boundary import library, writing
from ml.errors import MlError

if TYPE_CHECKING:
    import torch

    from ml.training.averages import Average

STATE = "state.pt"


@dataclass
class Progress:
    """Where a run stands, beside its weights."""

    step: int = 0
    """Optimizer steps done."""

    best_held_out: float | None = None
    worse_in_a_row: int = 0
    seconds: float = 0.0
    """Spent in training, all sittings together."""

    last_loss: float | None = None
    held_out: float | None = None
    """Held-out loss of the last step's weights; None where it was not measured there."""

    best_step: int | None = None
    """Step whose weights had the lowest held-out loss."""


def save_state(
    folder: Path,
    progress: Progress,
    named: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    average: Average | None,
) -> None:
    """Write the state, whole or not at all.

    Raises
    ------
    MlError
        If it cannot be written, as on a full disk.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f".{STATE}.{os.getpid()}.tmp"
    content = {
        "progress": vars(progress),
        "weights": {name: p.detach() for name, p in named.items()},
        "optimizer": optimizer.state_dict(),
        "average": average.state() if average else None,
    }
    # Through a file of Python's: torch's own writer ends the process where a disk is full.
    with writing(written), written.open("wb") as file:
        torch.save(content, file)
    written.replace(folder / STATE)


def load_state(
    folder: Path,
    named: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    average: Average | None,
) -> Progress:
    """Read the state into model and optimizer.

    Raises
    ------
    MlError
        If there is none, or it is of a run with other weights.
    """
    import torch

    path = folder / STATE
    if not path.is_file():
        raise MlError(
            f"{folder} holds nothing to resume from: run without --resume, in a new folder if this "
            "one is refused."
        )
    with library(f"{path} cannot be resumed from"):
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if state["weights"].keys() != named.keys():
            raise ValueError("it is of a run that trains other weights")
        with torch.no_grad():
            for name, parameter in named.items():
                parameter.copy_(state["weights"][name])
        optimizer.load_state_dict(state["optimizer"])
        if average is not None:
            average.restore(state["average"])
        return Progress(**state["progress"])


class StopRequest:
    """Whether somebody asked the run to stop (Ctrl-C, or the scheduler's SIGTERM)."""

    def __init__(self) -> None:
        self.made = False


@contextmanager
def listening_for_stop() -> Iterator[StopRequest]:
    """Turn the first Ctrl-C or SIGTERM into a request that is met between steps.

    A second Ctrl-C interrupts at once: it raises KeyboardInterrupt.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def on_signal(number: int, _frame: Any) -> None:
        if request.made and number == signal.SIGINT:
            raise KeyboardInterrupt
        request.made = True

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
