"""Files that arrive in pieces: where they may lie, how they go on, and how much is taken."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bank.brought import see_table, unpack_zips, what_came, write_own_table
from app.bank.uploads import Upload, Uploads, checked_path
from app.domain.errors import BadInput, BadTable, NotFound, Refused

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", 1000)


@pytest.fixture
def upload(uploads: Uploads) -> Upload:
    return uploads.begin("ada", now=NOW)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\\b", "a\x00b", "a\nb"),
        *("x" * 200, "a/" * 260 + "b", "\ud800", "a.png.3-0.arriving"),
    ],
)
def test_no_path_leads_outside(upload: Upload, path: str) -> None:
    with pytest.raises(BadInput):
        checked_path(path)
    with pytest.raises(BadInput):
        upload.add(path, 0, b"abc", size=3, changed=0)
    assert upload.arrived() == {}


def test_pieces_follow_each_other_and_a_lost_answer_costs_nothing(upload: Upload) -> None:
    def add(offset: int, piece: bytes) -> int:
        return upload.add("films/a.png", offset, piece, size=6, changed=5)

    assert add(0, b"abc") == 3
    assert add(0, b"abc") == 3
    assert add(5, b"f") == 3
    assert upload.arrived() == {"films/a.png.6-5.arriving": 3}
    assert add(3, b"def") == 6
    assert add(3, b"def") == 6
    assert (upload.files / "films/a.png").read_bytes() == b"abcdef"
    assert (upload.state.files, upload.state.size) == (1, 6)


def test_another_file_of_the_same_name_is_never_added_to_the_first(upload: Upload) -> None:
    upload.add("a.png", 0, b"abc", size=6, changed=1)
    assert upload.add("a.png", 3, b"xyz", size=6, changed=2) == 0
    assert upload.add("a.png", 0, b"uvwxyz", size=6, changed=2) == 6
    assert (upload.files / "a.png").read_bytes() == b"uvwxyz"
    assert upload.drop_unfinished() == 1
    assert upload.arrived() == {"a.png": 6}


def test_no_more_is_taken_than_the_setting_allows(uploads: Uploads, upload: Upload) -> None:
    upload.add("a.bin", 0, b"x" * 900, size=900, changed=0)
    with pytest.raises(Refused, match="MiB, and this would be more"):
        upload.add("b.bin", 0, b"x" * 101, size=101, changed=0)
    with pytest.raises(BadInput, match="longer than was said"):
        upload.add("c.bin", 0, b"xxx", size=2, changed=0)
    assert set(upload.arrived()) == {"a.bin"}
    with pytest.raises(Refused, match="takes no images by the browser"):
        Uploads(uploads.of(upload.id).folder, 0).begin("ada", now=NOW)


def test_a_file_that_is_a_folder_too_is_refused(upload: Upload) -> None:
    upload.add("a", 0, b"x", size=1, changed=0)
    with pytest.raises(BadInput, match="a file and a folder at once"):
        upload.add("a/b", 0, b"x", size=1, changed=0)


def test_what_is_thrown_away_is_gone_and_what_is_worked_on_stays(
    uploads: Uploads, upload: Upload
) -> None:
    upload.take_up("importing", "here:1", by=("arriving",))
    with pytest.raises(Refused):
        upload.take_up("importing", "here:2", by=("arriving", "choosing"))
    with pytest.raises(Refused):
        upload.throw_away()
    with pytest.raises(Refused):
        upload.add("a", 0, b"x", size=1, changed=0)
    upload.change(step="done")
    upload.throw_away()
    for lost in (upload.id, "../secret_key", "0" * 16):
        with pytest.raises(NotFound):
            uploads.of(lost)
    with pytest.raises(NotFound):
        upload.change(done=3)


def test_zips_are_unpacked_and_a_folder_in_a_folder_is_passed_through(upload: Upload) -> None:
    with zipfile.ZipFile(upload.files / "set.zip", "w") as archive:
        archive.writestr("CXR/images/a.png", b"x")
        archive.writestr("CXR/labels.csv", "image,label\na,normal\n")
    unpack_zips(upload.files)
    came = what_came(upload.files)
    assert (came.kind, came.images, came.tables) == ("table", 1, ("labels.csv",))
    assert came.root.name == "CXR"
    assert not (upload.files / "set.zip").exists()


def test_a_zip_that_leads_outside_is_refused_whole(upload: Upload) -> None:
    with zipfile.ZipFile(upload.files / "set.zip", "w") as archive:
        archive.writestr("../../outside.png", b"x")
    with pytest.raises(BadTable, match="a place outside itself"):
        unpack_zips(upload.files)
    assert set(upload.arrived()) == {"set.zip"}


def test_columns_are_chosen_and_what_they_say_is_counted(tmp_path: Path) -> None:
    rows = "Bild,Befund\n" + "a,ohne\n" * 3 + "b,Erguss\n"
    (tmp_path / "t.csv").write_text(rows)
    unread = see_table(tmp_path, "t.csv", {})
    assert "has no column file" in unread.problem
    assert "--" not in unread.problem
    seen = see_table(tmp_path, "t.csv", {"file": "Bild", "condition": "Befund"})
    assert seen.problem == ""
    assert seen.values == (("ohne", 3), ("Erguss", 1))
    assert seen.headings == ("Bild", "Befund")


def test_images_alone_get_a_table_with_their_folders(tmp_path: Path) -> None:
    for name in ("normal/=a.dcm", "normal/IM0001", "sick/b.png", "sick/notes.pdf", "DICOMDIR"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert what_came(tmp_path).kind == "images"
    table = write_own_table(tmp_path)
    came = what_came(tmp_path)
    assert (came.kind, came.images, came.tables) == ("images", 3, (table,))
    assert see_table(tmp_path, table, {"condition": "folder"}).values == (
        ("normal", 2),
        ("sick", 1),
    )
