"""Where a model runs, and in which precision.

torch is imported inside the functions, so that a command's --help stays quick.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from ml.errors import MlError

_LOG = logging.getLogger(__name__)


def pick_device(given: str | None) -> str:
    """Return the device asked for, else CUDA, else Apple's, else the CPU.

    Of several CUDA devices a process that torchrun started takes its own, by ``LOCAL_RANK``.

    Raises MlError for a device that is not there.
    """
    import torch

    if given in (None, "cuda") and torch.cuda.is_available():
        rank = os.environ.get("LOCAL_RANK")
        return f"cuda:{int(rank) % torch.cuda.device_count()}" if rank else "cuda"
    if given is None:
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(given)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, ValueError) as error:
        raise MlError(f"device {given!r} is not to be had here: try cpu.") from error
    return given


def pick_dtype(given: str | None, device: str) -> Any:
    """Return the torch dtype asked for, else bfloat16 on CUDA where it can, else float32.

    Raises MlError for a type that is not known.
    """
    import torch

    if given is None:
        native = device.startswith("cuda") and not emulates_bfloat16(device)
        return torch.bfloat16 if native else torch.float32
    known = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if given not in known:
        raise MlError(f"dtype {given!r} is not one of {', '.join(known)}.")
    return known[given]


def emulates_bfloat16(device: str) -> bool:
    """Say whether the device lacks bfloat16 arithmetic, so that it is slower than float32.

    Cards before Ampere (a T4) and processors without AVX-512 emulate it; of other kinds of device
    nothing is known.
    """
    import torch

    if device.startswith("cuda"):
        return not torch.cuda.is_bf16_supported(including_emulation=False)
    if device != "cpu":
        return False
    # No public function of torch says it of a processor; this is what its own kernels ask, in
    # builds that have them.
    has_kernels = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return not (has_kernels and torch.ops.mkldnn._is_mkldnn_bf16_supported())


def note_emulation(dtype: str | None, device: str) -> None:
    """Log one line where bfloat16 was asked for on a device that emulates it."""
    if dtype == "bfloat16" and emulates_bfloat16(device):
        _LOG.warning(
            "note: %s has no bfloat16 arithmetic and emulates it, many times slower than float32; "
            "--dtype float32 is faster here.",
            "this processor" if device == "cpu" else device,
        )
