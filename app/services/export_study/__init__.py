"""A study's data in the files that researchers and their tools read.

One package and not several services, because services meet in the database only: every file is
another writing of the same rows.
"""

from app.services.export_study.columns import (
    CASE_COLUMNS,
    CODEBOOK_COLUMNS,
    READER_COLUMNS,
    every_file,
)
from app.services.export_study.csv_text import csv_cell
from app.services.export_study.ratings_file import RatingsFile
from app.services.export_study.study_export import FILES, ExportFile, StudyExport

__all__ = [
    "CASE_COLUMNS",
    "CODEBOOK_COLUMNS",
    "FILES",
    "READER_COLUMNS",
    "ExportFile",
    "RatingsFile",
    "StudyExport",
    "csv_cell",
    "every_file",
]
