"""Captions as the numbers that a text encoder reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def token_ids(tokenizer: Any, captions: Sequence[str]) -> torch.Tensor:
    """Return (n, 77) token ids, padded and cut to the model's length."""
    ids: torch.Tensor = tokenizer(
        list(captions),
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    ).input_ids
    return ids
