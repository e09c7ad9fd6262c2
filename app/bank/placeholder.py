"""A grey picture in place of a radiograph, for previews: made of nothing that the bank holds."""

import io

from PIL import Image, ImageDraw

_DOT = 235


def placeholder_picture(size: int, slot: int) -> bytes:
    """A PNG of `size` x `size` pixels, dark to light from left to right.

    As many dots as its place among the pictures tell several apart.
    """
    picture = Image.linear_gradient("L").rotate(90).resize((size, size))
    pen = ImageDraw.Draw(picture)
    radius = max(2, size // 40)
    for place in range(slot):
        left, top = radius * (2 + 3 * place), size - 4 * radius
        pen.ellipse((left, top, left + 2 * radius, top + 2 * radius), fill=_DOT)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
