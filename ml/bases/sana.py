"""Sana: a linear transformer that predicts flow, Gemma for text, an autoencoder of factor 32.

Xie E et al., doi:10.48550/arXiv.2410.10629. Prompts are read as they are: without the long
instruction that the pipeline's own call puts before them.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bases.adapter import Text
from ml.bases.flow_adapter import FlowAdapter
from ml.bases.lora_files import load_diffusers_lora, save_diffusers_lora
from ml.bases.tokens import masked_token_ids

if TYPE_CHECKING:
    import torch

LONGEST = 300
"""Tokens that the base was taught to read."""


class Sana(FlowAdapter):
    """One text encoder, Gemma's, whose mask the transformer needs."""

    family = "Sana"
    denoiser_part = "transformer"
    denoiser_class = "SanaTransformer2DModel"
    feed_forward = ("conv_inverted", "conv_point")
    guidance = 4.5

    @classmethod
    def refusal(cls, denoiser: Mapping[str, Any]) -> str | None:
        """Refuse Sana Sprint."""
        if denoiser.get("guidance_embeds"):
            return "is Sana Sprint, distilled to few steps"
        return None

    def training_shift(self) -> float:
        """Return 1: levels are not shifted in training, as in diffusers' example."""
        return 1.0

    def size_step(self) -> int:
        """Return the autoencoder's factor times the side of the transformer's patches."""
        return int(self.pipeline.vae_scale_factor * self.denoiser.config.patch_size)

    def read_length(self) -> tuple[Any, int]:
        """Return Gemma's tokenizer and 300."""
        return self.pipeline.tokenizer, LONGEST

    def said(self, prompt: str) -> str:
        """Return it in small letters, as the pipeline reads it and the base was taught."""
        return prompt.lower().strip()

    def tokens(self, prompts: Sequence[str]) -> Text:
        """Return ``ids`` and ``mask``, (n, 300)."""
        self.pipeline.tokenizer.padding_side = "right"
        said = [self.said(prompt) for prompt in prompts]
        return masked_token_ids(self.pipeline.tokenizer, said, LONGEST)

    def encode(self, tokens: Text) -> Text:
        """Return ``hidden``, (n, 300, features), and ``mask``."""
        mask = tokens["mask"]
        hidden = self.pipeline.text_encoder(tokens["ids"], attention_mask=mask)[0]
        return {"hidden": hidden, "mask": mask}

    def predict(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> torch.Tensor:
        """Return the predicted flow."""
        predicted: torch.Tensor = self.denoiser(
            latents,
            encoder_hidden_states=text["hidden"],
            encoder_attention_mask=text["mask"],
            timestep=times * self.denoiser.config.timestep_scale,
        ).sample
        return predicted

    def save_lora(self, folder: Path, *, text: bool, notes: Mapping[str, str]) -> None:
        """Write diffusers' file; no other layout is defined."""
        save_diffusers_lora(folder, self.pipeline, "transformer", {})

    def load_lora(self, folder: Path) -> None:
        """Read diffusers' file."""
        load_diffusers_lora(self.pipeline, folder)
