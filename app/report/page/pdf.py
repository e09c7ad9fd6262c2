"""The report as one PDF: the document's template, set on A4 by WeasyPrint."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import matplotlib as mpl

from app.domain.errors import Unavailable
from app.report.page.document import document_html
from app.report.page.view import ReportView
from app.words.language import ENGLISH

NO_PANGO = (
    "A PDF needs the library Pango, which is not on this machine: install it (on Debian and Ubuntu "
    "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0), or print the HTML report."
)
_one_at_a_time = threading.Lock()
# Figures are set in it too, and matplotlib brings it: sheets look alike on every machine.
_FONTS = (
    ("DejaVu Sans", "normal", "normal", "DejaVuSans.ttf"),
    ("DejaVu Sans", "bold", "normal", "DejaVuSans-Bold.ttf"),
    ("DejaVu Sans", "normal", "italic", "DejaVuSans-Oblique.ttf"),
    ("DejaVu Sans Mono", "normal", "normal", "DejaVuSansMono.ttf"),
)


def report_pdf(
    view: ReportView, *, templates: Path, static: Path, now: datetime, tongue: str = ENGLISH
) -> bytes:
    """Every part open, figures as vectors, text as text, headings as bookmarks and tags.

    Parameters
    ----------
    view : ReportView
    templates, static : Path
        The folders of the web application's templates and style sheets.
    now : datetime
        The moment that the report says it was made at.
    tongue : str
        The language it speaks, one of app.words.language.LANGUAGES.

    Raises
    ------
    Unavailable
        Where the system library that sets text is missing.
    """
    weasyprint = _weasyprint()
    page = document_html(
        view,
        templates=templates,
        static=static,
        now=now,
        folds=False,
        tongue=tongue,
        more_style=f"{_font_faces()}\n{(static / 'report_sheet.css').read_text(encoding='utf-8')}",
    )
    return _printed(weasyprint, page)


def sheet_pdf(page: str, style: str, *, static: Path) -> bytes:
    """A page as a PDF, with the style sheet of that name among the static files.

    Raises Unavailable where the system library that sets text is missing.
    """
    weasyprint = _weasyprint()
    sheet = (static / style).read_text(encoding="utf-8")
    styled = page.replace("</head>", f"<style>{_font_faces()}\n{sheet}</style></head>", 1)
    return _printed(weasyprint, styled)


def _weasyprint() -> ModuleType:
    try:
        return load_weasyprint()
    except OSError as error:
        raise Unavailable(NO_PANGO) from error


def _printed(weasyprint: ModuleType, page: str) -> bytes:
    document = weasyprint.HTML(string=page, url_fetcher=fetcher())
    # What lays text out below is one library of the system, shared by all threads.
    with _one_at_a_time:
        made: bytes = document.write_pdf(pdf_tags=True)
    return made


def load_weasyprint() -> ModuleType:
    """WeasyPrint, loaded when it is needed; OSError where Pango is missing, which it looks for."""
    import weasyprint

    # It tells of every rule for screens that it leaves out: nobody can act on that.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return cast(ModuleType, weasyprint)


def fetcher() -> Any:
    """Figures are data and fonts are files: nothing is fetched from elsewhere."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data", "file"))


def _font_folder() -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def _font_faces() -> str:
    folder = _font_folder()
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(folder / name).as_uri()}"); }}'
        for family, weight, style, name in _FONTS
    )
