"""Archives: what was written comes back, and nothing else is believed."""

import json
import os
import re
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from app.bank.sealed_archive import (
    BACKUP,
    CONTENTS,
    STUDY,
    ArchiveWriter,
    SealedArchive,
    rendition_member,
)
from app.domain.errors import BadArchive

PICTURE = b"picture" * 100
NAME = rendition_member(sha256(PICTURE).hexdigest())
LINES = b'{"id":1}\n{"id":2}\n'


def archive(folder: Path) -> Path:
    path = folder / "archive"
    with path.open("wb") as file:
        writer = ArchiveWriter(file, BACKUP)
        writer.add("tables/cases.jsonl", [LINES[:5], LINES[5:]])
        writer.add(NAME, [PICTURE])
        writer.seal({"made": "today"})
    return path


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    with path.open("wb") as file:
        writer = ArchiveWriter(file, BACKUP)
        writer.add("tables/cases.jsonl", [LINES[:5], LINES[5:]])
        writer.add(NAME, [PICTURE])
        digest = writer.seal({"made": "today"})
    with SealedArchive(path, BACKUP) as opened:
        opened.check()
        assert opened.digest == digest
        assert opened.facts == {"made": "today"}
        assert list(opened.lines("tables/cases.jsonl")) == [b'{"id":1}', b'{"id":2}']
        assert opened.read(NAME) == PICTURE


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert archive(tmp_path / "a").read_bytes() == archive(tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "renditions/ab/../../x.png", "tables/A.jsonl", ""]
)
def test_no_other_name_is_written(tmp_path: Path, name: str) -> None:
    with (
        (tmp_path / "x").open("wb") as file,
        ArchiveWriter(file, BACKUP) as writer,
        pytest.raises(ValueError, match="can't be a member"),
    ):
        writer.add(name, [b""])


Members = dict[str, bytes]


def sealed(members: Members, /, **changes: object) -> bytes:
    told = {name: [len(data), sha256(data).hexdigest()] for name, data in members.items()}
    contents = {"format": BACKUP, "version": 1, "facts": {}, "members": told, **changes}
    return json.dumps(contents).encode()


def packed(path: Path, members: Members, contents: bytes | None, **options: object) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
        if contents is not None:
            file.writestr(CONTENTS, contents)
    return path


def swapped(path: Path) -> Path:
    members = {"tables/a.jsonl": b"12"}
    return packed(path, {"tables/a.jsonl": b"21"}, sealed(members))


def twice(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tables/a.jsonl", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("tables/a.jsonl", b"2")
        file.writestr(CONTENTS, sealed({"tables/a.jsonl": b"1"}))
    return path


def packed_otherwise(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("tables/a.jsonl", b"1")
        file.writestr(CONTENTS, sealed({"tables/a.jsonl": b"1"}))
    return path


def lying_about_size(path: Path) -> Path:
    """A member that unpacks to far more than both its header and the contents say."""
    data = b"0" * 50_000_000
    packed(path, {"tables/a.jsonl": data}, sealed({"tables/a.jsonl": b"0"}))
    raw = path.read_bytes().replace(len(data).to_bytes(4, "little"), (1).to_bytes(4, "little"))
    path.write_bytes(raw)
    return path


def cut_short(path: Path) -> Path:
    whole = archive(path.parent).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def damaged(path: Path) -> Path:
    whole = archive(path.parent).read_bytes()
    path.write_bytes(whole.replace(b"picturepicture", b"picturePicture", 1))
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


ONE: Members = {"tables/a.jsonl": b"1"}
HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "climbs out": (
        lambda path: packed(path, {"../../etc/cron.d/x": b"1"}, sealed(ONE)),
        "which has no place in such an archive",
    ),
    "absolute": (
        lambda path: packed(path, {"/etc/passwd": b"1"}, sealed(ONE)),
        "which has no place in such an archive",
    ),
    "bomb": (
        lambda path: packed(path, {"tables/a.jsonl": b"0" * 90_000_000}, sealed(ONE)),
        "which can't be right",
    ),
    "hidden bomb": (lying_about_size, "is damaged"),
    "no contents": (lambda path: packed(path, ONE, None), "it has no contents.json"),
    "contents not JSON": (lambda path: packed(path, ONE, b"{"), "can't be read"),
    "contents too deep": (lambda path: packed(path, ONE, b"[" * 100_000), "can't be"),
    "other kind": (
        lambda path: packed(path, ONE, sealed(ONE, format=STUDY)),
        "it is not a negatoscope-backup but 'negatoscope-study'",
    ),
    "newer version": (
        lambda path: packed(path, ONE, sealed(ONE, version=2)),
        "its format is version 2 and this program reads 1; use the Negatoscope that wrote it",
    ),
    "members of nothing": (
        lambda path: packed(path, ONE, sealed(ONE, members=[])),
        "can't be read",
    ),
    "size no number": (
        lambda path: packed(path, ONE, sealed(ONE, members={"tables/a.jsonl": ["1", "2"]})),
        "doesn't say size and digest",
    ),
    "one missing": (lambda path: packed(path, {}, sealed(ONE)), "is missing from it"),
    "one too many": (
        lambda path: packed(path, {**ONE, "tables/b.jsonl": b"2"}, sealed(ONE)),
        "of which its contents.json doesn't tell",
    ),
    "other bytes": (swapped, "its digest is not the one"),
    "picture under another's name": (
        lambda path: packed(path, {NAME: b"other"}, sealed({NAME: b"other"})),
        "is not named by its digest",
    ),
    "twice": (twice, "it holds tables/a.jsonl twice"),
    "packed otherwise": (packed_otherwise, "packed in a way that is not used here"),
    "cut short": (cut_short, "damaged or no archive"),
    "damaged": (damaged, "damaged"),
    "a pipe": (pipe, "is not a file"),
    "a folder": (folder, "is not a file"),
    "empty": (lambda path: written(path, b""), "damaged or no archive"),
    "text": (lambda path: written(path, b"hello"), "damaged or no archive"),
}


def read_all(path: Path) -> None:
    with SealedArchive(path, BACKUP) as opened:
        opened.check()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_by_one_sentence(tmp_path: Path, name: str) -> None:
    make, sentence = HOSTILE[name]
    path = make(tmp_path / "hostile")
    with pytest.raises(BadArchive, match=re.escape(sentence)) as refused:
        read_all(path)
    assert str(refused.value).count("\n") == 0
    assert "nothing was taken from it" in str(refused.value)


def test_a_file_that_is_not_there_is_the_systems_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SealedArchive(tmp_path / "none", BACKUP)
