"""Tables of images, as spreadsheets and other people's scripts write them."""

from pathlib import Path

import pytest

from app.bank.index import BadRecord, IndexRow, iter_index
from app.domain.errors import BadBank

ROWS = [
    IndexRow(2, "a.png", "normal", {"findings": "No Finding", "age": "41"}),
    IndexRow(3, "b.png", "abnormal", {"findings": "Nodule|Mass", "sex": "F"}),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_it_reads_what_spreadsheets_write(
    tmp_path: Path, newline: str, delimiter: str, mark: str
) -> None:
    lines = [
        ("File", "condition ", "findings", "sex", "age"),
        ("a.png", "normal", "No Finding", "", "41"),
        ("b.png", "Abnormal", '"Nodule|Mass"', "F", ""),
        ("", "", "", "", ""),
    ]
    text = mark + newline.join(delimiter.join(line) for line in lines) + newline
    (tmp_path / "index.csv").write_text(text, encoding="utf-8", newline="")
    assert list(iter_index(tmp_path, "index.csv")) == ROWS


def test_values_may_hold_delimiters_and_newlines_inside_quotes(tmp_path: Path) -> None:
    text = 'file,condition,findings\na.png,normal,"one, two\nthree"\nb.png,normal,\n'
    (tmp_path / "index.csv").write_text(text)
    first, second = iter_index(tmp_path, "index.csv")
    assert first == IndexRow(3, "a.png", "normal", {"findings": "one, two\nthree"})
    assert second.file == "b.png"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.png,sick", "normal or abnormal, not 'sick'"),
        ("a.png", "normal or abnormal, not ''"),
        (",normal", "names no file"),
        ("../a.png,normal", "without .."),
        ("/a.png,normal", "below the folder"),
        ("a.png,normal,x", "3 values for 2 columns"),
        ("a\x00.png,normal", "NUL"),
    ],
)
def test_each_bad_row_is_named_and_the_rest_goes_on(tmp_path: Path, row: str, reason: str) -> None:
    (tmp_path / "index.csv").write_text(f"file,condition\n{row}\nb.png,normal\n")
    bad, good = iter_index(tmp_path, "index.csv")
    assert isinstance(bad, BadRecord)
    assert bad.line_number == 2
    assert reason in bad.reason
    assert good == IndexRow(3, "b.png", "normal")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"file,condition\n", "has a heading and no row below it"),
        (b"image,label\na,b\n", "no column file and no column condition"),
        (b"file,label\na,b\n", "no column condition"),
        (b"file,condition,file\na,normal,b\n", "the column file twice"),
        (b'file,condition\n"' + b"x" * 200_000, "can't be read as a table"),
    ],
)
def test_a_bad_table_is_one_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "index.csv").write_bytes(content)
    with pytest.raises(BadBank, match=reason) as caught:
        list(iter_index(tmp_path, "index.csv"))
    assert "\n" not in str(caught.value)


def test_a_missing_table_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadBank, match=r"index\.csv is missing"):
        list(iter_index(tmp_path, "index.csv"))
    with pytest.raises(BadBank, match="is not a folder"):
        list(iter_index(tmp_path / "nowhere", "index.csv"))
    with pytest.raises(BadBank, match="can't be read"):
        list(iter_index(tmp_path, "."))
