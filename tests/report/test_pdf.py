"""The report as one PDF: its words can be searched, its figures are vectors, nothing is folded."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from app.domain.errors import Unavailable
from app.report.page import pdf
from app.report.page.file_view import file_view
from app.report.page.view import ReportView
from app.services.analyse_file import FileAnalysis
from app.settings import resource_dir
from app.statistics.analysis import analyse
from tests.report.ratings import simulated_table

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
FOLDERS = {"templates": resource_dir("templates"), "static": resource_dir("static")}


def view_of(**options: object) -> ReportView:
    """The report of a file of simulated ratings."""
    analysis = analyse(simulated_table(**options))  # type: ignore[arg-type]
    read = FileAnalysis(analysis, "ratings.csv", "a tidy table", 0, 0, 0, (), True, ())
    return file_view(read, sha256="0" * 64)


@pytest.fixture(scope="module")
def view() -> ReportView:
    return view_of(readers=4, cases=10, repeats=2)


@pytest.fixture(scope="module")
def made(view: ReportView) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.report_pdf(view, **FOLDERS, now=NOW)))


def text_of(made: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in made.pages))


def test_it_holds_the_words_of_every_part(view: ReportView, made: PdfReader) -> None:
    words = text_of(made)
    for answer in view.answers:
        assert re.sub(r"\s+", "", answer.line) in re.sub(r"\s+", "", words)
    for section in view.sections:
        assert section.title in words
        for table in section.tables:
            assert table.title.split(":")[0] in words
    assert "Obuchowski" in words
    assert made.metadata is not None
    assert made.metadata.title == "Report · ratings.csv"


def test_the_words_inside_its_figures_are_words(made: PdfReader) -> None:
    words = text_of(made)
    assert "AUC from realism (0.5 = rated alike)" in words
    assert "False-alarm rate (real called synthetic)" in words
    # No figure was made of pixels.
    for page in made.pages:
        resources = page["/Resources"]
        assert isinstance(resources, DictionaryObject)
        drawn = resources.get("/XObject", {})
        assert all(drawn[name]["/Subtype"] != "/Image" for name in drawn)


def test_every_sheet_says_that_readers_were_simulated(made: PdfReader) -> None:
    assert len(made.pages) > 5
    for number, page in enumerate(made.pages, start=1):
        words = page.extract_text()
        assert "SIMULATED READERS" in words
        assert f"{number} / {len(made.pages)}" in words


def test_tables_on_their_side_lie_at_the_end_and_their_page_is_named(made: PdfReader) -> None:
    lies = [page.mediabox.width > page.mediabox.height for page in made.pages]
    assert any(lies)
    # One in the midst would leave the sheet before it unfilled.
    assert lies == sorted(lies)
    named = re.findall(r"This table lies on its side at the end, on page (\d+)\.", text_of(made))
    assert named == [str(lies.index(True) + 1)]
    assert "Results by arm" in made.pages[lies.index(True)].extract_text()


def test_parts_are_bookmarks_and_the_sheet_is_tagged(view: ReportView, made: PdfReader) -> None:
    titles: list[str] = []

    def walk(entries: list[object]) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry)
            else:
                titles.append(str(entry["/Title"]))  # type: ignore[index]

    walk(list(made.outline))
    assert {section.title for section in view.sections} <= set(titles)
    assert "/StructTreeRoot" in made.trailer["/Root"]  # type: ignore[operator]


def test_without_pango_it_says_what_to_install(
    view: ReportView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking() -> ModuleType:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf, "load_weasyprint", lacking)
    with pytest.raises(Unavailable, match="libpango"):
        pdf.report_pdf(view, **FOLDERS, now=NOW)


def test_nothing_is_fetched_from_elsewhere(view: ReportView, tmp_path: Path) -> None:
    fetched = pdf.fetcher()
    for address in ("http://127.0.0.1:1/x.css", "https://example.org/x.svg", "ftp://x/y"):
        with pytest.raises(Exception, match=r"(?i)protocol|scheme"):
            fetched.fetch(address)
