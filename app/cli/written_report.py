"""What is written in place of tables in the terminal.

Names are checked before anything is computed; what draws and writes is imported after it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.report_names import PAGES, SHEETS, ensure_report_names, ensure_spoken
from app.services.analyse_file import FileAnalysis
from app.words.language import ENGLISH

if TYPE_CHECKING:
    from app.report.page.view import ReportView
    from app.services.analyse_export import ExportAnalysis


@dataclass(frozen=True)
class WrittenReport:
    """A page, a PDF and a folder of figures, of which any may be None, in a language.

    With `force` they are written over files of their names.
    """

    html: Path | None
    pdf: Path | None
    figures: Path | None
    tongue: str = ENGLISH
    force: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether anything is to be written."""
        return (self.html or self.pdf or self.figures) is not None

    def ensure_names(self) -> None:
        """Raise BadInput, before anything is computed, for what could not be written after it."""
        ensure_spoken(self.tongue)
        ensure_report_names(self.html, self.figures, PAGES, force=self.force)
        ensure_report_names(self.pdf, None, SHEETS, force=self.force)

    def write_file(self, read: FileAnalysis, ratings: Path) -> None:
        """The report of a file of ratings."""
        from app.report.page.file_view import file_view

        self._write(file_view(read, sha256=_sha256_of(ratings)))

    def write_export(self, read: "ExportAnalysis", ratings: Path) -> None:
        """The report of a study's own export."""
        from app.report.page.file_view import export_view

        self._write(export_view(read, sha256=_sha256_of(ratings)))

    def _write(self, view: "ReportView") -> None:
        from app.cli.report_files import write_figures, write_report

        for out in (self.html, self.pdf):
            if out is not None:
                write_report(view, out, self.tongue, force=self.force)
        if self.figures is not None:
            write_figures(view, self.figures, self.tongue, force=self.force)


def _sha256_of(path: Path) -> str:
    """Of a file's bytes, as the report names it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
