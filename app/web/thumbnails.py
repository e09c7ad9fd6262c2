"""A picture made small for a page of the office; readers are only ever sent whole renditions."""

from io import BytesIO

from fastapi import Response
from PIL import Image

THUMBNAIL = 192


def thumbnail(picture: bytes, side: int = THUMBNAIL) -> Response:
    """The PNG at most `side` pixels a side; no cache keeps it."""
    with Image.open(BytesIO(picture)) as image:
        image.thumbnail((side, side))
        small = BytesIO()
        image.save(small, "PNG")
    return whole_picture(small.getvalue())


def whole_picture(picture: bytes) -> Response:
    """The PNG as it is; no cache keeps it, or the next person at this browser would see it."""
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})
