"""A report's figures as files: each as vectors, as pixels, and as the numbers behind it."""

from collections.abc import Mapping
from typing import Literal

from app.report.figures.plot import Numbers, ReportFigure
from app.report.figures.style import MEDIA_TYPES
from app.services.export_study.csv_text import csv_bytes

FileEnding = Literal["svg", "pdf", "png", "tiff", "csv"]
FILE_TYPES: Mapping[str, str] = {
    **{str(ending): media_type for ending, media_type in MEDIA_TYPES.items()},
    "csv": "text/csv; charset=utf-8",
}


def figure_file(figure: ReportFigure, ending: FileEnding) -> bytes:
    """One file of a figure."""
    return numbers_csv(figure.plot.numbers()) if ending == "csv" else figure.file(ending)


def numbers_csv(numbers: Numbers) -> bytes:
    """Comma-separated, UTF-8, one header line, every digit; empty where there is no number."""
    return b"".join(csv_bytes(numbers.columns, numbers.rows))
