# mypy: disable-error-code="no-untyped-call"
"""Attention by less work, to the same images, while they are drawn on a processor in float32.

diffusers computes each step as if it were the only one. Between the steps of one batch the text
stays what it is, so that its keys and values are computed once; and with guidance both halves of a
batch are the same numbers until the text comes in. What was measured stands in
docs/decisions/0292.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch.nn import functional

LANES = 16
"""Numbers that torch's attention on a processor takes at a time; 77 keys cost it more than 80, and
heads less wide than this, which only small bases have, more than heads of this width."""


@dataclass
class Batch:
    """What layers know of the batch that passes through them.

    Attributes
    ----------
    halves_alike : whether its second half repeats the first, but for the text
    """

    halves_alike: bool = False


class LeanAttention:
    """What `AttnProcessor2_0` computes for a plain layer, in its place.

    Parameters
    ----------
    own : the layer's processor till now, which anything special is left to
    before_text : whether no text has come in before this layer
    """

    def __init__(self, own: Any, batch: Batch, *, before_text: bool) -> None:
        self._own = own
        self._batch = batch
        self._before_text = before_text
        self._text: torch.Tensor | None = None
        self._of_text: tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        temb: torch.Tensor | None = None,
        **more: Any,
    ) -> torch.Tensor:
        """Return (n, positions, features), as `AttnProcessor2_0` does of the same."""
        if attention_mask is not None or more:
            whole: torch.Tensor = self._own(
                attn, hidden_states, encoder_hidden_states, attention_mask, temb, **more
            )
            return whole
        if encoder_hidden_states is not None:
            return _attended(attn, hidden_states, *self._keys_of_text(attn, encoder_hidden_states))
        if self._before_text and self._batch.halves_alike and len(hidden_states) % 2 == 0:
            first, second = hidden_states.chunk(2)
            # Looked at, as a U-Net that is told the text before would get wrong images unnoticed.
            if torch.equal(first, second):
                half = self._to_itself(attn, first)
                return torch.cat([half, half])
        return self._to_itself(attn, hidden_states)

    def _to_itself(self, attn: Attention, states: torch.Tensor) -> torch.Tensor:
        keys, values = (_heads(attn, project(states)) for project in (attn.to_k, attn.to_v))
        return _attended(attn, states, keys, values, None)

    def _keys_of_text(
        self, attn: Attention, text: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """Return keys and values, (n, heads, keys, width), and the mask of keys that were added."""
        if text is not self._text:
            keys, values, mask = attn.to_k(text), attn.to_v(text), None
            if added := -text.shape[1] % LANES:
                keys, values = (functional.pad(of, (0, 0, 0, added)) for of in (keys, values))
                mask = keys.new_zeros(1, 1, 1, keys.shape[1])
                mask[..., -added:] = -torch.inf
            self._of_text = _heads(attn, keys), _heads(attn, values), mask
            self._text = text
        return self._of_text


def _attended(
    attn: Attention,
    states: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    mask: torch.Tensor | None,
) -> torch.Tensor:
    query = attn.to_q(states)
    width = query.shape[-1] // attn.heads
    mixed = functional.scaled_dot_product_attention(
        _heads(attn, query), keys, values, attn_mask=mask, scale=width**-0.5
    )
    joined = mixed[..., :width].transpose(1, 2).reshape(query.shape)
    for layer in attn.to_out:
        joined = layer(joined)
    return joined


def _heads(attn: Attention, states: torch.Tensor) -> torch.Tensor:
    """Return (n, heads, positions, width) of (n, positions, features), narrow heads with zeros."""
    parted = states.view(*states.shape[:2], attn.heads, -1)
    if parted.shape[-1] < LANES:
        parted = functional.pad(parted, (0, LANES - parted.shape[-1]))
    return parted.transpose(1, 2)


def _is_plain(layer: Any) -> bool:
    """Say whether all that `AttnProcessor2_0` does for a layer is what is done here."""
    if type(layer) is not Attention or not isinstance(layer.processor, AttnProcessor2_0):
        return False
    special = (layer.spatial_norm, layer.group_norm, layer.norm_q, layer.norm_k, layer.norm_cross)
    return (
        not any(special)
        and layer.added_kv_proj_dim is None
        and layer.inner_kv_dim == layer.inner_dim
        and not layer.residual_connection
        and layer.rescale_output_factor == 1
    )


def bytes_held(denoiser: Any, texts: int, tokens: int) -> int:
    """Return the bytes of keys and values that a batch of so many texts holds in float32."""
    keys = tokens + -tokens % LANES
    widths: list[int] = [
        layer.heads * max(layer.inner_dim // layer.heads, LANES)
        for layer in denoiser.modules()
        if _is_plain(layer) and layer.is_cross_attention
    ]
    return 2 * 4 * texts * keys * sum(widths)


@contextmanager
def lean_attention(denoiser: Any) -> Iterator[Batch]:
    """Let a denoiser's plain attention layers be `LeanAttention` for the time of one batch.

    Elsewhere than on a processor in float32, and in layers with processors of their own (those of
    Stable Diffusion 3 and Sana), nothing changes. Not for two threads with one denoiser.
    """
    batch = Batch()
    lean = denoiser.device.type == "cpu" and denoiser.dtype == torch.float32
    layers: list[Any] = [m for m in denoiser.modules() if _is_plain(m)] if lean else []
    own = [layer.processor for layer in layers]
    try:
        for layer, processor in zip(layers, own, strict=True):
            # The layer that is listed first is passed first.
            first = layer is layers[0]
            layer.set_processor(LeanAttention(processor, batch, before_text=first))
        yield batch
    finally:
        for layer, processor in zip(layers, own, strict=True):
            layer.set_processor(processor)
