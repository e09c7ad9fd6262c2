"""A film's condition is what somebody said in known words, or the command stops and names it."""

import csv
import json

import pytest
from chest_fixtures import chest, write_dicom, write_montgomery
from PIL import Image

from ml.prepare import main
from ml.radiographs.derived_conditions import propose
from ml.radiographs.labels import (
    ABNORMAL,
    NORMAL,
    SILENT,
    condition_of_caption,
    condition_of_findings,
    condition_of_folder,
    is_silent,
)

REPORTS = (
    "Heart size is normal. Large right pleural effusion.",
    "No abnormal findings. Lungs clear.",
    "Heart normal, right effusion",
    "No pneumothorax",
    "Not normal",
)


def write_folder(root, rows, columns=("file", "findings")):
    """Write films and a CSV of them; return the folder."""
    root.mkdir()
    with (root / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    for number, row in enumerate(rows):
        (root / row[0]).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(chest(number)).save(root / row[0])
    return root


def run(source, out, *options, kind="folder"):
    held_out = ("--held-out-share", "0")
    return main([kind, "--source", str(source), "--out", str(out), *held_out, *options])


def conditions(out):
    lines = (out / "metadata.jsonl").read_text("utf-8").splitlines()
    return {
        (r := json.loads(line))["source"]: (r["condition"], r["condition_from"]) for line in lines
    }


@pytest.mark.parametrize(
    ("findings", "condition"),
    [
        *[(report, None) for report in REPORTS],
        *[(text, None) for text in ("none", "N/A", "", "nan", "-", "Support Devices")],
        *[(t, "normal") for t in ("Normal chest", "No finding.", "No Finding", " NORMAL ")],
        ("No Finding|Support Devices", "normal"),
        ("Pleural_Thickening|Pneumonia", "abnormal"),
        ("Lung Opacity; Pleural Effusion", "abnormal"),
        ("No Finding|Effusion", None),
        ("Effusion|something new", None),
    ],
)
def test_findings_are_read_whole_and_in_known_words_only(findings, condition):
    assert condition_of_findings(findings) == condition


def test_no_word_is_in_two_vocabularies():
    assert len(NORMAL | ABNORMAL | SILENT) == len(NORMAL) + len(ABNORMAL) + len(SILENT)
    assert [is_silent(t) for t in ("none", "N/A | -", "Effusion")] == [True, True, False]


@pytest.mark.parametrize("report", REPORTS)
def test_a_caption_is_no_label_because_a_word_stands_in_it(report):
    assert condition_of_caption(report) is None
    assert condition_of_caption("Healthy or normal human chest x-ray") == "normal"


def test_folders_are_taken_whole():
    assert condition_of_folder("NORMAL/a.png") == "normal"
    assert condition_of_folder("train/PNEUMONIA/a.png") == "abnormal"
    assert condition_of_folder("no_finding/a.png") == "normal"
    assert condition_of_folder("normal_and_abnormal/normal.png") is None


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_refused_by_name_and_not_guessed(report, tmp_path, capsys):
    source = write_folder(tmp_path / "in", [("a.png", "No Finding"), ("b.png", report)])
    for fallback in ((), ("--condition", "normal")):
        assert run(source, tmp_path / "out", "--captions", "list.csv", *fallback) == 1
        said = capsys.readouterr().err
        assert "list.csv, line 3: findings" in said
        assert "--derive-conditions" in said
        assert not (tmp_path / "out").exists()


def test_condition_is_for_films_of_which_nothing_is_said_and_is_noted(tmp_path, capsys):
    rows = [("a.png", "No Finding"), ("b.png", "N/A"), ("c.png", "")]
    source, out = write_folder(tmp_path / "in", rows), tmp_path / "out"
    assert run(source, out, "--captions", "list.csv", "--condition", "abnormal") == 0
    assert conditions(out) == {
        "a.png": ("normal", "findings"),
        "b.png": ("abnormal", "--condition"),
        "c.png": ("abnormal", "--condition"),
    }
    assert "2 images count as abnormal because --condition says so" in capsys.readouterr().err
    about = json.loads((out / "data.json").read_text())
    assert about["conditions_from"] == {"findings": 1, "--condition": 2}


def test_what_contradicts_itself_is_refused(tmp_path, capsys):
    rows = [("a.png", "normal", "Pneumonia")]
    source = write_folder(tmp_path / "in", rows, ("file", "condition", "findings"))
    assert run(source, tmp_path / "out", "--captions", "list.csv") == 1
    said = capsys.readouterr().err
    assert "the column condition says normal, findings says abnormal of a.png" in said


def test_derived_conditions_count_only_when_each_is_confirmed(tmp_path, capsys):
    rows = [*[(f"{n}.png", text) for n, text in enumerate(REPORTS[:2])], ("z.png", "No Finding")]
    source, out, table = write_folder(tmp_path / "in", rows), tmp_path / "out", tmp_path / "t.csv"
    options = ("--captions", "list.csv", "--derive-conditions", str(table))
    assert run(source, out, *options) == 1
    assert "proposes conditions for 2 images" in capsys.readouterr().err
    with table.open(newline="") as file:
        proposed = list(csv.DictReader(file))
    assert [(r["file"], r["condition"], r["confirmed"]) for r in proposed] == [
        ("0.png", "abnormal", ""),
        ("1.png", "normal", ""),
    ]
    assert run(source, out, *options) == 1
    assert "2 of 2 rows are not confirmed, the first: 0.png" in capsys.readouterr().err
    assert not out.exists()

    def confirm(**changes):
        with table.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(proposed[0]))
            writer.writeheader()
            writer.writerows({**row, "confirmed": "yes", **changes} for row in proposed)

    confirm(condition="perhaps")
    assert run(source, out, *options) == 1
    assert "condition 'perhaps' is not normal or abnormal" in capsys.readouterr().err
    confirm(text="another report")
    assert run(source, out, *options) == 1
    assert "is not the one that its condition was confirmed for" in capsys.readouterr().err
    confirm()
    assert run(source, out, *options) == 0
    how = "derived from its text and confirmed"
    assert conditions(out) == {
        "0.png": ("abnormal", how),
        "1.png": ("normal", how),
        "z.png": ("normal", "findings"),
    }
    about = json.loads((out / "data.json").read_text())
    assert about["conditions_table"]["name"] == "t.csv"
    assert len(about["conditions_table"]["sha256"]) == 64


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Heart size is normal. Large right pleural effusion.", "abnormal"),
        ("No abnormal findings. Lungs clear.", "normal"),
        ("No pneumothorax.", "normal"),
        ("Nodule, no effusion", "abnormal"),
        ("Lungs clear. Heart not quite normal.", "abnormal"),
        ("portable film", None),
    ],
)
def test_a_proposal_says_what_it_is_read_off(text, condition):
    proposal = propose("a.png", text)
    assert proposal.condition == condition
    assert proposal.because in text.lower() or condition is None


def test_a_table_beside_the_films_that_nobody_named_is_said(tmp_path, capsys):
    source = write_folder(tmp_path / "in", [("normal/a.png", "No Finding")])
    (source / "list.csv").rename(source / "index.csv")
    assert run(source, tmp_path / "out") == 0
    assert "note: index.csv lies in the folder and is not read" in capsys.readouterr().err


def test_kohyas_caption_files_are_read_and_two_that_differ_are_refused(tmp_path, capsys):
    source, out = tmp_path / "in", tmp_path / "out"
    (source / "normal").mkdir(parents=True)
    for number, suffix in enumerate((".caption", ".txt")):
        Image.fromarray(chest(number)).save(source / "normal" / f"{number}.png")
        (source / "normal" / f"{number}{suffix}").write_text(f"film {number}\n")
    assert run(source, out) == 0
    texts = [json.loads(line)["text"] for line in (out / "metadata.jsonl").read_text().splitlines()]
    assert texts == ["film 0", "film 1"]
    (source / "normal" / "0.txt").write_text("another film")
    assert run(source, tmp_path / "again", "--captions", "*.caption") == 1
    assert "has two captions that differ, in 0.txt and 0.caption" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["folder", "dicom", "montgomery", "caption", "imagefolder"])
def test_a_link_out_of_the_folder_is_refused_as_a_table_refuses_it(kind, tmp_path, capsys):
    outside, source = tmp_path / "outside", tmp_path / "in"
    outside.mkdir()
    (source / "normal").mkdir(parents=True)
    if kind == "montgomery":
        source = write_montgomery(tmp_path, normal=1, abnormal=1)
        link = next(source.rglob("CXR_png/*.png"))
        link.rename(outside / link.name)
        target = outside / link.name
    elif kind == "caption":
        Image.fromarray(chest(0)).save(source / "normal" / "a.png")
        link, target = source / "normal" / "a.txt", outside / "secret.txt"
        target.write_text("not for training")
    elif kind == "imagefolder":
        link, target = source / "metadata.jsonl", outside / "metadata.jsonl"
        target.write_text('{"file_name": "a.png", "condition": "normal"}\n')
    elif kind == "dicom":
        link, target = source / "normal" / "IM1", outside / "IM1"
        write_dicom(target, chest(0).astype("uint16"))
    else:
        link, target = source / "normal" / "a.png", outside / "a.png"
        Image.fromarray(chest(0)).save(target)
    link.symlink_to(target)
    options = ["--source", str(source), "--out", str(tmp_path / "out")]
    assert main(["folder" if kind == "caption" else kind, *options]) == 1
    assert f"{link} is a link out of {source}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
