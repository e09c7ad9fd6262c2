# mypy: disable-error-code="no-untyped-call"
"""Counting what a computation would hold in memory and calculate, on tensors without content.

Each operation on torch's ``meta`` device gives a tensor of the right shape and computes nothing;
autograd keeps and drops them as in earnest. Counting them tells the most that is held at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
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
        self._known: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # What was there before, such as weights, counts for nothing, nor do views of it.
        for given in tree_iter((args, kwargs)):
            if isinstance(given, torch.Tensor):
                self._hold(given.untyped_storage(), 0)
        result = func(*args, **(kwargs or {}))
        for made in tree_iter(result):
            if isinstance(made, torch.Tensor):
                storage = made.untyped_storage()
                self._hold(storage, storage.nbytes())
        return result

    def _hold(self, storage: Any, size: int) -> None:
        known = StorageWeakRef(storage)
        if known.cdata in self._known:
            return
        self._known[known.cdata] = (known, size)
        self._now += size
        if self._now > self.most:
            # Python does not hear of what is dropped within autograd: it is asked for.
            self._let_go()
            self.most = max(self.most, self._now)

    def _let_go(self) -> None:
        for key, (known, size) in list(self._known.items()):
            if known.expired():
                del self._known[key]
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
