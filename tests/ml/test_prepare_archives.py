"""A zip from elsewhere is opened with care: nothing outside its place, no bombs, one sentence."""

import stat
import zipfile

import pytest
from chest_fixtures import write_montgomery

from app.films import archives
from ml.errors import MlError
from ml.prepare import main
from ml.radiographs.archives import opened


def zipped(path, entries, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_it_prepares_a_data_set_from_its_zip(tmp_path):
    home = write_montgomery(tmp_path / "in")
    files = [(p.relative_to(home.parent).as_posix(), p.read_bytes()) for p in home.rglob("*.*")]
    junk = [("__MACOSX/MontgomerySet/CXR_png/._MCUCXR_0001_0.png", b"junk")]
    source = zipped(tmp_path / "set.zip", [f for f in files if f[1]] + junk)
    out = tmp_path / "out"
    counts = ["--normal", "2", "--abnormal", "2"]
    assert main(["montgomery", "--source", str(source), "--out", str(out), *counts]) == 0
    assert len((out / "metadata.jsonl").read_text().splitlines()) == 8


@pytest.mark.parametrize(
    "name", ["../evil.png", "/evil.png", "a/../../evil.png", "C:\\evil.png", "..\\evil.png"]
)
def test_it_refuses_names_that_lead_outside(tmp_path, name):
    source = zipped(tmp_path / "x.zip", [("good.png", b"1"), (name, b"2")])
    with pytest.raises(MlError, match="a place outside itself: not unpacked"), opened(source):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


def test_it_refuses_links(tmp_path):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(MlError, match=r"holds a link, link\.png"), opened(tmp_path / "x.zip"):
        pass


def test_it_refuses_a_bomb_without_unpacking_it(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 2**20)
    source = zipped(tmp_path / "bomb.zip", [("film.png", bytes(2**24))])
    monkeypatch.setattr(zipfile.ZipFile, "extract", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(MlError, match=r"would grow \d{3,}-fold"), opened(source):
        pass


def test_it_refuses_more_than_it_could_hold(tmp_path, monkeypatch):
    source = zipped(tmp_path / "x.zip", [(f"{n}.png", b"1") for n in range(4)])
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(MlError, match="would unpack to 4 files"), opened(source):
        pass


def test_it_says_when_a_zip_is_cut_off_or_damaged(tmp_path, capsys):
    whole = zipped(tmp_path / "x.zip", [("film.png", bytes(range(256)) * 64)]).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    # Inside the packed data, behind the 38 bytes of its header.
    (tmp_path / "damaged.zip").write_bytes(whole[:60] + b"\xff\x00\xff" + whole[63:])
    for name, sentence in (
        ("cut.zip", "is neither a folder nor a zip file"),
        ("damaged.zip", "cannot be unpacked"),
        ("absent.zip", "is missing"),
    ):
        options = ["--source", str(tmp_path / name), "--out", str(tmp_path / "out")]
        assert main(["montgomery", *options]) == 1
        said = capsys.readouterr().err
        assert sentence in said
        assert said.count("\n") == 1
        assert not (tmp_path / "out").exists()


def test_it_says_when_a_zip_is_encrypted(tmp_path):
    source = zipped(tmp_path / "x.zip", [("film.png", b"1")])
    content = bytearray(source.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(content)
    with pytest.raises(MlError, match="is encrypted: unpack it"), opened(source):
        pass


def test_what_was_unpacked_is_gone_afterwards(tmp_path):
    with opened(zipped(tmp_path / "x.zip", [("a/film.png", b"1")])) as folder:
        assert (folder / "a" / "film.png").read_bytes() == b"1"
    assert not folder.exists()
