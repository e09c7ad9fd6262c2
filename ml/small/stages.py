"""A part of pretraining that may be stopped and goes on as if it had not been.

Weights, optimizers, averages and random numbers are kept together, every few minutes and where
somebody asks the run to stop. When they are kept changes nothing of what is trained.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.boundary import library, writing
from ml.errors import MlError
from ml.methods.trainable import MovingAverage
from ml.training.resume import StopRequest

if TYPE_CHECKING:
    import torch

Log = Callable[[str], None]


class Stopped(MlError):
    """Somebody asked the run to stop; what it needs to go on is written."""


@dataclass
class Stage:
    """What one part of pretraining changes as it goes."""

    modules: Mapping[str, torch.nn.Module]
    optimizers: Mapping[str, torch.optim.Optimizer]
    average: MovingAverage
    generator: torch.Generator
    step: int = 0
    """Steps done."""

    def save(self, path: Path) -> None:
        """Write everything, whole or not at all. Raises MlError where it cannot be written."""
        import torch

        content = {
            "step": self.step,
            "modules": {name: module.state_dict() for name, module in self.modules.items()},
            "optimizers": {name: one.state_dict() for name, one in self.optimizers.items()},
            "average": self.average.average,
            "random": self.generator.get_state(),
        }
        written = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        # Through a file of Python's: torch's own writer ends the process where a disk is full.
        with writing(written), written.open("wb") as file:
            torch.save(content, file)
        written.replace(path)

    def load(self, path: Path) -> None:
        """Go back to what was written. Raises MlError if it is of other networks."""
        import torch

        with library(f"{path} cannot be resumed from"):
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            for name, module in self.modules.items():
                module.load_state_dict(state["modules"][name])
            for name, one in self.optimizers.items():
                one.load_state_dict(state["optimizers"][name])
            for name, value in state["average"].items():
                self.average.average[name].copy_(value)
            self.generator.set_state(state["random"])
            self.step = state["step"]


@dataclass(frozen=True)
class Keeping:
    """Where and how often a stage is kept, and how it is looked at on the way."""

    path: Path | None = None
    """The file of its state; None: it is not kept."""

    every_seconds: float = 180.0
    look_every: int = 0
    """Steps between two looks; 0: none."""

    stop: StopRequest = field(default_factory=StopRequest)


def run_stage(
    what: str,
    stage: Stage,
    steps: int,
    one_step: Callable[[int], float],
    *,
    keeping: Keeping,
    log: Log,
    look: Callable[[], None] | None = None,
) -> float:
    """Do the steps that are left; return the running mean of the loss.

    Parameters
    ----------
    what : the stage's name in the log
    one_step : does the step of a number, from 0, and returns its loss
    look : draws a picture of what is reached; it may use no random numbers of the stage's

    Raises
    ------
    Stopped
        After keeping the state, when asked to stop.
    """
    if keeping.path is not None and keeping.path.is_file():
        stage.load(keeping.path)
        log(f"{what}: goes on after step {stage.step} of {steps}")
    running, began, first = 0.0, time.monotonic(), stage.step
    kept = began
    while stage.step < steps:
        loss = one_step(stage.step)
        stage.step += 1
        running = loss if stage.step == first + 1 else 0.98 * running + 0.02 * loss
        now = time.monotonic()
        done = stage.step == steps
        if done or stage.step % max(steps // 50, 1) == 0:
            left = (now - began) / (stage.step - first) * (steps - stage.step)
            log(
                f"{what}: step {stage.step} of {steps}, loss {running:.4f}, "
                f"{now - began:.0f} s, about {left:.0f} s to go"
            )
        if keeping.path is not None and (
            done or keeping.stop.made or now - kept > keeping.every_seconds
        ):
            stage.save(keeping.path)
            kept = now
        if look and keeping.look_every and stage.step % keeping.look_every == 0:
            look()
        if keeping.stop.made and not done:
            raise Stopped(f"{what} stopped after step {stage.step} of {steps}")
    return running


def set_rate(optimizer: torch.optim.Optimizer, rate: float, step: int) -> None:
    """Warm up over 50 steps, then keep the rate, so that a longer run begins as a shorter one."""
    for group in optimizer.param_groups:
        group["lr"] = rate * min(1.0, (step + 1) / 50)


def take_step(optimizer: torch.optim.Optimizer, parameters: Any) -> None:
    """Clip the gradients to a norm of 1, step and clear them."""
    import torch

    torch.nn.utils.clip_grad_norm_(list(parameters), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
