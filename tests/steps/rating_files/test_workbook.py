"""Workbooks, honest and hostile."""

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.domain.errors import BadRatings
from app.steps.rating_files import workbook
from tests.steps.rating_files.made_study import (
    HEADER,
    REALISM,
    ROWS,
    answers,
    ratings_of,
    sheet_of,
)


def book(*sheets: tuple[str, list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


STUDY = [HEADER, *ROWS]


def test_a_workbook_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    sheet = sheet_of(path, book(("Blatt1", STUDY)))
    assert sheet.taken_for == "a tidy table, one row a rating (sheet 'Blatt1' of a workbook)"
    assert answers(ratings_of(path)) == REALISM


def test_empty_rows_columns_and_sheets_are_no_ratings(tmp_path: Path) -> None:
    rows = [
        [],
        ["", *HEADER],
        *([None, *row, None] for row in ROWS[:6]),
        [],
        *([None, *row] for row in ROWS[6:]),
    ]
    ratings = ratings_of(tmp_path / "r.xlsx", book(("Leer", []), ("R", rows), ("Leer2", [[None]])))
    assert answers(ratings) == REALISM


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    notes = ("Notes", [["read this"], ["first"]])
    # One alone has our columns.
    assert answers(ratings_of(path, book(notes, ("R", STUDY)))) == REALISM
    with pytest.raises(BadRatings, match="has 2 sheets: name the one with the ratings"):
        ratings_of(path, book(("A", STUDY), ("B", STUDY)))
    assert answers(ratings_of(path, sheet="b")) == REALISM
    with pytest.raises(BadRatings, match="has no sheet 'C' that holds something; it has A, B"):
        ratings_of(path, sheet="C")
    with pytest.raises(BadRatings, match="is empty"):
        ratings_of(path, book(("A", []), ("B", [])))


def test_a_date_where_a_number_should_be_is_called_a_date(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS[:3], (*ROWS[3][:4], datetime.datetime(2026, 5, 3), "real"), *ROWS[4:]]
    with pytest.raises(BadRatings, match="row 5 has realism '2026-05-03', a date, which"):
        ratings_of(tmp_path / "r.xlsx", book(("R", rows)))


def test_booleans_are_words_that_want_a_meaning(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    rows = [HEADER, *((*row[:5], row[5] == "real") for row in ROWS)]
    with pytest.raises(BadRatings, match="has false and true for verdict, and nothing says which"):
        ratings_of(path, book(("R", rows)))
    ratings = ratings_of(path, values={"verdict": {"TRUE": "real"}})
    assert [bool(one) for one in ratings.numbers["verdict"]] == [
        row[5] == "synthetic" for row in ROWS
    ]


def test_a_formula_without_its_result_is_no_empty_cell(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS[:3], (*ROWS[3][:4], "=1+2", "real"), *ROWS[4:]]
    with pytest.raises(BadRatings, match="cell E5 holds a formula whose result is not stored"):
        ratings_of(tmp_path / "r.xlsx", book(("R", rows)))


def test_an_error_in_a_cell_is_told(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS[:3], (*ROWS[3][:4], "#N/A", "real"), *ROWS[4:]]
    with pytest.raises(BadRatings, match="cell E5 holds the error #N/A"):
        ratings_of(tmp_path / "r.xlsx", book(("R", rows)))


def test_two_headings_of_one_name_and_wide_rows(tmp_path: Path) -> None:
    with pytest.raises(BadRatings, match="two columns named 'Realism'"):
        ratings_of(tmp_path / "r.xlsx", book(("R", [(*HEADER, "Realism"), *ROWS])))
    with pytest.raises(BadRatings, match="row 2 has 7 fields and the header 6: mend this row"):
        ratings_of(tmp_path / "r.xlsx", book(("R", [HEADER, (*ROWS[0], "x"), *ROWS[1:]])))


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with a part of it written over."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for one in source.infolist():
            data = source.read(one)
            if one.filename == part:
                assert old in data
                data = data.replace(old, new, 1)
            out.writestr(one.filename, data)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "sentence"),
    [
        (SHEET, b"<sheetData>", b" " * 90_000_000 + b"<sheetData>", "more than a file of ratings"),
        (
            SHEET,
            b"<worksheet",
            b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet',
            "XML entities of its own",
        ),
        (SHEET, b'r="F2"', b'r="XFD2"', "no file of ratings is that large"),
        (SHEET, b"<sheetData>", b"<sheetData", "can't be read as a workbook"),
    ],
)
def test_a_hostile_workbook_is_refused_before_it_costs(
    tmp_path: Path, part: str, old: bytes, new: bytes, sentence: str
) -> None:
    content = changed(book(("R", STUDY)), part, old, new)
    with pytest.raises(BadRatings, match=sentence):
        ratings_of(tmp_path / "r.xlsx", content)


def test_a_row_far_below_costs_no_more_than_its_number(tmp_path: Path) -> None:
    content = changed(book(("R", STUDY)), SHEET, b'<row r="25"', b'<row r="1048576"')
    for column in b"ABCDEF":
        old = b'r="%c25"' % column
        content = changed(content, SHEET, old, b'r="%c1048576"' % column)
    ratings = ratings_of(tmp_path / "r.xlsx", content)
    assert answers(ratings) == REALISM
    assert ratings.grid.where(ratings.rows[-1]) == "row 1048576"


def test_cells_between_others_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MOST_CELLS", 100)
    with pytest.raises(BadRatings, match="no file of ratings is that large"):
        ratings_of(tmp_path / "r.xlsx", book(("R", STUDY)))


def test_sizes_that_sum_up_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 1000)
    with pytest.raises(BadRatings, match=r"unpacks to [\d,]+ bytes"):
        ratings_of(tmp_path / "r.xlsx", book(("R", STUDY)))


def test_another_zip_archive_is_called_one(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ratings.csv", "reader,case\n")
    with pytest.raises(BadRatings, match="is a zip archive and no workbook: unpack it first"):
        ratings_of(tmp_path / "r.zip", made.getvalue())
