"""`export-study` and `import-study`: a private file, one sentence for what can't be."""

import stat
from pathlib import Path

import pytest

from app.bank.sealed_archive import STUDY, ArchiveWriter, SealedArchive
from tests.cli.conftest import Run
from tests.cli.test_commands import folder_of_images


def test_a_study_moves_by_two_commands(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seed in (("real", 1), ("M1", 2)):
        folder_of_images(tmp_path / name, seed=seed)
        run("import-images", tmp_path / name, "--index", "index.csv", "--arm", name)
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    run("open-study", slug)
    run("invite", slug, "--count", "2")
    file = tmp_path / "study.archive"
    said = run("export-study", slug, file)
    assert "warning: " in said.stderr
    assert "no longer blinded" in said.stderr
    assert "2 readers, 0 ratings, 16 pictures" in said.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "exists already" in run("export-study", slug, file, code=1).stderr
    assert "is here already" in run("import-study", file, code=1).stderr
    monkeypatch.setenv("NEGATOSCOPE_DATA_DIR", str(tmp_path / "elsewhere"))
    back = run("import-study", file).stdout.splitlines()
    assert back == [said.stdout.splitlines()[0], f"{slug} is here: 2 readers, 0 ratings."]
    assert f"{slug}\topen\t0/2 readers" in run("studies").stdout
    assert f"{slug}: holds" in run("verify", slug).stdout
    run("close-study", slug)
    run("export-study", slug, file, "--force")
    monkeypatch.setenv("NEGATOSCOPE_DATA_DIR", str(tmp_path / "var"))
    assert f"{slug} goes on" in run("import-study", file, "--go-on").stdout
    assert f"{slug}\tclosed" in run("studies").stdout
    assert "is not a negatoscope-backup" in run("restore", file, "--force", code=1).stderr
    assert "no study 'none'" in run("export-study", "none", tmp_path / "x", code=1).stderr
    assert not (tmp_path / "x").exists()


def test_a_record_that_was_written_anew_is_not_brought_in(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of_images(tmp_path / "real")
    run("import-images", tmp_path / "real", "--index", "index.csv", "--arm", "real")
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    run("export-study", slug, tmp_path / "study")
    with (
        SealedArchive(tmp_path / "study", STUDY) as archive,
        (tmp_path / "other").open("wb") as file,
        ArchiveWriter(file, STUDY) as writer,
    ):
        for name in archive.members:
            data = archive.read(name)
            if name == "tables/events.jsonl":
                data = data.replace(b"command line", b"someone else", 1)
            writer.add(name, [data])
        writer.seal(archive.facts)
    monkeypatch.setenv("NEGATOSCOPE_DATA_DIR", str(tmp_path / "elsewhere"))
    said = run("import-study", tmp_path / "other", code=1).stderr
    assert "its record does not hold" in said
    assert said.count("\n") == 1
    assert run("studies").stdout == ""
