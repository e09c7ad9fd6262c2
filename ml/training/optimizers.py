"""What moves the weights, and how fast."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import io
import math
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from ml.errors import MlError
from ml.methods.config import TrainingConfig

if TYPE_CHECKING:
    import torch

PACKAGES = {
    "adamw-8bit": "bitsandbytes",
    "prodigy": "prodigyopt",
    "schedule-free": "schedulefree",
}
"""What each optimizer needs beside the rest."""

STATES = {"prodigy": 4}
"""Numbers that an optimizer keeps a weight, where it is not Adam's two."""


def rate_share(config: TrainingConfig, step: int, total: int) -> float:
    """Return the share of the learning rate at an optimizer step, warm-up included."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    if config.schedule == "constant":
        return 1.0
    done = (step - config.warmup_steps) / max(total - config.warmup_steps, 1)
    return 0.5 * (1 + math.cos(math.pi * done))


def shorten_gradients(
    optimizer: torch.optim.Optimizer, parameters: Sequence[torch.nn.Parameter], limit: float
) -> float:
    """Let the next step see gradients no longer than `limit` together; return their length.

    The Euclidean norm over all of them (Pascanu R et al., doi:10.48550/arXiv.1211.5063). torch's
    fused AdamW divides gradients by a scale as it reads them, which spares a pass over all; they
    themselves stay as they are. Other optimizers are given shortened ones.
    """
    import torch

    if not (isinstance(optimizer, torch.optim.AdamW) and optimizer.defaults["fused"]):
        return float(torch.nn.utils.clip_grad_norm_(parameters, limit))
    gradients = [one.grad for one in parameters if one.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients)
    # An attribute that torch documents for its own GradScaler only; float32 whatever weights are.
    scaled: Any = optimizer
    scaled.grad_scale = ((norm.float() + 1e-6) / limit).clamp(min=1.0)
    return float(norm)


def rate_of(optimizer: torch.optim.Optimizer) -> float:
    """Return the rate that the first weights move with; of Prodigy, the one that it has estimated.

    Mishchenko K, Defazio A, doi:10.48550/arXiv.2306.06101: the rate is multiplied by ``d``.
    """
    group = optimizer.param_groups[0]
    return float(group["lr"]) * float(group.get("d", 1.0))


def make_optimizer(
    config: TrainingConfig, groups: list[dict[str, Any]], device: torch.device
) -> torch.optim.Optimizer:
    """Build AdamW, fused where the device has it, or the optimizer that is asked for.

    Raises MlError where its package is not installed.
    """
    try:
        return _made(config, groups, device)
    except ImportError as error:
        package = PACKAGES[config.optimizer]
        raise MlError(
            f"optimizer {config.optimizer} needs {package}: pip install {package}, or use adamw."
        ) from error


def _made(
    config: TrainingConfig, groups: list[dict[str, Any]], device: torch.device
) -> torch.optim.Optimizer:
    options: dict[str, Any] = {
        "betas": (config.adam_beta1, config.adam_beta2),
        "weight_decay": config.weight_decay,
    }
    built: torch.optim.Optimizer
    if config.optimizer == "adamw-8bit":
        from bitsandbytes.optim import AdamW8bit  # type: ignore[import-not-found]

        built = AdamW8bit(groups, **options)
    elif config.optimizer == "prodigy":
        from prodigyopt import Prodigy

        # As diffusers' examples have it. It prints how weights decay.
        with redirect_stdout(io.StringIO()):
            built = Prodigy(groups, use_bias_correction=True, safeguard_warmup=True, **options)
    elif config.optimizer == "schedule-free":
        from schedulefree import AdamWScheduleFree

        # Warm-up is in the rate that each step sets, as with all others.
        free = AdamWScheduleFree(groups, **options)
        free.train()
        built = free
    else:
        import torch

        fused = device.type in ("cpu", "cuda")
        built = torch.optim.AdamW(groups, fused=fused, **options)
    return built
