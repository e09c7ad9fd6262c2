"""A learnt word as files that diffusers, A1111 and ComfyUI read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

LEARNT = "learned_embeds.safetensors"
ENCODER_KEYS = {"text_encoder": "clip_l", "text_encoder_2": "clip_g"}
"""What the vectors of two encoders are called in one file."""


def save_word(folder: Path, token: str, vectors: Mapping[str, torch.Tensor]) -> None:
    """Write a learnt word, (vectors, features) for each text encoder that was taught it.

    Of one encoder, ``learned_embeds.safetensors`` holds the word's vectors under the word itself
    and ``<word>_a1111.safetensors`` under ``emb_params``. Of two, both hold ``clip_l`` and
    ``clip_g``, as ComfyUI and A1111 expect them of SDXL. Those tools take the word from the file's
    name.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    kept = {part: v.detach().float().cpu().contiguous() for part, v in vectors.items()}
    word = "".join(c for c in token if c.isalnum() or c in "-_") or "word"
    if len(kept) == 1:
        (only,) = kept.values()
        own, others = {token: only}, {"emb_params": only}
    else:
        own = others = {ENCODER_KEYS[part]: tensor for part, tensor in kept.items()}
    save_file(own, folder / LEARNT)
    save_file(others, folder / f"{word}_a1111.safetensors")


def read_word(folder: Path, parts: Sequence[str]) -> dict[str, torch.Tensor]:
    """Return the vectors that `save_word` wrote, (vectors, features) for each text encoder."""
    from safetensors.torch import load_file

    vectors = load_file(folder / LEARNT)
    if len(parts) == 1:
        return {parts[0]: next(iter(vectors.values()))}
    return {part: vectors[ENCODER_KEYS[part]] for part in parts}


def load_word(pipeline: Any, folder: Path, token: str, encoders: Sequence[tuple[str, str]]) -> None:
    """Teach a pipeline a word that `save_word` wrote.

    Parameters
    ----------
    encoders : text encoders, each with its tokenizer, by their parts' names
    """
    if len(encoders) == 1:
        # Without use_safetensors the library falls back to pickles.
        pipeline.load_textual_inversion(str(folder), weight_name=LEARNT, use_safetensors=True)
        return
    from safetensors.torch import load_file

    vectors = load_file(folder / LEARNT)
    for part, tokenizer in encoders:
        pipeline.load_textual_inversion(
            {token: vectors[ENCODER_KEYS[part]]},
            token=token,
            text_encoder=getattr(pipeline, part),
            tokenizer=getattr(pipeline, tokenizer),
        )
