# mypy: disable-error-code="no-untyped-call"
"""Low-rank updates on a base: which layers bear them, and how they begin."""

from __future__ import annotations

import re
from typing import Any

from ml.bases.adapter import Adapter
from ml.methods.config import LoraConfig

TEXT_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")
TEXT_FEED_FORWARD = ("fc1", "fc2")


def add_lora(adapter: Adapter, config: LoraConfig, *, seed: int) -> None:
    """Add trainable low-rank updates, in float32, that change nothing yet.

    Parameters
    ----------
    seed : of the down weights; the up weights are zero
    """
    import torch
    from peft import LoraConfig as PeftLoraConfig

    from ml.methods.lora_layer import lean

    peft_config: Any = PeftLoraConfig  # alpha may be a fraction, whatever its annotation says
    common = {
        "init_lora_weights": "gaussian",
        "use_dora": config.dora,
        "use_rslora": config.rank_stabilised,
    }
    linear, convolutions = layers_of(adapter, config)
    conv = r"(?:.*\.)?(?:" + "|".join(map(re.escape, convolutions)) + ")"
    encoders = adapter.text_encoders()
    tuned = [encoders[part] for part in adapter.tunable_text if config.text_encoder]
    of_text = (
        TEXT_ATTENTION if config.targets == "attention" else TEXT_ATTENTION + TEXT_FEED_FORWARD
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        _add(
            adapter.denoiser,
            peft_config(
                r=config.rank,
                lora_alpha=config.alpha,
                target_modules=[*linear, *convolutions],
                rank_pattern={conv: config.conv_rank} if convolutions else {},
                alpha_pattern={conv: config.conv_alpha} if convolutions else {},
                **common,
            ),
        )
        for encoder in tuned:
            _add(
                encoder,
                peft_config(
                    r=config.text_encoder_rank,
                    lora_alpha=config.text_encoder_alpha,
                    target_modules=list(of_text),
                    **common,
                ),
            )
    for model in (adapter.denoiser, *tuned):
        lean(model)
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.data = parameter.data.float()


def layers_of(adapter: Adapter, config: LoraConfig) -> tuple[list[str], list[str]]:
    """Return the layers of a denoiser that bear updates of ``rank``, and those of ``conv_rank``."""
    linear = list(adapter.attention)
    if config.targets != "attention":
        linear += adapter.feed_forward
    convolutions = list(adapter.convolutions) if config.conv_rank else []
    if config.targets == "kohya":
        linear += adapter.kohya_linear
        if config.conv_rank:
            linear += adapter.kohya_residual
            convolutions = list(adapter.kohya_convolutions)
    return linear, convolutions


def _add(model: Any, config: Any) -> None:
    if hasattr(model, "add_adapter"):
        model.add_adapter(config)
        return
    from peft import inject_adapter_in_model

    # PixArt's transformer has no adapters of its own; what reads them asks for `peft_config`.
    inject_adapter_in_model(config, model, adapter_name="default")
    model.peft_config = {"default": config}
