"""No cell of a CSV file is run by a spreadsheet, and no other text is changed."""

import csv
import io

import pytest

from app.services.export_study.csv_text import csv_bytes, csv_cell


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1＋1", "'＝1＋1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠SUM", "'＠SUM"),
        ("  =1", "'  =1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("\t=1", "'\t=1"),
        ("\tseen", "'\tseen"),
        ("rib\n=HYPERLINK(1)", "rib\n'=HYPERLINK(1)"),
        ("rib\r\n＝1", "rib\r\n'＝1"),
        ("rib\r-1\n+2", "rib\r'-1\n'+2"),
        ("rib\u2028@x", "rib\u2028'@x"),
    ],
)
def test_what_would_run_is_shielded_on_every_line(text: str, written: str) -> None:
    assert csv_cell(text) == written


@pytest.mark.parametrize(
    "text", ["", "rib = sharp", "a-b", "1+1", "two\nlines", "mail@host", "'=", "左肺＝右肺"]
)
def test_other_text_stays_as_it_was_typed(text: str) -> None:
    assert csv_cell(text) == text


def test_numbers_are_numbers() -> None:
    (line,) = b"".join(csv_bytes(["a", "b"], [[-2, -0.5]])).decode().splitlines()[1:]
    assert line == "-2,-0.5"
    assert next(csv.reader(io.StringIO(line))) == ["-2", "-0.5"]
