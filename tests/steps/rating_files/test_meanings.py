"""What a file leaves open is asked for or said; nothing is guessed in silence."""

from pathlib import Path

import pytest

from app.domain.errors import BadRatings
from tests.steps.rating_files.made_study import REALISM, answers, delimited, ratings_of

WORDS = {
    "1": "Very unrealistic",
    "2": "Unrealistic",
    "3": "Neutral",
    "4": "Realistic",
    "5": "Very realistic",
}


def worded() -> str:
    text = delimited(";")
    for number, word in WORDS.items():
        text = text.replace(f";{number};", f";{word};")
    return text


def test_words_of_a_scale_are_asked_for_and_mapped_in_any_case(tmp_path: Path) -> None:
    with pytest.raises(BadRatings, match=r'as in --map-value realism "Neutral=4"'):
        ratings_of(tmp_path / "r.csv", worded())
    meant = {word.upper(): number for number, word in WORDS.items()}
    assert answers(ratings_of(tmp_path / "r.csv", values={"realism": meant})) == REALISM


def test_a_mapped_value_that_no_cell_has_is_said(tmp_path: Path) -> None:
    values = {"realism": {"7": "5"}, "cluster": {"a": "b"}}
    ratings = ratings_of(tmp_path / "r.csv", delimited(), values=values)
    assert ("Mapped values that no cell has.", "realism '7'; cluster (no such column).") in (
        ratings.cautions
    )


@pytest.mark.parametrize(
    ("old", "new", "ours"),
    [
        ("R1,M10", "r1,M10", "reader"),
        ("R1,M10", "R01,M10", "reader"),
        ("R1,M10", "R 1,M10", "reader"),
        (",M1,synthetic,2", ",m1,synthetic,2", "arm"),
        ("R2,M12,", "R2,m12,", "case"),
    ],
)
def test_names_that_look_like_one_are_asked_about(
    tmp_path: Path, old: str, new: str, ours: str
) -> None:
    text = delimited()
    assert old in text
    with pytest.raises(BadRatings, match=f"if they are one, add --map-value {ours} .*; if they"):
        ratings_of(tmp_path / "r.csv", text.replace(old, new, 1))


def test_either_answer_settles_two_names(tmp_path: Path) -> None:
    text = delimited().replace("R1,M1", "r1,M1")
    one = ratings_of(tmp_path / "r.csv", text, values={"reader": {"r1": "R1"}})
    assert answers(one) == REALISM
    two = ratings_of(tmp_path / "r.csv", values={"reader": {"r1": "r1"}})
    assert set(two.names["reader"]) == {"R1", "r1", "R2", "R3"}


@pytest.mark.parametrize(("factor", "ends"), [(20, "20 to 100"), (0.05, "0.05 to 0.25")])
def test_a_reader_on_another_scale_is_asked_about(tmp_path: Path, factor: float, ends: str) -> None:
    rows = [line.split(",") for line in delimited().splitlines()]
    for row in rows[1:]:
        if row[0] == "R2":
            row[4] = f"{float(row[4]) * factor:g}"
    text = "\n".join(",".join(row) for row in rows)
    with pytest.raises(BadRatings, match=f"realism from {ends} of reader 'R2' and from 1 to 5"):
        ratings_of(tmp_path / "r.csv", text, scale=False)
    assert len(ratings_of(tmp_path / "r.csv", scale=True).rows) == len(REALISM)


def test_a_reader_who_leans_is_not_taken_for_another_scale(tmp_path: Path) -> None:
    rows = [line.split(",") for line in delimited().splitlines()]
    for row in rows[1:]:
        row[4] = str(int(row[4]) * 20 if row[0] != "R2" else 12 + int(row[4]))
    text = "\n".join(",".join(row) for row in rows)
    assert len(ratings_of(tmp_path / "r.csv", text, scale=False).rows) == len(REALISM)


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    text = "\n".join(
        f"{line},{'note' if at == 0 else 'x'}" for at, line in enumerate(delimited().splitlines())
    )
    assert ratings_of(tmp_path / "r.csv", text).ignored == ("note",)


def test_machines_are_machines_in_any_case(tmp_path: Path) -> None:
    lines = delimited().splitlines()
    rows = [f"{line},{'Machine' if line.startswith('R3') else 'HUMAN'}" for line in lines[1:]]
    ratings = ratings_of(tmp_path / "r.csv", "\n".join([lines[0] + ",Reader-Kind", *rows]))
    assert ratings.of_machines == 8
    with pytest.raises(BadRatings, match="has reader_kind 'bot': use human, simulated or machine"):
        ratings_of(
            tmp_path / "r.csv",
            "\n".join(
                [lines[0] + ",reader_kind", *(row.replace("Machine", "bot") for row in rows)]
            ),
        )
