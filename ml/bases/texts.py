"""Text-encoder outputs of the few prompts and captions there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ml.bases.adapter import Adapter, Text

if TYPE_CHECKING:
    import torch


class TextCache:
    """What frozen text encoders make of texts, each computed once.

    Parameters
    ----------
    dtype : of the outputs; default: the encoders' own. Masks keep theirs
    """

    def __init__(self, adapter: Adapter, dtype: torch.dtype | None = None) -> None:
        self._adapter = adapter
        self._dtype = dtype
        self._outputs: dict[str, Text] = {}

    def __getitem__(self, texts: Sequence[str]) -> Text:
        """Return the outputs of n texts, the first axis of each tensor being the text."""
        import torch

        for text in texts:
            if text not in self._outputs:
                self._outputs[text] = self._encoded(text)
        first = self._outputs[texts[0]]
        return {key: torch.cat([self._outputs[text][key] for text in texts]) for key in first}

    def _encoded(self, text: str) -> Text:
        import torch

        encoders = self._adapter.text_encoders()
        device = next(iter(encoders.values())).device
        tokens = {key: t.to(device) for key, t in self._adapter.tokens([text]).items()}
        with torch.no_grad():
            encoded = self._adapter.encode(tokens)
        kept = {key: tensor.to(self._adapter.device) for key, tensor in encoded.items()}
        if self._dtype is None:
            return kept
        dtype = self._dtype
        return {k: t.to(dtype) if t.is_floating_point() else t for k, t in kept.items()}
