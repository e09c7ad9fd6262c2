"""Deep PNGs: 16 bits a sample, which Pillow reads at 8 where there is colour or transparency."""

import struct
from dataclasses import dataclass
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_STORED_BLOCK: Final = 65_535
_SAMPLES: Final = {0: 1, 2: 3, 4: 2, 6: 4}


@dataclass(frozen=True)
class PngChunks:
    """A PNG's chunks, in order: name and content."""

    chunks: list[tuple[bytes, bytes]]

    def first(self, name: bytes) -> bytes:
        """The content of the first chunk of that name; b"" where there is none."""
        return next((content for one, content in self.chunks if one == name), b"")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, from IHDR."""
        width, height = struct.unpack(">II", self.first(b"IHDR")[:8])
        return width, height

    @property
    def frames(self) -> int:
        """How many pictures an animated PNG says it has; 1 for any other."""
        animation = self.first(b"acTL")
        return int(struct.unpack(">I", animation[:4])[0]) if len(animation) >= 4 else 1


def bit_depth(data: bytes) -> int:
    """Bits a sample, from IHDR."""
    return data[24] if len(data) > 24 else 0


def png_chunks(data: bytes) -> PngChunks:
    """Every chunk up to IEND; raises ValueError where one is cut or changed."""
    result: list[tuple[bytes, bytes]] = []
    place = len(_SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        name = data[place + 4 : place + 8]
        tail = data[place + 8 + length : place + 12 + length]
        if len(tail) < 4:
            break
        if struct.unpack(">I", tail)[0] != _crc(data[place + 4 : place + 8 + length]):
            raise ValueError(f"its chunk {name.decode('latin-1')} has a wrong checksum")
        result.append((name, data[place + 8 : place + 8 + length]))
        if name == b"IEND":
            return PngChunks(result)
        place += 12 + length
    raise ValueError("it is cut short")


def deep_pixels(data: bytes, read: PngChunks) -> NDArray[Any]:
    """Samples of a 16-bit PNG, (height, width) or (height, width, 2 to 4), uint16.

    `read` are the chunks of `data`. Raises ValueError or the decoder's error for damaged rows.
    """
    header = read.first(b"IHDR")
    width, height, _depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if colour not in _SAMPLES or interlaced:
        return np.asarray(imagecodecs.png_decode(data))
    packed = b"".join(content for name, content in read.chunks if name == b"IDAT")
    rows = height * (1 + 2 * _SAMPLES[colour] * width)
    # Inflating is most of the work, and libdeflate does it in half the time. libpng then gets
    # the same rows in stored blocks and undoes their filters.
    inflated = imagecodecs.deflate_decode(packed, out=rows)
    if len(inflated) != rows:
        raise ValueError(f"its rows have {len(inflated):,} bytes, not {rows:,}")
    parts = [_SIGNATURE, *_chunk(b"IHDR", [header])]
    if transparent := read.first(b"tRNS"):
        parts += _chunk(b"tRNS", [transparent])
    # The checksum of the rows is at the end of the stream they came in.
    parts += _chunk(b"IDAT", [b"\x78\x01", *_stored(inflated), packed[-4:]])
    return np.asarray(imagecodecs.png_decode(b"".join([*parts, *_chunk(b"IEND", [])])))


def _chunk(name: bytes, pieces: list[bytes]) -> list[bytes]:
    checksum = _crc(name)
    for piece in pieces:
        checksum = _crc(piece, checksum)
    length = sum(len(piece) for piece in pieces)
    return [struct.pack(">I", length), name, *pieces, struct.pack(">I", checksum)]


def _stored(raw: bytes | bytearray) -> list[bytes]:
    """Deflate's stored blocks (RFC 1951 section 3.2.4): headers and rows, in turn."""
    parts: list[bytes] = []
    for start in range(0, len(raw), _STORED_BLOCK):
        block = bytes(raw[start : start + _STORED_BLOCK])
        is_last = start + _STORED_BLOCK >= len(raw)
        parts.append(struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF))
        parts.append(block)
    return parts


def _crc(data: bytes, value: int = 0) -> int:
    return int(imagecodecs.deflate_crc32(data, value)) if data else value
