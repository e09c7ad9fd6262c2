"""The flags by which a command takes a base: whole, or as parts."""

from __future__ import annotations

import argparse
from pathlib import Path

from ml.errors import MlError

PART_FLAGS = ("unet", "vae", "text_encoder")


def add_base_flags(parser: argparse.ArgumentParser, *, about: str) -> None:
    """Add ``--base``, and the flags of a base in parts."""
    parser.add_argument("--base", help=about)
    parts = parser.add_argument_group("a base in parts, as RadEdit's, instead of --base")
    parts.add_argument("--unet", type=Path, metavar="FOLDER", help="U-Net, such as RadEdit's")
    parts.add_argument("--vae", type=Path, metavar="FOLDER", help="autoencoder, such as SDXL's")
    parts.add_argument(
        "--text-encoder", type=Path, metavar="FOLDER", help="CLIP's, or a BERT such as BioViL-T"
    )
    parts.add_argument(
        "--noise-schedule",
        metavar="NAME",
        help="radedit, stable-diffusion, or a folder with scheduler_config.json; default: the one "
        "beside the U-Net",
    )


def base_given(arguments: argparse.Namespace, folder: Path) -> str | None:
    """Return the base that the flags name; of parts, the folder that links to them.

    Parameters
    ----------
    folder : where to write it, under the name of the U-Net's folder

    Raises
    ------
    MlError
        If flags contradict each other or a part is missing.
    """
    given = {name: getattr(arguments, name) for name in PART_FLAGS}
    if not any(given.values()):
        if arguments.noise_schedule:
            raise MlError("--noise-schedule goes with --unet, --vae and --text-encoder.")
        base: str | None = arguments.base
        return base
    missing = ["--" + name.replace("_", "-") for name, path in given.items() if path is None]
    if missing:
        raise MlError(f"a base in parts also needs {' and '.join(missing)}.")
    if arguments.base:
        raise MlError("name a base either with --base or in parts.")
    from ml.bases.parts import Parts, link_parts

    unet = given["unet"].expanduser().resolve()
    name = unet.parent.name if unet.name == "unet" else unet.name
    return str(link_parts(Parts(**given, schedule=arguments.noise_schedule), folder / name))
