"""A DICOM file's pixels as stored values: native, floating point, or from any compressed stream."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRBigEndian

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.codestreams import stream_head, stream_pixels
from app.films.dicom_file import ITEM, inflated_within
from app.films.grey import luma
from app.films.limits import LARGEST_INFLATED_BYTES, check_picture_size
from app.films.notes import Note

_FLOATS: Final = {"FloatPixelData": "f4", "DoubleFloatPixelData": "f8"}
_DEFLATED_FRAMES: Final = "1.2.840.10008.1.2.8.1"
_RLE: Final = "1.2.840.10008.1.2.5"
_ENCAPSULATED_NATIVE: Final = "1.2.840.10008.1.2.1.98"
# MPEG-2, MPEG-4 and HEVC; live video and sound of SMPTE ST 2110.
_MOVIES: Final = ("1.2.840.10008.1.2.4.10", "1.2.840.10008.1.2.7.")
_ELSEWHERE: Final = tuple(f"1.2.840.10008.1.2.4.{number}" for number in (94, 95, 204, 205))
_COLOUR_BY_TABLE: Final = "PALETTE COLOR"


def check_header(dataset: Any, name: str) -> None:
    """Raise BadImage where the header alone tells that there is no single picture to show."""
    has_pixels = any(key in dataset for key in ("PixelData", *_FLOATS))
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if syntax.startswith(_MOVIES):
        raise BadImage(
            name, said("is a film strip ({name}); save a frame as a file", name=UID(syntax).name)
        )
    if not has_pixels and ("PixelDataProviderURL" in dataset or syntax in _ELSEWHERE):
        raise BadImage(
            name, said("is a DICOM file whose pixels are elsewhere (JPIP); fetch them first")
        )
    if not has_pixels or any(key not in dataset for key in ("Rows", "Columns")):
        raise BadImage(name, said("is a DICOM file without a picture"))
    check_picture_size(name, int(dataset.Columns), int(dataset.Rows))
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise BadImage(
            name,
            said(
                "is a DICOM file with {frames} frames; save one as a file of its own", frames=frames
            ),
        )


def stored_pixels(dataset: Any, name: str, notes: list[Note]) -> tuple[NDArray[Any], bool]:
    """Stored values, (rows, columns), and whether they are the luma of a colour image.

    Raises BadImage, and whatever the decoders raise for a damaged stream.
    """
    for key, kind in _FLOATS.items():
        if key in dataset:
            return _native(getattr(dataset, key), np.dtype(kind), dataset, name), False
    values = _samples(dataset, name, notes)
    interpretation = str(dataset.get("PhotometricInterpretation") or "")
    if interpretation == _COLOUR_BY_TABLE and values.ndim == 2:
        values = _eight_bits(apply_color_lut(values, dataset)[..., :3])
    if values.ndim == 3 and values.shape[2] == 3:
        return _grey_of_colours(values, notes), True
    if values.ndim != 2:
        raise BadImage(
            name,
            said(
                "is a DICOM file with {interpretation} samples that can't be shown",
                interpretation=interpretation,
            ),
        )
    if not interpretation:
        notes.append(Note("header", said("doesn't say which end is white; shown as MONOCHROME2")))
    elif interpretation not in ("MONOCHROME1", "MONOCHROME2"):
        raise BadImage(
            name,
            said(
                "is a DICOM file of the unknown interpretation {interpretation}",
                interpretation=interpretation,
            ),
        )
    return values, False


def _samples(dataset: Any, name: str, notes: list[Note]) -> NDArray[Any]:
    syntax = dataset.file_meta.TransferSyntaxUID
    samples = int(dataset.get("SamplesPerPixel") or 1)
    if not _is_encapsulated(dataset) or syntax in (_DEFLATED_FRAMES, _ENCAPSULATED_NATIVE):
        if samples == 1 and int(dataset.BitsAllocated) in (8, 16, 32, 64):
            data = _native_bytes(dataset, name)
            order = ">" if syntax == ExplicitVRBigEndian else "<"
            kind = np.dtype(f"{order}u{int(dataset.BitsAllocated) // 8}")
            return _cut(_native(data, kind, dataset, name), dataset, notes)
        return np.asarray(pixel_array(dataset, index=0))
    if syntax == _RLE:
        if samples == 1:
            # Bits above or below the stored ones are cut here, not by the library.
            return _cut(_rle(dataset), dataset, notes)
        return np.asarray(pixel_array(dataset, index=0))
    return _decompressed(dataset, name, notes)


def _is_encapsulated(dataset: Any) -> bool:
    try:
        return bool(dataset.file_meta.TransferSyntaxUID.is_encapsulated)
    except ValueError:
        # A syntax newer than the library's list, such as JPEG XL.
        return bytes(dataset.PixelData[:4]) == ITEM


def _native_bytes(dataset: Any, name: str) -> bytes:
    syntax = dataset.file_meta.TransferSyntaxUID
    if not _is_encapsulated(dataset):
        return bytes(dataset.PixelData)
    frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
    if syntax == _DEFLATED_FRAMES:
        return inflated_within(frame.rstrip(b"\x00") + b"\x00", LARGEST_INFLATED_BYTES, name)
    return frame


def _native(data: bytes, kind: np.dtype[Any], dataset: Any, name: str) -> NDArray[Any]:
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if len(data) < rows * columns * kind.itemsize:
        raise BadImage(
            name,
            said(
                "is a DICOM file that is cut short: {n_data:,} bytes of pixels, where {rows} "
                "rows of {columns} need {number:,}",
                n_data=len(data),
                rows=rows,
                columns=columns,
                number=rows * columns * kind.itemsize,
            ),
        )
    values = np.frombuffer(data, kind, rows * columns).reshape(rows, columns)
    return values.astype(kind.newbyteorder("="), copy=False)


def _rle(dataset: Any) -> NDArray[Any]:
    """Whole words of an RLE frame: the library is told that all bits are stored."""
    described = Dataset()
    described.file_meta = dataset.file_meta
    for key in ("Rows", "Columns", "BitsAllocated", "PixelData"):
        setattr(described, key, dataset[key].value)
    described["PixelData"].VR = "OB"
    described.SamplesPerPixel, described.PixelRepresentation = 1, 0
    described.PhotometricInterpretation = "MONOCHROME2"
    described.BitsStored = dataset.BitsAllocated
    described.HighBit = int(dataset.BitsAllocated) - 1
    return np.asarray(pixel_array(described, index=0))


def _decompressed(dataset: Any, name: str, notes: list[Note]) -> NDArray[Any]:
    frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
    head = stream_head(frame)
    if head is not None:
        check_picture_size(name, head.width, head.height)
        if (head.width, head.height) != (int(dataset.Columns), int(dataset.Rows)):
            notes.append(Note("header", said("has another size in its pixels than in its header")))
    try:
        if head is not None and (head.height, head.width) != (dataset.Rows, dataset.Columns):
            raise ValueError("its header has another size than its pixels")
        values = np.asarray(pixel_array(dataset, index=0))
    except Exception as first:
        # Syntaxes that pydicom has no decoder for, and streams that theirs can't read.
        try:
            values = stream_pixels(frame)
        except Exception:
            syntax = dataset.file_meta.TransferSyntaxUID
            raise ValueError(f"{syntax.name}: {_last_words(first)}") from None
    if values.ndim != 2 or values.dtype.kind not in "iu":
        return values
    if int(dataset.get("HighBit") or 0) >= int(dataset.BitsStored):
        return _cut(values.view(f"u{values.dtype.itemsize}"), dataset, notes)
    return _signed(values, dataset)


def _signed(values: NDArray[Any], dataset: Any) -> NDArray[Any]:
    """Give a stream's samples the sign that the header says they have.

    JPEG-LS and JPEG Lossless know no sign: -1 of 12 bits comes as 4095. JPEG 2000 does, and some
    writers get it wrong.
    """
    bits = int(dataset.get("BitsStored") or 8 * values.dtype.itemsize)
    is_signed = bool(int(dataset.get("PixelRepresentation") or 0))
    least = -(1 << (bits - 1)) if is_signed else 0
    low, high = int(values.min()), int(values.max())
    if (low >= least and high < least + (1 << bits)) or bits > 16:
        return values
    wrapped: NDArray[Any] = (values.astype(np.int64) - least) % (1 << bits) + least
    return wrapped.astype(np.int32)


def _cut(words: NDArray[Any], dataset: Any, notes: list[Note]) -> NDArray[Any]:
    """The stored bits of unsigned words, with their sign (PS3.5 8.1.1)."""
    allocated = words.dtype.itemsize * 8
    stored = int(dataset.get("BitsStored") or allocated)
    if not 1 <= stored <= allocated:
        notes.append(
            Note(
                "header",
                said(
                    "says {stored} bits of {allocated} are stored; all are read",
                    stored=stored,
                    allocated=allocated,
                ),
            )
        )
        stored = allocated
    high = int(dataset.get("HighBit", stored - 1) or stored - 1)
    shift = high + 1 - stored
    if not 0 <= shift <= allocated - stored:
        notes.append(
            Note(
                "header",
                said("says its highest bit is {high}; read as {read}", high=high, read=stored - 1),
            )
        )
        shift = 0
    kind = words.dtype.type
    is_signed = bool(int(dataset.get("PixelRepresentation") or 0))
    if stored < allocated:
        outside = words & kind(~(((1 << stored) - 1) << shift) & ((1 << allocated) - 1))
        _note_bits_outside(outside, words, dataset, stored, shift, is_signed, notes)
        words = (words >> kind(shift)) & kind((1 << stored) - 1)
    if not is_signed:
        return words
    # Up to the top and back again, where shifting repeats the sign.
    up = allocated - stored
    signed: NDArray[Any] = (words << kind(up)).view(f"i{words.dtype.itemsize}") >> up
    return signed


def _note_bits_outside(
    outside: NDArray[Any],
    words: NDArray[Any],
    dataset: Any,
    stored: int,
    shift: int,
    is_signed: bool,
    notes: list[Note],
) -> None:
    """Say so where unused bits are set that neither a sign nor an overlay accounts for."""
    tags = dataset.keys()
    overlays = any(0x6000 <= tag.group <= 0x60FF for tag in tags)
    if overlays or not outside.any():
        return
    if is_signed and shift == 0:
        negative = (words >> words.dtype.type(stored - 1)) & words.dtype.type(1)
        if np.array_equal(outside != 0, negative != 0):
            return
    notes.append(
        Note(
            "bits",
            said("has bits set beyond the {stored} it says are stored; left out", stored=stored),
        )
    )


def _grey_of_colours(values: NDArray[Any], notes: list[Note]) -> NDArray[Any]:
    from PIL import Image

    small = values[:: max(1, values.shape[0] // 64), :: max(1, values.shape[1] // 64)]
    spread = float((small.max(axis=2).astype(float) - small.min(axis=2)).mean())
    if spread > 2.0 * (np.iinfo(values.dtype).max / 255):
        notes.append(Note("colour", said("is coloured, shown as its luma")))
    if values.dtype == np.uint8:
        return np.asarray(Image.fromarray(values).convert("L"))
    return luma(values)


def _eight_bits(colours: NDArray[Any]) -> NDArray[np.uint8]:
    """A palette's colours, which are levels already, whatever width its entries have."""
    if colours.max() > 255:
        colours = np.rint(colours / (np.iinfo(colours.dtype).max / 255))
    return colours.astype(np.uint8)


def _last_words(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[-100:]
