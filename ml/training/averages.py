"""Weights that are averaged over the steps: what is measured, sampled and kept of a run."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import torch
from torch import nn

from ml.methods.config import TrainingConfig
from ml.methods.trainable import MovingAverage


class Average(Protocol):
    """An average of the trained weights."""

    @property
    def average(self) -> Mapping[str, torch.Tensor]:
        """The averaged weights, by name."""
        ...

    def update(self, steps_done: int) -> None:
        """Take in the weights of now."""
        ...

    def applied(self) -> AbstractContextManager[None]:
        """Let the model have the averaged weights for a while."""
        ...

    def copy_to_model(self) -> None:
        """Let the model have the averaged weights for good."""
        ...

    def state(self) -> Mapping[str, torch.Tensor] | None:
        """Return what a stopped run must keep of it."""
        ...

    def restore(self, state: Mapping[str, torch.Tensor] | None) -> None:
        """Take what `state` gave."""
        ...


class ScheduleFreeAverage:
    """The average that schedule-free training keeps, beside the point where it takes gradients.

    Defazio A et al., doi:10.48550/arXiv.2405.15682: gradients are taken at y, between the fast
    weights z and their average x. Only x is worth measuring or keeping. The optimizer holds z; its
    `eval` makes x of y and z in the model. Its `train` would make y anew, but for rounding; here y
    is put back as it was, so that looking at x changes no bit of the training.

    Parameters
    ----------
    named : the trained weights, by name
    optimizer : ``AdamWScheduleFree``, in its training mode
    """

    def __init__(self, named: Mapping[str, nn.Parameter], optimizer: Any) -> None:
        self._named, self._optimizer = named, optimizer

    @property
    def average(self) -> Mapping[str, torch.Tensor]:
        """The averaged weights, by name, as copies."""
        with self.applied():
            return {name: p.detach().clone() for name, p in self._named.items()}

    def update(self, steps_done: int) -> None:
        """Do nothing: the optimizer's own step has done it."""

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the model have the averaged weights for a while."""
        now = {name: p.detach().clone() for name, p in self._named.items()}
        self._optimizer.eval()
        try:
            yield
        finally:
            self._optimizer.train()
            with torch.no_grad():
                for name, parameter in self._named.items():
                    parameter.copy_(now[name])

    def copy_to_model(self) -> None:
        """Let the model have the averaged weights for good."""
        self._optimizer.eval()

    def state(self) -> None:
        """Return nothing: the optimizer's state and the weights hold it."""

    def restore(self, state: Mapping[str, torch.Tensor] | None) -> None:
        """Do nothing: the optimizer's state and the weights hold it."""


def make_average(
    config: TrainingConfig, named: Mapping[str, nn.Parameter], optimizer: Any
) -> Average | None:
    """Return what averages a run's weights, where something does."""
    if config.optimizer == "schedule-free":
        return ScheduleFreeAverage(named, optimizer)
    return MovingAverage(named, config.ema_decay) if config.ema_decay else None
