"""Machine readers: a set that tells nothing, answers that are checked, ratings kept apart."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.bank.rendition import rendition_length
from app.db.tables import Answer, Arm, Event, Image, Presentation, Rating, Reader, ShownCase, Study
from app.db.truth.answer_rows import answer_rows
from app.db.truth.ratings_table import study_ratings
from app.domain.errors import BadDesign, BadInput, NotFound, Refused
from app.services.blinded_set import BlindedSet, write_blinded_set
from app.services.import_answers import ImportedAnswers, import_answers
from tests.studies import NOW, SIZE, House

PHASES: dict[str, Any] = {
    "format": 2,
    "arms": [{"arm": arm, "cases": {"normal": 2}} for arm in ("real", "M0", "M1")],
    "stratify_by": "condition",
    "questions": [
        {"measure": "quality"},
        {"measure": "noticed"},
        {"measure": "verdict"},
        {
            "measure": "artefact",
            "asked_if": {"question": "verdict", "values": ["synthetic"]},
        },
        {"measure": "place"},
        {"measure": "find_the_real"},
    ],
    "phases": [
        {"key": "before", "questions": ["quality"], "end_questions": ["noticed"]},
        {
            "key": "told",
            "questions": ["verdict", "artefact", "place"],
            "cases": "same",
            "of": "before",
            "presentation": {"beside": "prompt"},
        },
        {
            "key": "pairs",
            "questions": ["find_the_real"],
            "presentation": {"pictures": 3},
            "cases": "same",
            "of": "before",
        },
    ],
}


def open_study(house: House, **changes: Any) -> str:
    slug = house.draft(**PHASES | changes)
    house.open(slug)
    return slug


def written(house: House, slug: str, name: str = "set") -> tuple[BlindedSet, dict[str, Any]]:
    out = house.folder / name
    made = write_blinded_set(house.database, house.store, slug, out, now=NOW, actor="test")
    document: dict[str, Any] = json.loads((out / "set.json").read_text())
    return made, document


def bring(
    house: House, slug: str, data: object, machine: str = "GPT", file: str = "answers.json"
) -> ImportedAnswers:
    text = data if isinstance(data, str) else json.dumps(data)
    with house.database.writing() as session:
        return import_answers(
            session, slug, file=file, data=text.encode(), machine=machine, now=NOW, actor="test"
        )


def answered(document: dict[str, Any]) -> dict[str, Any]:
    """Good answers to everything but the last entry of the first phase."""
    by_phase = {
        1: {"quality": 4},
        2: {
            "verdict": "synthetic",
            "artefact": ["rib", "grain"],
            "place": [{"x": 3, "y": 4.25, "picture": 1}],
        },
        3: {"find_the_real": 2},
    }
    return {
        "set": document["set"],
        "answers": [
            {
                "entry": one["entry"],
                "answers": {"noticed": None} if one["is_phase_end"] else {**by_phase[one["phase"]]},
            }
            for one in document["entries"]
        ],
    }


def test_the_set_tells_nothing(house: House) -> None:
    slug = open_study(house)
    made, document = written(house, slug)
    folder = house.folder / "set"
    assert (made.entries, made.pictures) == (6 + 1 + 6 + 2, 6)
    files = sorted((folder / "pictures").iterdir())
    assert {file.stat().st_size for file in files} == {rendition_length(SIZE)}
    assert len({file.stat().st_mtime for file in folder.rglob("*") if file.is_file()}) == 1
    assert [one["phase"] for one in document["entries"]] == [1] * 7 + [2] * 6 + [3] * 2
    assert document["entries"][6]["pictures"] == []
    assert all(len(one["pictures"]) == 3 for one in document["entries"][13:])
    assert document["entries"][7]["pictures"][0]["beside"].startswith("secret prompt of")
    assert document["entries"][0]["pictures"][0]["beside"] is None
    assert [one["reference"] for one in document["phases"]] == [None] * 3
    verdict, artefact, _ = document["phases"][1]["questions"]
    assert [option["value"] for option in verdict["options"]] == ["real", "synthetic"]
    assert artefact["asked_if"] == {"question": "verdict", "values": ["synthetic"]}
    # The texts beside the films are what this design shows; they name no arm in a real one.
    told = (folder / "set.json").read_text().replace("secret prompt of", "")
    with house.database.reading() as session:
        codes = [
            str(code)
            for table in ("cases", "case_sets")
            for code in session.connection().exec_driver_sql(f"SELECT code FROM {table}").scalars()
        ]
    assert codes
    for word in (*codes, "condition", '"normal', "seed", "stratum", "images/", "findings"):
        assert word not in told


def test_it_is_the_same_when_written_again(house: House) -> None:
    slug = open_study(house)
    assert written(house, slug, "one") == written(house, slug, "two")
    names = [
        sorted(file.name for file in (house.folder / one / "pictures").iterdir())
        for one in ("one", "two")
    ]
    assert names[0] == names[1]
    other = open_study(house)
    assert written(house, other, "three")[0].sha256 != written(house, slug, "four")[0].sha256


def test_a_folder_comes_whole_or_not_at_all(house: House) -> None:
    slug = house.draft()
    out = house.folder / "set"
    with pytest.raises(Refused, match="open it first"):
        written(house, slug)
    house.open(slug)
    picture = next((house.folder / "renditions").glob("??/*.png"))
    for path in (house.folder / "renditions").glob("??/*.png"):
        path.unlink()
    with pytest.raises(NotFound, match="is not in the data folder"):
        written(house, slug)
    assert picture.name
    assert not out.exists()
    assert not list(house.folder.glob(".set.*"))
    out.mkdir()
    with pytest.raises(BadInput, match="exists already"):
        written(house, slug)
    with house.database.reading() as session:
        assert not session.scalars(select(Event).where(Event.action == "blinded set written")).all()


def test_answers_become_ratings_of_a_machine(house: House) -> None:
    slug = open_study(house)
    _, document = written(house, slug)
    made = bring(house, slug, answered(document))
    assert (made.code, made.answered, made.entries) == ("X01", 14, 15)
    with house.database.reading() as session:
        study = session.scalars(select(Study)).one()
        reader = session.scalars(select(Reader)).one()
        assert (reader.kind, reader.label) == ("machine", "GPT")
        rows = list(answer_rows(session, study))
        assert len(rows) == 14
        assert all(row.reading_time_ms is None and row.shown_at is None for row in rows)
        told = [row for row in rows if row.phase == 2]
        assert told[0].answers["artefact"] == ("grain", "rib")
        # What was left open has no row: the end of the first phase.
        assert session.scalar(select(func.count(Presentation.id))) == 15
        assert not [row for row in rows if row.is_phase_end]
        # The slots are those of the set that was answered.
        trios = [row for row in rows if row.phase == 3]
        assert all(len({one.arm for one in row.pictures}) == 3 for row in trios)
        event = session.scalars(select(Event).where(Event.action == "answers imported")).one()
        assert (event.detail["machine"], event.detail["answered"]) == ("GPT", 14)


def test_machines_never_stand_in_the_table_of_people(house: House) -> None:
    slug = open_study(house)
    _, document = written(house, slug)
    bring(house, slug, answered(document))
    with house.database.reading() as session:
        assert study_ratings(session, session.scalars(select(Study)).one()) is None


def test_a_table_says_the_same_as_json(house: House) -> None:
    slug = open_study(house)
    _, document = written(house, slug)
    text = io.StringIO()
    keys = ["quality", "noticed", "verdict", "artefact", "place", "find_the_real"]
    table = csv.DictWriter(text, ["set", "entry", *keys, "reading_time_ms"])
    table.writeheader()
    cells = {"artefact": "rib;grain", "place": "1:3,4.25"}
    for one in answered(document)["answers"]:
        said = {
            key: cells.get(key, value) for key, value in one["answers"].items() if value is not None
        }
        table.writerow(
            {"set": document["set"], "entry": one["entry"], "reading_time_ms": "900", **said}
        )
    bring(house, slug, answered(document))
    bring(house, slug, text.getvalue(), "Other", "answers.csv")
    with house.database.reading() as session:
        stored = [
            session.execute(
                select(Presentation.position, ShownCase.case_id, Answer.question, Answer.value)
                .join(Rating, Rating.presentation_id == Presentation.id)
                .join(Answer, Answer.rating_id == Rating.id)
                .join(ShownCase, ShownCase.presentation_id == Presentation.id)
                .join(Reader, Reader.id == Presentation.reader_id)
                .where(Reader.code == code)
                .order_by(
                    Presentation.phase, Presentation.position, ShownCase.slot, Answer.question
                )
            ).all()
            for code in ("X01", "X02")
        ]
        times = set(session.scalars(select(Rating.reading_time_ms)))
    assert stored[0] == stored[1]
    assert times == {None, 900}


def test_every_problem_is_named_and_nothing_is_stored(house: House) -> None:
    slug = open_study(house)
    _, document = written(house, slug)
    data = answered(document)
    first = data["answers"]
    first[0]["answers"]["quality"] = 9
    first[1]["answers"] = {"verdict": "real"}
    first[2]["entry"] = "nobody"
    first[3]["reading_time_ms"] = -5
    first[7]["answers"] = {"verdict": "real", "artefact": ["rib"]}
    first[8]["answers"] = {"place": [{"x": 900, "y": 4}]}
    first.append(dict(first[9]))
    with pytest.raises(BadInput) as caught:
        bring(house, slug, data)
    told = str(caught.value).splitlines()
    assert len(told) == 8
    for number, words in (
        (1, "answers[1]: quality: This must be a whole number from 1 to 5"),
        (2, "answers[2]: verdict is not asked of this entry"),
        (3, "'nobody' is no entry"),
        (4, "answers[4]: reading_time_ms"),
        (5, "artefact is asked only after synthetic to verdict"),
        (6, "place: A mark lies outside"),
        (7, "is answered twice"),
    ):
        assert words in told[number]
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Reader.id))) == 0
        assert session.scalar(select(func.count(Presentation.id))) == 0


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("a.txt", "{}", "neither in .json nor in .csv"),
        ("a.json", "{", "is not JSON"),
        ("a.json", "[]", "must be a table"),
        ("a.json", '{"answers": [3]}', r"answers\[1\] must be a table"),
        ("a.json", '{"answers": [{"entry": "e", "answers": {}, "arm": 1}]}', "has 'arm'"),
        ("a.json", '{"set": "00", "answers": []}', "names the set 00"),
        ("a.csv", "entry,quality\n", "must have the columns set and entry"),
        ("a.csv", "set,entry\nx,y,z\n", "line 2 has more or fewer cells"),
        ("a.csv", "set,entry\nx,a\ny,b\n", "names 2 sets"),
    ],
)
def test_a_file_that_is_none_is_refused(house: House, file: str, text: str, sentence: str) -> None:
    slug = open_study(house)
    written(house, slug)
    with pytest.raises(BadInput, match=sentence):
        bring(house, slug, text, file=file)


def test_importing_twice_is_refused(house: House) -> None:
    slug = open_study(house)
    with pytest.raises(Refused, match=r"No set of .* was ever written"):
        bring(house, slug, {"answers": []})
    _, document = written(house, slug)
    data = answered(document)
    bring(house, slug, data)
    with pytest.raises(Refused, match="This very file was imported already, as GPT"):
        bring(house, slug, data, "Other")
    with pytest.raises(Refused, match="has answers of GPT already"):
        bring(house, slug, {**data, "answers": data["answers"][:3]})
    house.close(slug)
    assert bring(house, slug, {**data, "answers": data["answers"][:3]}, "Other").answered == 3
    for name in ("", " ", "x" * 201, "a\nb"):
        with pytest.raises(BadInput, match="Name the machine"):
            bring(house, slug, data, name)


def test_people_and_machines_are_counted_apart(house: House) -> None:
    slug = open_study(house)
    house.invite(slug)
    _, document = written(house, slug)
    bring(house, slug, answered(document))
    (second,) = house.invite(slug)
    assert second.code == "R02"


def test_a_folder_that_exists_is_left_alone(house: House, tmp_path: Path) -> None:
    slug = open_study(house)
    with pytest.raises(BadInput, match="exists already"):
        write_blinded_set(house.database, house.store, slug, tmp_path, now=NOW, actor="test")


def test_the_picture_to_compare_with_goes_along(house: House) -> None:
    with house.database.reading() as session:
        image = session.scalars(
            select(Image.sha256).join(Arm, Arm.id == Image.arm_id).where(Arm.key == "M1").limit(1)
        ).one()
    changes: dict[str, Any] = {
        "arms": [{"arm": "real", "cases": {"normal": 2}}],
        "questions": [{"measure": "quality"}],
        "phases": [],
    }
    slug = open_study(house, **changes, presentation={"reference": image})
    made, document = written(house, slug)
    reference = document["phases"][0]["reference"]
    assert made.pictures == 3
    assert (house.folder / "set" / reference["file"]).stat().st_size == rendition_length(SIZE)
    with pytest.raises(BadDesign, match="the bank has no image 000000000000"):
        open_study(house, **changes, presentation={"reference": "0" * 64})
