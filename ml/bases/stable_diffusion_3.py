"""Stable Diffusion 3 and 3.5: two CLIP text encoders and T5, a transformer that predicts flow.

Esser P et al., doi:10.48550/arXiv.2403.03206. T5 may be left out of the base's folder, as its
authors allow; zeros stand for it then.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bases.adapter import ATTENTION, Text
from ml.bases.flow_adapter import FlowAdapter
from ml.bases.lora_files import load_diffusers_lora, save_comfyui_lora, save_diffusers_lora
from ml.bases.tokens import masked_token_ids

if TYPE_CHECKING:
    import torch

CLIP_LENGTH = 77
T5_LENGTH = 256
"""Tokens that T5 reads, in training and in sampling."""


class StableDiffusion3(FlowAdapter):
    """Three text encoders; the two of CLIP also tell what they make of the whole text."""

    family = "Stable Diffusion 3 and 3.5"
    denoiser_part = "transformer"
    denoiser_class = "SD3Transformer2DModel"
    attention = (*ATTENTION, "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")
    feed_forward = (
        "ff.net.0.proj",
        "ff.net.2",
        "ff_context.net.0.proj",
        "ff_context.net.2",
    )
    guidance = 4.5

    @classmethod
    def text_mismatch(cls, denoiser: Mapping[str, Any], widths: Sequence[Any]) -> str | None:
        """Hold CLIP's widths together against what the transformer attends to."""
        taken, given = denoiser.get("joint_attention_dim"), widths[:2]
        if not isinstance(taken, int) or not all(isinstance(width, int) for width in given):
            return None
        if sum(given) <= taken:
            return None
        return (
            f"its transformer takes text of {taken} features, its text encoders give {sum(given)}"
        )

    def bell(self) -> bool:
        """Draw most noise levels from the middle, as the base was taught."""
        return True

    def size_step(self) -> int:
        """Return the autoencoder's factor times the side of the transformer's patches."""
        return int(self.pipeline.vae_scale_factor * self.denoiser.config.patch_size)

    def shape_refusal(self, shape: tuple[int, int]) -> str | None:
        """Refuse a side beyond the places that the transformer has learnt."""
        most = int(self.denoiser.config.pos_embed_max_size) * self.size_step()
        if max(shape) <= most:
            return None
        return f"{self.family} knows places of pictures up to {most} pixels a side only"

    def read_length(self) -> tuple[Any, int]:
        """Return T5's tokenizer and 256, or CLIP's and 77 where there is no T5."""
        if self.pipeline.text_encoder_3 is None:
            return self.pipeline.tokenizer, CLIP_LENGTH
        return self.pipeline.tokenizer_3, T5_LENGTH

    def tokens(self, prompts: Sequence[str]) -> Text:
        """Return ``ids`` and ``ids_2``, (n, 77), and of T5 ``ids_3``, (n, 256)."""
        read = [("ids", self.pipeline.tokenizer, CLIP_LENGTH)]
        read.append(("ids_2", self.pipeline.tokenizer_2, CLIP_LENGTH))
        if self.pipeline.text_encoder_3 is not None:
            read.append(("ids_3", self.pipeline.tokenizer_3, T5_LENGTH))
        return {
            key: masked_token_ids(tokenizer, prompts, length)["ids"]
            for key, tokenizer, length in read
        }

    def encode(self, tokens: Text) -> Text:
        """Return ``hidden``, (n, 77 + 256, features), and ``pooled``, (n, features)."""
        import torch

        first = self.pipeline.text_encoder(tokens["ids"], output_hidden_states=True)
        second = self.pipeline.text_encoder_2(tokens["ids_2"], output_hidden_states=True)
        clip = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        features = int(self.denoiser.config.joint_attention_dim)
        clip = torch.nn.functional.pad(clip, (0, features - clip.shape[-1]))
        if "ids_3" in tokens:
            of_t5 = self.pipeline.text_encoder_3(tokens["ids_3"])[0]
        else:
            of_t5 = clip.new_zeros((len(clip), T5_LENGTH, features))
        pooled = torch.cat([first[0], second[0]], dim=-1)
        return {"hidden": torch.cat([clip, of_t5], dim=-2), "pooled": pooled}

    def predict(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> torch.Tensor:
        """Return the predicted flow."""
        predicted: torch.Tensor = self.denoiser(
            hidden_states=latents,
            timestep=times,
            encoder_hidden_states=text["hidden"],
            pooled_projections=text["pooled"],
        ).sample
        return predicted

    def save_lora(self, folder: Path, *, text: bool, notes: Mapping[str, str]) -> None:
        """Write diffusers' file, and one in ComfyUI's names."""
        save_diffusers_lora(folder, self.pipeline, "transformer", {})
        version = {"ss_base_model_version": "sd3"}
        save_comfyui_lora(folder, "transformer.", self.denoiser, {**notes, **version})

    def load_lora(self, folder: Path) -> None:
        """Read diffusers' file."""
        load_diffusers_lora(self.pipeline, folder)
