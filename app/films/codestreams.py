"""Bare JPEG, JPEG-LS, JPEG 2000 and JPEG XL streams, alone or inside DICOM: size and samples."""

import struct
from dataclasses import dataclass
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

_SIZE_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True)
class StreamHead:
    """What a stream's header says: sizes in pixels, `bits` a sample, `frame` its SOF marker."""

    width: int
    height: int
    bits: int
    samples: int
    frame: int = 0
    exif: bytes = b""


def jpeg_head(data: bytes) -> StreamHead:
    """Read a JPEG's or JPEG-LS's header; raises ValueError where there is none."""
    place, exif = 2, b""
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise ValueError("its markers are out of place")
        marker = data[place + 1]
        if marker == 0xFF or marker in _ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        content = data[place + 4 : place + 2 + length]
        if marker == 0xE1 and content[:6] == b"Exif\x00\x00" and not exif:
            exif = content
        if marker in _SIZE_MARKERS and len(content) >= 6:
            bits, height, width, samples = struct.unpack(">BHHB", content[:6])
            return StreamHead(width, height, bits, samples, marker, exif)
        if marker in (0xD9, 0xDA):
            break
        place += 2 + length
    raise ValueError("it has no picture")


def jpeg2000_head(data: bytes) -> StreamHead:
    """Read a JPEG 2000 stream's SIZ marker, in a JP2 box or bare; raises ValueError."""
    start = data.find(b"\xff\x4f\xff\x51")
    if start < 0 or len(data) < start + 44:
        raise ValueError("it has no codestream")
    siz = data[start + 4 :]
    right, bottom, left, top = struct.unpack(">IIII", siz[4:20])
    (samples,) = struct.unpack(">H", siz[36:38])
    return StreamHead(right - left, bottom - top, (siz[38] & 0x7F) + 1, samples)


def stream_head(data: bytes) -> StreamHead | None:
    """The head of a stream of any kind here; None for JPEG XL, which packs it bit by bit."""
    if data.startswith(b"\xff\xd8"):
        return jpeg_head(data)
    if data.startswith((b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")):
        return jpeg2000_head(data)
    return None


def stream_pixels(data: bytes) -> NDArray[Any]:
    """Decode a stream to its samples, (height, width) or (height, width, samples).

    Raises ValueError for bytes that are no stream, and whatever the decoders raise for broken ones.
    """
    if data.startswith(b"\xff\xd8"):
        head = jpeg_head(data)
        if head.frame == 0xF7:
            return np.asarray(imagecodecs.jpegls_decode(data))
        return np.asarray(imagecodecs.jpeg_decode(data))
    if data.startswith((b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")):
        return np.asarray(imagecodecs.jpeg2k_decode(data))
    if data.startswith((b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")):
        return np.asarray(imagecodecs.jpegxl_decode(data))
    raise ValueError("it is no JPEG, JPEG-LS, JPEG 2000 or JPEG XL stream")
