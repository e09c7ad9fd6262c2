"""A random number generator that is a function of a key and of nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def generator(*key: int | str) -> torch.Generator:
    """Return a CPU generator that is a function of its key."""
    import torch

    digest = hashlib.sha256(json.dumps(key).encode()).digest()
    return torch.Generator("cpu").manual_seed(int.from_bytes(digest[:8], "big") >> 1)
