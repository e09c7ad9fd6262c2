# mypy: disable-error-code="no-untyped-call"
"""A linear layer with a low-rank update, by fewer operations than peft's own."""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import nn
from torch.nn import functional

PASS = 64
"""Products that cost about as much as passing over one number of a layer's input or output once
more, as a separate update does several times."""

CALL = 2_000_000
"""Products that cost about as much as the calls which merging saves. Both by single layers on a
CPU; see docs/decisions/0287."""


class LeanLinear(Linear):
    """peft's layer, with another way to the same numbers where nothing special is asked of it.

    peft adds the update in five operations: down, up, times alpha, plus, and the layer itself. Here
    a narrow layer is one, with the update added to its weight (which takes gradients through it); a
    wide one takes up and sum in one. Anything but one update of a float32 layer is left to peft: in
    a weight of bfloat16 a small update would be rounded away.
    """

    def forward(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return the layer's output and the update's, (..., features out)."""
        name = self._only_update(x)
        if name is None or args or kwargs:
            whole: torch.Tensor = super().forward(x, *args, **kwargs)
            return whole
        base: Any = self.base_layer
        scale: float = self.scaling[name]
        down, up = _weight(self.lora_A, name), _weight(self.lora_B, name)
        rank, width = down.shape
        if merging_is_cheaper(x.numel() // width, width, up.shape[0], rank):
            return functional.linear(x, torch.addmm(base.weight, up, down, alpha=scale), base.bias)
        rows = x.flatten(0, -2)
        # The scale stands where there are fewest numbers; the sum is made in place.
        shrunk = functional.linear(rows, down) * scale
        total = functional.linear(rows, base.weight, base.bias).addmm_(shrunk, up.t())
        return total.view(*x.shape[:-1], -1)

    def _only_update(self, x: torch.Tensor) -> str | None:
        """Return the name of the one plain float32 update that is on, or nothing."""
        names = self.active_adapters
        if len(names) != 1 or names[0] not in self.lora_A or self.disable_adapters or self.merged:
            return None
        name: str = names[0]
        base, up = self.base_layer, self.lora_B[name]
        plain = (
            name not in self.lora_variant
            and type(base) is nn.Linear
            and up.bias is None
            and isinstance(self.lora_dropout[name], nn.Identity)
            and x.dtype == base.weight.dtype == up.weight.dtype == torch.float32
            # ml.reproduce plans memory on the meta device, which has no autocast to ask for.
            and (x.is_meta or not torch.is_autocast_enabled(x.device.type))
        )
        return name if plain else None


def _weight(factors: Any, name: str) -> torch.Tensor:
    weight: torch.Tensor = factors[name].weight
    return weight


def merging_is_cheaper(rows: int, width_in: int, width_out: int, rank: int) -> bool:
    """Say whether a step is likely cheaper with the update added to the weight.

    Merged, the backward pass needs the whole weight's gradient, and three products of the update's
    factors; apart, three products of input or output with each factor.
    """
    merged = width_in * width_out * (rows + 3 * rank)
    apart = rows * (width_in + width_out) * (3 * rank + PASS) + CALL
    return merged < apart


def lean(model: nn.Module) -> None:
    """Let each linear layer of a model that bears an update be computed so."""
    for layer in model.modules():
        if type(layer) is Linear:
            layer.__class__ = LeanLinear
