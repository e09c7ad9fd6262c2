"""No sentence of a report is English only, on its page or in its figures."""

import re
from datetime import UTC, datetime

import pytest

from app.report.figures import style
from app.report.page import document
from app.report.page.document import report_document
from app.report.page.file_view import file_view
from app.report.page.view import ReportView
from app.report.words.references import REFERENCES
from app.services.analyse_file import FileAnalysis
from app.settings import resource_dir
from app.statistics.analysis import analyse
from app.words.language import Language, language
from tests.report.ratings import simulated_table
from tests.words.pseudo import PSEUDO, WORD, words_left, words_left_in_svg

FOLDERS = {"templates": resource_dir("templates"), "static": resource_dir("static")}
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
# Codes, names of people and of methods, units and files: the same in every language.
SAME = re.compile(
    r"\b(ref|AUC|HYPE|ICC|PABAK|meta|SHA|matplotlib|REML|ANOVA|top-2-box|score|nov|discrimination\.auc_score|ratings\.csv|real|M\d|R\d+)\b"
)


def spoken(tag: str) -> Language:
    return PSEUDO if tag == PSEUDO.tag else language(tag)


@pytest.fixture(scope="module")
def view() -> ReportView:
    analysis = analyse(simulated_table(readers=4, cases=10, repeats=2))
    read = FileAnalysis(analysis, "ratings.csv", "0 0", 0, 0, 0, (), True, ())
    return file_view(read, sha256="0" * 64)


def left_over(texts: set[str]) -> set[str]:
    plain = {text.replace("&lt;", "<").replace("&gt;", ">") for text in texts}
    plain -= set(REFERENCES.values())
    return {text for text in plain if WORD.search(SAME.sub("", text))}


def test_on_the_page(view: ReportView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "language", spoken)
    monkeypatch.setattr(style, "language", spoken)
    page = report_document(view, **FOLDERS, now=NOW, tongue=PSEUDO.tag)
    assert left_over(words_left(page)) == set()


def test_in_the_figures(view: ReportView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "language", spoken)
    left = {
        text
        for figure in view.figures.values()
        for text in words_left_in_svg(figure.file("svg", PSEUDO.tag).decode())
    }
    assert left_over(left) == set()


def test_a_word_that_nobody_marked_would_be_seen() -> None:
    page = '<main><p>Unmarked words</p><img alt="Another one">·· 12</main>'
    assert words_left(page) == {"Unmarked words", "Another one"}


def test_numbers_have_the_marks_of_the_language(view: ReportView) -> None:
    page = report_document(view, **FOLDERS, now=NOW, tongue="pt-BR")
    assert 'lang="pt-BR"' in page
    assert not re.search(r"<td[^>]*>[^<]*\d\.\d", page)
    assert re.search(r"<td[^>]*>\d,\d\d", page)
    axis = view.figures["forest-auc"].file("svg", "pt-BR").decode()
    assert "0,5" in axis
    assert not re.search(r">0\.\d<", axis)


def test_the_same_report_is_english_and_portuguese(view: ReportView) -> None:
    english = report_document(view, **FOLDERS, now=NOW)
    assert "Results by arm" in english
    assert "Resultados por braço" in report_document(view, **FOLDERS, now=NOW, tongue="pt-BR")
    assert report_document(view, **FOLDERS, now=NOW) == english
