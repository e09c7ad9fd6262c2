"""python -m ml.tiny_base: a small base of any family, of the real classes, with random weights.

For tests and trials: everything a base model has, as a diffusers folder of a few megabytes. It
draws noise until trained.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.errors import MlError, said_by
from ml.small.tiny_base import build_tiny_base
from ml.small.tiny_families import BUILDERS, build_tiny_family
from ml.stopping import sigterm_as_interrupt

__all__ = ["build_tiny_base"]

FIRST = "sd1"
"""Stable Diffusion 1.x, whose channels and layers can be chosen."""

OF_FIRST = ("unet_channels", "vae_channels", "layers", "text_width")


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.tiny_base",
        description="Write a small base model of the real classes with random weights.",
    )
    result.add_argument("--out", type=Path, required=True, help="folder to write; must be new")
    result.add_argument(
        "--family", choices=(FIRST, *BUILDERS), default=FIRST, help=f"of which family ({FIRST})"
    )
    result.add_argument("--seed", type=int, default=0)
    result.add_argument("--size", type=int, default=64, help="pixels a side (64)")
    only = result.add_argument_group(f"of {FIRST} only")
    for name in ("unet", "vae"):
        only.add_argument(
            f"--{name}-channels",
            type=int,
            nargs="+",
            help="channels of each level (32 64)",
        )
    only.add_argument("--layers", type=int, help="residual layers a block (1)")
    only.add_argument("--text-width", type=int, help="features of a text (32)")
    return result


def build(arguments: argparse.Namespace) -> Any:
    """Build the base that the command line asks for, and write it.

    Raises
    ------
    MlError
        For options that do not go together, a size that does not suit, a folder that is not empty.
    """
    if arguments.out.exists() and (not arguments.out.is_dir() or any(arguments.out.iterdir())):
        raise MlError(f"{arguments.out} exists and is not empty: name a new folder.")
    given = {name: v for name in OF_FIRST if (v := getattr(arguments, name)) is not None}
    if arguments.family == FIRST:
        if "layers" in given:
            given["layers_per_block"] = given.pop("layers")
        return build_tiny_base(arguments.out, seed=arguments.seed, size=arguments.size, **given)
    if given:
        flag = "--" + next(iter(given)).replace("_", "-")
        raise MlError(f"{flag} shapes a base of {FIRST} only; {arguments.family} has one shape.")
    return build_tiny_family(
        arguments.family, arguments.out, seed=arguments.seed, size=arguments.size
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code, 1 after a sentence on what it refuses."""
    arguments = parser().parse_args(argv)
    try:
        with sigterm_as_interrupt():
            pipeline = build(arguments)
    except KeyboardInterrupt:
        print(
            f"ml.tiny_base: stopped; {arguments.out} may hold a part of it: remove it.",
            file=sys.stderr,
        )
        return 130
    except OSError as error:
        print(f"ml.tiny_base: {said_by(error)}", file=sys.stderr)
        return 1
    except MlError as error:
        print(f"ml.tiny_base: {error}", file=sys.stderr)
        return 1
    parts = {name: p for name, p in pipeline.components.items() if hasattr(p, "parameters")}
    weights = {name: sum(w.numel() for w in p.parameters()) for name, p in sorted(parts.items())}
    listed = ", ".join(f"{name} {count:,}" for name, count in weights.items())
    print(f"{arguments.out}: a {type(pipeline).__name__} of {listed} weights.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
