"""What a file leaves open is asked for or said; nothing is guessed in silence."""

import re
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import BadRatings
from app.steps.rating_files.meanings import beyond_the_others
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


@pytest.mark.parametrize(
    ("tops", "said"),
    [
        # 1-7 among readers on 1-5.
        ((5, 5, 5, 7), "Reader 'R3' goes to 7, no other beyond 5: .* --realism-scale 1-7"),
        ((5, 7), "Reader 'R1' goes to 7"),
        ((5, 5, 5, 5, 7, 7), "Readers 'R4' and 'R5' go to 7"),
        # One step tells where three stop.
        ((5, 5, 5, 6), "goes to 6"),
        ((5, 5, 6), ""),
        ((3, 4, 5, 4, 5), ""),
        ((5, 5, 7, 7), ""),
        ((5, 5, 5), ""),
        # A slider's ends differ by the way one moves it.
        ((96, 96, 96, 100), ""),
    ],
)
def test_who_goes_beyond_the_end_of_the_others_scale_is_said(
    tops: tuple[int, ...], said: str
) -> None:
    readers = [f"R{place}" for place, _ in enumerate(tops) for _ in range(4)]
    realism = np.array([float(one) for top in tops for one in (1, 2, 3, top)])
    assert (
        re.search(said, beyond_the_others(readers, realism))
        if said
        else (beyond_the_others(readers, realism) == "")
    )
    # The other end in the same way: 0 among readers on 2 to 8.
    below = beyond_the_others(readers, 8 - realism)
    assert ("goes to" in below or "go to" in below) == bool(said)


def test_the_caution_stands_at_the_top_unless_the_scale_is_given(tmp_path: Path) -> None:
    lines = [line.split(",") for line in delimited().splitlines()]
    own = [line for line in lines[1:] if line[0] == "R2"]
    own[0][4], own[1][4] = "7", "6"
    text = "\n".join(",".join(line) for line in lines)
    leads = dict(ratings_of(tmp_path / "r.csv", text, scale=False).cautions)
    assert "Reader 'R2' goes to 7" in leads["Another scale?"]
    assert "Another scale?" not in dict(ratings_of(tmp_path / "r.csv", text, scale=True).cautions)
    assert "Another scale?" not in dict(
        ratings_of(tmp_path / "s.csv", delimited(), scale=False).cautions
    )


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
