"""Deep PNGs: 16 bits a sample, which Pillow reads at 8 where there is colour or transparency."""

import struct
import zlib
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_STORED_BLOCK: Final = 65_535


def bit_depth(data: bytes) -> int:
    """Bits a sample, from IHDR."""
    return data[24] if len(data) > 24 else 0


def deep_pixels(data: bytes) -> NDArray[Any]:
    """Samples of a 16-bit PNG, (height, width) or (height, width, 2 to 4), uint16.

    Raises ValueError or the decoder's error for a damaged file, checksums included.
    """
    chunks = _chunks(data)
    width, height, _depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    samples = {0: 1, 2: 3, 4: 2, 6: 4}.get(colour)
    packed = b"".join(content for name, content in chunks if name == b"IDAT")
    if samples is None or interlaced:
        return np.asarray(imagecodecs.png_decode(data))
    rows = height * (1 + 2 * samples * width)
    # Inflating is most of the work, and libdeflate does it in half the time. libpng then gets
    # the same rows in stored blocks and undoes their filters.
    inflated = imagecodecs.deflate_decode(packed, out=rows)
    if len(inflated) != rows:
        raise ValueError(f"its rows have {len(inflated):,} bytes, not {rows:,}")
    rest = [chunk for chunk in chunks if chunk[0] in (b"IHDR", b"tRNS")]
    whole = [_SIGNATURE, *(_chunk(*chunk) for chunk in rest)]
    whole += [_chunk(b"IDAT", _stored(inflated)), _chunk(b"IEND", b"")]
    return np.asarray(imagecodecs.png_decode(b"".join(whole)))


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Name and content of each chunk up to IEND; raises ValueError where one is cut or changed."""
    result: list[tuple[bytes, bytes]] = []
    place = len(_SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        name = data[place + 4 : place + 8]
        content = data[place + 8 : place + 8 + length]
        tail = data[place + 8 + length : place + 12 + length]
        if len(tail) < 4:
            break
        if struct.unpack(">I", tail)[0] != zlib.crc32(content, zlib.crc32(name)):
            raise ValueError(f"its chunk {name.decode('latin-1')} has a wrong checksum")
        result.append((name, content))
        if name == b"IEND":
            return result
        place += 12 + length
    raise ValueError("it is cut short")


def _chunk(name: bytes, content: bytes) -> bytes:
    # Checked before; libpng is told to compare with what is given here.
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _stored(raw: bytes | bytearray) -> bytes:
    parts: list[bytes | bytearray] = [b"\x78\x01"]
    for start in range(0, len(raw), _STORED_BLOCK):
        block = raw[start : start + _STORED_BLOCK]
        is_last = start + _STORED_BLOCK >= len(raw)
        parts.append(struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF))
        parts.append(block)
    parts.append(struct.pack(">I", zlib.adler32(raw)))
    return b"".join(parts)
