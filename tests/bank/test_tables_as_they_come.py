"""Tables of data sets and spreadsheets are read as they come, or say how they could be."""

import codecs
import gzip
from pathlib import Path
from typing import Any

import pytest

from app.bank.index import BadRecord, IndexRow, iter_index
from app.domain.errors import BadBank

NIH = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position\n"
    "a.png,No Finding,0,1,58,M,PA\n"
    "b.png,Mass|Nodule,1,2,61,F,AP\n"
)
CHEXPERT = (
    "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,Support Devices\n"
    "CheXpert-v1.0/train/p1/a.jpg,Male,1,Frontal,AP,1.0,,1.0\n"
    "CheXpert-v1.0/train/p2/b.jpg,Female,70,Frontal,PA,,1.0,\n"
    "CheXpert-v1.0/train/p3/c.jpg,Female,70,Frontal,PA,,-1.0,1.0\n"
)


def rows(folder: Path, table: str | bytes, **options: Any) -> list[IndexRow | BadRecord]:
    content = table if isinstance(table, bytes) else table.encode()
    (folder / "index.csv").write_bytes(content)
    return list(iter_index(folder, "index.csv", **options))


def told(lines: list[IndexRow | BadRecord]) -> list[tuple[str, str]]:
    return [
        (line.file, line.reason if isinstance(line, BadRecord) else line.condition)
        for line in lines
    ]


def film(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"a film")


def test_nih(tmp_path: Path) -> None:
    film(tmp_path, "images_001/images/a.png", "images_002/images/b.png")
    heard: list[str] = []
    lines = rows(tmp_path, NIH, told=heard.append)
    assert told(lines) == [
        ("images_001/images/a.png", "normal"),
        ("images_002/images/b.png", "abnormal"),
    ]
    assert isinstance(lines[1], IndexRow)
    assert lines[1].provenance == {
        "findings": "Mass|Nodule",
        "patient": "2",
        "age": "61",
        "sex": "F",
        "view": "AP",
        "follow-up #": "1",
    }
    assert len(heard) == 1
    assert heard[0].startswith("index.csv is read as NIH ChestX-ray14: file = image index")


def test_chexpert_uncertain_labels_are_no_condition(tmp_path: Path) -> None:
    film(tmp_path, "train/p1/a.jpg", "train/p2/b.jpg")
    assert told(rows(tmp_path, CHEXPERT)) == [
        ("train/p1/a.jpg", "normal"),
        ("train/p2/b.jpg", "abnormal"),
        (
            "CheXpert-v1.0/train/p3/c.jpg",
            "has no label that says yes, so nothing tells its condition",
        ),
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "image_id,rad_id,class_name\nab12,R1,No finding\ncd34,R2,Cardiomegaly\n",
            [("train/ab12.dicom", "normal"), ("train/cd34.dicom", "abnormal")],
        ),
        (
            "image_id,rad_ID,Cardiomegaly,No finding\nab12,R1,0,1\ncd34,R2,1,0\n",
            [("train/ab12.dicom", "normal"), ("train/cd34.dicom", "abnormal")],
        ),
        (
            "ImageID,ImageDir,PatientID,Projection,Labels\n"
            "ab12.dicom,train,1,PA,['normal']\n"
            "cd34.dicom,train,2,PA,\"['COPD signs', 'normal']\"\n",
            [("train/ab12.dicom", "normal"), ("train/cd34.dicom", "abnormal")],
        ),
        (
            "dicom_id,subject_id,study_id,ViewPosition,No Finding,Edema\n"
            "ab12,10000032,50414267,PA,1.0,\ncd34,10000033,50414268,AP,,1.0\n",
            [("train/ab12.dicom", "normal"), ("train/cd34.dicom", "abnormal")],
        ),
    ],
    ids=["VinDr annotations", "VinDr labels", "PadChest", "MIMIC"],
)
def test_other_data_sets(tmp_path: Path, table: str, expected: list[tuple[str, str]]) -> None:
    film(tmp_path, "train/ab12.dicom", "train/cd34.dicom")
    assert told(rows(tmp_path, table)) == expected


def test_what_the_user_says_goes_first(tmp_path: Path) -> None:
    film(tmp_path, "a.png", "b.png")
    lines = rows(
        tmp_path,
        "Where,What,Sex\na.png,fine,F\nb.png,bad,M\n",
        columns={"file": "Where", "condition": "what"},
        values={"condition": {"Fine": "normal", "*": "abnormal"}},
    )
    assert told(lines) == [("a.png", "normal"), ("b.png", "abnormal")]


def test_a_mapping_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(BadBank) as caught:
        rows(tmp_path, "Path,Diagnosis\na.png,Mass\n")
    said = str(caught.value)
    assert "it has Path, Diagnosis" in said
    assert '--column file="Path" --column condition="Diagnosis"' in said
    assert '--value condition "No Finding=normal"' in said
    with pytest.raises(BadBank, match="has no column 'picture' to be file"):
        rows(tmp_path, "Path,Diagnosis\na.png,Mass\n", columns={"file": "Picture"})


@pytest.mark.parametrize(
    "content",
    [
        b"sep=;\r\nfile;condition;findings\r\na.png;normal;caf\xe9\r\n",
        "sep=;\nfile;condition;findings\na.png;normal;café\n".encode("utf-16"),
        "file\tcondition\tfindings\na.png\tnormal\tcafé\n".encode("utf-16-le"),
        codecs.BOM_UTF8 + "file,condition,findings\na.png,normal,café\n".encode(),
        gzip.compress("file|condition|findings\na.png|normal|café\n".encode()),
    ],
    ids=["sep and 1252", "UTF-16 and sep", "UTF-16 without a mark", "UTF-8 mark", "gzip"],
)
def test_spreadsheets_encodings(tmp_path: Path, content: bytes) -> None:
    film(tmp_path, "a.png")
    [row] = rows(tmp_path, content)
    assert isinstance(row, IndexRow)
    assert (row.file, row.provenance) == ("a.png", {"findings": "café"})


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("images\\A.PNG", "images/a.png"),
        ("./images/a.png", "images/a.png"),
        ("images/a", "images/a.png"),
        ("somewhere/else/images/a.png", "images/a.png"),
        ("images/cafe\u0301.png", "images/caf\u00e9.png"),
        ("images/caf\u00e9.png", "images/cafe\u0301.png"),
    ],
)
def test_names_are_found_as_they_are_meant(tmp_path: Path, written: str, there: str) -> None:
    film(tmp_path, there)
    [row] = rows(tmp_path, f"file,condition\n{written},normal\n")
    assert row.file == there


def test_a_name_that_could_be_two_files_is_refused(tmp_path: Path) -> None:
    film(tmp_path, "one/a.png", "two/a.png")
    assert told(rows(tmp_path, "file,condition\na.png,normal\ntwo/a.png,normal\n")) == [
        ("a.png", "could be one/a.png or two/a.png; write the whole path"),
        ("two/a.png", "normal"),
    ]


def test_a_missing_file_keeps_its_name_for_the_complaint(tmp_path: Path) -> None:
    assert told(rows(tmp_path, "file,condition\ngone.png,normal\n")) == [("gone.png", "normal")]
