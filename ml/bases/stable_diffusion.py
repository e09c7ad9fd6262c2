"""Stable Diffusion 1.x and 2.x: one text encoder, a U-Net that predicts noise or velocity.

A text encoder other than CLIP's may stand in it, as in RadEdit; it is never tuned by LoRA.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bases.adapter import (
    KOHYA_CONVOLUTIONS,
    KOHYA_LINEAR,
    KOHYA_RESIDUAL,
    UNET_CONVOLUTIONS,
    Adapter,
    Text,
)
from ml.bases.lora_files import (
    base_notes,
    load_diffusers_lora,
    save_diffusers_lora,
    save_kohya_lora,
)
from ml.bases.tokens import token_ids

if TYPE_CHECKING:
    import torch


SD2_WIDTH = 1024
"""Features of the text that Stable Diffusion 2.x attends to; 1.x has 768, and convolutions where
2.x projects by linear layers."""


class StableDiffusion(Adapter):
    """One text encoder, whose output the U-Net attends to."""

    family = "Stable Diffusion 1.x and 2.x"
    denoiser_part = "unet"
    denoiser_class = "UNet2DConditionModel"
    tunable_text = ("text_encoder",)
    word_text = (("text_encoder", "tokenizer"),)
    convolutions = UNET_CONVOLUTIONS
    kohya_linear = KOHYA_LINEAR
    kohya_residual = KOHYA_RESIDUAL
    kohya_convolutions = KOHYA_CONVOLUTIONS
    guidance = 7.5
    text_is_attended_only = True

    @classmethod
    def refusal(cls, denoiser: Mapping[str, Any]) -> str | None:
        """Refuse a U-Net of SDXL's shape and one that was distilled to few steps."""
        if denoiser.get("addition_embed_type") or denoiser.get("time_cond_proj_dim"):
            return (
                "has a U-Net of another family (of Stable Diffusion XL, or distilled to few steps)"
            )
        return None

    @classmethod
    def text_mismatch(cls, denoiser: Mapping[str, Any], widths: Sequence[Any]) -> str | None:
        """Hold the text encoder's width against what the U-Net attends to."""
        taken, given = denoiser.get("cross_attention_dim"), widths[0]
        if isinstance(taken, int) and isinstance(given, int) and taken != given:
            return f"its U-Net takes text of {taken} features, its text encoder gives {given}"
        return None

    def size_step(self) -> int:
        """Return the autoencoder's factor times the U-Net's."""
        levels = len(self.denoiser.config.block_out_channels)
        return int(self.pipeline.vae_scale_factor * 2 ** (levels - 1))

    def tokens(self, prompts: Sequence[str]) -> Text:
        """Return ``ids``, (n, 77)."""
        said = [self.said(prompt) for prompt in prompts]
        return {"ids": token_ids(self.pipeline.tokenizer, said)}

    def encode(self, tokens: Text) -> Text:
        """Return ``hidden``, (n, 77, features)."""
        return {"hidden": self.pipeline.text_encoder(tokens["ids"])[0]}

    def predict(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> torch.Tensor:
        """Return the U-Net's prediction."""
        predicted: torch.Tensor = self.denoiser(
            latents, times, encoder_hidden_states=text["hidden"]
        ).sample
        return predicted

    def save_lora(self, folder: Path, *, text: bool, notes: Mapping[str, str]) -> None:
        """Write diffusers' file, and kohya's for A1111 and ComfyUI too."""
        encoders = {"text_encoder": self.pipeline.text_encoder} if text else {}
        save_diffusers_lora(folder, self.pipeline, "unet", encoders)
        prefixes = {"lora_unet_": self.denoiser}
        if text:
            prefixes["lora_te_"] = self.pipeline.text_encoder
        known = base_notes(self._version(), self.predicts(), notes)
        save_kohya_lora(folder, prefixes, {**notes, **known})

    def _version(self) -> str:
        """Return 2 for a U-Net of Stable Diffusion 2.x's shape, by any of its two marks; else 1."""
        unet = self.denoiser.config
        second = unet.use_linear_projection or unet.cross_attention_dim == SD2_WIDTH
        return "2" if second else "1"

    def load_lora(self, folder: Path) -> None:
        """Read diffusers' file."""
        load_diffusers_lora(self.pipeline, folder)
