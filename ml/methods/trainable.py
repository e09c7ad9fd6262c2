# mypy: disable-error-code="no-untyped-call"
"""What of a base model a variant trains, and how its weights are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ml.bank.file_mode import share_weights
from ml.bases.save import save_pipeline
from ml.bases.tokens import token_ids
from ml.boundary import library, writing
from ml.errors import MlError
from ml.methods.config import VariantConfig
from ml.methods.lora_files import add_lora, lora_layers, save_embedding, save_lora
from ml.sampling.seeded import generator


class Denoiser(nn.Module):
    """U-Net, and text encoder where it is trained, as the one module that data pass through."""

    def __init__(self, unet: nn.Module, text_encoder: nn.Module | None) -> None:
        super().__init__()
        self.unet = unet
        self.text_encoder = text_encoder

    def forward(self, latents: torch.Tensor, timesteps: torch.Tensor, text: torch.Tensor) -> Any:
        """Return the prediction (n, channels, h, w).

        ``text`` is token ids (n, 77) where the text encoder is trained, else its cached output
        (n, 77, features).
        """
        if self.text_encoder is not None:
            text = self.text_encoder(text)[0]
        return self.unet(latents, timesteps, encoder_hidden_states=text).sample


class LearntWords(nn.Module):
    """A frozen table of word vectors and, after it, the few that are learnt."""

    def __init__(self, known: nn.Embedding, learnt: torch.Tensor) -> None:
        super().__init__()
        self.known = known
        self.learnt = nn.Parameter(learnt)

    @property
    def weight(self) -> torch.Tensor:
        """Return the whole table."""
        return torch.cat([self.known.weight, self.learnt.to(self.known.weight.dtype)])

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return vectors, (*ids.shape, features)."""
        first = self.known.num_embeddings
        new = ids >= first
        vectors: torch.Tensor = self.known(ids.clamp(max=first - 1))
        replaced = self.learnt[(ids - first).clamp(min=0)].to(vectors.dtype)
        return torch.where(new[..., None], replaced, vectors)


class Trainable:
    """The weights of a variant that change.

    Attributes
    ----------
    module : Denoiser
    groups : parameters with their learning rate, as an optimizer takes them
    trains_text : whether captions must pass through the text encoder at every step
    """

    def __init__(self, pipeline: Any, variant: VariantConfig) -> None:
        self.pipeline = pipeline
        self.variant = variant
        training, kind = variant.training, variant.kind
        unet, text = pipeline.unet, pipeline.text_encoder
        for model in (unet, text, pipeline.vae):
            model.requires_grad_(False)
        if kind == "lora":
            tuned = text if variant.lora.text_encoder else None
            with library("LoRA cannot be added to this base"):
                add_lora(unet, tuned, variant.lora, seed=training.seed)
            self.trains_text = variant.lora.text_encoder
        elif kind in ("full", "dreambooth"):
            unet.requires_grad_(True)
            text.requires_grad_(variant.text_encoder)
            self.trains_text = variant.text_encoder
        elif kind == "textual_inversion":
            self._words = _add_words(pipeline, variant)
            self.trains_text = True
        else:
            raise MlError(f"a variant of kind {kind!r} trains nothing.")
        self.module = Denoiser(unet, text if self.trains_text else None)
        if training.gradient_checkpointing:
            unet.enable_gradient_checkpointing()
            if self.trains_text:
                # transformers renamed it within version 5 and drops the old name in 6.
                new_name = getattr(text, "activation_checkpointing_enable", None)
                (new_name or text.gradient_checkpointing_enable)()
        text_rate = training.text_encoder_learning_rate or training.learning_rate
        if kind == "textual_inversion":
            text_rate = training.learning_rate
        rates = ((unet, training.learning_rate), (text, text_rate))
        self.groups = [
            {"params": chosen, "lr": rate}
            for model, rate in rates
            if (chosen := [p for p in model.parameters() if p.requires_grad])
        ]
        self.parameters: list[nn.Parameter] = [p for g in self.groups for p in g["params"]]  # type: ignore[attr-defined]

    def named(self) -> dict[str, nn.Parameter]:
        """Return what is trained, by name."""
        return {n: p for n, p in self.module.named_parameters() if p.requires_grad}

    def cap_weight_norm(self, limit: float) -> int:
        """Scale each LoRA layer's update down to a Frobenius norm; return how many were scaled."""
        count = 0
        with torch.no_grad():
            for model in (self.pipeline.unet, self.pipeline.text_encoder):
                for _, down, up, alpha in lora_layers(model):
                    rank = down.weight.shape[0]
                    product = up.weight.flatten(1) @ down.weight.flatten(1)
                    norm = float(product.norm()) * alpha / rank
                    if norm > limit:
                        share = (limit / norm) ** 0.5
                        down.weight.mul_(share)
                        up.weight.mul_(share)
                        count += 1
        return count

    def save(self, folder: Path) -> None:
        """Write the weights to a folder, in every layout that other tools read.

        Raises
        ------
        MlError
            If they cannot be written, as on a full disk.
        """
        with writing(folder):
            self._save(folder)

    def bytes_to_save(self) -> int:
        """Return about how much `save` writes."""
        if self.variant.kind in ("full", "dreambooth"):
            parts = (self.pipeline.unet, self.pipeline.vae, self.pipeline.text_encoder)
            return sum(p.numel() * p.element_size() for m in parts for p in m.parameters())
        return 2 * self.bytes_trained()

    def bytes_trained(self) -> int:
        """Return the size of the weights that change, as float32."""
        return 4 * sum(parameter.numel() for parameter in self.parameters)

    def _save(self, folder: Path) -> None:
        unet, text = self.pipeline.unet, self.pipeline.text_encoder
        if self.variant.kind == "lora":
            save_lora(folder, unet, text if self.trains_text else None)
        elif self.variant.kind == "textual_inversion":
            save_embedding(folder, self.variant.embedding.token, self._words.learnt)
        else:
            # Its file says how a tokenizer was last called; equal weights shall be equal files.
            token_ids(self.pipeline.tokenizer, [""])
            save_pipeline(self.pipeline, folder)
        share_weights(folder)


def _add_words(pipeline: Any, variant: VariantConfig) -> LearntWords:
    """Give tokenizer and text encoder a new word; its vectors start as a known word's."""
    config, text = variant.embedding, pipeline.text_encoder
    names = [config.token, *(f"{config.token}_{n}" for n in range(1, config.vectors))]
    first = len(pipeline.tokenizer)
    if pipeline.tokenizer.add_tokens(names) != len(names):
        raise MlError(f"the base already knows the word {config.token}: choose another token.")
    table = text.get_input_embeddings()
    if first != table.num_embeddings:
        raise MlError("the base's tokenizer and text encoder know different numbers of words.")
    ids = pipeline.tokenizer.encode(config.initial_word, add_special_tokens=False)
    start = table.weight[ids].mean(dim=0).detach().float()
    noise = torch.randn(
        (config.vectors, start.shape[0]), generator=generator(variant.training.seed, "words")
    )
    # The first vector is the known word; the others must differ, or they would learn the same.
    scale = 0.1 * start.std() * (torch.arange(config.vectors) > 0)[:, None].to(start.device)
    words = LearntWords(table, start + scale * noise.to(start.device))
    text.set_input_embeddings(words)
    return words


class MovingAverage:
    """Exponential moving average of the trained weights.

    The decay starts low, min(decay, (1 + n) / (10 + n)) after n steps, so that short runs are not
    an average of their random beginning.
    """

    def __init__(self, named: Mapping[str, nn.Parameter], decay: float) -> None:
        self._named = named
        self._decay = decay
        self.average = {name: p.detach().clone() for name, p in named.items()}

    def update(self, steps_done: int) -> None:
        """Move towards the weights of now."""
        share = 1 - min(self._decay, (1 + steps_done) / (10 + steps_done))
        with torch.no_grad():
            for name, parameter in self._named.items():
                self.average[name].lerp_(parameter, share)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the model have the averaged weights for a while."""
        now = {name: p.detach().clone() for name, p in self._named.items()}
        self._copy(self.average)
        try:
            yield
        finally:
            self._copy(now)

    def copy_to_model(self) -> None:
        """Let the model have the averaged weights for good."""
        self._copy(self.average)

    def _copy(self, values: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self._named.items():
                parameter.copy_(values[name])
