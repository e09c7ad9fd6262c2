"""Opening a DICOM file: with or without its preamble, deflated within limits, cut at the end."""

import io
import warnings
import zlib
from typing import Any, Final

from pydicom import config
from pydicom.dataset import FileMetaDataset
from pydicom.filereader import dcmread, read_dataset, read_preamble
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.limits import LARGEST_INFLATED_BYTES

_SEQUENCE_END: Final = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
ITEM: Final = b"\xfe\xff\x00\xe0"

# Odd values in fields that no picture depends on would otherwise be warned about, file by file.
config.settings.reading_validation_mode = config.IGNORE
warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")


def open_dataset(data: bytes, name: str, *, without_pixels: bool = False) -> Any:
    """The data set of a DICOM file's bytes, its `file_meta.TransferSyntaxUID` always given.

    With `without_pixels` nothing from PixelData on is read. Raises BadImage under `name` where it
    would inflate beyond the limit, and whatever pydicom raises for what is no DICOM.
    """
    data = _inflated(data, name)
    dataset = _parsed(data, without_pixels)
    if "Rows" not in dataset and ITEM in data:
        # The end of the encapsulated pixels is missing, and everything before it was dropped.
        dataset = _parsed(data + _SEQUENCE_END, without_pixels)
    if not dataset.file_meta.get("TransferSyntaxUID"):
        dataset.file_meta.TransferSyntaxUID = _guessed_syntax(dataset)
    return dataset


def _parsed(data: bytes, without_pixels: bool) -> Any:
    # `force`: without preamble and DICM, which `kinds.is_dicom` has looked beyond.
    dataset = dcmread(io.BytesIO(data), force=True, stop_before_pixels=without_pixels)
    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    return dataset


def _inflated(data: bytes, name: str) -> bytes:
    """The same file with its data set inflated, if it is deflated (PS3.5 A.5)."""
    if data[128:132] != b"DICM":
        return data
    file = io.BytesIO(data)
    read_preamble(file, False)
    meta = read_dataset(file, False, True, stop_when=lambda tag, _vr, _length: tag >> 16 != 2)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return data
    start = file.tell()
    plain = inflated_within(data[start:], LARGEST_INFLATED_BYTES, name)
    # Padded with blanks, an identifier keeps its length, and so does everything that counts bytes.
    deflated = str(DeflatedExplicitVRLittleEndian).encode()
    explicit = str(ExplicitVRLittleEndian).encode().ljust(len(deflated), b"\x00")
    return data[:start].replace(deflated, explicit, 1) + plain


def inflated_within(packed: bytes, most: int, name: str) -> bytes:
    """Raw deflate undone; raises BadImage where that would give more than `most` bytes."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflater.decompress(packed, most + 1)
    if len(plain) > most:
        raise BadImage(name, said("would inflate to more than {most:,} bytes", most=most))
    if not inflater.eof:
        raise BadImage(name, said("is a deflated DICOM file that is cut short"))
    return plain


def _guessed_syntax(dataset: Any) -> UID:
    implicit, little = dataset.original_encoding
    pixels = dataset.get("PixelData", b"")
    if isinstance(pixels, bytes) and pixels[:4] == ITEM:
        # Whatever it is compressed with is told by the stream itself.
        return UID("1.2.840.10008.1.2.4.50")
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian
