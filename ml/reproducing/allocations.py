# mypy: disable-error-code="no-untyped-call"
"""Counting what a computation would hold in memory and calculate, on tensors without content.

Each operation on torch's ``meta`` device gives a tensor of the right shape and computes nothing;
autograd keeps and drops them as in earnest. Counting them tells the most that is held at once.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop, sdpa_flop

_ATTENTION = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
_ATTENTION_BACKWARD = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward


@dataclass
class Count:
    """What was counted."""

    most: int = 0
    """Bytes held at once, of what was made meanwhile."""

    operations: int = 0
    """Multiplications and additions of matrix products and convolutions."""


@contextmanager
def counting() -> Iterator[Count]:
    """Count what is made inside."""
    count, held = Count(), _Held()
    flops = FlopCounterMode(
        display=False,
        custom_mapping={
            _ATTENTION: lambda q, k, v, *_, **__: sdpa_flop(q, k, v),
            _ATTENTION_BACKWARD: lambda g, q, k, v, *_, **__: sdpa_backward_flop(g, q, k, v),
        },
    )
    with _attention_in_pieces(), held, flops:
        yield count
    count.most, count.operations = held.most, flops.get_total_flops()


class _Held(TorchDispatchMode):
    """Follows each new storage until nothing refers to it."""

    def __init__(self) -> None:
        super().__init__()
        self.most = self._now = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for value in tree_iter(result):
            if isinstance(value, torch.Tensor):
                self._hold(value.untyped_storage())
        return result

    def _hold(self, storage: Any) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self._now += size
        self.most = max(self.most, self._now)
        weakref.finalize(storage, self._release, key, size)

    def _release(self, key: int, size: int) -> None:
        self._known.discard(key)
        self._now -= size


@contextmanager
def _attention_in_pieces() -> Iterator[None]:
    """Let attention be the kernel that real devices take, which keeps no table of all pairs.

    The ``meta`` device would choose the plain formula, whose table alone has gigabytes.
    """
    functional: Any = torch.nn.functional
    plain = functional.scaled_dot_product_attention

    def attention(
        query: Any,
        key: Any,
        value: Any,
        attn_mask: Any = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        **others: Any,
    ) -> Any:
        if attn_mask is not None or others.get("enable_gqa") or query.device.type != "meta":
            return plain(query, key, value, attn_mask, dropout_p, is_causal, scale=scale, **others)
        return _ATTENTION(query, key, value, dropout_p, is_causal, scale=scale)[0]

    functional.scaled_dot_product_attention = attention
    try:
        yield
    finally:
        functional.scaled_dot_product_attention = plain
