"""import-images: tables as they come, zips, grey mappings, and what is said at the end."""

import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select

from app.cli.opening import open_house
from app.db.tables import Arm
from app.db.tables import Image as StoredImage
from tests.bank.files import dicom, saved, texture
from tests.cli.conftest import Run


def films(folder: Path, count: int = 4) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.png").write_bytes(saved(texture(64, 64, seed=number)))
    return folder


def test_a_table_as_it_comes_is_mapped_on_the_command_line(tmp_path: Path, run: Run) -> None:
    folder = films(tmp_path / "films")
    rows = "".join(f"{number}.PNG,{('Mass', 'No Finding')[number % 2]}\n" for number in range(4))
    (folder / "table.csv").write_text("Where,What\n" + rows)
    plain = ["import-images", folder, "--index", "table.csv", "--arm", "real", "--size", "64"]
    assert '--column file="HEADING"' in run(*plain, code=1).stderr
    mapped = ["--column", "file=Where", "--column", "condition=What"]
    renamed = ["--value", "condition", "No Finding=normal", "--value", "condition", "*=abnormal"]
    assert "4 images added" in run(*plain, *mapped, *renamed).output
    assert "must be OURS=HEADING" in run(*plain, "--column", "file", code=1).stderr
    assert "must be COLUMN" in run(*plain, "--value", "condition", "normal", code=1).stderr


def test_a_zip_of_films_is_imported(tmp_path: Path, run: Run) -> None:
    with zipfile.ZipFile(tmp_path / "films.zip", "w") as archive:
        archive.writestr("images/a.png", saved(texture(64, 64)))
        archive.writestr("index.csv", "file,condition\nimages\\A.png,normal\n")
    done = run(
        *("import-images", tmp_path / "films.zip", "--index", "index.csv"),
        *("--arm", "real", "--size", "64"),
    )
    assert "1 images added" in done.output


def test_what_is_odd_is_counted_and_the_same_pictures_are_named(tmp_path: Path, run: Run) -> None:
    folder = films(tmp_path / "films", 1)
    deep = texture(80, 80, seed=5).astype(np.uint16) * 16 + 3
    (folder / "deep.dcm").write_bytes(dicom(deep, BitsStored=12, ViewPosition="LL"))
    Image.open(folder / "0.png").save(folder / "again.tiff")
    rows = "0.png,normal\nagain.tiff,normal\ndeep.dcm,abnormal\n"
    (folder / "index.csv").write_text("file,condition\n" + rows)
    first = ["import-images", folder, "--index", "index.csv", "--size", "96"]
    said = run(*first, "--arm", "real").output
    assert "noted: 1 image: deeper than 8 bits without a usable window" in said
    assert "noted: 1 image: lateral view" in said
    assert "noted: 3 images: smaller than the rendition" in said
    assert "alike: again.tiff (real) shows the same picture as 0.png (real)." in said
    across = run(*first, "--arm", "copies").output
    assert "alike: deep.dcm (copies) shows the same picture as deep.dcm (real)." in across
    opposite = "0.png,normal\nagain.tiff,abnormal\n"
    (folder / "index.csv").write_text("file,condition\n" + opposite)
    done = run(*first, "--arm", "other")
    assert "again.tiff: is abnormal here, but shows the same picture as 0.png" in done.stderr


def test_an_arm_keeps_its_grey_mapping(tmp_path: Path, run: Run) -> None:
    folder = films(tmp_path / "films", 2)
    (folder / "index.csv").write_text("file,condition\n0.png,normal\n")
    command = ["import-images", folder, "--index", "index.csv", "--arm", "real", "--size", "64"]
    run(*command, "--grey-mapping", "as-is")
    with open_house().database.reading() as session:
        assert session.scalars(select(Arm.grey_mapping)).all() == ["as-is"]
    (folder / "index.csv").write_text("file,condition\n1.png,normal\n")
    run(*command)
    refused = run(*command, "--grey-mapping", "percentile", code=1).stderr
    assert "was read with the grey mapping as-is and can't be read with percentile" in refused
    assert "must be one of" in run(*command, "--grey-mapping", "bright", code=1).stderr


def test_pictures_of_other_trainers_come_in_with_their_history(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    about = PngInfo()
    about.add_text(
        "parameters",
        "chest x-ray, normal\nNegative prompt: text\n"
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 64x64, Model: lungs-v2",
    )
    Image.fromarray(texture(64, 64)).save(folder / "a.png", pnginfo=about)
    (folder / "index.csv").write_text("file,condition,seed\na.png,normal,\n")
    command = ["import-images", folder, "--index", "index.csv", "--size", "64", "--arm"]
    expected = {
        "prompt": "chest x-ray, normal",
        "negative_prompt": "text",
        "steps": 20,
        "scheduler": "Euler a",
        "guidance_scale": 7.0,
        "seed": 42,
        "base_model": "lungs-v2",
    }
    for _ in range(2):
        run(*command, "webui")
        with open_house().database.reading() as session:
            assert session.scalars(select(StoredImage.provenance)).one() == expected
    assert json.dumps(expected)


def test_all_pictures_of_a_size_have_one_resolution(tmp_path: Path, run: Run) -> None:
    folder = films(tmp_path / "films", 2)
    (folder / "index.csv").write_text("file,condition\n0.png,normal\n")
    command = ["import-images", folder, "--index", "index.csv", "--arm", "real", "--size", "128"]
    run(*command)
    (folder / "index.csv").write_text("file,condition\n1.png,normal\n")
    refused = run(*command, "--resolution", "64", code=1).stderr
    assert "Renditions of 128 pixels are there with full detail" in refused
    run(*command[:-1], "96", "--resolution", "64")
    assert (
        "must be from 64 to the size, 96"
        in run(*command[:-1], "96", "--resolution", "97", code=1).stderr
    )
