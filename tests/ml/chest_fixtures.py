"""Small data sets laid out as the real ones are, drawn from a seed."""

from pathlib import Path

import numpy as np
from PIL import Image

READING = "Patient's Sex: {sex}\nPatient's Age: {age}Y\n{finding}\n"
SHENZHEN_READING = "{sex} {age}yrs\n{finding}\n"


def chest(seed, *, width=96, height=80, dtype=np.uint8):
    """Draw something grey, (height, width), that differs by seed; a bright block top left only.

    The block stands for the marker of the patient's right side: lose left or right and it moves.
    """
    draw = np.random.default_rng(seed)
    coarse = draw.integers(40, 140, (height // 8, width // 8)).astype(np.float64)
    values = np.kron(coarse, np.ones((8, 8)))
    values[: height // 5, : width // 5] = 250
    return (values * (np.iinfo(dtype).max / 255)).astype(dtype)


def corners(grey):
    """Return the means of the four quarters' outer corners: top left, top right, bottom both."""
    h, w = (side // 8 for side in grey.shape)
    return [
        float(part.mean()) for part in (grey[:h, :w], grey[:h, -w:], grey[-h:, :w], grey[-h:, -w:])
    ]


def write_montgomery(root: Path, *, normal=4, abnormal=4, prefix="MCUCXR", folder="MontgomerySet"):
    """Write a fake set as the NLM distributes it and return its folder."""
    home = root / folder
    pictures, readings = home / "CXR_png", home / "ClinicalReadings"
    pictures.mkdir(parents=True)
    readings.mkdir()
    # Lung masks lie beside the films there, under the very same names.
    masks = [home / "ManualMask" / side for side in ("leftMask", "rightMask")]
    for mask in masks:
        mask.mkdir(parents=True)
    for number in range(normal + abnormal):
        sick = number >= normal
        stem = f"{prefix}_{number + 1:04d}_{int(sick)}"
        Image.fromarray(chest(number)).save(pictures / f"{stem}.png")
        for mask in masks:
            Image.fromarray(chest(number) > 90).save(mask / f"{stem}.png")
        finding = "RUL cavitary infiltrate" if sick else "normal"
        form = READING if prefix == "MCUCXR" else SHENZHEN_READING
        sex = ("F", "M")[number % 2] if prefix == "MCUCXR" else ("female", "male")[number % 2]
        text = form.format(sex=sex, age=f"{30 + number:03d}", finding=finding)
        (readings / f"{stem}.txt").write_text(text)
    (home / "NLM-MontgomeryCXRSet-ReadMe.pdf").write_bytes(b"%PDF-1.4")
    return home


def write_dicom(path: Path, pixels, *, photometric="MONOCHROME2", **tags):
    """Write a DX file, (height, width) uint16, with the given header."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, "1.2.3.4"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PhotometricInterpretation = photometric
    for name, value in tags.items():
        setattr(dataset, name, value)
    dataset.PixelData = pixels.astype(np.uint16).tobytes()
    dataset.save_as(path, enforce_file_format=True)
