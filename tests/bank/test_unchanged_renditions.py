"""Renditions of real films are those of the first version of this program, to the byte.

What that version did to an 8-bit film is written out here: Pillow's levels, Pillow's Lanczos on
floating point, rounded once, centred on black.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.bank.rendition import canonical_rendition, encode_png
from app.films.reader import read_film

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "nih-cxr14"
FILMS = sorted(FOLDER.rglob("*.png"))


def as_first_made(path: Path, size: int) -> bytes:
    """The rendition of a square 8-bit film."""
    levels = np.asarray(Image.open(path).convert("L")).astype(np.float32)
    small = Image.fromarray(levels).resize((size, size), Image.Resampling.LANCZOS)
    return encode_png(np.clip(np.rint(np.asarray(small)), 0, 255).astype(np.uint8))


@pytest.mark.skipif(not FILMS, reason="the public films are not beside this checkout")
def test_sixty_public_films_keep_their_renditions_to_the_byte() -> None:
    assert len(FILMS) == 60
    changed = [
        f"{path.name} at {size}"
        for number, path in enumerate(FILMS)
        # At their own size all of them, shrunk as well a few.
        for size in ((512, 256) if number % 6 == 0 else (512,))
        if canonical_rendition(read_film(path), size) != as_first_made(path, size)
    ]
    assert changed == []
