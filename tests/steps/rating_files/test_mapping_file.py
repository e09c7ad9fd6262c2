"""The mapping file that is suggested, filled in, and read."""

import tomllib
from pathlib import Path

import pytest

from app.domain.errors import BadRatings
from app.steps.rating_files.formats import read_rating_file
from app.steps.rating_files.mapping_file import read_mapping, suggested_mapping
from app.steps.rating_files.sheet import FileOptions
from tests.steps.rating_files.made_study import REALISM, answers, ratings_of
from tests.steps.rating_files.test_meanings import worded


def foreign() -> str:
    text = worded().replace(
        "reader;case;arm;truth;realism;verdict", "Rater;Image;Model;Label;Likert;Call"
    )
    return text.replace(";synthetic", ";fake").replace(";real;real;", ";real;genuine;")


def suggested(path: Path) -> str:
    return suggested_mapping(path.name, read_rating_file(path, FileOptions()), FileOptions())


def test_a_suggested_file_read_back_analyses_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(foreign())
    text = suggested(path)
    assert tomllib.loads(text)["columns"] == {
        "reader": "Rater",
        "case": "Image",
        "arm": "Model",
        "truth": "Label",
        "realism": "Likert",
        "verdict": "Call",
    }
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text)
    columns, values = read_mapping(mapping)
    assert values["realism"]["Very realistic"] == "5"
    assert values["truth"] == {"genuine": "real", "fake": "synthetic"}
    assert answers(ratings_of(path, columns=columns, values=values)) == REALISM


def test_what_the_words_do_not_tell_is_left_empty_and_refused_so(tmp_path: Path) -> None:
    path, mapping = tmp_path / "r.csv", tmp_path / "mapping.toml"
    path.write_text(foreign().replace("Neutral", "meh").replace(";Model;", ";Weird;"))
    text = suggested(path)
    assert '"meh" = ""  # what does it mean?' in text
    assert 'arm = ""  # which? Rater, Image, Weird' in text
    mapping.write_text(text)
    with pytest.raises(BadRatings, match="leaves columns 'arm' empty: fill it in, or delete"):
        read_mapping(mapping)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("columns = 3", "columns is no table"),
        ('[columns]\nreeder = "a"', "'reeder' is not a column of ours"),
        ('[values.mood]\n"a" = "b"', "'mood' is not a column of ours"),
        ('[values]\ntruth = "x"', "values.truth is no table"),
        ("[values.truth]\na = [1]", "values.truth.a is no text or number"),
        ("[extra]\na = 1", "has 'extra', which no mapping file has"),
        ("reader = ", "is no mapping file"),
    ],
)
def test_a_bad_mapping_file_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(BadRatings) as caught:
        read_mapping(path)
    assert sentence in str(caught.value)


def test_odd_headings_and_values_are_quoted(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text('Rater,"a ""b""\nc",truth,realism\nR1,x,"re""al\\",g\x7food\n')
    made = tomllib.loads(suggested(path))
    assert made["values"]["truth"] == {'re"al\\': ""}
    assert made["values"]["realism"] == {"g\x7food": ""}


def test_a_column_of_patients_is_offered_as_clusters(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("Rater,Patient,truth,realism\nR1,p1,real,3\n")
    text = suggested(path)
    assert '# cluster = "Patient"  # images of one patient' in text
    assert "cluster" not in tomllib.loads(text)["columns"]
