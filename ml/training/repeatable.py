"""Kernels that give the same numbers every time, while training."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ml.errors import MlError


@contextmanager
def repeatable(wanted: bool = True) -> Iterator[None]:
    """Let torch use deterministic kernels only. Raises MlError for one that has no such form.

    With several threads, or on CUDA, some gradients are summed in the order in which threads come
    by; equal seeds then end in weights that differ in the last bits, and so does a resumed run
    from one that ran through.
    """
    if not wanted:
        yield
        return
    import torch

    # Read by cuBLAS when it is first used; without it its sums depend on what else runs.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    was_on = torch.are_deterministic_algorithms_enabled()
    only_warned = torch.is_deterministic_algorithms_warn_only_enabled()
    filled = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    # Strictly: where it may warn only, attention on CUDA keeps its quicker, unordered sums.
    torch.use_deterministic_algorithms(True)
    # Meant to show who reads memory before writing it; costs time and changes no result here.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        yield
    except RuntimeError as error:
        if "deterministic" not in str(error):
            raise
        reason = str(error).strip().split(", but ")[0].split("\n")[0].rstrip(".")
        raise MlError(
            f"{reason}: set training.deterministic = false to train without repeatable sums."
        ) from error
    finally:
        torch.use_deterministic_algorithms(was_on, warn_only=only_warned)
        torch.utils.deterministic.fill_uninitialized_memory = filled  # type: ignore[attr-defined]
