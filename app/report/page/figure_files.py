"""A report's figures as files: each as vectors, as pixels, and as the numbers behind it."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Literal, cast

from app.report.figures.plot import Numbers, ReportFigure
from app.report.figures.style import MEDIA_TYPES
from app.report.page.view import ReportView
from app.services.export_study.csv_text import csv_bytes
from app.words.language import ENGLISH

FileEnding = Literal["svg", "pdf", "png", "tiff", "csv"]
FILE_TYPES: Mapping[str, str] = {
    **{str(ending): media_type for ending, media_type in MEDIA_TYPES.items()},
    "csv": "text/csv; charset=utf-8",
}

# Archives want a date; the earliest there is says nothing.
_SOME_DAY = (1980, 1, 1, 0, 0, 0)


def figure_file(figure: ReportFigure, ending: FileEnding, tongue: str = ENGLISH) -> bytes:
    """One file of a figure, its words in a language; tables of numbers are English."""
    return numbers_csv(figure.plot.numbers()) if ending == "csv" else figure.file(ending, tongue)


def figure_files(view: ReportView, tongue: str = ENGLISH) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of every figure."""
    for figure in view.figures.values():
        for ending in FILE_TYPES:
            yield f"{figure.name}.{ending}", figure_file(figure, cast(FileEnding, ending), tongue)


def figures_zip(view: ReportView, tongue: str = ENGLISH) -> bytes:
    """All of them in one archive, whose bytes depend on them alone."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in figure_files(view, tongue):
            file.writestr(zipfile.ZipInfo(name, _SOME_DAY), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def numbers_csv(numbers: Numbers) -> bytes:
    """Comma-separated, UTF-8, one header line, every digit; empty where there is no number."""
    return b"".join(csv_bytes(numbers.columns, numbers.rows))
