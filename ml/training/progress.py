"""How far a command is: a bar where somebody looks, plain lines in a job's log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO, TypeVar

T = TypeVar("T")

EVERY_SECONDS = 30.0
"""Between two plain lines."""

QUIET_SECONDS = 5.0
"""What is done sooner than this needs no line."""


@dataclass(frozen=True)
class StepReport:
    """What somebody who watches training is told after each step."""

    step: int
    total_steps: int
    epoch: float
    loss: float
    held_out_loss: float | None


class PlainLines:
    """Prints lines such as ``M3: 40 of 3000, loss 0.1234, 2.1 a second, 23 min to go``.

    Parameters
    ----------
    what : the line's beginning
    at_once : print a first line, instead of waiting for `QUIET_SECONDS`
    out : default: standard error
    clock : seconds, monotonic
    """

    def __init__(
        self,
        what: str,
        *,
        at_once: bool = False,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._out, self._clock = what, out, clock
        self._began: tuple[float, int] | None = None
        self._due = 0.0
        self._at_once = at_once

    def begin(self, done: int) -> None:
        """Start the clock where so many are done already."""
        self._began = self._clock(), done
        self._due = self._began[0] + (0.0 if self._at_once else QUIET_SECONDS)

    def tell(self, done: int, total: int, detail: str = "") -> None:
        """Print a line if one is due; the last is printed if any was."""
        if self._began is None:
            self.begin(done)
        assert self._began is not None  # noqa: S101 # nosec B101
        now, (start, first) = self._clock(), self._began
        last = done >= total and (self._at_once or now - start >= QUIET_SECONDS)
        if now < self._due and not last:
            return
        self._due = now + EVERY_SECONDS
        parts = [f"{self._what}: {done} of {total}", *([detail] if detail else [])]
        elapsed, made = now - start, done - first
        if elapsed > 0 and made > 0:
            parts.append(_rate(made / elapsed))
            if done < total:
                parts.append(f"{duration((total - done) * elapsed / made)} to go")
        print(", ".join(parts), file=self._out or sys.stderr, flush=True)


def counted(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """Pass items on and print plain lines where it takes long, in a terminal too."""
    lines = PlainLines(what)
    lines.begin(0)
    for number, item in enumerate(items, start=1):
        yield item
        lines.tell(number, total)


def duration(seconds: float) -> str:
    """Write how long something will take, as roughly as it is known."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _rate(each_second: float) -> str:
    if each_second >= 1:
        return f"{each_second:.1f} a second"
    return f"{1 / each_second:.1f} s each"


@contextmanager
def watching(shown: bool, name: str) -> Iterator[Callable[[StepReport], None] | None]:
    """Give what shows each training step: a bar in a terminal, else plain lines."""
    if not shown:
        yield None
    elif sys.stderr.isatty():
        with _bar(name) as watch:
            yield watch
    else:
        yield _line_writer(name)


def _line_writer(name: str) -> Callable[[StepReport], None]:
    lines = PlainLines(f"{name}: step", at_once=True)
    known = {"held_out": ""}

    def watch(report: StepReport) -> None:
        if report.held_out_loss is not None:
            known["held_out"] = f", held out {report.held_out_loss:.4f}"
        detail = f"epoch {report.epoch:.1f}, loss {report.loss:.4f}{known['held_out']}"
        lines.tell(report.step, report.total_steps, f"{detail}, {memory()}")

    return watch


@contextmanager
def _bar(name: str) -> Iterator[Callable[[StepReport], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}"),
        TextColumn("held out {task.fields[held_out]}"),
        TextColumn("{task.fields[rate]}", style="dim"),
        Remaining(),
        TextColumn("{task.fields[memory]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None, loss="-", held_out="-", rate="", memory="")
        began: list[tuple[float, int]] = []

        def watch(report: StepReport) -> None:
            held_out = report.held_out_loss
            began.append((time.monotonic(), report.step))
            elapsed, steps = (now - then for now, then in zip(began[-1], began[0], strict=True))
            known: dict[str, Any] = {} if held_out is None else {"held_out": f"{held_out:.4f}"}
            bar.update(
                task,
                total=report.total_steps,
                completed=report.step,
                loss=f"{report.loss:.4f}",
                rate=f"{steps / elapsed:.2f} steps/s" if elapsed else "",
                memory=memory(),
                **known,
            )

        yield watch


def memory() -> str:
    """Return the most memory that was taken so far, of the GPU or of the process."""
    import resource

    import torch

    if torch.cuda.is_available():
        return f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB of the GPU"
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{kibibytes / 2**20:.1f} GiB"
