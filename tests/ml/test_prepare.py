"""What ml.prepare promises: the right images, chosen once, patients kept apart, nothing silent."""

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from chest_fixtures import chest, corners, write_dicom, write_montgomery
from PIL import Image

from ml.prepare import main
from ml.radiographs.sources import parse_reading, read_text
from ml.radiographs.training_images import read_prepared

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"


def lines(out):
    return [json.loads(line) for line in (out / "metadata.jsonl").read_text("utf-8").splitlines()]


def about(out):
    return json.loads((out / "data.json").read_text("utf-8"))


def folder_with(root, rows, *, columns=("file", "condition", "patient")):
    """Write a folder of images and a CSV; a row is the values of the columns."""
    root.mkdir()
    with (root / "list.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(rows)
    for number, row in enumerate(rows):
        Image.fromarray(chest(number)).save(root / row[0])
    return root


def test_it_trains_on_15_normal_and_15_tuberculosis_and_holds_out_the_rest(tmp_path, capsys):
    source = write_montgomery(tmp_path, normal=18, abnormal=17)
    out = tmp_path / "out"
    assert main(["montgomery", "--source", str(source), "--out", str(out)]) == 0
    splits = [(r["split"], r["condition"]) for r in lines(out)]
    assert splits.count(("train", "normal")) == splits.count(("train", "abnormal")) == 15
    assert splits.count(("held_out", "normal")) == 3
    assert splits.count(("held_out", "abnormal")) == 2
    assert about(out)["train"] == {"normal": 15, "abnormal": 15}
    assert (
        "train: 15 normal, 15 abnormal; held out: 3 normal, 2 abnormal" in capsys.readouterr().out
    )


def test_it_takes_condition_caption_and_patient_from_the_montgomery_files(tmp_path):
    source = write_montgomery(tmp_path, normal=1, abnormal=1)
    out = tmp_path / "out"
    arguments = ["--source", str(source), "--out", str(out), "--normal", "1", "--abnormal", "1"]
    assert main(["montgomery", *arguments]) == 0
    healthy, sick = lines(out)
    assert healthy["text"] == "chest x-ray, normal, female, 30 years"
    assert sick["text"] == "chest x-ray, abnormal, rul cavitary infiltrate, male, 31 years"
    assert (healthy["condition"], sick["condition"]) == ("normal", "abnormal")
    assert healthy["patient"] != sick["patient"]
    film = source / healthy["source"]
    assert healthy["source_sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()


def test_it_leaves_the_lung_masks_of_montgomery_alone(tmp_path):
    source = write_montgomery(tmp_path, normal=3, abnormal=3)
    out = tmp_path / "out"
    arguments = ["--source", str(source), "--out", str(out), "--normal", "1", "--abnormal", "1"]
    assert main(["montgomery", *arguments]) == 0
    assert len(lines(out)) == 6
    assert all(r["source"].startswith("CXR_png/") for r in lines(out))
    assert not about(out)["refused"]


def test_it_reads_shenzhen_in_its_own_words(tmp_path):
    source = write_montgomery(tmp_path, normal=1, abnormal=1, prefix="CHNCXR", folder="ChinaSet")
    out = tmp_path / "out"
    arguments = ["--source", str(source), "--out", str(out), "--normal", "1", "--abnormal", "1"]
    assert main(["shenzhen", *arguments]) == 0
    assert lines(out)[1]["text"] == "chest x-ray, abnormal, rul cavitary infiltrate, male, 31 years"


def test_it_says_when_the_source_is_the_other_nlm_set(tmp_path, capsys):
    source = write_montgomery(tmp_path)
    assert main(["shenzhen", "--source", str(source), "--out", str(tmp_path / "out")]) == 1
    assert "holds no CHNCXR_*.png" in capsys.readouterr().err


def test_the_same_seed_chooses_the_same_images_and_another_seed_others(tmp_path):
    source = write_montgomery(tmp_path, normal=12, abnormal=12)

    def chosen(name, seed):
        out = tmp_path / name
        counts = ["--normal", "5", "--abnormal", "5", "--seed", seed]
        assert main(["montgomery", "--source", str(source), "--out", str(out), *counts]) == 0
        return {r["source"] for r in lines(out) if r["split"] == "train"}, about(out)

    first, facts = chosen("a", "7")
    again, same = chosen("b", "7")
    assert first == again
    assert facts["digest"] == same["digest"]
    assert facts["seed"] == 7
    assert chosen("c", "8")[0] != first


def test_it_says_how_many_images_there_are_when_too_few(tmp_path, capsys):
    source = write_montgomery(tmp_path, normal=4, abnormal=4)
    out = tmp_path / "out"
    assert main(["montgomery", "--source", str(source), "--out", str(out)]) == 1
    assert "15 normal images are asked for, but only 4 can be used" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["MontgomerySet"]


@pytest.mark.parametrize("seed", range(6))
def test_a_patient_is_never_both_trained_on_and_held_out(tmp_path, seed):
    rows = [(f"{n}.png", "normal" if n % 3 else "abnormal", f"patient {n // 3}") for n in range(24)]
    source, out = folder_with(tmp_path / "in", rows), tmp_path / "out"
    # 7 normal images are three and a half patients: one is cut through.
    counts = ["--normal", "7", "--abnormal", "2"]
    options = ["--captions", "list.csv", "--seed", str(seed), *counts]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    patients = {
        s: {r["patient"] for r in lines(out) if r["split"] == s} for s in ("train", "held_out")
    }
    assert patients["train"]
    assert patients["held_out"]
    assert not patients["train"] & patients["held_out"]
    kept = {r["source"] for r in lines(out)}
    assert about(out)["left_out"]
    assert kept | set(about(out)["left_out"]) == {row[0] for row in rows}


def test_it_numbers_patients_instead_of_naming_them(tmp_path):
    rows = [("a.png", "normal", "MRN 4711"), ("b.png", "abnormal", "MRN 4712")]
    source, out = folder_with(tmp_path / "in", rows), tmp_path / "out"
    options = ["--captions", "list.csv", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    written = (out / "metadata.jsonl").read_text() + (out / "data.json").read_text()
    assert "471" not in written


def test_it_warns_where_nothing_tells_patients_apart(tmp_path, capsys):
    source = folder_with(
        tmp_path / "in", [("a.png", "normal"), ("b.png", "abnormal")], columns=("file", "condition")
    )
    options = ["--captions", "list.csv", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(tmp_path / "o"), *options]) == 0
    assert "2 images name no patient" in capsys.readouterr().err


def test_it_writes_captions_by_the_template_that_is_given(tmp_path):
    rows = [("a.png", "abnormal", "Effusion|Nodule", "M", "61")]
    columns = ("file", "condition", "findings", "sex", "age")
    source, out = folder_with(tmp_path / "in", rows, columns=columns), tmp_path / "out"
    template = "frontal film of a {age}-year-old, {sex}, showing {findings}"
    options = ["--captions", "list.csv", "--caption-template", template, "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    assert lines(out)[0]["text"] == "frontal film of a 61-year-old, male, showing effusion, nodule"
    assert about(out)["caption_template"] == template


def test_it_reads_kohya_captions_from_the_text_file_beside_each_image(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    for number, condition in enumerate(("normal", "abnormal")):
        (source / condition).mkdir(parents=True)
        Image.fromarray(chest(number)).save(source / condition / "film.png")
        (source / condition / "film.txt").write_text(f"my caption {number}\n")
    options = ["--captions", "*.txt", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    texts = {r["condition"]: r["text"] for r in lines(out)}
    assert texts == {"normal": "my caption 0", "abnormal": "my caption 1"}


def test_it_reads_an_imagefolder_with_metadata_in_each_split(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    for number, split in enumerate(("train", "test")):
        (source / split).mkdir(parents=True)
        Image.fromarray(chest(number)).save(source / split / "0.png")
        row = {"file_name": "0.png", "text": f"film {number}", "condition": "normal"}
        (source / split / "metadata.jsonl").write_text(json.dumps(row) + "\n")
    options = ["--source", str(source), "--out", str(out), "--held-out-share", "0"]
    assert main(["imagefolder", *options]) == 0
    captions = {r["source"]: r["text"] for r in lines(out)}
    assert captions == {"test/0.png": "film 1", "train/0.png": "film 0"}


def test_what_it_writes_is_an_imagefolder_that_it_reads(tmp_path):
    source, out, again = write_montgomery(tmp_path), tmp_path / "out", tmp_path / "again"
    counts = ["--normal", "2", "--abnormal", "2"]
    assert main(["montgomery", "--source", str(source), "--out", str(out), *counts]) == 0
    assert main(["imagefolder", "--source", str(out), "--out", str(again)]) == 0
    first, second = ({r["pixels_sha256"]: r["text"] for r in lines(o)} for o in (out, again))
    assert first == second


def test_it_reads_dicom_whatever_the_files_are_called(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    for number in range(3):
        (source / "normal").mkdir(parents=True, exist_ok=True)
        write_dicom(
            source / "normal" / f"IM{number:04d}",
            chest(number, dtype=np.uint16),
            PatientID=f"secret {number // 2}",
            PatientSex="F",
            PatientAge="045Y",
        )
    (source / "readme.txt").write_text("not an image")
    options = ["--source", str(source), "--out", str(out), "--held-out-share", "0"]
    assert main(["dicom", *options]) == 0
    records = lines(out)
    assert [r["text"] for r in records] == ["chest x-ray, normal, female, 45 years"] * 3
    assert [r["patient"] for r in records] == ["p0001", "p0001", "p0002"]
    assert {r["bits"] for r in records} == {16}
    assert "secret" not in (out / "metadata.jsonl").read_text()


def test_it_names_every_image_that_cannot_be_used_and_prepares_the_others(tmp_path, capsys):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    Image.fromarray(chest(0)).save(source / "good.png")
    Image.fromarray(chest(0)).save(source / "same.tiff")
    Image.fromarray(chest(1, dtype=np.uint16) // 16).save(source / "deep.png")
    Image.fromarray(chest(2)).convert("CMYK").save(source / "print.jpg")
    Image.fromarray(chest(3)[:32, :32]).save(source / "tiny.png")
    Image.new("L", (96, 96)).save(source / "black.png")
    whole = (source / "good.png").read_bytes()
    (source / "cut.png").write_bytes(whole[: len(whole) // 2])
    (source / "text.png").write_text("no picture")
    (source / "empty.png").touch()
    options = ["--condition", "normal", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    said = capsys.readouterr().err
    for name, reason in {
        "same.tiff": "is the same picture as good.png",
        "tiny.png": "has 32 x 32 pixels; each side needs at least 64",
        "black.png": "has the same grey level everywhere",
        "cut.png": "is a damaged PNG file",
        "text.png": "is not a PNG, JPEG",
        "empty.png": "is empty",
    }.items():
        assert f"left out: {name} {reason}" in said
    assert "note: deep.png: was stretched by percentiles, from" in said
    assert [r["source"] for r in lines(out)] == ["deep.png", "good.png", "print.jpg"]
    assert {r["file"] for r in about(out)["refused"]} == {
        *("same.tiff", "tiny.png", "black.png", "cut.png", "text.png", "empty.png")
    }


def test_it_names_a_file_that_the_table_names_and_nobody_has(tmp_path, capsys):
    source = folder_with(tmp_path / "in", [("a.png", "normal", "1"), ("b.png", "normal", "2")])
    (source / "b.png").unlink()
    options = ["--captions", "list.csv", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(tmp_path / "o"), *options]) == 0
    assert "left out: b.png is missing." in capsys.readouterr().err


def test_it_says_why_none_can_be_used_where_a_table_belongs_to_another_folder(tmp_path, capsys):
    source = folder_with(tmp_path / "in", [("a.png", "normal", "1"), ("b.png", "normal", "2")])
    for name in ("a.png", "b.png"):
        (source / name).unlink()
    options = ["--captions", "list.csv", "--normal", "2"]
    assert main(["folder", "--source", str(source), "--out", str(tmp_path / "o"), *options]) == 1
    said = capsys.readouterr().err
    assert "only 0 can be used; 2 were refused, the first: a.png is missing." in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,condition\na.png,normal\n", "has no column file; it has name, condition. Say which"),
        ("file,condition\na.png,poorly\n", "line 2: condition 'poorly' is not normal or abnormal"),
        ("file,condition,age\na.png,normal,old\n", "line 2: age 'old' is not a number of years"),
        ("file,condition\n../a.png,normal\n", "line 2: ../a.png lies outside"),
        ("file,sex\na.png,F\n", "nothing tells whether it is normal or abnormal"),
        ("file,condition\n", "has a heading and no row below it"),
    ],
)
def test_it_says_what_is_wrong_with_a_table(tmp_path, capsys, text, sentence):
    source = folder_with(tmp_path / "in", [("a.png", "normal", "1")])
    (source / "list.csv").write_text(text)
    options = ["--captions", "list.csv"]
    assert main(["folder", "--source", str(source), "--out", str(tmp_path / "out"), *options]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


SHEET = "Path;Dx;Who\na.png;Clear;1\nb.png;COVID;2\n"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_columns_and_values_mean_what_the_options_say(tmp_path, capsys, kind):
    source = folder_with(tmp_path / "in", [("a.png", "normal", "1"), ("b.png", "abnormal", "2")])
    if kind == "csv":
        (source / "list.csv").write_text(SHEET)
    else:
        rows = [{"Path": "a.png", "Dx": "Clear", "Who": 1}, {"Path": "b.png", "Dx": "COVID"}]
        (source / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "out"
    said = ["--column", "file=Path", "--column", "condition=Dx", "--column", "patient=who"]
    said += ["--value", "condition", "clear=normal", "--value", "condition", "*=abnormal"]
    given = ["folder", "--source", str(source), "--out", str(out), "--held-out-share", "0"]
    assert main([*given, "--captions", f"list.{kind}", *said]) == 0
    assert [(r["source"], r["condition"]) for r in lines(out)] == [
        ("a.png", "normal"),
        ("b.png", "abnormal"),
    ]
    assert ("file = path, condition = dx" in capsys.readouterr().err) == (kind == "csv")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["--column", "file"], "--column 'file' must be OURS=HEADING"),
        (["--column", "file=Pfad"], "has no column 'pfad' to be file; it has Path, Dx, Who"),
        (["--column", "fil=Path"], "know no 'fil': they take file, caption, condition"),
        (["--column", "file=Path", "--column", "file=Dx"], "says two things of file"),
        (["--value", "condition", "Clear"], 'must be COLUMN "THEIRS=OURS"'),
        (["--value", "condition", "Clear=normal"], "no column condition whose values could mean"),
        (["--column", "condition=Dx"], 'Say what it means: --value condition "clear=abnormal"'),
    ],
)
def test_options_that_mean_nothing_are_refused_in_a_sentence(tmp_path, capsys, said, sentence):
    source = folder_with(tmp_path / "in", [("a.png", "normal", "1")])
    (source / "list.csv").write_text(SHEET)
    given = ["folder", "--source", str(source), "--out", str(tmp_path / "out")]
    assert main([*given, "--captions", "list.csv", *said]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_likely_column_is_suggested_and_options_need_a_table(tmp_path, capsys):
    source = folder_with(tmp_path / "in", [("a.png", "normal", "1")])
    (source / "list.csv").write_text("file,Label\na.png,No Finding\n")
    given = ["folder", "--source", str(source), "--out", str(tmp_path / "out")]
    assert main([*given, "--captions", "list.csv"]) == 1
    told = capsys.readouterr().err
    assert '--column condition="Label" --value condition "No Finding=normal"' in told
    assert main([*given, "--column", "file=Path"]) == 1
    assert "speak of a table: name it with --captions" in capsys.readouterr().err


def test_it_never_writes_into_a_folder_that_holds_something(tmp_path, capsys):
    source, out = write_montgomery(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    assert main(["montgomery", "--source", str(source), "--out", str(out)]) == 1
    assert "is not empty: name a new folder" in capsys.readouterr().err
    assert [p.name for p in out.iterdir()] == ["thesis.txt"]


def test_it_leaves_nothing_behind_when_stopped(tmp_path, monkeypatch, capsys):
    source, out = write_montgomery(tmp_path), tmp_path / "out"

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("ml.prepare.choose", stop)
    assert main(["montgomery", "--source", str(source), "--out", str(out)]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["MontgomerySet"]


def test_prepared_files_keep_size_depth_and_orientation(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    film = chest(5, width=120, height=100, dtype=np.uint16) // 16
    Image.fromarray(film).save(source / "deep.png")
    options = ["--condition", "normal", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    with Image.open(out / "images" / "0001.png") as image:
        assert image.mode == "I;16"
        written = np.asarray(image)
    assert written.shape == film.shape
    top_left, *others = corners(written)
    assert top_left > 1.3 * max(others)


def test_its_help_needs_no_heavy_import():
    code = (
        "import sys, ml.prepare\n"
        "ml.prepare.parser().format_help()\n"
        "print(sorted({'torch', 'diffusers', 'pydicom', 'PIL', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_prepares_the_real_radiographs(tmp_path):
    source, out = SHARED / "nih-cxr14", tmp_path / "out"
    if not source.is_dir():
        pytest.skip("shared/data/nih-cxr14 is not beside this checkout")
    options = ["--captions", "index.csv", "--normal", "15", "--abnormal", "15"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    records = lines(out)
    assert len(records) == 60
    assert about(out)["train"] == about(out)["held_out"] == {"normal": 15, "abnormal": 15}
    original = {r["source"]: r["file_name"] for r in records}
    for name in list(original)[:5]:
        with Image.open(source / name) as before, Image.open(out / original[name]) as after:
            assert np.array_equal(np.asarray(before.convert("L")), np.asarray(after))


def test_it_names_the_awkward_files(tmp_path, capsys):
    source, out = SHARED / "awkward", tmp_path / "out"
    if not source.is_dir():
        pytest.skip("shared/data/awkward is not beside this checkout")
    options = ["--condition", "normal", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    refused = {r["file"] for r in about(out)["refused"]}
    assert refused >= {
        *("all_black.png", "bad_crc.png", "empty.png", "one_pixel.png"),
        *("text_named.png", "truncated.jpg", "truncated.png"),
        "decompression_bomb_30000x30000_1bit.png",
    }
    assert "png16_gray_from_dicom.png: was stretched by percentiles" in capsys.readouterr().err
    kept = {r["source"] for r in lines(out)}
    # Metadata of the originals (prompt, author) does not travel.
    for record in lines(out):
        with Image.open(out / record["file_name"]) as image:
            assert not image.info
            assert not image.getexif()
    assert "nonsquare.png" in kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient's Sex: F   \r\nPatient's Age: 026Y\r\nnormal\r\n\r\n", ("F", 26.0, "normal")),
        (
            "Patient's Sex: O\nPatient's Age: \n3 months after PTB",
            (None, None, "3 months after PTB"),
        ),
        ("male 45yrs\nnormal", ("M", 45.0, "normal")),
        ("Female , 29yrs  \t\n\nbilateral PTB", ("F", 29.0, "bilateral PTB")),
        ("femal 32yrs\nnormal", ("F", 32.0, "normal")),
        ("female24yrs\nnormal", ("F", 24.0, "normal")),
        ("male 16month\nnormal", ("M", 1.33, "normal")),
        ("female 64days\nnormal", ("F", 0.18, "normal")),
        ("male 42\nPTB", ("M", None, "PTB")),
        ("male 45 yrs right PTB", ("M", 45.0, "right PTB")),
        ("male\n8 mm nodule", ("M", None, "8 mm nodule")),
        ("", (None, None, "")),
    ],
)
def test_it_reads_the_readings_as_they_are_written_there(text, expected):
    assert parse_reading(text) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_reads_text_files_of_windows_editors(tmp_path, encoding):
    (tmp_path / "a.txt").write_text("male 45yrs\r\nnormal", encoding=encoding, newline="")
    assert parse_reading(read_text(tmp_path / "a.txt")) == ("M", 45.0, "normal")


def test_a_caption_may_hold_any_character(tmp_path):
    """Line ends that are none in JSON: a caption copied from a web page holds them."""
    source, out, again = tmp_path / "in", tmp_path / "out", tmp_path / "again"
    source.mkdir()
    Image.fromarray(chest(0)).save(source / "a.png")
    caption = "normal\u2028film\x85of\x1cnobody {sic}"
    row = {"file_name": "a.png", "text": caption, "condition": "normal"}
    (source / "metadata.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")
    for kind, folder, written in (("folder", source, out), ("imagefolder", out, again)):
        options = ["--source", str(folder), "--out", str(written), "--held-out-share", "0"]
        assert main([kind, *options]) == 0
        assert [image.caption for image in read_prepared(written).train] == [caption]


def test_a_count_of_one_condition_leaves_the_other_to_the_share(tmp_path):
    rows = [(f"{n}.png", ("normal", "abnormal")[n % 2], str(n)) for n in range(20)]
    source, out = folder_with(tmp_path / "in", rows), tmp_path / "out"
    options = ["--captions", "list.csv", "--normal", "3"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    assert about(out)["train"] == {"normal": 3, "abnormal": 8}


def test_a_template_with_braces_of_its_own_is_text(tmp_path):
    source, out = folder_with(tmp_path / "in", [("a.png", "normal", "1")]), tmp_path / "out"
    options = ["--captions", "list.csv", "--held-out-share", "0"]
    options += ["--caption-template", "{condition} }film{"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    assert lines(out)[0]["text"] == "normal }film{"


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    source = write_montgomery(tmp_path)
    (tmp_path / "file").touch()
    arguments = ["--source", str(source), "--out", str(tmp_path / "file" / "out")]
    assert main(["montgomery", *arguments, "--normal", "1", "--abnormal", "1"]) == 1
    said = capsys.readouterr().err
    assert "Nothing was written." in said
    assert said.count("\n") == 1


def test_tables_of_public_data_sets_are_read_as_they_come(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    (source / "images_001").mkdir(parents=True)
    for number, name in enumerate(("A.png", "b.png")):
        Image.fromarray(chest(number)).save(source / "images_001" / name)
    rows = "a.PNG,No Finding,7,58,M,PA\nb.png,Mass|Nodule,8,061Y,F,AP\n"
    heading = "Image Index,Finding Labels,Patient ID,Patient Age,Patient Gender,View Position\n"
    (source / "Data_Entry.csv").write_bytes(("sep=,\n" + heading + rows).encode("utf-16"))
    options = ["--captions", "Data_Entry.csv", "--held-out-share", "0"]
    assert main(["folder", "--source", str(source), "--out", str(out), *options]) == 0
    known = {r["source"]: (r["condition"], r["findings"], r["sex"], r["age"]) for r in lines(out)}
    assert known == {
        "images_001/A.png": ("normal", "No Finding", "M", 58),
        "images_001/b.png": ("abnormal", "Mass|Nodule", "F", 61),
    }
