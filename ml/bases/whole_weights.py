"""Networks of which every weight came from a file.

Where a file lacks some, transformers makes random ones and says so in a notice, and diffusers
leaves holes that end in a traceback. Both happen with a folder that was copied in part, and with
one of another kind of network.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from ml.errors import MlError

MASK = "embeddings.mask_token"
"""What a Dinov2 shows in place of hidden patches, in its own training only."""

POOLER = "pooler."
"""Beginning of the names of a BERT's second output, which no text of a prompt passes through."""


def load_whole(network: Any, folder: Path, *, unused: Collection[str] = (), **options: Any) -> Any:
    """Load a folder of transformers, weights only.

    Parameters
    ----------
    network : class of transformers
    unused : beginnings of names that may be missing
    options : further ones of ``from_pretrained``

    Raises
    ------
    MlError
        If the folder's files lack a weight of the network.
    """
    model, told = network.from_pretrained(
        folder, local_files_only=True, weights_only=True, output_loading_info=True, **options
    )
    lacking = [name for name in told["missing_keys"] if not name.startswith(tuple(unused))]
    _refuse(folder, sorted(lacking))
    return model


def refuse_holes(model: Any, folder: Path) -> None:
    """Raise MlError for a network of diffusers of which a weight was in no file."""
    _refuse(folder, [name for name, weight in model.named_parameters() if weight.is_meta])


def _refuse(folder: Path, lacking: list[str]) -> None:
    if lacking:
        others = f" and {len(lacking) - 1} others" if len(lacking) > 1 else ""
        raise MlError(
            f"{folder} lacks weights of its network ({lacking[0]}{others}): it was copied in part, "
            "or is of another network."
        )
