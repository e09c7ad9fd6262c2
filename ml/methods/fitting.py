"""Can this base be tuned in this way? Asked of a loaded pipeline, before work begins."""

from __future__ import annotations

from typing import Any

from ml.bases.adapter import Adapter
from ml.bases.families import adapter_of
from ml.errors import MlError
from ml.methods.config import VariantConfig

CLIP = ("CLIPTextModel", "CLIPTextModelWithProjection")
"""Text encoders that LoRA files and learnt words are made for."""

CLIP_FAMILIES = "Stable Diffusion 1.x, 2.x and XL"


def check_methods(pipeline: Any, variant: VariantConfig) -> None:
    """Raise if what a variant trains is not there in a loaded base.

    Raises
    ------
    MlError
        If its text encoder is to be tuned or to learn a word, and is not one that can; if layers
        are asked for of which its denoiser has none.
    """
    adapter = adapter_of(pipeline)
    _check_terminal_snr(adapter, variant)
    if variant.kind == "lora" and variant.lora.conv_rank and not adapter.convolutions:
        raise MlError(
            f"lora.conv_rank tunes a U-Net's convolutions, and {adapter.family} has no U-Net: "
            "leave it at 0."
        )
    if variant.kind == "lora" and variant.lora.targets == "kohya" and not adapter.kohya_linear:
        raise MlError(
            f"lora.targets kohya are layers of a U-Net, and {adapter.family} has no U-Net: choose "
            "feed-forward."
        )
    whole = variant.kind in ("full", "dreambooth")
    if whole and variant.text_encoder and not adapter.tunable_text:
        raise MlError(
            f"this variant tunes the text encoder, which is left alone in {adapter.family}: "
            "choose another, such as M3."
        )
    if variant.kind == "lora" and variant.lora.text_encoder:
        _check_clip(adapter, "tunes the text encoder", adapter.tunable_text)
    if variant.kind == "textual_inversion":
        parts = tuple(part for part, _ in adapter.word_text)
        _check_clip(adapter, "teaches the text encoder a word", parts)


def _check_terminal_snr(adapter: Adapter, variant: VariantConfig) -> None:
    if not variant.training.zero_terminal_snr:
        return
    if adapter.learns_flow:
        raise MlError(
            "training.zero_terminal_snr is for bases that predict noise or velocity, and "
            f"{adapter.family} predicts flow, whose last level is noise alone: leave it out."
        )
    if adapter.settled_prediction(variant.training.prediction_type) != "v_prediction":
        raise MlError(
            "training.zero_terminal_snr needs velocity: where there is noise alone, predicting the "
            "noise teaches nothing, and the base predicts noise; set training.prediction_type to "
            "v_prediction too."
        )


def _check_clip(adapter: Adapter, what: str, parts: tuple[str, ...]) -> None:
    encoders = adapter.text_encoders()
    kinds = [type(encoders[part]).__name__ for part in parts or encoders]
    if parts and all(kind in CLIP for kind in kinds):
        return
    raise MlError(
        f"this variant {what}, which in this base is a {' and a '.join(kinds)}; it can be done "
        f"with CLIP's of {CLIP_FAMILIES} only: choose one that leaves the text encoder alone, such "
        "as M1 or M3."
    )
