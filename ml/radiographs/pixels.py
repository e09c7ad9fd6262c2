# mypy: disable-error-code="no-untyped-call"
"""Read one radiograph, whatever it comes as, and say what is wrong with those that cannot be used.

PNG, JPEG, TIFF and WebP through Pillow, DICOM through pydicom. Eight-bit images keep their values;
deeper ones are windowed and kept as 16 bits, so that eight bits are never a stop on the way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

Window = Literal["percentile", "voi"]

LEAST_SIDE = 64
"""Pixels; less cannot show a chest."""

MOST_PIXELS = 100_000_000
PERCENTILES = (0.5, 99.5)
DICOM_SUFFIXES = (".dcm", ".dicom")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", *DICOM_SUFFIXES)
CHROMA_LIMIT = 2.0
"""Grey levels (of 255) by which channels may differ on average and still be called grey."""


class UnusableImage(Exception):
    """Why an image cannot be used, as the end of a sentence that begins with its name."""


@dataclass(frozen=True)
class Radiograph:
    """One grey image: (height, width) uint8 or uint16, upright as it is read on a light box."""

    pixels: NDArray[Any]
    notes: tuple[str, ...]
    """What was done to it, or is odd about it."""

    window: tuple[float, float] | None
    """Values that became black and white, of images deeper than eight bits."""

    @property
    def digest(self) -> str:
        """Return the sha256 of shape, depth and values: equal for copies in other formats."""
        head = f"{self.pixels.shape} {self.pixels.dtype}\n".encode()
        return hashlib.sha256(head + np.ascontiguousarray(self.pixels).tobytes()).hexdigest()


def read_radiograph(path: Path, *, window: Window = "percentile") -> Radiograph:
    """Read one file.

    Parameters
    ----------
    window : how to window images deeper than eight bits; ``voi`` uses a DICOM file's own window
        and falls back to percentiles

    Raises
    ------
    UnusableImage
        If it is missing, broken, tiny, blank, made for print, or holds several pictures.
    """
    if not path.is_file():
        raise UnusableImage("is missing")
    if path.stat().st_size == 0:
        raise UnusableImage("is empty")
    found = _read_dicom(path, window) if is_dicom(path) else _read_picture(path)
    height, width = found.pixels.shape
    if min(height, width) < LEAST_SIDE:
        raise UnusableImage(f"is only {width} x {height} pixels")
    if found.pixels.min() == found.pixels.max():
        raise UnusableImage("is blank: every pixel has the same value")
    return found


def is_dicom(path: Path) -> bool:
    """Tell DICOM by its magic word, or by the file's name where that is left out."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM" or path.suffix.lower() in DICOM_SUFFIXES


def _read_picture(path: Path) -> Radiograph:
    from PIL import Image, ImageOps, UnidentifiedImageError

    notes: list[str] = []
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UnusableImage(f"is too large ({image.width} x {image.height} pixels)")
            if getattr(image, "n_frames", 1) > 1:
                raise UnusableImage(f"holds {image.n_frames} pictures, not one")  # type: ignore[attr-defined]
            if image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
                raise UnusableImage(f"is {image.mode}, not grey: it was made for print or video")
            if image.getexif().get(0x0112, 1) != 1:
                notes.append("turned upright as its EXIF orientation says")
            upright = ImageOps.exif_transpose(image)
            upright.load()
    except UnusableImage:
        raise
    except Image.DecompressionBombError as error:
        raise UnusableImage("is too large to be a radiograph") from error
    except UnidentifiedImageError as error:
        raise UnusableImage("is no picture of a known format") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise UnusableImage(f"cannot be read as a picture ({_first_words(error)})") from error
    if upright.mode.startswith(("I", "F")):
        values = np.asarray(upright).astype(np.float64)
        pixels, limits = windowed(values)
        notes.append(f"{upright.mode}: deeper than 8 bits, windowed {limits[0]:g} to {limits[1]:g}")
        return Radiograph(pixels, tuple(notes), limits)
    return Radiograph(_grey(upright, notes), tuple(notes), None)


def _grey(image: Image.Image, notes: list[str]) -> NDArray[np.uint8]:
    from PIL import Image

    if image.mode == "1":
        notes.append("black and white only, one bit")
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        if np.asarray(rgba)[..., 3].min() < 255:
            notes.append("transparent parts made black")
        black = Image.new("RGBA", rgba.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, rgba)
    colours = np.asarray(image.convert("RGB")).astype(np.float64)
    chroma = float((colours.max(axis=2) - colours.min(axis=2)).mean())
    if chroma > CHROMA_LIMIT:
        notes.append(f"coloured (chroma {chroma:.0f} of 255), made grey by the mean of channels")
    grey: NDArray[np.uint8] = np.rint(colours.mean(axis=2)).astype(np.uint8)
    return grey


def windowed(
    values: NDArray[Any], limits: tuple[float, float] | None = None
) -> tuple[NDArray[np.uint16], tuple[float, float]]:
    """Stretch values between two limits over 16 bits; default limits are percentiles."""
    finite = np.isfinite(values)
    if not finite.all():
        raise UnusableImage("holds values that are not finite numbers")
    if limits is None:
        low, high = (float(v) for v in np.percentile(values, PERCENTILES))
        limits = (low, high) if high > low else (float(values.min()), float(values.max()))
    low, high = limits
    share = ((values - low) / max(high - low, 1e-9)).clip(0, 1)
    return np.rint(share * 65535).astype(np.uint16), limits


def _read_dicom(path: Path, window: Window) -> Radiograph:
    import pydicom
    from pydicom.pixels.processing import apply_modality_lut

    notes: list[str] = []
    try:
        dataset: Any = pydicom.dcmread(path, force=path.suffix.lower() in DICOM_SUFFIXES)
        if int(dataset.get("NumberOfFrames", 1) or 1) > 1:
            raise UnusableImage(f"holds {dataset.NumberOfFrames} frames, not one")
        if int(dataset.get("SamplesPerPixel", 1)) != 1:
            raise UnusableImage("is a colour DICOM image, not a radiograph")
        if int(dataset.Rows) * int(dataset.Columns) > MOST_PIXELS:
            raise UnusableImage(f"is too large ({dataset.Columns} x {dataset.Rows} pixels)")
        values = apply_modality_lut(dataset.pixel_array, dataset).astype(np.float64)
        own = dataset.get("WindowWidth") is not None or "VOILUTSequence" in dataset
        limits: tuple[float, float] | None = None
        if window == "voi" and own:
            values, limits = _own_window(values, dataset)
            notes.append("DICOM, its own window")
        else:
            notes.append("DICOM, windowed by percentiles")
    except UnusableImage:
        raise
    except Exception as error:  # pydicom's decoders raise all sorts for broken or unknown data
        raise UnusableImage(f"cannot be read as DICOM ({_first_words(error)})") from error
    pixels, limits = windowed(values, limits)
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        pixels = np.uint16(65535) - pixels
        notes.append("MONOCHROME1, inverted")
    across, down = (*(str(v) for v in dataset.get("PatientOrientation") or ()), "", "")[:2]
    if across.startswith("R"):
        pixels = pixels[:, ::-1]
        notes.append("mirrored back: its columns ran to the patient's right")
    if down.startswith("H"):
        pixels = pixels[::-1]
        notes.append("turned back: its rows ran to the head")
    if str(dataset.get("ViewPosition", "")).upper() in ("LL", "RL", "LATERAL", "LLD", "RLD"):
        notes.append(f"view {dataset.ViewPosition}, not a frontal one")
    if str(dataset.get("BurnedInAnnotation", "")).upper() == "YES":
        notes.append("letters are burnt in, perhaps a name: look at it")
    return Radiograph(np.ascontiguousarray(pixels), tuple(notes), limits)


def _own_window(
    values: NDArray[np.float64], dataset: Any
) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return values and the limits of the file's first window (DICOM PS3.3, C.11.2.1.2)."""
    from pydicom.multival import MultiValue
    from pydicom.pixels.processing import apply_voi_lut

    straight = str(dataset.get("VOILUTFunction") or "LINEAR") in ("LINEAR", "LINEAR_EXACT")
    if dataset.get("WindowWidth") is None or not straight:
        shown = np.asarray(apply_voi_lut(values.astype(np.int32), dataset), dtype=np.float64)
        return shown, (float(shown.min()), float(shown.max()))
    centre, width = (
        float(v[0] if isinstance(v, MultiValue) else v)
        for v in (dataset.WindowCenter, dataset.WindowWidth)
    )
    if width <= 1:
        raise UnusableImage(f"has a window of width {width:g}")
    return values, (centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2)


def _first_words(error: Exception) -> str:
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:120].rstrip(".")
