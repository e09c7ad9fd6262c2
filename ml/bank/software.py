"""Which software made an image, a run or an evaluation."""

import platform
from importlib.metadata import version

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "peft", "safetensors", "numpy")


def software_versions() -> dict[str, str]:
    """Versions of what decides an image's content: Python's own, then each of `PACKAGES`."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
