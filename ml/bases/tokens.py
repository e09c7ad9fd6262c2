"""Captions as the numbers that a text encoder reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def token_ids(tokenizer: Any, captions: Sequence[str]) -> torch.Tensor:
    """Return (n, 77) token ids, padded and cut to the model's length."""
    ids: torch.Tensor = masked_token_ids(tokenizer, captions, tokenizer.model_max_length)["ids"]
    return ids


def masked_token_ids(
    tokenizer: Any, captions: Sequence[str], length: int
) -> dict[str, torch.Tensor]:
    """Return ``ids``, padded and cut to a length, and ``mask``, 1 where there is text.

    Both are (n, length).
    """
    read = tokenizer(
        list(captions),
        padding="max_length",
        max_length=length,
        truncation=True,
        return_attention_mask=True,
        return_tensors="pt",
    )
    return {"ids": read.input_ids, "mask": read.attention_mask}
