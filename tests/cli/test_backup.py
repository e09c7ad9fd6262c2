"""`backup` and `restore`: one file that only its owner reads, and nothing lost by mistake."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_commands import folder_of_images


@pytest.fixture
def bank(run: Run, tmp_path: Path) -> Path:
    """A data folder with 8 images and what a server leaves in it: a signing key."""
    folder_of_images(tmp_path / "real")
    run("import-images", tmp_path / "real", "--index", "index.csv", "--arm", "real")
    (tmp_path / "var" / "secret_key").write_text("k" * 40)
    return tmp_path / "var"


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str = "other") -> Path:
    folder = tmp_path / name
    monkeypatch.setenv("NEGATOSCOPE_DATA_DIR", str(folder))
    return folder


def test_a_backup_is_one_private_file_that_comes_back(
    run: Run, bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "all.backup"
    said = run("backup", file).stdout
    assert "and 8 pictures." in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    folder = elsewhere(monkeypatch, tmp_path)
    back = run("restore", file).stdout
    assert back.splitlines()[0] == said.splitlines()[0]
    assert "8 pictures" in back
    assert "readers open their personal link once more" in back
    assert not (folder / "secret_key").exists()
    assert len(list((folder / "renditions").rglob("*.png"))) == 8
    assert "real" in run("example-study").stdout


def test_the_signing_key_comes_along_only_if_asked(
    run: Run, bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "all.backup"
    run("backup", file, "--with-secret-key")
    folder = elsewhere(monkeypatch, tmp_path)
    folder.mkdir()
    (folder / "secret_key").write_text("another key, long enough to be taken")
    assert "signing key" not in run("restore", file).stdout
    assert (folder / "secret_key").read_text() == "k" * 40
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_no_file_and_no_installation_is_overwritten_by_mistake(
    run: Run, bank: Path, tmp_path: Path
) -> None:
    file = tmp_path / "all.backup"
    file.write_text("something else")
    assert "exists already" in run("backup", file, code=1).stderr
    assert file.read_text() == "something else"
    run("backup", file, "--force")
    assert "not empty" in run("restore", file, code=1).stderr
    run("restore", file, "--force")
    assert "is a folder" in run("backup", tmp_path, code=1).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.backup", "real", "var"]


def test_what_can_not_be_backed_up_or_restored_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "There is no installation" in run("backup", tmp_path / "x", code=1).stderr
    (tmp_path / "var").mkdir()
    assert "nothing to back up" in run("backup", tmp_path / "x", code=1).stderr
    assert list((tmp_path / "var").glob("*.db")) == []
    assert "No such file" in run("restore", tmp_path / "none", code=1).stderr
    (tmp_path / "text").write_text("hello")
    said = run("restore", tmp_path / "text", code=1).stderr
    assert said.count("\n") == 1
    assert "damaged or no archive at all" in said


def test_a_missing_picture_is_an_exit_code_and_the_rest_is_kept(
    run: Run, bank: Path, tmp_path: Path
) -> None:
    next((bank / "renditions").rglob("*.png")).unlink()
    said = run("backup", tmp_path / "all.backup", code=1)
    assert "the store lacks 1 of the pictures" in said.stderr
    assert (tmp_path / "all.backup").exists()
