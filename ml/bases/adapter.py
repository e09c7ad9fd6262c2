"""What every family of base models must be able to do; the rest of ml/ asks nothing else of it.

An adapter wraps a pipeline of the real classes. Text passes through it in two steps: `tokens` is
what the text encoders read, `encode` what they make of it. Both are mappings of tensors whose first
axis is the prompt, and whose keys only the family itself knows.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ml.bases.objectives import Diffusion, Objective, with_zero_snr
from ml.bases.word_files import load_word
from ml.errors import MlError

if TYPE_CHECKING:
    import torch

Text = Mapping[str, "torch.Tensor"]
"""Tensors by name, the first axis of each being the prompt."""

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
UNET_CONVOLUTIONS = ("conv1", "conv2")
CORNERS = "corners"
"""Key under which a text carries where pictures were cut out, (n, 2), if the family is told."""

KOHYA_LINEAR = ("proj_in", "proj_out")
KOHYA_RESIDUAL = ("time_emb_proj", "conv_shortcut")
KOHYA_CONVOLUTIONS = (*UNET_CONVOLUTIONS, "downsamplers.0.conv", "upsamplers.0.conv")


class Adapter(ABC):
    """A pipeline of one family.

    Attributes
    ----------
    family : the family's name, as it stands in a sentence
    denoiser_part : the pipeline's part that is trained, ``unet`` or ``transformer``
    denoiser_class : what it must be of
    tunable_text : parts whose weights a variant may tune with the denoiser
    word_text : parts with their tokenizers that textual inversion teaches a word
    attention, feed_forward, convolutions : layers that LoRA may tune, by the end of their name
    kohya_linear : what kohya's scripts tune beside attention and feed-forward layers of a U-Net
    kohya_residual, kohya_convolutions : what they tune of residual blocks, where they tune them
    guidance : scale of classifier-free guidance that the family is usually sampled with
    learns_flow : whether it predicts flow, and is sampled by its samplers
    text_is_attended_only : whether a text reaches the denoiser by attention and no other way, so
        that two texts are one until a layer attends to them
    """

    family: ClassVar[str]
    denoiser_part: ClassVar[str]
    denoiser_class: ClassVar[str]
    tunable_text: ClassVar[tuple[str, ...]] = ()
    word_text: ClassVar[tuple[tuple[str, str], ...]] = ()
    attention: ClassVar[tuple[str, ...]] = ATTENTION
    feed_forward: ClassVar[tuple[str, ...]] = ("ff.net.0.proj", "ff.net.2")
    convolutions: ClassVar[tuple[str, ...]] = ()
    kohya_linear: ClassVar[tuple[str, ...]] = ()
    kohya_residual: ClassVar[tuple[str, ...]] = ()
    kohya_convolutions: ClassVar[tuple[str, ...]] = ()
    guidance: ClassVar[float]
    learns_flow: ClassVar[bool] = False
    text_is_attended_only: ClassVar[bool] = False

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    @classmethod
    def refusal(cls, denoiser: Mapping[str, Any]) -> str | None:
        """Say what a denoiser's configuration makes of it that cannot be tuned here, or nothing."""
        return None

    @classmethod
    def text_mismatch(cls, denoiser: Mapping[str, Any], widths: Sequence[Any]) -> str | None:
        """Say how text encoders' widths don't fit the denoiser's, or nothing.

        Parameters
        ----------
        widths : features of each text encoder's output; None of one that is not there
        """
        return None

    @property
    def denoiser(self) -> Any:
        """Return the network that is trained."""
        return getattr(self.pipeline, self.denoiser_part)

    @property
    def denoiser_name(self) -> str:
        """Return what the denoiser is called in a sentence."""
        return "U-Net" if self.denoiser_part == "unet" else self.denoiser_part

    @property
    def vae(self) -> Any:
        """Return the autoencoder."""
        return self.pipeline.vae

    @property
    def device(self) -> torch.device:
        """Return where the denoiser is."""
        device: torch.device = self.denoiser.device
        return device

    def text_encoders(self) -> dict[str, Any]:
        """Return the text encoders that there are, by their part's name."""
        names = ("text_encoder", "text_encoder_2", "text_encoder_3")
        parts = {name: getattr(self.pipeline, name, None) for name in names}
        return {name: part for name, part in parts.items() if part is not None}

    def latent_shape(self, height: int, width: int | None = None) -> tuple[int, int, int]:
        """Return (channels, h, w) of the latents of a picture; without a width it is a square."""
        factor = int(self.pipeline.vae_scale_factor)
        sides = (height // factor, (height if width is None else width) // factor)
        return (int(self.denoiser.config.in_channels), *sides)

    def shape_refusal(self, shape: tuple[int, int]) -> str | None:
        """Say why the denoiser cannot take a picture of (height, width) pixels, or nothing."""
        return None

    def told_corners(self, text: Text, corners: Sequence[tuple[int, int]]) -> Text:
        """Return ``text`` with what the denoiser is told of where pictures were cut out.

        Parameters
        ----------
        corners : of each picture, the pixels that were cut off above it and to its left
        """
        return text

    def native_size(self) -> int:
        """Return the side, in pixels, of the images that the base was made for."""
        return int(self.denoiser.config.sample_size * self.pipeline.vae_scale_factor)

    def read_length(self) -> tuple[Any, int]:
        """Return the tokenizer that reads the longest texts, and how many tokens of one it reads.

        The beginning and the end of a text are among the tokens.
        """
        tokenizer = self.pipeline.tokenizer
        return tokenizer, int(tokenizer.model_max_length)

    def said(self, prompt: str) -> str:
        """Return a prompt with each learnt word as the several tokens that it stands for."""
        if hasattr(self.pipeline, "maybe_convert_prompt"):
            whole: str = self.pipeline.maybe_convert_prompt(prompt, self.pipeline.tokenizer)
            return whole
        return prompt

    @abstractmethod
    def size_step(self) -> int:
        """Return what a picture's side must be a multiple of, in pixels."""

    @abstractmethod
    def tokens(self, prompts: Sequence[str]) -> Text:
        """Return what the text encoders read, on the CPU."""

    @abstractmethod
    def encode(self, tokens: Text) -> Text:
        """Return what the text encoders make of tokens that lie on their device."""

    @abstractmethod
    def predict(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> torch.Tensor:
        """Return the denoiser's prediction (n, channels, h, w).

        Parameters
        ----------
        latents : (n, channels, h, w)
        times : (n,)
        text : what `encode` gave, n prompts
        """

    def predicts(self) -> str:
        """Return what the base predicts: epsilon, v_prediction or flow_prediction."""
        named: str = self.pipeline.scheduler.config.get("prediction_type", "epsilon")
        return named

    def settled_prediction(self, asked: str | None) -> str:
        """Return what training asks the denoiser for. Raises MlError for what it cannot learn."""
        predicts = asked or self.predicts()
        if predicts not in ("epsilon", "v_prediction"):
            raise MlError(f"the base predicts {predicts!r}, which cannot be tuned here.")
        return predicts

    def let_predict(self, predicts: str, *, zero_snr: bool = False) -> None:
        """Let the pipeline's scheduler know what the denoiser predicts.

        Parameters
        ----------
        zero_snr : its last noise level is noise alone; saved with the pipeline, as samplers need it
        """
        scheduler = self.pipeline.scheduler
        if zero_snr:
            self.pipeline.scheduler = with_zero_snr(scheduler, predicts)
        elif predicts != self.predicts():
            self.pipeline.scheduler = type(scheduler).from_config(
                scheduler.config, prediction_type=predicts
            )

    def objective(self, asked: str | None, min_snr_gamma: float | None) -> Objective:
        """Return what training asks the denoiser for.

        Parameters
        ----------
        asked : the prediction that somebody chose; None: what the base predicts
        min_snr_gamma : see `ml.bases.objectives.snr_weights`; None weighs all levels alike

        Raises
        ------
        MlError
            For what the family cannot learn.
        """
        predicts = self.settled_prediction(asked)
        return Diffusion(self.pipeline.scheduler.config, predicts, min_snr_gamma)

    def settle_precision(self) -> None:
        """Hold in float32 what would overflow in float16, as SDXL's autoencoder does."""
        import torch

        vae = self.vae
        if vae.dtype == torch.float16 and getattr(vae.config, "force_upcast", False):
            vae.to(dtype=torch.float32)

    def training_note(self) -> str | None:
        """Return how noise levels are drawn, where the family has its own way."""
        return None

    @abstractmethod
    def save_lora(self, folder: Path, *, text: bool, notes: Mapping[str, str]) -> None:
        """Write the LoRA that the pipeline bears, in every layout that other tools read.

        Parameters
        ----------
        text : whether text encoders bear one too
        notes : what trainers' own metadata say of a run, by key
        """

    @abstractmethod
    def load_lora(self, folder: Path) -> None:
        """Put a LoRA that `save_lora` wrote on the pipeline."""

    def load_word(self, folder: Path, token: str) -> None:
        """Teach the pipeline a word that `ml.bases.word_files.save_word` wrote."""
        load_word(self.pipeline, folder, token, self.word_text)

    def merge_lora(self) -> None:
        """Add the LoRA to the weights, for good."""
        parts = [self.denoiser_part, *self.text_encoders()]
        tuned = [p for p in parts if getattr(getattr(self.pipeline, p), "peft_config", None)]
        self.pipeline.fuse_lora(components=tuned)
        self.pipeline.unload_lora_weights()
