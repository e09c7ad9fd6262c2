"""How many planted copies of training films are found, and how many other films are called copies.

python -m benchmarks.memorisation DATA [--base BASE] [--size 256] [--splits 2] [--train 30]

DATA is what ml.prepare wrote. Its films, training and held-out ones together, are parted anew by
seed: some to be copied, the others as honest films of other patients. Every film of the first part
is planted in each disguise. With --base, copies and honest films first pass through that base
model's autoencoder, as whatever it draws does: a table a base.

The aim: at least 95 % of every disguise found (but for the two marked *), at most 1 % of the
others flagged. Exit code 1 where it is missed.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.measuring.films import read_data
from ml.measuring.memorisation import memorisation, yardstick
from ml.methods.config import DataConfig
from ml.radiographs.training_images import view

Array = NDArray[np.float64]

EXEMPT = ("crop 10 %", "invert")
RECALL, FALSE = 0.95, 0.01


def moved(x: Array, *, turn: float = 0.0, right: float = 0.0, down: float = 0.0) -> Array:
    """Turn by degrees and move by shares of the side; what comes in from outside is black."""
    from scipy.ndimage import affine_transform

    angle, centre = np.deg2rad(turn), (x.shape[0] - 1) / 2
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    there = np.array([centre + down * x.shape[0], centre + right * x.shape[0]])
    result: Array = affine_transform(x, matrix, centre - matrix @ there, order=1)
    return result


def cropped(x: Array, share: float) -> Array:
    """Cut a share off every side and enlarge what is left."""
    from PIL import Image

    side = x.shape[0]
    cut = round(side * share)
    kept = Image.fromarray(x[cut : side - cut, cut : side - cut].astype(np.float32))
    return np.asarray(kept.resize((side, side), Image.Resampling.BICUBIC), dtype=np.float64)


def as_jpeg(x: Array, quality: int = 50) -> Array:
    """Save as JPEG and read again."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.rint(x * 255).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer), dtype=np.float64) / 255


def noisy(x: Array) -> Array:
    """Add grain of 5 % of the range."""
    return x + 0.05 * np.random.default_rng(0).standard_normal(x.shape)


def blurred(x: Array) -> Array:
    """Blur by a Gaussian of 0.8 % of the side."""
    from scipy.ndimage import gaussian_filter

    result: Array = gaussian_filter(x, 0.008 * x.shape[0])
    return result


def own_view(number: int) -> Callable[[Array], Array]:
    """Return what training shows of a film beside itself; from number 4 on it is mirrored."""
    data = DataConfig(mirror=True)
    return lambda x: view(x.astype(np.float32), number, f"{x.mean():.6f}", data).astype(np.float64)


DISGUISES: Mapping[str, Callable[[Array], Array]] = {
    "exact": lambda x: x,
    "JPEG 50": as_jpeg,
    "noise 5 %": noisy,
    "blur": blurred,
    "gamma 0.7": lambda x: x**0.7,
    "gamma 1.4": lambda x: x**1.4,
    "contrast 1.3": lambda x: (x - 0.5) * 1.3 + 0.5,
    "brightness +10 %": lambda x: x + 0.1,
    "shift 2 %": lambda x: moved(x, right=0.02, down=-0.02),
    "shift 5 %": lambda x: moved(x, right=0.05, down=-0.05),
    "turn 1 degree": lambda x: moved(x, turn=1),
    "turn 3 degrees": lambda x: moved(x, turn=-3),
    "crop 5 %": lambda x: cropped(x, 0.05),
    "crop 10 %": lambda x: cropped(x, 0.10),
    "mirror": lambda x: x[:, ::-1],
    "invert": lambda x: 1 - x,
    "trained view 1": own_view(1),
    "trained view 2": own_view(2),
    "trained view 3": own_view(3),
    "mirrored view": own_view(5),
}


def through(vae: Any) -> Callable[[Array], Array]:
    """Return what passes images (n, side, side; 0 to 1) through a base model's autoencoder."""
    import torch

    def pass_through(images: Array) -> Array:
        shown = []
        for image in images:
            pixels = torch.from_numpy(image.astype(np.float32))[None, None].expand(-1, 3, -1, -1)
            with torch.inference_mode():
                latents = vae.encode(pixels * 2 - 1).latent_dist.mean
                decoded = vae.decode(latents).sample[0].mean(dim=0)
            shown.append(((decoded + 1) / 2).clamp(0, 1).double().numpy())
        return np.stack(shown)

    return pass_through


def measure(
    films: Array, train: int, seed: int, shown: Callable[[Array], Array]
) -> tuple[dict[str, NDArray[np.bool_]], dict[str, NDArray[np.bool_]], NDArray[np.bool_]]:
    """Plant copies of one part of the films.

    Returns
    -------
    By disguise, whether each copy was flagged, and whether its original was named; of each honest
    film, whether it was flagged.
    """
    order = np.random.default_rng(seed).permutation(len(films))
    training, others = films[order[:train]], films[order[train:]]
    names = [str(number) for number in range(train)]
    judge = yardstick(training, names)
    flagged, named = {}, {}
    for disguise, change in DISGUISES.items():
        copies = shown(np.stack([change(film).clip(0, 1) for film in training]))
        neighbours = memorisation(copies, judge)
        flagged[disguise] = np.array([n.flagged for n in neighbours])
        named[disguise] = np.array(
            [n.nearest == name for n, name in zip(neighbours, names, strict=True)]
        )
    honest = np.array([n.flagged for n in memorisation(shown(others), judge)])
    return flagged, named, honest


def main() -> int:
    """Print the table; return 1 where the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--base", help="pass everything through its autoencoder first")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--train", type=int, default=30, help="films to be copied, of each split")
    parser.add_argument("--splits", type=int, default=2)
    arguments = parser.parse_args()
    films = np.concatenate([part.pixels for part in read_data(arguments.data, size=arguments.size)])
    if len(films) <= arguments.train:
        parser.error(f"{arguments.data} holds {len(films)} films; more than --train are needed.")

    shown: Callable[[Array], Array] = np.array
    base = "no autoencoder"
    if arguments.base:
        from ml.evaluate import load_autoencoder

        base = f"through the autoencoder of {Path(arguments.base).name}"
        shown = through(load_autoencoder(arguments.base, device="cpu"))
    parts = [measure(films, arguments.train, seed, shown) for seed in range(arguments.splits)]
    print(
        f"{len(films)} films, {arguments.splits} x {arguments.train} copied, {arguments.size} px, "
        f"{base}"
    )
    met = True
    for disguise in DISGUISES:
        flagged = np.concatenate([part[0][disguise] for part in parts])
        named = np.concatenate([part[1][disguise] for part in parts])
        exempt = disguise in EXEMPT
        met &= exempt or bool(flagged.mean() >= RECALL)
        mark = "*" if exempt else ""
        recalled = f"{100 * flagged.mean():5.1f} % of {flagged.size}"
        print(f"{disguise + mark:18s} found {recalled}, original named {100 * named.mean():5.1f} %")
    honest = np.concatenate([part[2] for part in parts])
    met &= bool(honest.mean() <= FALSE)
    print(f"other films        flagged {honest.sum()} of {honest.size}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
