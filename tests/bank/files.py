"""Image files for tests, made in memory."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid


def texture(height: int = 96, width: int = 80, *, seed: int = 1) -> NDArray[np.uint8]:
    """Grey levels that use the whole range, shape (height, width)."""
    levels = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    levels.flat[:2] = (0, 255)[: levels.size]
    return levels


def saved(pixels: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    """`pixels` written by Pillow."""
    return saved_image(Image.fromarray(pixels), kind, **options)


def saved_image(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """An image written by Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    return buffer.getvalue()


def dicom(pixels: NDArray[Any], **attributes: Any) -> bytes:
    """`pixels` as an uncompressed DICOM file; `attributes` replace or add by keyword."""
    bits = pixels.dtype.itemsize * 8
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["test"])
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.PatientName = "Doe^Jane"
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(np.issubdtype(pixels.dtype, np.signedinteger))
    dataset.add_new("PixelData", "OW", pixels.tobytes())
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
