"""What a run writes of each step."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.errors import MlError

LOG_COLUMNS = ("step", "epoch", "loss", "grad_norm", "learning_rate", "held_out_loss", "seconds")


class TrainingLog:
    """``train_log.csv``: one row a step. Rows after the step that is resumed from are dropped."""

    def __init__(self, path: Path, *, from_step: int) -> None:
        kept: list[dict[str, str]] = []
        if from_step and path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                kept = [row for row in csv.DictReader(file) if int(row["step"]) <= from_step]
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, LOG_COLUMNS, restval="")
        self._writer.writeheader()
        self._writer.writerows(kept)
        self._file.flush()

    def write(self, **row: float | int | str | None) -> None:
        """Add a step's row."""
        self._writer.writerow({key: "" if value is None else value for key, value in row.items()})
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class RunLog:
    """What is written of each step: ``train_log.csv`` and, where asked for, TensorBoard's files."""

    def __init__(self, run: Path, *, from_step: int, tensorboard: bool) -> None:
        self._csv = TrainingLog(run / "train_log.csv", from_step=from_step)
        self._board = _tensorboard(run, from_step) if tensorboard else None

    def write(self, row: Mapping[str, float | None]) -> None:
        """Add a step."""
        self._csv.write(**row)
        if self._board is None:
            return
        for name in ("loss", "grad_norm", "learning_rate", "held_out_loss"):
            if row[name] is not None:
                self._board.add_scalar(name, row[name], row["step"])

    def close(self) -> None:
        """Close the files."""
        self._csv.close()
        if self._board is not None:
            self._board.close()


def _tensorboard(run: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MlError(
            "training.tensorboard needs tensorboard: pip install tensorboard, or leave it off."
        ) from error
    # What a crashed run wrote after the step that is resumed from is not shown.
    return SummaryWriter(run / "tensorboard", purge_step=step + 1 if step else None)
