"""The Fréchet radiomic distance (FRD), by its authors' package.

It compares textures that radiomics measures (first order, grey-level matrices, each of the film,
of its Laplacians and of its wavelets) in place of what a network sees.

Konz N, Osuala R et al. Fréchet radiomic distance (FRD). Med Image Anal 2026,
doi:10.48550/arXiv.2412.01496.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.boundary import library
from ml.errors import MlError

Array = NDArray[np.float64]

HOW_TO_INSTALL = (
    "pip install setuptools, then pip install --no-build-isolation pyradiomics==3.0.1 (it needs a "
    "C compiler), then pip install '.[frd]'"
)


def radiomics_package() -> Any:
    """Return the package frd_score; raises MlError where it or pyradiomics is not there."""
    missing = []
    package: Any = None
    for module, name in (("radiomics", "pyradiomics"), ("frd_score", "frd-score")):
        try:
            package = importlib.import_module(module)
        except ImportError:
            missing.append(name)
    if missing:
        raise MlError(
            f"--frd needs {' and '.join(missing)}, not installed here or broken: {HOW_TO_INSTALL}."
        )
    return package


def radiomic_distance(package: Any, reference: Array, images: Array) -> float:
    """Return the logarithm of the squared distance, as the package's version 1 gives it.

    Features are z-scored over both sets together, its default. With fewer images than features
    (about 460) it leans on the number of images, as FID does: compare sets of one size.

    Parameters
    ----------
    package : what `radiomics_package` returned
    reference, images : (m, side, side) and (n, side, side), grey, 0 to 1, at least 2 each

    Raises
    ------
    MlError
        Where the package can't measure an image, or the two sets do not differ at all.
    """
    if min(len(reference), len(images)) < 2:
        raise MlError("FRD needs at least 2 images in each set.")
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            _written(Path(folder) / name, pixels)
            for name, pixels in (("reference", reference), ("images", images))
        ]
        # It prints what it also returns.
        with library("FRD cannot be measured"), contextlib.redirect_stdout(io.StringIO()):
            distance = float(package.compute_frd(paths))
    if not np.isfinite(distance):
        raise MlError("FRD cannot be measured: the two sets have the same features, or none.")
    return distance


def _written(folder: Path, pixels: Array) -> list[str]:
    """Save grey images as PNG files of 8 bits, which is what the package reads."""
    from PIL import Image

    folder.mkdir()
    paths = []
    for number, image in enumerate(pixels):
        path = folder / f"{number:06d}.png"
        Image.fromarray(np.rint(image.clip(0, 1) * 255).astype(np.uint8)).save(path)
        paths.append(str(path))
    return paths
