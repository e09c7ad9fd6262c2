"""Weights of some epochs, kept while training goes on: each can be an arm of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.run_folder import WEIGHTS, epoch_folder, write_checkpoint
from ml.training.trainer_notes import trainer_notes

if TYPE_CHECKING:
    from ml.methods.trainable import Trainable

KeepWeights = Callable[["Trainable", int, int, "float | None"], None]
"""Called with what is trained, the epoch, the step and the held-out loss, where it was measured."""


def weights_keeper(run: Path, options: Mapping[str, Any]) -> KeepWeights:
    """Return what writes ``epochs/0025`` of a run: the weights, and proof that they are those.

    Parameters
    ----------
    options : the run's ``options.json``
    """

    def keep(trainable: Trainable, epoch: int, step: int, held_out: float | None) -> None:
        folder = epoch_folder(run, epoch)
        written = folder.with_name(f".{folder.name}.tmp")
        if written.exists():
            shutil.rmtree(written)
        written.mkdir(parents=True)
        notes = trainer_notes(options, step, epoch)
        trainable.save(written / WEIGHTS[trainable.variant.kind], notes)
        outcome = {
            "ended": "epoch",
            "steps": step,
            "epochs": epoch,
            "weights_step": step,
            "held_out_loss": held_out,
        }
        write_checkpoint(
            written,
            trainable.variant.kind,
            base_sha256=options["base_sha256"],
            step=step,
            outcome=outcome,
        )
        # A run that is resumed from before this epoch writes it again, with the same bits.
        if folder.exists():
            shutil.rmtree(folder)
        written.rename(folder)

    return keep
