"""The weights with the lowest held-out loss, kept while a run that may stop early goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ml.bank.file_mode import shared_mode
from ml.boundary import library, writing
from ml.errors import MlError

if TYPE_CHECKING:
    import torch

BEST = "best.safetensors"


def keep_best(folder: Path, weights: Mapping[str, torch.Tensor], step: int) -> None:
    """Write the weights of a step, whole or not at all, over those of an earlier one.

    Parameters
    ----------
    weights : by name, those that the held-out loss was measured with
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f".{BEST}.{os.getpid()}.tmp"
    kept = {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}
    with writing(written):
        save_file(kept, written, metadata={"step": str(step)})
        written.chmod(shared_mode())
    written.replace(folder / BEST)


def restore_best(folder: Path, named: Mapping[str, torch.nn.Parameter], step: int) -> None:
    """Let the model have the weights that were kept at a step.

    Raises
    ------
    MlError
        If there are none, or they are of another step or of other weights.
    """
    import torch
    from safetensors import safe_open

    path = folder / BEST
    with library(f"{path} cannot be read, so the best weights cannot be restored"):
        with safe_open(path, "pt") as file:
            kept_at = (file.metadata() or {}).get("step")
            weights = {name: file.get_tensor(name) for name in named}
        if kept_at != str(step):
            raise MlError(
                f"{path} holds the weights of step {kept_at}, but the lowest held-out loss was at "
                f"step {step}: train again in a new folder."
            )
        with torch.no_grad():
            for name, parameter in named.items():
                parameter.copy_(weights[name])
