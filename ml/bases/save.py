"""Writing a pipeline so that every version of the libraries reads it aright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ml.bank.file_mode import share_weights
from ml.boundary import writing


def save_pipeline(pipeline: Any, folder: Path) -> None:
    """Write a pipeline as a diffusers folder that every transformers version reads aright."""
    from ml.bases.clip_keys import normalise_clip_keys

    with writing(folder):
        pipeline.save_pretrained(folder, safe_serialization=True)
        if type(pipeline.text_encoder).__name__ == "CLIPTextModel":
            normalise_clip_keys(folder / "text_encoder")
    for part in ("unet", "vae", "text_encoder"):
        share_weights(folder / part)
