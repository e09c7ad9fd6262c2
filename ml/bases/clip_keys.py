"""Keep the names of a saved CLIP text encoder's weights readable by every transformers version.

transformers >= 5.6 saves ``CLIPTextModel`` without the prefix ``text_model.``; versions before it
find none of their names then and start from random weights with no more than a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

PREFIX = "text_model."
PROJECTION = "text_projection."
"""Beside the model proper in ``CLIPTextModelWithProjection``, SDXL's and SD 3's second encoder."""


def with_prefix(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights of a CLIP text encoder under the names that all versions know."""
    own = (PREFIX, PROJECTION)
    return {name if name.startswith(own) else PREFIX + name: w for name, w in weights.items()}


def normalise_clip_keys(folder: Path) -> int:
    """Give a saved text encoder's weights prefixed names; return how many changed.

    ``folder`` is a text encoder's own folder (``pipeline/text_encoder``).
    """
    from safetensors.torch import load_file, save_file

    changed = 0
    for path in sorted(folder.glob("*.safetensors")):
        weights = load_file(path)
        renamed = with_prefix(weights)
        count = len(renamed.keys() - weights.keys())
        if count:
            written = path.with_suffix(".tmp")
            save_file(renamed, written, metadata={"format": "pt"})
            written.replace(path)
            changed += count
    return changed
