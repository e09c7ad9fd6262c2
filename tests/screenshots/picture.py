"""A page as a small PNG file, fit for a repository."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

# A page has few colours and a film has 256 greys at most; more would only be bytes. Cut at the
# median alone, colours of thin lines go to greys: a plot's green turned blue.
COLOURS = 160
ROUNDS = 2


def save_small(page: Page, path: Path, *, width: int) -> None:
    """Write what `page` shows to `path`, `width` pixels wide, with a palette."""
    with Image.open(io.BytesIO(page.screenshot(animations="disabled"))) as whole:
        height = round(whole.height * width / whole.width)
        small = whole.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    small.quantize(COLOURS, kmeans=ROUNDS, dither=Image.Dither.NONE).save(path, optimize=True)
