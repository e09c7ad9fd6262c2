# mypy: disable-error-code="no-untyped-call"
"""What of a base model a variant trains, and how its weights are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from ml.bank.file_mode import share_weights
from ml.bases.adapter import CORNERS, Adapter, Text
from ml.bases.families import adapter_of
from ml.bases.lora_files import lora_layers
from ml.bases.save import save_pipeline
from ml.bases.word_files import read_word, save_word
from ml.boundary import library, writing
from ml.errors import MlError
from ml.methods.config import VariantConfig
from ml.methods.dropout import leave_nothing_out
from ml.methods.lora import add_lora
from ml.sampling.seeded import generator


class Denoiser(nn.Module):
    """What is trained, and what it passes through, as the one module that data pass through."""

    def __init__(self, adapter: Adapter, text_parts: Sequence[str]) -> None:
        super().__init__()
        # Under the parts' own names, which the state of a stopped run keeps.
        self.add_module(adapter.denoiser_part, adapter.denoiser)
        for part in text_parts:
            self.add_module(part, getattr(adapter.pipeline, part))
        self._adapter = adapter
        self._encodes = bool(text_parts)

    def forward(self, latents: torch.Tensor, times: torch.Tensor, text: Text) -> Any:
        """Return the prediction (n, channels, h, w).

        ``text`` is tokens where a text encoder is trained, else the encoders' cached output.
        """
        if self._encodes:
            carried = {CORNERS: text[CORNERS]} if CORNERS in text else {}
            text = {**self._adapter.encode(text), **carried}
        return self._adapter.predict(latents, times, text)


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
    trains_text : whether captions must pass through the text encoders at every step
    """

    def __init__(self, pipeline: Any, variant: VariantConfig) -> None:
        self.pipeline = pipeline
        self.adapter = adapter_of(pipeline)
        self.variant = variant
        encoders = self.adapter.text_encoders()
        for model in (self.adapter.denoiser, self.adapter.vae, *encoders.values()):
            model.requires_grad_(False)
        self._text_parts = self._open(encoders)
        self.trains_text = bool(self._text_parts)
        self.module = Denoiser(self.adapter, self._text_parts)
        leave_nothing_out(self.module)
        self._models = [self.adapter.denoiser, *(encoders[p] for p in self._text_parts)]
        if variant.training.gradient_checkpointing:
            _save_activations_less(self.adapter.denoiser, self._models[1:])
        self.groups = self._rates()
        self.parameters: list[nn.Parameter] = [p for g in self.groups for p in g["params"]]

    def _open(self, encoders: Mapping[str, Any]) -> tuple[str, ...]:
        """Let the variant's weights take gradients; return the text encoders among them."""
        variant, adapter = self.variant, self.adapter
        if variant.kind == "lora":
            with library("LoRA cannot be added to this base"):
                add_lora(adapter, variant.lora, seed=variant.training.seed)
            return adapter.tunable_text if variant.lora.text_encoder else ()
        if variant.kind in ("full", "dreambooth"):
            adapter.denoiser.requires_grad_(True)
            parts = adapter.tunable_text if variant.text_encoder else ()
            for part in parts:
                encoders[part].requires_grad_(True)
            return parts
        if variant.kind == "textual_inversion":
            self._words = {
                part: _add_words(encoders[part], getattr(self.pipeline, tokenizer), variant)
                for part, tokenizer in adapter.word_text
            }
            return tuple(self._words)
        raise MlError(f"a variant of kind {variant.kind!r} trains nothing.")

    def _rates(self) -> list[dict[str, Any]]:
        training = self.variant.training
        text_rate = training.text_encoder_learning_rate or training.learning_rate
        if self.variant.kind == "textual_inversion":
            text_rate = training.learning_rate
        rates = [training.learning_rate, *(text_rate for _ in self._text_parts)]
        return [
            {"params": chosen, "lr": rate}
            for model, rate in zip(self._models, rates, strict=True)
            if (chosen := [p for p in model.parameters() if p.requires_grad])
        ]

    def begin_words(self, folder: Path) -> None:
        """Let learnt words begin as another run left them. Raises MlError for another number."""
        with library(f"the learnt word in {folder} cannot be read"):
            vectors = read_word(folder, list(self._words))
        with torch.no_grad():
            for part, words in self._words.items():
                if vectors[part].shape != words.learnt.shape:
                    raise MlError(
                        f"{folder} holds {len(vectors[part])} vectors of {vectors[part].shape[1]} "
                        f"features, this variant learns {len(words.learnt)} of "
                        f"{words.learnt.shape[1]}: set embedding.vectors."
                    )
                words.learnt.copy_(vectors[part])

    def named(self) -> dict[str, nn.Parameter]:
        """Return what is trained, by name."""
        return {n: p for n, p in self.module.named_parameters() if p.requires_grad}

    def cap_weight_norm(self, limit: float) -> int:
        """Scale each LoRA layer's update down to a Frobenius norm; return how many were scaled."""
        count = 0
        with torch.no_grad():
            for model in self._models:
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

    def save(self, folder: Path, notes: Mapping[str, str] = MappingProxyType({})) -> None:
        """Write the weights to a folder, in every layout that other tools read.

        Parameters
        ----------
        notes : what trainers' own metadata say of the run, by key

        Raises
        ------
        MlError
            If they cannot be written, as on a full disk.
        """
        with writing(folder):
            self._save(folder, notes)

    def bytes_to_save(self) -> int:
        """Return about how much `save` writes."""
        if self.variant.kind in ("full", "dreambooth"):
            adapter = self.adapter
            parts = (adapter.denoiser, adapter.vae, *adapter.text_encoders().values())
            return sum(p.numel() * p.element_size() for m in parts for p in m.parameters())
        return 2 * self.bytes_trained()

    def bytes_trained(self) -> int:
        """Return the size of the weights that change, as float32."""
        return 4 * sum(parameter.numel() for parameter in self.parameters)

    def _save(self, folder: Path, notes: Mapping[str, str]) -> None:
        if self.variant.kind == "lora":
            self.adapter.save_lora(folder, text=self.trains_text, notes=notes)
        elif self.variant.kind == "textual_inversion":
            learnt = {part: words.learnt for part, words in self._words.items()}
            save_word(folder, self.variant.embedding.token, learnt)
        else:
            # Its file says how a tokenizer was last called; equal weights shall be equal files.
            self.adapter.tokens([""])
            save_pipeline(self.pipeline, folder)
        share_weights(folder)


def _save_activations_less(denoiser: Any, encoders: Sequence[Any]) -> None:
    """Compute activations anew in the backward pass, which takes time and saves memory."""
    denoiser.enable_gradient_checkpointing()
    for encoder in encoders:
        # transformers renamed it within version 5 and drops the old name in 6.
        new_name = getattr(encoder, "activation_checkpointing_enable", None)
        (new_name or encoder.gradient_checkpointing_enable)()


def _add_words(encoder: Any, tokenizer: Any, variant: VariantConfig) -> LearntWords:
    """Give a tokenizer and its text encoder a new word; its vectors start as a known word's."""
    config = variant.embedding
    names = [config.token, *(f"{config.token}_{n}" for n in range(1, config.vectors))]
    first = len(tokenizer)
    if tokenizer.add_tokens(names) != len(names):
        raise MlError(f"the base already knows the word {config.token}: choose another token.")
    table = encoder.get_input_embeddings()
    if first != table.num_embeddings:
        raise MlError("the base's tokenizer and text encoder know different numbers of words.")
    ids = tokenizer.encode(config.initial_word, add_special_tokens=False)
    start = table.weight[ids].mean(dim=0).detach().float()
    noise = torch.randn(
        (config.vectors, start.shape[0]), generator=generator(variant.training.seed, "words")
    )
    # The first vector is the known word; the others must differ, or they would learn the same.
    scale = 0.1 * start.std() * (torch.arange(config.vectors) > 0)[:, None].to(start.device)
    words = LearntWords(table, start + scale * noise.to(start.device))
    encoder.set_input_embeddings(words)
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

    def state(self) -> Mapping[str, torch.Tensor]:
        """Return what a stopped run must keep of it."""
        return self.average

    def restore(self, state: Mapping[str, torch.Tensor] | None) -> None:
        """Take what `state` gave."""
        for name, value in (state or {}).items():
            self.average[name].copy_(value)

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
