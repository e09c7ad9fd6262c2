"""Text as spreadsheets and hospitals write it."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import BadRatings
from tests.steps.rating_files.made_study import REALISM, answers, delimited, ratings_of, sheet_of


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (delimited(), "commas, UTF-8"),
        (delimited(";"), "semicolons, UTF-8"),
        (delimited("\t", "\r\n"), "tabs, UTF-8"),
        (delimited("|", "\r"), "bars, UTF-8"),
        ("\ufeff" + delimited(), "commas, UTF-8"),
        ("sep=;\n" + delimited(";"), "semicolons, UTF-8"),
        (delimited(";").encode("utf-16"), "semicolons, UTF-16"),
        (delimited(";").encode("utf-16-le"), "semicolons, UTF-16"),
        (delimited(";").encode("utf-16-be"), "semicolons, UTF-16"),
        (gzip.compress(delimited().encode()), "commas, UTF-8"),
        (delimited().replace("reader,case", "READER, Case "), "commas, UTF-8"),
    ],
)
def test_the_same_ratings_however_the_text_is_written(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    path = tmp_path / "ratings"
    assert sheet_of(path, content).taken_for == f"a tidy table, one row a rating ({words})"
    assert answers(ratings_of(path)) == REALISM


def test_windows_1252_keeps_its_letters(tmp_path: Path) -> None:
    text = delimited(";").replace("R1", "Müller").encode("cp1252")
    ratings = ratings_of(tmp_path / "r.csv", text)
    assert "Müller" in ratings.names["reader"]
    assert "Windows-1252" in sheet_of(tmp_path / "r.csv", text).taken_for


def test_decimal_commas_are_read_and_said(tmp_path: Path) -> None:
    text = delimited(";").replace(";3;", ";3,5;")
    ratings = ratings_of(tmp_path / "r.csv", text)
    assert 3.5 in ratings.numbers["realism"]
    assert ("Decimal commas.", "In realism a comma marks decimals.") in ratings.cautions
    quoted = delimited().replace(",3,", ',"3,5",')
    assert np.array_equal(
        ratings_of(tmp_path / "q.csv", quoted).numbers["realism"], ratings.numbers["realism"]
    )


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("3,5", "2.5", "has realism '3,5' and '2.5': say which marks decimals"),
        ("1,250", "1,500", "can be read in two ways: say --decimal comma, or --decimal point"),
    ],
)
def test_commas_that_can_be_read_in_two_ways_are_asked_about(
    tmp_path: Path, one: str, other: str, sentence: str
) -> None:
    text = delimited(";").replace(";3;", f";{one};").replace(";2;", f";{other};")
    with pytest.raises(BadRatings) as caught:
        ratings_of(tmp_path / "r.csv", text)
    assert sentence in str(caught.value)
    if one == "1,250":
        point = ratings_of(tmp_path / "r.csv", decimal="point").numbers["realism"]
        comma = ratings_of(tmp_path / "r.csv", decimal="comma").numbers["realism"]
        assert (1250.0 in point, 1.25 in comma) == (True, True)


def test_a_said_decimal_comma_makes_points_thousands_or_mistakes(tmp_path: Path) -> None:
    text = delimited(";").replace(";3;", ";1.250;").replace(";2;", ";2,5;")
    assert 1250.0 in ratings_of(tmp_path / "r.csv", text, decimal="comma").numbers["realism"]
    with pytest.raises(BadRatings, match=r"'1.25', where --decimal says that commas mark"):
        ratings_of(tmp_path / "r.csv", text.replace("1.250", "1.25"), decimal="comma")


def test_an_option_that_says_nothing_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRatings, match="of which --modality says nothing: leave it out"):
        ratings_of(tmp_path / "r.csv", delimited(), modality="M1")
    with pytest.raises(BadRatings, match="is no workbook, so it has no sheet 'A'"):
        ratings_of(tmp_path / "r.csv", sheet="A")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"reader,case\x00,arm\n", "NUL characters"),
        (delimited().replace("R1,real0,real,real,3,", "R1,real0,real,"), "line 2 has 4 fields"),
        (delimited().replace(",verdict", ",verdict,Verdict"), "two columns named 'Verdict'"),
        (delimited().replace(",2,", ",1e308,"), "has realism '1e308': use a number"),
        (delimited().replace(",2,", ",1_0,"), "has realism '1_0'"),
        (delimited().replace(",2,", ",3-May,"), "'3-May', a date, which spreadsheets make of"),
        (delimited() + 'R9,"open\n', "unexpected end of data"),
        ("\x81\x8d,\x8f".encode("latin-1") + b"\xff", "is no text"),
        (",".join(f"c{n}" for n in range(6000)) + "\n", "more than 5,000 columns"),
        ("reader,case,arm,truth,realism\n", "has no ratings"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(BadRatings) as caught:
        ratings_of(tmp_path / "r.csv", content)
    assert sentence in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_empty_fields_beyond_the_header_are_let_pass(tmp_path: Path) -> None:
    text = "".join(line + ",,\n" for line in delimited().splitlines())
    text = text.replace(",verdict,,", ",verdict", 1)
    assert answers(ratings_of(tmp_path / "r.csv", text)) == REALISM


def test_a_table_of_cases_says_arm_and_truth(tmp_path: Path) -> None:
    from tests.steps.rating_files.made_study import CASES, ROWS

    text = "reader,case,realism\n" + "".join(f"{row[0]},{row[1]},{row[4]}\n" for row in ROWS)
    with pytest.raises(BadRatings, match=r"no column 'arm'.*or add --cases FILE"):
        ratings_of(tmp_path / "r.csv", text)
    key = tmp_path / "cases.csv"
    key.write_text(CASES)
    assert answers(ratings_of(tmp_path / "r.csv", text, cases=key)) == REALISM
    key.write_text(CASES.replace("M12,M1,synthetic\n", ""))
    with pytest.raises(BadRatings, match=r"line 8 has case 'M12', which .* doesn't name"):
        ratings_of(tmp_path / "r.csv", text, cases=key)
    key.write_text(CASES + "M12,M1,synthetic\n")
    with pytest.raises(BadRatings, match="names case 'M12' twice"):
        ratings_of(tmp_path / "r.csv", text, cases=key)
