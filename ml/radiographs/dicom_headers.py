"""What a DICOM file's header says of the patient: only what a caption or the split needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from app.films.header_text import header_texts
from app.films.reader import BadImage

_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}


@dataclass(frozen=True)
class DicomHeader:
    """Patient, sex and age; None where the file does not tell."""

    patient: str | None = None
    sex: str | None = None
    """M or F."""

    age: float | None = None
    """Years."""


def read_header(path: Path) -> DicomHeader:
    """Read a header, pixels left out; one that cannot be read says nothing.

    The file is refused, by name, when its pixels are read.
    """
    try:
        texts = header_texts(path, ("PatientID", "PatientSex", "PatientAge"))
    except BadImage:
        return DicomHeader()
    sex = texts["PatientSex"].upper()
    age = re.fullmatch(r"(\d{1,3})([YMWD])", texts["PatientAge"])
    return DicomHeader(
        texts["PatientID"] or None,
        sex if sex in ("M", "F") else None,
        round(int(age[1]) * _YEARS[age[2]], 2) if age else None,
    )
