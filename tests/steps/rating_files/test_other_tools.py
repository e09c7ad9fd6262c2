"""Label Studio's, Potato's and grand-challenge's exports, in files of this suite's own making."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import BadRatings
from tests.steps.rating_files.made_study import CASES, REALISM, ROWS, answers, ratings_of, sheet_of

READERS = {"R1": 11, "R2": 12, "R3": 13}
TASKS = {case: number for number, case in enumerate(dict.fromkeys(row[1] for row in ROWS), 501)}
NAMED = {"reader": {str(number): reader for reader, number in READERS.items()}}


def table(rows: list[Mapping[str, object]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(
        out, list(dict.fromkeys(key for row in rows for key in row)), delimiter=delimiter
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def label_studio_tasks() -> list[dict[str, Any]]:
    tasks = []
    for case, number in TASKS.items():
        rows = [row for row in ROWS if row[1] == case]
        annotations = [
            {
                "completed_by": READERS[row[0]],
                "was_cancelled": False,
                "lead_time": 2.5,
                "result": [
                    {"from_name": "realism", "type": "rating", "value": {"rating": row[4]}},
                    {"from_name": "verdict", "type": "choices", "value": {"choices": [row[5]]}},
                    {"from_name": "box", "type": "rectanglelabels", "value": {"x": 1}},
                ],
            }
            for row in rows
        ]
        skipped = {"completed_by": 99, "was_cancelled": True, "result": []}
        tasks.append(
            {
                "id": number,
                "data": {
                    "image": f"{case}.png",
                    "case": case,
                    "arm": rows[0][2],
                    "truth": rows[0][3],
                },
                "annotations": [*annotations, skipped],
                "predictions": [{"model_version": "m", "result": []}],
            }
        )
    return tasks


def test_label_studio_json_is_read(tmp_path: Path) -> None:
    ratings = ratings_of(tmp_path / "x", json.dumps(label_studio_tasks()), values=NAMED)
    assert answers(ratings) == REALISM
    assert set(ratings.numbers["reading_time_ms"]) == {2500.0}
    said = dict(ratings.cautions)
    notes = [text for lead, text in ratings.cautions if lead == "Not in the analysis."]
    assert notes == [
        "8 annotations that were skipped by their reader are left out.",
        "8 predictions of models are left out.",
    ], said


def test_label_studio_json_min_and_csv_are_read(tmp_path: Path) -> None:
    rows = [
        {
            "case": row[1],
            "arm": row[2],
            "truth": row[3],
            "id": TASKS[row[1]],
            "realism": [{"rating": row[4]}],
            "verdict": row[5],
            "annotator": READERS[row[0]],
            "annotation_id": number,
            "lead_time": 1.25,
        }
        for number, row in enumerate(ROWS)
    ]
    ratings = ratings_of(tmp_path / "x.json", json.dumps(rows), values=NAMED)
    assert answers(ratings) == REALISM
    text = table([{**row, "realism": json.dumps(row["realism"])} for row in rows])
    of_csv = ratings_of(tmp_path / "x.csv", text, values=NAMED)
    assert answers(of_csv) == REALISM
    assert set(of_csv.numbers["reading_time_ms"]) == {1250.0}
    assert "an export of Label Studio, CSV" in sheet_of(tmp_path / "x.csv", text).taken_for


def test_label_studio_without_arms_asks_for_a_table_of_cases(tmp_path: Path) -> None:
    tasks = label_studio_tasks()
    for task in tasks:
        task["data"] = {"image": task["data"]["image"]}
    with pytest.raises(BadRatings, match=r"no column 'arm'.*--cases FILE"):
        ratings_of(tmp_path / "x", json.dumps(tasks))
    key = tmp_path / "cases.csv"
    key.write_text(CASES.replace("\n", ".png\n").replace(".png\n", "\n"))
    numbered = CASES
    for case, number in TASKS.items():
        numbered = numbered.replace(f"{case},", f"{number},")
    key.write_text(numbered)
    ratings = ratings_of(tmp_path / "x", values=NAMED, cases=key)
    assert sorted(answers(ratings).values()) == sorted(REALISM.values())
    assert set(ratings.names["case"]) == {str(number) for number in TASKS.values()}


POTATO = [
    {
        "instance_id": row[1],
        "user_id": row[0],
        "labels": {
            "realism": {f"scale_{row[4]}": str(row[4])},
            "verdict": {row[5]: "true"},
            "ticked": {"rib": True, "noise": "true", "none": False},
        },
    }
    for row in ROWS
]


def test_potato_json_lines_and_tables_are_read(tmp_path: Path) -> None:
    key = tmp_path / "cases.csv"
    key.write_text(CASES)
    lines = "\n".join(json.dumps(one) for one in POTATO)
    old = lines.replace('"labels"', '"label_annotations"')
    for text in (lines, old):
        ratings = ratings_of(tmp_path / "annotations.jsonl", text, cases=key)
        assert answers(ratings) == REALISM
        assert "ticked" in ratings.ignored
    for mark, reader in ((":::", "user"), (".", "user_id")):
        rows = [
            {
                reader: row[0],
                "instance_id": row[1],
                f"realism{mark}scale_{row[4]}": row[4],
                # The number of its key, as version 1 stores what was clicked.
                f"verdict{mark}{row[5]}": 1 if row[5] == "real" else 2,
                f"certainty{mark}slider": row[4] * 7,
            }
            for row in ROWS
        ]
        for delimiter in (",", "\t"):
            ratings = ratings_of(
                tmp_path / "a.csv",
                table(rows, delimiter),
                cases=key,
                columns={"confidence": "certainty"},
            )
            assert answers(ratings) == REALISM
            assert list(ratings.numbers["confidence"]) == [row[4] * 7 for row in ROWS]
            assert [bool(one) for one in ratings.numbers["verdict"]] == [
                row[5] == "synthetic" for row in ROWS
            ]


def test_potatos_machine_raters_are_machines(tmp_path: Path) -> None:
    key = tmp_path / "cases.csv"
    key.write_text(CASES)
    lines = [
        json.dumps(
            {**one, "annotator_origin": {"kind": "llm" if one["user_id"] == "R3" else "human"}}
        )
        for one in POTATO
    ]
    ratings = ratings_of(tmp_path / "a.jsonl", "\n".join(lines), cases=key)
    assert ratings.of_machines == 8
    assert ratings.machines == ("R3",)


def grand_challenge() -> list[dict[str, Any]]:
    api = "https://grand-challenge.org/api/v1/reader-studies"
    made = []
    for number, row in enumerate(ROWS):
        for question, answer in (("q-realism", row[4]), ("q-verdict", row[5])):
            made.append(
                {
                    "pk": f"{number}-{question}",
                    "creator": row[0],
                    "display_set": f"{api}/display-sets/{row[1]}/",
                    "question": f"{api}/questions/{question}/",
                    "answer": answer,
                    "is_ground_truth": False,
                }
            )
    return [*made, {**made[0], "creator": "editor", "is_ground_truth": True}]


MAPPED = {"realism": "q-realism", "verdict": "q-verdict"}


def test_grand_challenges_answers_become_one_row_a_reader_and_case(tmp_path: Path) -> None:
    key = tmp_path / "cases.csv"
    key.write_text(CASES)
    answers_ = grand_challenge()
    flat = [{**one, "answer": json.dumps(one["answer"])} for one in answers_]
    for text in (
        json.dumps(answers_),
        json.dumps({"count": len(answers_), "next": None, "results": answers_}),
        table(answers_),
        table(flat),
    ):
        ratings = ratings_of(tmp_path / "x", text, cases=key, columns=MAPPED)
        assert answers(ratings) == REALISM
        assert (
            "Not in the analysis.",
            "1 answers that are the study's ground truth are left out.",
        ) in (ratings.cautions)
    with pytest.raises(BadRatings, match=r"there is nothing to analyse.*q-realism, q-verdict"):
        ratings_of(tmp_path / "x", cases=key)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[{"data": {}, "annotations": []}, 7]', "record 2 is not made as Label Studio's are"),
        ('{"instance_id": "a", "labels": {}}', "has no user_id"),
        ('{"instance_id": "a", "user_id": "b", "labels": {}}\n{"x": 1', "line 2 is no JSON"),
        ('[{"reader": "a", "reader": "b"}]', "says 'reader' twice"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"reader": NaN', "begins like JSON and can't be read"),
        ("[1, 2]", "record 1 is no object of columns and values"),
        (
            json.dumps([*grand_challenge()[:2], grand_challenge()[0]]),
            "answers question 'q-realism'",
        ),
    ],
)
def test_what_is_not_made_as_its_tool_makes_it_is_refused(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(BadRatings) as caught:
        ratings_of(tmp_path / "x.json", text)
    assert sentence in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_plain_records_are_a_tidy_table(tmp_path: Path) -> None:
    keys = ("reader", "case", "arm", "truth", "Realism")
    records = [dict(zip(keys, row, strict=False)) for row in ROWS]
    assert answers(ratings_of(tmp_path / "x.json", json.dumps(records))) == REALISM
    text = "\n".join(json.dumps(one) for one in records)
    assert answers(ratings_of(tmp_path / "x.jsonl", text)) == REALISM
