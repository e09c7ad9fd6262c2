"""Writing a pipeline so that every version of the libraries reads it aright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ml.bank.file_mode import share_weights
from ml.bank.run_folder import BASE_PARTS
from ml.boundary import writing


def save_pipeline(pipeline: Any, folder: Path) -> None:
    """Write a pipeline as a diffusers folder that every transformers version reads aright."""
    from ml.bases.clip_keys import normalise_clip_keys

    parts = ("text_encoder", "text_encoder_2")
    clip = [n for n in parts if type(getattr(pipeline, n, None)).__name__.startswith("CLIPText")]
    with writing(folder):
        pipeline.save_pretrained(folder, safe_serialization=True)
        for part in clip:
            normalise_clip_keys(folder / part)
    for part in BASE_PARTS:
        if (folder / part).is_dir():
            share_weights(folder / part)
