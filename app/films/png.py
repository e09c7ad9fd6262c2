"""PNGs that Pillow would cut or take long over.

Of 16 bits a sample it reads 8 where there is colour or transparency; and it inflates at half the
speed of libdeflate, which counts where an import reads thousands of films.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import imagecodecs
import numpy as np
from numpy.typing import NDArray

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_STORED_BLOCK: Final = 65_535
_SAMPLES: Final = {0: 1, 2: 3, 4: 2, 6: 4}
# Chunks that change neither the samples nor which way up they are.
_PLAIN_CHUNKS: Final = frozenset(
    (b"IHDR", b"IDAT", b"IEND", b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"tIME")
)
_TEXT_CHUNKS: Final = frozenset((b"tEXt", b"zTXt", b"iTXt"))
# Texts in which an orientation may be hidden.
_TURNING_TEXTS: Final = (b"Raw profile type", b"XML:com.adobe.xmp")


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
    place, uncopied = len(SIGNATURE), memoryview(data)
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        name = data[place + 4 : place + 8]
        tail = data[place + 8 + length : place + 12 + length]
        if len(tail) < 4:
            break
        if struct.unpack(">I", tail)[0] != _crc(uncopied[place + 4 : place + 8 + length]):
            raise ValueError(f"its chunk {name.decode('latin-1')} has a wrong checksum")
        result.append((name, data[place + 8 : place + 8 + length]))
        if name == b"IEND":
            return PngChunks(result)
        place += 12 + length
    raise ValueError("it is cut short")


def is_plain_grey(read: PngChunks) -> bool:
    """Whether a PNG is nothing but rows of 8-bit grey: neither turned, animated nor transparent."""
    header = read.first(b"IHDR")
    return header[8:] == b"\x08\x00\x00\x00\x00" and all(
        name in _PLAIN_CHUNKS or (name in _TEXT_CHUNKS and not content.startswith(_TURNING_TEXTS))
        for name, content in read.chunks
    )


def png_samples(data: bytes, read: PngChunks) -> NDArray[Any]:
    """Samples of a PNG of 8 or 16 bits without a palette, (height, width) or (..., 2 to 4).

    uint8 or uint16. `read` are the chunks of `data`. Raises ValueError or the decoder's error for
    damaged rows.
    """
    header = read.first(b"IHDR")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if colour not in _SAMPLES or interlaced:
        return np.asarray(imagecodecs.png_decode(data))
    packed = b"".join(content for name, content in read.chunks if name == b"IDAT")
    rows = height * (1 + depth // 8 * _SAMPLES[colour] * width)
    # Inflating is most of the work, and libdeflate does it in half the time. libpng then gets
    # the same rows in stored blocks and undoes their filters.
    inflated = imagecodecs.deflate_decode(packed, out=rows)
    if len(inflated) != rows:
        raise ValueError(f"its rows have {len(inflated):,} bytes, not {rows:,}")
    parts: list[bytes | memoryview] = [SIGNATURE, *chunk(b"IHDR", [header])]
    if transparent := read.first(b"tRNS"):
        parts += chunk(b"tRNS", [transparent])
    # The checksum of the rows is at the end of the stream they came in.
    parts += chunk(b"IDAT", [b"\x78\x01", *stored_blocks(inflated), packed[-4:]])
    return np.asarray(imagecodecs.png_decode(b"".join([*parts, *chunk(b"IEND", [])])))


def chunk(name: bytes, pieces: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """A chunk of these pieces, in pieces itself, so that pixels are copied once at most."""
    checksum = _crc(name)
    for piece in pieces:
        checksum = _crc(piece, checksum)
    length = sum(len(piece) for piece in pieces)
    return [struct.pack(">I", length), name, *pieces, struct.pack(">I", checksum)]


def stored_blocks(raw: bytes | bytearray | memoryview) -> list[bytes | memoryview]:
    """Deflate's stored blocks (RFC 1951 section 3.2.4): headers and bytes, in turn."""
    parts: list[bytes | memoryview] = []
    rows = memoryview(raw)
    for start in range(0, len(raw), _STORED_BLOCK):
        block = rows[start : start + _STORED_BLOCK]
        is_last = start + _STORED_BLOCK >= len(raw)
        parts.append(struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF))
        parts.append(block)
    return parts


def _crc(data: bytes | memoryview, value: int = 0) -> int:
    # Any buffer will do; the library's annotation names three of them.
    return int(imagecodecs.deflate_crc32(cast(bytes, data), value)) if data else value
