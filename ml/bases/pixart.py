"""PixArt-Sigma: a transformer that predicts noise, and T5, which reads 300 tokens.

Chen J et al., doi:10.48550/arXiv.2403.04692. Its classes in diffusers know no LoRA: the library
peft puts it on, and its own two files hold it.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bases.adapter import Adapter, Text
from ml.bases.lora_files import load_peft_lora, merge_layers, save_comfyui_lora, save_peft_lora
from ml.bases.tokens import masked_token_ids

if TYPE_CHECKING:
    import torch

LONGEST = 300
"""Tokens that the base was taught to read."""


class PixArtSigma(Adapter):
    """One text encoder, T5's, whose mask the transformer needs."""

    family = "PixArt-Sigma"
    denoiser_part = "transformer"
    denoiser_class = "PixArtTransformer2DModel"
    guidance = 4.5

    @classmethod
    def refusal(cls, denoiser: Mapping[str, Any]) -> str | None:
        """Refuse PixArt-Alpha's transformer, which is told the picture's size."""
        if denoiser.get("use_additional_conditions"):
            return "has a transformer of PixArt-Alpha, which is also told the picture's size"
        return None

    def size_step(self) -> int:
        """Return the autoencoder's factor times the side of the transformer's patches."""
        return int(self.pipeline.vae_scale_factor * self.denoiser.config.patch_size)

    def read_length(self) -> tuple[Any, int]:
        """Return T5's tokenizer and 300."""
        return self.pipeline.tokenizer, LONGEST

    def said(self, prompt: str) -> str:
        """Return it in small letters, as the pipeline reads it and the base was taught."""
        return prompt.lower().strip()

    def tokens(self, prompts: Sequence[str]) -> Text:
        """Return ``ids`` and ``mask``, (n, 300)."""
        said = [self.said(prompt) for prompt in prompts]
        return masked_token_ids(self.pipeline.tokenizer, said, LONGEST)

    def encode(self, tokens: Text) -> Text:
        """Return ``hidden``, (n, 300, features), and ``mask``."""
        mask = tokens["mask"]
        hidden = self.pipeline.text_encoder(tokens["ids"], attention_mask=mask)[0]
        return {"hidden": hidden, "mask": mask}

    def predict(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> torch.Tensor:
        """Return the predicted noise, without the variance that the transformer also gives."""
        predicted: torch.Tensor = self.denoiser(
            latents,
            encoder_hidden_states=text["hidden"],
            encoder_attention_mask=text["mask"],
            timestep=times,
            added_cond_kwargs={"resolution": None, "aspect_ratio": None},
        ).sample
        return predicted[:, : latents.shape[1]]

    def save_lora(self, folder: Path, *, text: bool, notes: Mapping[str, str]) -> None:
        """Write peft's files, and one in ComfyUI's names."""
        save_peft_lora(folder, self.denoiser)
        save_comfyui_lora(folder, "transformer.", self.denoiser, notes)

    def load_lora(self, folder: Path) -> None:
        """Read peft's files."""
        load_peft_lora(self.denoiser, folder)

    def merge_lora(self) -> None:
        """Add the LoRA to the weights, for good."""
        merge_layers(self.denoiser)
        del self.denoiser.peft_config
