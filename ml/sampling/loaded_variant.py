"""A pipeline with its origin: what sampling starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LoadedVariant:
    """A pipeline that is ready to sample, and where it is from."""

    pipeline: Any
    variant: str
    checkpoint_sha256: str
    base_name: str
    options: dict[str, Any]
