"""What a file is, told by its first bytes and never by its name."""

import re
from typing import Final, Literal

from app.domain.said import said

PictureKind = Literal[
    "PNG", "JPEG", "JPEG-LS", "JPEG 2000", "JPEG XL", "TIFF", "WEBP", "AVIF", "BMP", "PNM"
]

READ: Final = said("PNG, JPEG, JPEG 2000, JPEG-LS, JPEG XL, TIFF, WebP, AVIF, BMP, PGM or DICOM")
DICOM_SUFFIXES: Final = (".dcm", ".dicom")
IMAGE_SUFFIXES: Final = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jls", ".jp2", ".j2k", ".j2c", ".jpx", ".jph", ".jhc"),
    *(".jxl", ".tif", ".tiff", ".webp", ".avif", ".bmp", ".pgm", ".ppm", ".pnm", *DICOM_SUFFIXES),
)
"""Endings under which a folder is searched for images; what a file is, is told by its content."""

_SOI = b"\xff\xd8\xff"
_BEGINNINGS: Final[tuple[tuple[bytes, PictureKind], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff\xf7", "JPEG-LS"),
    (_SOI, "JPEG"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
)
_NOT_READ: Final = (
    (b"GIF8", said("a GIF, which holds 256 colours and often several pictures"), "ImageMagick"),
    (b"\x93NUMPY", said("a NumPy array (NPY), which doesn't say what its numbers mean"), "imageio"),
    (b"PK\x03\x04", said("a zip archive (or NPZ)"), said("any unzip program")),
    (
        b"\x1f\x8b",
        said("a gzip archive, perhaps NIfTI (nii.gz)"),
        said("gunzip, then dcm2niix or SimpleITK"),
    ),
    (b"NRRD", said("an NRRD volume"), said("SimpleITK or 3D Slicer")),
    (b"ObjectType", said("a MetaImage (MHA)"), said("SimpleITK or 3D Slicer")),
    (b"8BPS", said("a Photoshop file"), said("ImageMagick or Photoshop")),
    (b"%PDF", said("a PDF"), "pdfimages"),
    (b"%!PS", said("a PostScript file"), "Ghostscript"),
    (b"\x89HDF", said("an HDF5 file"), said("h5py and imageio")),
    (b"SIMPLE  =", said("a FITS file"), "ImageMagick"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_METAIMAGE = re.compile(rb"(?m)\A(?:\w+ *=.*\r?\n){0,30}?(?:NDims|DimSize|ElementType) *=")


def has_preamble(data: bytes) -> bool:
    """Whether the bytes begin as DICOM files should: 128 bytes of preamble, then DICM."""
    return data[128:132] == b"DICM"


def is_dicom(data: bytes) -> bool:
    """Whether the bytes begin as a DICOM file.

    That is a preamble and DICM; or, in files that leave both out, an element of group 2 or 8 as
    the first of a data set in either byte order.
    """
    if has_preamble(data):
        return True
    group, element = data[0:2], data[2:4]
    little = group in (b"\x02\x00", b"\x08\x00") and element[1:] <= b"\x23"
    big = group in (b"\x00\x02", b"\x00\x08") and element[:1] <= b"\x23"
    return len(data) > 16 and (little or big)


def picture_kind(data: bytes) -> PictureKind | None:
    """Which of the formats read here (DICOM apart) the bytes begin as."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and (b"avif" in data[8:64] or b"avis" in data[8:12]):
        return "AVIF"
    if re.match(rb"P[1-6][\s#]", data):
        return "PNM"
    return None


def why_not_read(data: bytes) -> str:
    """The end of a sentence for bytes of no format read here: what they are and what converts."""
    for beginning, what, tool in _NOT_READ:
        if data.startswith(beginning):
            return said(
                "is {what}; convert it to 8- or 16-bit PNG, for instance with {tool}",
                what=what,
                tool=tool,
            )
    if data[344:348] in (b"n+1\x00", b"ni1\x00") or data[4:8] in (b"n+2\x00", b"ni2\x00"):
        return said(
            "is a NIfTI volume; save the slice or film as DICOM or 16-bit PNG, for instance with "
            "SimpleITK"
        )
    if _METAIMAGE.match(data[:4096]):
        return said("is a MetaImage (MHA); convert it to 16-bit PNG, for instance with SimpleITK")
    if data[4:8] == b"ftyp" and any(brand in data[8:40] for brand in _HEIF_BRANDS):
        return said("is a HEIC picture; convert it to PNG, for instance with ImageMagick")
    return said("is not a {formats} image, whatever its name says", formats=READ)
