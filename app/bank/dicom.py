"""Reading a DICOM image to display grey levels, after PS3.3 C.7.6.3, C.11.1 and C.11.2."""

import io
import warnings

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset, config
from pydicom.filereader import read_dataset, read_preamble
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import (
    apply_color_lut,
    apply_modality_lut,
    apply_voi_lut,
    apply_windowing,
)
from pydicom.pixels.utils import pixel_array
from pydicom.uid import DeflatedExplicitVRLittleEndian

from app.bank.grey_levels import GreyLevels, grey_levels_of, scaled, stretched
from app.bank.limits import check_picture_size
from app.domain.errors import BadImage

_COLOUR_BY_TABLE = "PALETTE COLOR"
# ITU-R BT.601, as Pillow has it for 8-bit colour.
_LUMA = (0.299, 0.587, 0.114)

# Odd values in fields that no picture depends on would otherwise be warned about, file by file.
config.settings.reading_validation_mode = config.IGNORE
warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")


def is_dicom(data: bytes) -> bool:
    """Whether the bytes begin as a DICOM file: a preamble of 128 bytes, then DICM."""
    return data[128:132] == b"DICM"


def decode_dicom(data: bytes, name: str) -> GreyLevels:
    """Grey levels of a single-frame DICOM image; raises BadImage under `name`."""
    try:
        dataset = _read(data, name)
        _check_header(dataset, name)
        stored, is_colour = _stored_values(dataset, name)
        return grey_levels_of(stored) if is_colour else _display_levels(stored, dataset)
    except BadImage:
        raise
    # pydicom raises whatever its parsers and decoders meet in a damaged file.
    except Exception as error:
        brief = " ".join(str(error).split())[:120] or type(error).__name__
        raise BadImage(name, f"is a DICOM file that can't be shown ({brief})") from None


def _read(data: bytes, name: str) -> Dataset:
    file = io.BytesIO(data)
    read_preamble(file, False)
    meta = read_dataset(file, False, True, stop_when=lambda tag, _vr, _length: tag >> 16 != 2)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        # It is inflated whole before anything in it can be checked.
        raise BadImage(name, "is a deflated DICOM file; save it with another transfer syntax")
    return pydicom.dcmread(io.BytesIO(data))


def _check_header(dataset: Dataset, name: str) -> None:
    if any(keyword not in dataset for keyword in ("Rows", "Columns", "PixelData")):
        raise BadImage(name, "is a DICOM file without a picture")
    check_picture_size(name, int(dataset.Columns), int(dataset.Rows))
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise BadImage(name, f"is a DICOM file with {frames} frames; save one as a file of its own")
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None:
        raise BadImage(name, "is a DICOM file that doesn't say its transfer syntax")
    if syntax.is_compressed:
        try:
            is_available = get_decoder(syntax).is_available
        except NotImplementedError:
            is_available = False
        if not is_available:
            raise BadImage(
                name,
                f"is a DICOM file in {syntax.name}, for which no decoder is installed; "
                "save it uncompressed",
            )


def _stored_values(dataset: Dataset, name: str) -> tuple[NDArray[np.generic], bool]:
    """The stored values, shape (rows, columns), and whether they are luma of a colour image."""
    values = pixel_array(dataset)
    interpretation = str(dataset.PhotometricInterpretation)
    if interpretation == _COLOUR_BY_TABLE:
        values = apply_color_lut(values, dataset)[..., :3]
    if values.ndim == 3 and values.shape[2] == 3:
        if values.dtype == np.uint8:
            return np.asarray(Image.fromarray(values).convert("L")), True
        luma = np.rint(values.astype(np.float64) @ np.array(_LUMA))
        return luma.astype(values.dtype), True
    if values.ndim != 2:
        raise BadImage(name, f"is a DICOM file with {interpretation} samples that can't be shown")
    if interpretation not in ("MONOCHROME1", "MONOCHROME2"):
        raise BadImage(name, f"is a DICOM file of the unknown interpretation {interpretation}")
    return values, False


def _display_levels(stored: NDArray[np.generic], dataset: Dataset) -> GreyLevels:
    padding = _padding(stored, dataset)
    rescaled = apply_modality_lut(stored, dataset)
    if dataset.get("VOILUTSequence"):
        shown = apply_voi_lut(rescaled, dataset, prefer_lut=True)
        bits = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        levels = scaled(shown.astype(np.float32), 0.0, float(2**bits - 1))
    elif dataset.get("WindowCenter") is not None and dataset.get("WindowWidth") is not None:
        levels = _windowed(rescaled, dataset)
    elif rescaled.dtype == np.uint8 and int(dataset.BitsStored) == 8:
        levels = rescaled.astype(np.float32)
    else:
        levels = stretched(rescaled.astype(np.float32), None if padding is None else ~padding)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        levels = np.float32(255.0) - levels
    if padding is not None:
        # Padding is no part of the body and is shown as the border is, black.
        levels[padding] = 0.0
    return levels


def _windowed(values: NDArray[np.generic], dataset: Dataset) -> GreyLevels:
    # The range of what comes out is that of the stored values and not said by the library:
    # the ends are found by windowing values that lie far outside.
    ends = np.array([-1e9, 1e9])
    with np.errstate(over="ignore"):
        low, high = apply_windowing(ends, dataset)
        shown = apply_windowing(values, dataset)
    return scaled(shown, float(low), float(high))


def _padding(stored: NDArray[np.generic], dataset: Dataset) -> NDArray[np.bool_] | None:
    value = dataset.get("PixelPaddingValue")
    if value is None:
        return None
    limit = dataset.get("PixelPaddingRangeLimit", value)
    low, high = sorted((int(value), int(limit)))
    return np.asarray((stored >= low) & (stored <= high))  # type: ignore[operator]
