"""The families of base models that can be tuned and sampled here, by their pipeline's class."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ml.bases.adapter import Adapter
from ml.bases.pixart import PixArtSigma
from ml.bases.sana import Sana
from ml.bases.stable_diffusion import StableDiffusion
from ml.bases.stable_diffusion_3 import StableDiffusion3
from ml.bases.stable_diffusion_xl import StableDiffusionXL
from ml.errors import MlError

FAMILIES: Mapping[str, type[Adapter]] = MappingProxyType(
    {
        "StableDiffusionPipeline": StableDiffusion,
        "StableDiffusionXLPipeline": StableDiffusionXL,
        "StableDiffusion3Pipeline": StableDiffusion3,
        "SanaPipeline": Sana,
        "PixArtSigmaPipeline": PixArtSigma,
    }
)


def adapter_of(pipeline: Any) -> Adapter:
    """Return the adapter of a loaded pipeline. Raises MlError for a family that has none."""
    name = type(pipeline).__name__
    if name not in FAMILIES:
        raise MlError(f"a {name} is of no family that can be tuned here: {families()}.")
    return FAMILIES[name](pipeline)


def families() -> str:
    """List the families that can be tuned here."""
    names = [family.family for family in FAMILIES.values()]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
