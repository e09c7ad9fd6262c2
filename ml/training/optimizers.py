"""What moves the weights, and how fast."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ml.errors import MlError
from ml.methods.config import TrainingConfig

if TYPE_CHECKING:
    import torch


def rate_share(config: TrainingConfig, step: int, total: int) -> float:
    """Return the share of the learning rate at an optimizer step, warm-up included."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    if config.schedule == "constant":
        return 1.0
    done = (step - config.warmup_steps) / max(total - config.warmup_steps, 1)
    return 0.5 * (1 + math.cos(math.pi * done))


def make_optimizer(
    config: TrainingConfig, groups: list[dict[str, Any]], device: torch.device
) -> torch.optim.Optimizer:
    """Build AdamW: fused where the device has it, or with 8-bit state if that is asked for.

    Raises MlError where 8-bit state is asked for without bitsandbytes.
    """
    import torch

    options: dict[str, Any] = {
        "betas": (config.adam_beta1, config.adam_beta2),
        "weight_decay": config.weight_decay,
    }
    if config.optimizer == "adamw-8bit":
        try:
            from bitsandbytes.optim import AdamW8bit  # type: ignore[import-not-found]
        except ImportError as error:
            raise MlError(
                "optimizer adamw-8bit needs bitsandbytes: pip install bitsandbytes, or use adamw."
            ) from error
        built: torch.optim.Optimizer = AdamW8bit(groups, **options)
        return built
    return torch.optim.AdamW(groups, fused=device.type in ("cpu", "cuda"), **options)
