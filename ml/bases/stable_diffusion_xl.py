"""Stable Diffusion XL: two text encoders, and a U-Net that is also told the picture's size.

Podell D et al., doi:10.48550/arXiv.2307.01952.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bases.adapter import (
    CORNERS,
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
from ml.bases.sgm_names import sgm_names
from ml.bases.tokens import token_ids

if TYPE_CHECKING:
    import torch

TEXT_PARTS = ("text_encoder", "text_encoder_2")


class StableDiffusionXL(Adapter):
    """Two text encoders side by side; what the second makes of the whole text is pooled."""

    family = "Stable Diffusion XL"
    denoiser_part = "unet"
    denoiser_class = "UNet2DConditionModel"
    tunable_text = TEXT_PARTS
    word_text = (("text_encoder", "tokenizer"), ("text_encoder_2", "tokenizer_2"))
    convolutions = UNET_CONVOLUTIONS
    kohya_linear = KOHYA_LINEAR
    kohya_residual = KOHYA_RESIDUAL
    kohya_convolutions = KOHYA_CONVOLUTIONS
    guidance = 5.0

    @classmethod
    def refusal(cls, denoiser: Mapping[str, Any]) -> str | None:
        """Refuse a U-Net of another family, and one that was distilled to few steps."""
        if denoiser.get("time_cond_proj_dim"):
            return "has a U-Net that was distilled to few steps"
        if denoiser and denoiser.get("addition_embed_type") != "text_time":
            return "has a U-Net that is not Stable Diffusion XL's"
        return None

    @classmethod
    def text_mismatch(cls, denoiser: Mapping[str, Any], widths: Sequence[Any]) -> str | None:
        """Hold both text encoders' width against what the U-Net attends to."""
        taken, given = denoiser.get("cross_attention_dim"), widths[:2]
        if not isinstance(taken, int) or not all(isinstance(width, int) for width in given):
            return None
        if taken == sum(given):
            return None
        return f"its U-Net takes text of {taken} features, its text encoders give {sum(given)}"

    def size_step(self) -> int:
        """Return the autoencoder's factor times the U-Net's."""
        levels = len(self.denoiser.config.block_out_channels)
        return int(self.pipeline.vae_scale_factor * 2 ** (levels - 1))

    def tokens(self, prompts: Sequence[str]) -> Text:
        """Return ``ids`` and ``ids_2``, (n, 77), and ``empty``, (n,), of texts that are zeros.

        The base was taught without text on zeros, where its configuration says so.
        """
        import torch

        zeros = bool(self.pipeline.config.force_zeros_for_empty_prompt)
        convert = self.pipeline.maybe_convert_prompt
        read = {
            key: token_ids(tokenizer, [convert(prompt, tokenizer) for prompt in prompts])
            for key, tokenizer in (
                ("ids", self.pipeline.tokenizer),
                ("ids_2", self.pipeline.tokenizer_2),
            )
        }
        return {**read, "empty": torch.tensor([zeros and not prompt for prompt in prompts])}

    def encode(self, tokens: Text) -> Text:
        """Return ``hidden``, (n, 77, features of both), and ``pooled``, (n, features)."""
        import torch

        first = self.pipeline.text_encoder(tokens["ids"], output_hidden_states=True)
        second = self.pipeline.text_encoder_2(tokens["ids_2"], output_hidden_states=True)
        # The last layer but one, as the base was taught.
        hidden = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        empty = tokens["empty"]
        return {
            "hidden": hidden.masked_fill(empty[:, None, None], 0),
            "pooled": second[0].masked_fill(empty[:, None], 0),
        }

    def told_corners(self, text: Text, corners: Sequence[tuple[int, int]]) -> Text:
        """Return ``text`` with the corners, which the U-Net was taught to be told."""
        import torch

        return {**text, CORNERS: torch.tensor(corners, device=self.device)}

    def predict(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> torch.Tensor:
        """Return the U-Net's prediction for a whole picture, or one cut out where ``text`` says."""
        import torch

        height, width = (int(s * self.pipeline.vae_scale_factor) for s in latents.shape[-2:])
        size = torch.tensor([[height, width]], device=latents.device).expand(len(latents), -1)
        corners = text.get(CORNERS, torch.zeros_like(size))
        told = {
            "text_embeds": text["pooled"],
            "time_ids": torch.cat([size, corners, size], dim=1).to(text["pooled"].dtype),
        }
        predicted: torch.Tensor = self.denoiser(
            latents, times, encoder_hidden_states=text["hidden"], added_cond_kwargs=told
        ).sample
        return predicted

    def save_lora(self, folder: Path, *, text: bool, notes: Mapping[str, str]) -> None:
        """Write diffusers' file, and kohya's for A1111 and ComfyUI too."""
        encoders = {part: getattr(self.pipeline, part) for part in TEXT_PARTS if text}
        save_diffusers_lora(folder, self.pipeline, "unet", encoders)
        prefixes = {"lora_unet_": self.denoiser}
        for number, encoder in enumerate(encoders.values(), 1):
            prefixes[f"lora_te{number}_"] = encoder
        known = base_notes("xl", self.predicts(), notes)
        save_kohya_lora(folder, prefixes, {**notes, **known}, self._kohya_name)

    def _kohya_name(self, name: str) -> str:
        names = sgm_names(name, int(self.denoiser.config.layers_per_block))
        if len(names) == 1:
            return names[0]
        # An upsampler comes after the level's attention, where it has some.
        level = self.denoiser.up_blocks[int(name.split(".")[1])]
        return names[int(hasattr(level, "attentions"))]

    def load_lora(self, folder: Path) -> None:
        """Read diffusers' file."""
        load_diffusers_lora(self.pipeline, folder)
