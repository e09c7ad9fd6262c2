"""One row a case, one column for each reader."""

from pathlib import Path

import pytest

from app.domain.errors import BadRatings
from tests.steps.rating_files.made_study import REALISM, ROWS, answers, ratings_of, sheet_of

READERS = ("R1", "R2", "R3")
SAID = {(row[0], row[1]): row for row in ROWS}
CASES = list(dict.fromkeys(row[1:4] for row in ROWS))


def wide(*answers_: int, heading: str = "{reader}") -> str:
    columns = [(reader, at) for at in answers_ for reader in READERS]
    names = {4: "realism", 5: "verdict"}
    header = [heading.format(reader=reader, answer=names[at]) for reader, at in columns]
    lines = [",".join(["case", "arm", "truth", *header])]
    for case, arm, truth in CASES:
        cells = [str(SAID[reader, case][at]) for reader, at in columns]
        lines.append(",".join([case, arm, truth, *cells]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("heading", ["{reader}_{answer}", "{answer}_{reader}", "{answer} {reader}"])
def test_headings_of_reader_and_answer_are_recognised(tmp_path: Path, heading: str) -> None:
    text = wide(4, 5, heading=heading)
    ratings = ratings_of(tmp_path / "w.csv", text)
    assert answers(ratings) == REALISM
    assert [bool(one) for one in ratings.numbers["verdict"]] == [
        SAID[reader, case][5] == "synthetic"
        for reader, case in zip(ratings.names["reader"], ratings.names["case"], strict=True)
    ]
    words = sheet_of(tmp_path / "w.csv", text).taken_for
    assert "a wide file of 3 readers (R1, R2, R3)" in words


def test_bare_readers_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    with pytest.raises(BadRatings, match="say what they hold, as in --wide realism"):
        ratings_of(path, wide(4))
    assert answers(ratings_of(path, wide(4), wide="realism")) == REALISM
    with pytest.raises(BadRatings, match="--wide 'colour' is none of realism"):
        ratings_of(path, wide="colour")


def test_a_case_that_a_reader_left_out_is_no_rating(tmp_path: Path) -> None:
    text = wide(4).replace("real0,real,real,3,", "real0,real,real,,")
    ratings = ratings_of(tmp_path / "w.csv", text, wide="realism")
    assert answers(ratings) == {
        key: said for key, said in REALISM.items() if key[:2] != ("R1", "real0")
    }
    assert ratings.grid.where(0) == "line 3"


def test_our_own_wide_file_keeps_machines_apart(tmp_path: Path) -> None:
    text = wide(4, heading="{reader}_{answer}").replace("R3_", "X01_").replace("R2_", "R02_")
    header, *rows = text.splitlines()
    header = "study,case,arm,condition,truth,simulated," + header.split(",", 3)[3]
    made = [header]
    for row in rows:
        case, arm, truth, rest = row.split(",", 3)
        made.append(f"s,{case},{arm},normal,{truth},0,{rest}")
    ratings = ratings_of(tmp_path / "w.csv", "\n".join(made))
    assert ratings.of_machines == 8
    assert ratings.machines == ("X01",)
    assert set(ratings.names["reader"]) == {"R1", "R02", "X01"}


def test_a_tidy_file_is_not_taken_for_a_wide_one(tmp_path: Path) -> None:
    text = "user,case,arm,truth,realism_score\nR1,a,real,real,3\nR1,b,M1,synthetic,2\n"
    with pytest.raises(BadRatings, match="no column 'reader'"):
        ratings_of(tmp_path / "t.csv", text)
    columns = {"reader": "user", "realism": "realism_score"}
    assert len(ratings_of(tmp_path / "t.csv", columns=columns).rows) == 2
    with pytest.raises(BadRatings, match="has a column reader, so it is no wide file"):
        ratings_of(tmp_path / "t.csv", columns=columns, wide="realism")
